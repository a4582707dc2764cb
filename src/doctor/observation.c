#include "observation.h"

#include "base/monotime.h"
#include "net/address.h"
#include "net/memberships.h"
#include "traffic/group_mac.h"
#include "traffic/report_records.h"
#include "traffic/source_filter.h"

#include <string.h>

/* A querier that says nothing of the time to respond means IGMPv1, where it is 10 s (RFC 2236, 4).
 */
#define RESPONSE_NS (10 * NS_PER_S)

/* Beyond the time that a querier gives, for hosts and switches that are busy. */
#define SLACK_NS    (500 * NS_PER_MS)

/* The first bytes of a probe that two doctors send each other (docs/doctor.md), as a number. */
enum { PROBE_TYPE = 0x50524f42 };

/* Within so long a report leaves that was provoked. */
#define REPORT_NS (500 * NS_PER_MS)

void observation_begin(struct observation *o, const union hostcast_address *group,
		       const union hostcast_address *source, const struct attachment *own,
		       size_t own_count)
{
	*o = (struct observation){
		.group = *group,
		.source = *source,
		.own = own,
		.own_count = own_count,
		.send_errno = -1,
	};
}

void observation_done(struct observation *o)
{
	firewall_done(&o->firewall);
}

static bool is_own_address(const struct observation *o, const union hostcast_address *address)
{
	for (size_t i = 0; i < o->own_count; i++)
		if (address_same_ip(&o->own[i].own, address))
			return true;
	return false;
}

/* ---- Interfaces and sources ---- */

/* Its place; interface_count: there is none. */
static size_t place_of(const struct observation *o, unsigned interface)
{
	size_t i = 0;

	while (i < o->interface_count && o->interfaces[i].interface != interface)
		i++;
	return i;
}

static struct seen_interface *find_interface(struct observation *o, unsigned interface)
{
	size_t i = place_of(o, interface);

	return i < o->interface_count ? &o->interfaces[i] : NULL;
}

const struct seen_interface *observation_interface(const struct observation *o, unsigned interface)
{
	size_t i = place_of(o, interface);

	return i < o->interface_count ? &o->interfaces[i] : NULL;
}

struct seen_interface *observation_add_interface(struct observation *o, unsigned interface)
{
	struct seen_interface *added;

	if (o->interface_count == SEEN_INTERFACES_MAX) {
		o->forgotten++;
		return NULL;
	}
	added = &o->interfaces[o->interface_count++];
	*added = (struct seen_interface){.interface = interface};
	return added;
}

static struct seen_source *find_source(struct observation *o, const union hostcast_address *address,
				       unsigned interface)
{
	for (size_t i = 0; i < o->source_count; i++) {
		struct seen_source *source = &o->sources[i];

		if (source->interface == interface && address_same_ip(&source->source, address))
			return source;
	}
	return NULL;
}

static struct seen_source *
find_or_add_source(struct observation *o, const union hostcast_address *address, unsigned interface)
{
	struct seen_source *source = find_source(o, address, interface);

	if (source)
		return source;
	if (o->source_count == SEEN_SOURCES_MAX) {
		o->forgotten++;
		return NULL;
	}
	source = &o->sources[o->source_count++];
	*source = (struct seen_source){
		.source = *address,
		.interface = interface,
		.is_own = is_own_address(o, address),
	};
	address_set_port(&source->source, 0);
	return source;
}

/* ---- What is passed over, as if it had not come ---- */

static bool is_broadcast(const union hostcast_address *address)
{
	return address->any.sa_family == AF_INET &&
	       address->v4.sin_addr.s_addr == htonl(INADDR_BROADCAST);
}

/* What comes back to its own host may have any address of it. */
static bool is_sourced_by_nobody(const struct observation *o, const struct packet *packet)
{
	const union hostcast_address *source = &packet->source;

	return address_is_multicast(source) || is_broadcast(source) ||
	       (address_is_loopback(source) && !is_own_address(o, source));
}

static bool is_own_mac(const struct seen_interface *interface, const uint8_t mac[static MAC_SIZE])
{
	return !interface || !interface->has_mac || memcmp(interface->mac, mac, MAC_SIZE) == 0;
}

static bool is_to_another_mac(const struct seen_interface *interface, const struct packet *packet)
{
	return packet_group_mac(packet) == GROUP_MAC_UNICAST &&
	       !is_own_mac(interface, packet->link.destination);
}

/* To all hosts, to the group that it asks for, or to this host (RFC 3376 section 4.1.12). */
static bool is_query_for_here(const struct observation *o, const struct packet *packet)
{
	const union hostcast_address *destination = &packet->destination;

	return membership_is_of_every_host(destination) || is_own_address(o, destination) ||
	       address_same_ip(destination, &packet->membership.group);
}

