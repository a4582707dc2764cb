#include "queriers.h"

#include "base/monotime.h"
#include "net/address.h"

/* RFC 3376 section 8 and RFC 3810 section 9, where a querier does not tell. */
#define INTERVAL_NS      (125 * NS_PER_S)
#define RESPONSE_NS      (10 * NS_PER_S)

/* The longest that a query can tell (RFC 3376 section 4.1.7): what is longer is a gap. */
#define INTERVAL_MOST_NS (31744 * NS_PER_S)

enum { ROBUSTNESS = 2 };

static bool is_on_link(const struct querier *querier, unsigned interface, uint16_t vlan,
		       bool is_mld)
{
	return querier->interface == interface && querier->vlan == vlan &&
	       querier->is_mld == is_mld;
}

bool queriers_share_link(const struct querier *a, const struct querier *b)
{
	return a->cooked_interface == b->cooked_interface &&
	       is_on_link(a, b->interface, b->vlan, b->is_mld);
}

static struct querier *find(struct queriers *queriers, const struct querier *wanted)
{
	for (size_t i = 0; i < queriers->count; i++) {
		struct querier *querier = &queriers->list[i];

		if (queriers_share_link(querier, wanted) &&
		    address_same_ip(&querier->address, &wanted->address))
			return querier;
	}
	return NULL;
}

static struct querier *longest_silent(struct queriers *queriers)
{
	struct querier *longest = &queriers->list[0];

	for (size_t i = 1; i < queriers->count; i++)
		if (queriers->list[i].last_ns < longest->last_ns)
			longest = &queriers->list[i];
	return longest;
}

static struct querier *find_or_add(struct queriers *queriers, const struct querier *wanted)
{
	struct querier *querier = find(queriers, wanted);

	if (querier)
		return querier;
	if (queriers->count == QUERIERS_MAX) {
		queriers->forgotten++;
		querier = longest_silent(queriers);
	} else {
		querier = &queriers->list[queriers->count++];
	}
	*querier = *wanted;
	return querier;
}

/* ---- How often it asks ---- */

static int64_t response_of(const struct querier *querier)
{
	return querier->response_ns > 0 ? querier->response_ns : RESPONSE_NS;
}

static int robustness_of(const struct querier *querier)
{
	return querier->robustness > 0 ? (int)querier->robustness : ROBUSTNESS;
}

bool querier_interval_is_known(const struct querier *querier)
{
	return querier->told_interval_ns > 0 || querier->general > QUERIER_INTERVALS;
}

int64_t querier_interval_ns(const struct querier *querier)
{
	int64_t longest_ns = querier_interval_is_known(querier) ? 0 : INTERVAL_NS;

	if (querier->told_interval_ns > 0)
		return querier->told_interval_ns;
	for (size_t i = 0; i < QUERIER_INTERVALS; i++)
		if (querier->intervals_ns[i] > longest_ns)
			longest_ns = querier->intervals_ns[i];
	return longest_ns > 0 ? longest_ns : INTERVAL_NS;
}

/* A query that comes within so long after the last one finds its members still in time to answer.
 */
static int64_t holding_ns(const struct querier *querier)
{
	return robustness_of(querier) * querier_interval_ns(querier);
}

int64_t querier_patience_ns(const struct querier *querier)
{
	return holding_ns(querier) + response_of(querier) / 2;
}

/* ---- Packets ---- */

/* After a pause members have to be given time again. */
static void take_interval(struct querier *querier, int64_t interval_ns, int64_t time_ns)
{
	if (interval_ns > holding_ns(querier))
		querier->asking_since_ns = time_ns;
	if (interval_ns > INTERVAL_MOST_NS)
		interval_ns = INTERVAL_MOST_NS;
	querier->seen_interval_ns = interval_ns;
	querier->intervals_ns[querier->general % QUERIER_INTERVALS] = interval_ns;
}

static void take_general(struct querier *querier, const struct membership_message *query,
			 int64_t time_ns)
{
	if (querier->general > 0)
		take_interval(querier, time_ns - querier->last_general_ns, time_ns);
	else
		querier->asking_since_ns = time_ns;
	querier->general++;
	querier->last_general_ns = time_ns;
	querier->version = query->version;
	querier->told_interval_ns = query->interval_ns;
	querier->response_ns = query->response_ns;
	querier->robustness = query->robustness;
}

const struct querier *queriers_take(struct queriers *queriers, const struct frame *frame,
				    const struct packet *packet)
{
	const struct membership_message *query = &packet->membership;
	struct querier *querier;

	if (packet->transport != TRANSPORT_MEMBERSHIP || query->kind != MEMBERSHIP_QUERY ||
	    query->checksum == CHECKSUM_BAD) /* dropped by who gets it (RFC 3376 section 4.1.2) */
		return NULL;
	querier = find_or_add(queriers,
			      &(struct querier){.address = packet->source,
						.interface = frame->interface,
						.cooked_interface = packet->link.cooked_interface,
						.vlan = packet_vlan(packet),
						.is_mld = query->is_mld,
						.version = query->version,
						.first_ns = frame->time_ns});
	querier->last_ns = frame->time_ns;
	if (query->group.any.sa_family == AF_UNSPEC)
		take_general(querier, query, frame->time_ns);
	else
		querier->specific++;
	return querier;
}

/* ---- Who asks now, and until when an answer holds ---- */

static bool goes_before(const struct querier *a, const struct querier *b)
{
	if (address_is_any(&a->address) != address_is_any(&b->address))
		return address_is_any(&b->address);
	return address_compare_ip(&a->address, &b->address) < 0;
}

const struct querier *queriers_elected(const struct queriers *queriers, unsigned interface,
				       uint16_t vlan, bool is_mld, int64_t now_ns)
{
	const struct querier *elected = NULL;

	for (size_t i = 0; i < queriers->count; i++) {
		const struct querier *querier = &queriers->list[i];

		if (!is_on_link(querier, interface, vlan, is_mld) || querier->general == 0 ||
		    now_ns - querier->last_general_ns > querier_patience_ns(querier))
			continue;
		if (!elected || goes_before(querier, elected))
			elected = querier;
	}
	return elected;
}

int64_t querier_membership_ends_ns(const struct querier *querier, int64_t report_ns)
{
	int64_t since_ns =
		report_ns > querier->asking_since_ns ? report_ns : querier->asking_since_ns;

	return since_ns + holding_ns(querier) + response_of(querier);
}
