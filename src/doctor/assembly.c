#include "assembly.h"

#include "base/monotime.h"
#include "net/address.h"

/* Fragments of a datagram are sent together: what is still incomplete so long after will stay so.
 */
#define ON_ITS_WAY_NS (100 * NS_PER_MS)

/* Linux (ipfrag_time) gives up after so long; a number may then mean another datagram. */
#define PATIENCE_NS   (30 * NS_PER_S)

static void forget(struct assembly *assembly, size_t index)
{
	assembly->list[index] = assembly->list[--assembly->count];
}

static void give_up(struct assembly *assembly, size_t index, assembly_missing_fn *missing,
		    void *context)
{
	const struct assembling *one = &assembly->list[index];

	missing(context, &one->source, one->interface);
	forget(assembly, index);
}

static void give_up_before(struct assembly *assembly, int64_t time_ns, assembly_missing_fn *missing,
			   void *context)
{
	for (size_t i = assembly->count; i-- > 0;)
		if (assembly->list[i].last_ns < time_ns)
			give_up(assembly, i, missing, context);
}

static size_t oldest(const struct assembly *assembly)
{
	size_t found = 0;

	for (size_t i = 1; i < assembly->count; i++)
		if (assembly->list[i].last_ns < assembly->list[found].last_ns)
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
		    address_same_ip(&one->source, &packet->source))
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
		give_up(assembly, oldest(assembly), missing, context);
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
	one->have += size;
	one->last_ns = frame->time_ns;
	if (!packet->ip.more_fragments)
		one->total = packet->ip.offset + size;
	if (one->total > 0 && one->have >= one->total)
		forget(assembly, (size_t)(one - assembly->list));
}

void assembly_finish(struct assembly *assembly, int64_t now_ns, assembly_missing_fn *missing,
		     void *context)
{
	give_up_before(assembly, now_ns - ON_ITS_WAY_NS, missing, context);
}