static bool is_foreign_query(const struct observation *o, const struct frame *frame,
			     const struct packet *packet)
{
	return packet->transport == TRANSPORT_MEMBERSHIP &&
	       packet->membership.kind == MEMBERSHIP_QUERY &&
	       (!is_query_for_here(o, packet) ||
		is_to_another_mac(observation_interface(o, frame->interface), packet));
}

static bool has_bad_checksum(const struct packet *packet)
{
	return packet->ip.checksum == CHECKSUM_BAD || (packet->transport == TRANSPORT_MEMBERSHIP &&
						       packet->membership.checksum == CHECKSUM_BAD);
}

/* Which counter has those like it; NULL: it is not passed over. */
static uint64_t *counter_of(struct observation *o, const struct frame *frame,
			    const struct packet *packet)
{
	if (packet_vlan(packet) != 0)
		return &o->passed_over.other_vlan;
	if (has_bad_checksum(packet))
		return &o->passed_over.bad_checksum;
	if (packet->problem)
		return frame->size < frame->wire_size ? &o->passed_over.cut_off
						      : &o->passed_over.malformed;
	if (is_sourced_by_nobody(o, packet))
		return &o->passed_over.martian;
	if (is_foreign_query(o, frame, packet))
		return &o->passed_over.foreign_query;
	return NULL;
}

/* ---- Data ---- */

static void on_incomplete(void *context, const union hostcast_address *address, unsigned interface)
{
	struct seen_source *source = find_source(context, address, interface);

	if (source)
		source->incomplete++;
}

static bool is_probe(struct reader payload)
{
	return reader_be32(&payload) == PROBE_TYPE && !payload.failed;
}

/* That of a probe is doctor's choice, and tells nothing of programs. */
static void take_ttl(struct seen_source *source, unsigned ttl, struct reader payload)
{
	if (ttl > source->ttl_most && !is_probe(payload))
		source->ttl_most = ttl;
}

static void take_copy(struct observation *o, struct seen_source *source, const struct frame *frame,
		      const struct packet *packet)
{
	const struct seen_interface *interface = find_interface(o, frame->interface);
	const struct copy_way *first = NULL;

	if (!interface || !interface->is_aside)
		first = copies_take(&o->copies, frame, packet);
	if (!first)
		return;
	source->repeated++;
	source->merged += packet->ip.is_fragment;
	source->ways[0] = *first;
	source->ways[1] = copy_way_of(frame, packet);
}

/* Before or after this host has told its membership anew: what comes only after tells of a switch
 * that had forgotten it. */
static void count_phase(struct observation *o, const struct seen_source *source,
			const struct packet *packet, int64_t time_ns)
{
	struct seen_interface *interface = find_interface(o, source->interface);

	if (!interface || !observation_counts(o, source) || is_probe(packet->udp.payload))
		return;
	if (interface->reported_ns == 0) {
		interface->data_before++;
		return;
	}
	if (interface->data_after++ == 0)
		interface->after_ns = time_ns;
	interface->last_ns = time_ns;
}

/* What is addressed to another host the kernel drops without a look at it; another group's address,
 * or that of all, it takes, but filters of network cards and switches mostly do not. Some access
 * points make copies to single hosts: one to this host is as good as the group's. */
static void take_mac(struct observation *o, struct seen_source *source, const struct packet *packet)
{
	const uint8_t *mac = packet->link.destination;
	enum group_mac kind = packet_group_mac(packet);
	bool is_foreign = is_to_another_mac(find_interface(o, source->interface), packet);

	if (!group_mac_is_wrong(kind) || (kind == GROUP_MAC_UNICAST && !is_foreign))
		return;
	source->wrong_mac++;
	source->foreign_mac += is_foreign;
	if (is_foreign || source->foreign_mac == 0)
		memcpy(source->mac, mac, MAC_SIZE);
}

static void take_datagram_on_wire(struct observation *o, struct seen_source *source,
				  const struct frame *frame, const struct packet *packet)
{
	take_ttl(source, packet->ip.ttl, packet->udp.payload);
	source->on_wire++;
	source->in_fragments += packet->ip.is_fragment;
	if (packet->udp.size > source->size_most)
		source->size_most = packet->udp.size;
	if (packet->udp.checksum == CHECKSUM_BAD)
		source->bad_checksums++;
	else
		take_copy(o, source, frame, packet);
	take_mac(o, source, packet);
	count_phase(o, source, packet, frame->time_ns);
}

/* Its later fragments have no port: all that are in fragments go into the assembly, and those of
 * another port are few. */
