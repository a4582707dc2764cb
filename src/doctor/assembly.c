#include "assembly.h"

#include "base/monotime.h"
#include "net/address.h"

/* Fragments of a datagram are sent together: what is still incomplete so long after will stay so,
 * and the number of one that is whole means another one. */
#define ON_ITS_WAY_NS (100 * NS_PER_MS)

/* Linux (ipfrag_time) gives up after so long; a number may then mean another datagram. */
#define PATIENCE_NS   (30 * NS_PER_S)

static bool is_whole(const struct assembling *one)
{
	return one->total > 0 && ranges_has(&one->have, 0, one->total);
}

static void give_up(struct assembly *assembly, size_t index, assembly_missing_fn *missing,
		    void *context)
{
	const struct assembling *one = &assembly->list[index];

	if (!is_whole(one))
		missing(context, &one->source, one->interface);
	assembly->list[index] = assembly->list[--assembly->count];
}

static void give_up_before(struct assembly *assembly, int64_t time_ns, assembly_missing_fn *missing,
			   void *context)
{
	for (size_t i = assembly->count; i-- > 0;)
		if (assembly->list[i].last_ns < time_ns)
			give_up(assembly, i, missing, context);
}

/* Those that are whole go first. */
static bool goes_before(const struct assembling *a, const struct assembling *b)
{
	bool is_a_whole = is_whole(a);

	return is_a_whole == is_whole(b) ? a->last_ns < b->last_ns : is_a_whole;
}

static size_t dispensable(const struct assembly *assembly)
{
	size_t found = 0;

	for (size_t i = 1; i < assembly->count; i++)
		if (goes_before(&assembly->list[i], &assembly->list[found]))
			found = i;
	return found;
}

static struct assembling *find(struct assembly *assembly, const struct frame *frame,
			       const struct packet *packet)
{
	for (size_t i = 0; i < assembly->count; i++) {
		struct assembling *one = &assembly->list[i];

		if (one->identification == packet->ip.identification &&
		    one->interface == frame->interface &&
		    address_same_ip(&one->source, &packet->source) &&
		    !(is_whole(one) && frame->time_ns - one->last_ns > ON_ITS_WAY_NS))
			return one;
	}
	return NULL;
}

static struct assembling *add(struct assembly *assembly, const struct frame *frame,
			      const struct packet *packet, assembly_missing_fn *missing,
			      void *context)
{
	struct assembling *one;

	give_up_before(assembly, frame->time_ns - PATIENCE_NS, missing, context);
	if (assembly->count == ASSEMBLY_MAX)
		give_up(assembly, dispensable(assembly), missing, context);
	one = &assembly->list[assembly->count++];
	*one = (struct assembling){
		.source = packet->source,
		.interface = frame->interface,
		.identification = packet->ip.identification,
	};
	return one;
}

void assembly_take(struct assembly *assembly, const struct frame *frame,
		   const struct packet *packet, assembly_missing_fn *missing, void *context)
{
	struct assembling *one = find(assembly, frame, packet);
	uint32_t size = (uint32_t)(packet->ip.size - packet->ip.header_size);

	if (packet->ip.size < packet->ip.header_size)
		return;
	if (!one)
		one = add(assembly, frame, packet, missing, context);
	ranges_add(&one->have, packet->ip.offset, (int64_t)packet->ip.offset + size);
	one->last_ns = frame->time_ns;
	if (!packet->ip.more_fragments)
		one->total = packet->ip.offset + size;
}

void assembly_finish(struct assembly *assembly, int64_t now_ns, assembly_missing_fn *missing,
		     void *context)
{
	give_up_before(assembly, now_ns - ON_ITS_WAY_NS, missing, context);
}