static void take_data(struct observation *o, const struct frame *frame, const struct packet *packet)
{
	struct seen_source *source = find_or_add_source(o, &packet->source, frame->interface);
	bool is_later = packet->ip.is_fragment && packet->ip.offset > 0;
	uint16_t port = address_port(&packet->destination);

	if (!source)
		return;
	if (packet->ip.is_fragment)
		assembly_take(&o->assembly, frame, packet, on_incomplete, o);
	if (is_later) {
		source->fragments++;
	} else if (packet->transport == TRANSPORT_UDP && port == address_port(&o->group)) {
		take_datagram_on_wire(o, source, frame, packet);
	} else if (packet->transport == TRANSPORT_UDP) {
		source->other_ports++;
		source->other_port = port;
	}
}

void observation_take_datagram(struct observation *o, const struct hostcast_message *message)
{
	struct seen_source *source =
		find_or_add_source(o, &message->source, message->interface_index);
	unsigned ttl = message->ttl > 0 ? (unsigned)message->ttl : 0;

	if (!source)
		return;
	/* It has no address yet, and looped back what it sent: the kernel takes no such datagram
	 * from elsewhere. */
	source->is_own |= address_is_any(&message->source);
	source->at_socket++;
	take_ttl(source, ttl, reader_of(message->data, message->size));
	if (message->full_size > source->size_most)
		source->size_most = message->full_size;
}

/* ---- Membership messages ---- */

static bool asks_for_group(const struct observation *o, const struct membership_message *query)
{
	return query->group.any.sa_family == AF_UNSPEC || address_same_ip(&query->group, &o->group);
}

/* Of queries for sources those that doctor's socket does not want need no answer; and what this
 * host asks itself, as a router, it mostly does not hear. */
static bool has_to_answer(const struct observation *o, const struct packet *packet)
{
	bool is_any = o->source.any.sa_family == AF_UNSPEC;
	struct source_filter joined = {.is_exclude = is_any, .count = is_any ? 0 : 1};

	joined.list[0] = o->source;
	return !is_own_address(o, &packet->source) &&
	       source_filter_is_asked(&joined, &packet->membership);
}

static void count_unanswered(struct seen_interface *interface, int64_t now_ns)
{
	if (!interface->is_asked || now_ns <= interface->answer_until_ns)
		return;
	interface->is_asked = false;
	interface->unanswered++;
}

static void take_query(struct observation *o, struct seen_interface *interface,
		       const struct frame *frame, const struct packet *packet)
{
	const struct membership_message *query = &packet->membership;
	int64_t response_ns = query->response_ns > 0 ? query->response_ns : RESPONSE_NS;

	if (!asks_for_group(o, query))
		return;
	interface->queries++;
	if (interface->is_asked || !interface->is_joined || !has_to_answer(o, packet))
		return;
	interface->is_asked = true;
	interface->answer_until_ns = frame->time_ns + response_ns + SLACK_NS;
}

static bool reports_group(const struct observation *o, const struct packet *packet)
{
	struct report_records records = report_records_of(packet);
	struct group_record record;

	while (report_records_next(&records, &record))
		if (address_same_ip(&record.group, &o->group) &&
		    group_record_meaning(&record) != RECORD_LEAVES)
			return true;
	return false;
}

/* A host of the older versions keeps silent where another one has answered (RFC 2236 section 3). */
static void take_report(struct observation *o, struct seen_interface *interface,
			const struct packet *packet, int64_t time_ns)
{
	const struct membership_message *report = &packet->membership;
	bool is_old = report->version < (report->is_mld ? 2u : 3u);

	if (!reports_group(o, packet))
		return;
	if (is_own_address(o, &packet->source)) {
		interface->reports_sent++;
		interface->report_version = report->version;
		interface->is_asked = false;
		if (interface->provoked_ns > 0 && interface->reported_ns == 0)
			interface->reported_ns = time_ns;
	} else {
		interface->is_asked = interface->is_asked && !is_old;
	}
}

/* RFC 3810 section 6.2 */
static bool is_void_query(const struct packet *packet)
{
	return packet->membership.is_mld && packet->membership.kind == MEMBERSHIP_QUERY &&
	       (packet->ip.ttl != 1 || !address_is_link_local(&packet->source) ||
		!packet->ip.has_router_alert);
}

static void take_membership(struct observation *o, const struct frame *frame,
			    const struct packet *packet)
{
	struct seen_interface *interface = find_interface(o, frame->interface);

	if (is_void_query(packet)) {
		if (interface)
			interface->void_queries++;
		return;
	}
	queriers_take(&o->queriers, frame, packet);
	if (!interface)
		return;
	count_unanswered(interface, frame->time_ns);
	if (packet->membership.kind == MEMBERSHIP_QUERY)
		take_query(o, interface, frame, packet);
	else if (packet->membership.kind == MEMBERSHIP_REPORT)
		take_report(o, interface, packet, frame->time_ns);
}

/* What came before the socket was there can't be compared with what it got. */
static bool is_socket_ready(struct observation *o, const struct frame *frame)
{
	const struct seen_interface *interface = find_interface(o, frame->interface);

	return !interface || frame->time_ns >= interface->joined_ns;
}

/* Of another host, but the interface's own MAC address sends it: a router forwards it. */
static bool is_leaving(struct observation *o, const struct frame *frame,
		       const struct packet *packet)
{
	const struct seen_interface *interface = find_interface(o, frame->interface);

	return interface && interface->has_mac && !mac_is_none(interface->mac) &&
	       packet->link.has_source &&
	       memcmp(packet->link.source, interface->mac, MAC_SIZE) == 0 &&
	       !is_own_address(o, &packet->source);
}

/* Where this host has joined the group, it hears what it forwards there, as what it sends. */
static void take_leaving(struct observation *o, const struct frame *frame,
			 const struct packet *packet)
{
	struct seen_source *source = find_or_add_source(o, &packet->source, frame->interface);

	if (source)
		source->is_own = true;
}

void observation_take_frame(struct observation *o, const struct frame *frame,
			    const struct packet *packet)
{
	uint64_t *passed_over = counter_of(o, frame, packet);

	if (passed_over)
		(*passed_over)++;
	else if (packet->transport == TRANSPORT_MEMBERSHIP)
		take_membership(o, frame, packet);
	else if (!address_same_ip(&packet->destination, &o->group))
		return;
	else if (!is_socket_ready(o, frame))
		o->early++;
	else if (is_leaving(o, frame, packet))
		take_leaving(o, frame, packet);
	else
		take_data(o, frame, packet);
}

void observation_report_provoked(struct observation *o, unsigned interface, int64_t now_ns)
{
	struct seen_interface *seen = find_interface(o, interface);

	if (!seen)
		return;
	seen->provoked_ns = now_ns;
	seen->reports_expected++;
}

static void finish_interface(struct seen_interface *interface, int64_t now_ns)
{
	count_unanswered(interface, now_ns);
	if (now_ns - interface->provoked_ns < REPORT_NS)
		interface->reports_expected = 0; /* there was no time for it */
}

void observation_finish(struct observation *o, int64_t now_ns)
{
	assembly_finish(&o->assembly, now_ns, on_incomplete, o);
	for (size_t i = 0; i < o->interface_count; i++)
		finish_interface(&o->interfaces[i], now_ns);
	o->finished_ns = now_ns;
	o->is_finished = true;
}

/* ---- Questions ---- */

bool observation_counts(const struct observation *o, const struct seen_source *source)
{
	if (source->is_own)
		return false;
	return o->source.any.sa_family == AF_UNSPEC || address_same_ip(&o->source, &source->source);
}

bool observation_is_expected(const struct observation *o, const struct seen_source *source)
{
	const struct seen_interface *interface = observation_interface(o, source->interface);

	return observation_counts(o, source) && !(interface && interface->is_aside);
}

bool observation_is_comparable(const struct observation *o, const struct seen_source *source)
{
	const struct seen_interface *interface = observation_interface(o, source->interface);

	return observation_is_expected(o, source) && interface && interface->is_joined;
}

bool observation_is_heard_elsewhere(const struct observation *o, const struct seen_source *source)
{
	uint64_t elsewhere = 0;

	for (size_t i = 0; i < o->source_count; i++) {
		const struct seen_source *other = &o->sources[i];
		bool is_in_fragments = source->fragments > 0 && other->fragments > 0;

		if (other != source && address_same_ip(&other->source, &source->source) &&
		    (observation_is_expected(o, other) || is_in_fragments))
			elsewhere += other->at_socket;
	}
	return elsewhere > 0 && 10 * (elsewhere + source->at_socket) >= 9 * source->on_wire;
}

/* Does it count, and on this interface (0: any)? */
static bool counts_on(const struct observation *o, const struct seen_source *source,
		      unsigned interface)
{
	return observation_counts(o, source) && (interface == 0 || source->interface == interface);
}

uint64_t observation_on_wire(const struct observation *o, unsigned interface)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < o->source_count; i++)
		if (counts_on(o, &o->sources[i], interface))
			sum += o->sources[i].on_wire;
	return sum;
}

uint64_t observation_at_socket(const struct observation *o, unsigned interface)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < o->source_count; i++)
		if (counts_on(o, &o->sources[i], interface))
			sum += o->sources[i].at_socket;
	return sum;
}

uint64_t observation_wire_dropped(const struct observation *o)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < o->interface_count; i++)
		sum += o->interfaces[i].wire_dropped;
	return sum;
}

uint64_t seen_source_missing(const struct seen_source *source)
{
	uint64_t explained = source->at_socket + source->incomplete + source->merged +
			     source->bad_checksums + source->foreign_mac;

	return source->on_wire > explained ? source->on_wire - explained : 0;
}
