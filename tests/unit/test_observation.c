/* doctor/observation, assembly and copies: what packets, made by hand, say of a group. */
#include "base/monotime.h"
#include "doctor/observation.h"
#include "net/address.h"
#include "net/mac.h"
#include "unit.h"

#define GROUP   "239.1.1.1:5004"
#define OWN     "10.0.0.2"
#define SOURCE  "10.0.0.7"
#define QUERIER "10.0.0.254"

enum { ETH0 = 2, ETH1 = 3 };

static struct observation *o;
static struct attachment own[1];
static int64_t now_ns;

static union hostcast_address parse(const char *text)
{
	union hostcast_address address;

	if (!address_parse_with_port(text, 0, &address))
		fail_msg("'%s' is no address", text);
	return address;
}

static int set_up(void **state)
{
	union hostcast_address any = {0}, group = parse(GROUP);

	(void)state;
	o = calloc(1, sizeof *o);
	own[0].own = parse(OWN);
	now_ns = 1000 * NS_PER_S;
	if (!o)
		return -1;
	observation_begin(o, &group, &any, own, 1);
	observation_add_interface(o, ETH0)->is_joined = true;
	observation_add_interface(o, ETH1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	observation_done(o);
	free(o);
	return 0;
}

/* ---- Packets ---- */

static const uint8_t mac_a[] = {2, 0, 0, 0, 0, 1}, mac_b[] = {2, 0, 0, 0, 0, 2};

static struct packet packet_from(const char *source, const char *destination)
{
	struct packet packet = {.source = parse(source), .destination = parse(destination)};

	packet.ip.version = packet.source.any.sa_family == AF_INET6 ? 6 : 4;
	packet.ip.ttl = 1;
	packet.ip.header_size = 20;
	packet.link.has_destination = packet.link.has_source = true;
	memcpy(packet.link.source, mac_a, sizeof mac_a);
	mac_of_group(&packet.destination, packet.link.destination);
	return packet;
}

static struct packet datagram(const char *source, const char *text)
{
	struct packet packet = packet_from(source, GROUP);

	packet.transport = TRANSPORT_UDP;
	packet.udp.size = strlen(text);
	packet.udp.payload = reader_of(text, strlen(text));
	packet.ip.size = 28 + packet.udp.size;
	return packet;
}

static void take_on(unsigned interface, const struct packet *packet)
{
	struct frame frame = {.time_ns = now_ns, .interface = interface};

	observation_take_frame(o, &frame, packet);
}

static void take(struct packet packet)
{
	take_on(ETH0, &packet);
}

static void receive(const char *source, const char *text)
{
	struct hostcast_message message = {
		.source = parse(source),
		.destination = parse(GROUP),
		.interface_index = ETH0,
		.ttl = 3,
		.data = text,
		.size = strlen(text),
		.full_size = strlen(text),
	};

	observation_take_datagram(o, &message);
}

static void receive_from(const char *source)
{
	receive(source, "data");
}

static const struct seen_source *source_on(const char *address, unsigned interface)
{
	union hostcast_address wanted = parse(address);

	for (size_t i = 0; i < o->source_count; i++)
		if (o->sources[i].interface == interface &&
		    address_same_ip(&o->sources[i].source, &wanted))
			return &o->sources[i];
	fail_msg("%s was not seen on %u", address, interface);
	return NULL;
}

/* ---- Data ---- */

static void the_wire_and_the_socket_are_counted_apart(void **state)
{
	const struct seen_source *seen;

	(void)state;
	take(datagram(SOURCE, "one"));
	take(datagram(SOURCE, "number two"));
	take(datagram(OWN, "mine"));
	receive_from(SOURCE ":1234");
	seen = source_on(SOURCE, ETH0);
	assert_int_equal(seen->on_wire, 2);
	assert_int_equal(seen->at_socket, 1);
	assert_int_equal(seen->size_most, 10);
	assert_int_equal(seen->ttl_most, 3);
	assert_int_equal(seen_source_missing(seen), 1);
	assert_true(source_on(OWN, ETH0)->is_own);
	assert_int_equal(observation_on_wire(o, 0), 2);
	assert_int_equal(observation_on_wire(o, ETH1), 0);
	assert_int_equal(observation_at_socket(o, ETH0), 1);
}

static void only_the_wanted_source_counts(void **state)
{
	(void)state;
	o->source = parse("10.0.0.8");
	take(datagram(SOURCE, "one"));
	take(datagram("10.0.0.8", "two"));
	assert_int_equal(observation_on_wire(o, 0), 1);
}

static void other_ports_and_other_groups_are_not_the_group(void **state)
{
	struct packet packet = datagram(SOURCE, "x");

	(void)state;
	address_set_port(&packet.destination, 5006);
	take(packet);
	packet.destination = parse("239.1.1.2:5004");
	take(packet);
	assert_int_equal(o->source_count, 1);
	assert_int_equal(source_on(SOURCE, ETH0)->on_wire, 0);
	assert_int_equal(source_on(SOURCE, ETH0)->other_ports, 1);
	assert_int_equal(source_on(SOURCE, ETH0)->other_port, 5006);
}

static void what_comes_before_the_join_does_not_count(void **state)
{
	(void)state;
	o->interfaces[0].joined_ns = now_ns + 1;
	take(datagram(SOURCE, "early"));
	assert_int_equal(observation_on_wire(o, 0), 0);
	assert_int_equal(o->early, 1);
	now_ns++;
	take(datagram(SOURCE, "in time"));
	assert_int_equal(observation_on_wire(o, 0), 1);
}

static void wrong_checksums_and_macs_are_counted(void **state)
{
	struct packet packet = datagram(SOURCE, "x");

	(void)state;
	packet.udp.checksum = CHECKSUM_BAD;
	packet.link.destination[5] ^= 1;
	take(packet);
	assert_int_equal(source_on(SOURCE, ETH0)->bad_checksums, 1);
	assert_int_equal(source_on(SOURCE, ETH0)->wrong_mac, 1);
	assert_int_equal(seen_source_missing(source_on(SOURCE, ETH0)), 0);
}

static void what_goes_to_another_hosts_mac_is_no_firewalls(void **state)
{
	static const uint8_t mine[MAC_SIZE] = {2, 0, 0, 0, 0, 9};
	struct packet packet = datagram(SOURCE, "x");

	(void)state;
	memcpy(packet.link.destination, mine, MAC_SIZE);
	take(packet); /* what its own address is, is not known */
	assert_int_equal(source_on(SOURCE, ETH0)->wrong_mac, 0);
	o->interfaces[0].has_mac = true;
	memcpy(o->interfaces[0].mac, mine, MAC_SIZE);
	take(packet);
	assert_int_equal(source_on(SOURCE, ETH0)->wrong_mac, 0);
	assert_int_equal(seen_source_missing(source_on(SOURCE, ETH0)), 2);
	packet.link.destination[5] = 8;
	take(packet);
	memset(packet.link.destination, 0xff, MAC_SIZE);
	take(packet);
	assert_int_equal(source_on(SOURCE, ETH0)->wrong_mac, 2);
	assert_int_equal(source_on(SOURCE, ETH0)->foreign_mac, 1);
	assert_int_equal(source_on(SOURCE, ETH0)->mac[5], 8);
	assert_int_equal(seen_source_missing(source_on(SOURCE, ETH0)), 3);
}

/* What no host takes says nothing of this one. */
static void what_is_damaged_or_of_nobody_has_not_come(void **state)
{
	static const char *const NOBODIES[] = {"127.0.0.9", "224.9.9.9", "255.255.255.255"};
	struct packet packet = datagram(SOURCE, "x");

	(void)state;
	packet.ip.checksum = CHECKSUM_BAD;
	take(packet);
	packet.ip.checksum = CHECKSUM_GOOD;
	packet.problem = "a UDP length below 8 bytes";
	take(packet);
	for (size_t i = 0; i < sizeof NOBODIES / sizeof *NOBODIES; i++)
		take(datagram(NOBODIES[i], "x"));
	assert_int_equal(o->source_count, 0);
	assert_int_equal(o->passed_over.bad_checksum, 1);
	assert_int_equal(o->passed_over.malformed, 1);
	assert_int_equal(o->passed_over.martian, 3);
}

static void what_the_capture_has_cut_off_is_not_malformed(void **state)
{
	const struct frame frame = {
		.time_ns = now_ns, .interface = ETH0, .size = 60, .wire_size = 90};
	struct packet packet = datagram(SOURCE, "x");

	(void)state;
	observation_take_frame(o, &frame, &packet); /* all that is needed of it is there */
	packet.problem = "cut off in the records of the report";
	observation_take_frame(o, &frame, &packet);
	assert_int_equal(observation_on_wire(o, 0), 1);
	assert_int_equal(o->passed_over.cut_off, 1);
	assert_int_equal(o->passed_over.malformed, 0);
}

static void a_wrong_checksum_makes_no_copy(void **state)
{
	struct packet packet = datagram(SOURCE, "x");

	(void)state;
	packet.ip.identification = 77;
	packet.udp.checksum = CHECKSUM_BAD;
	take(packet);
	take(packet);
	assert_int_equal(source_on(SOURCE, ETH0)->repeated, 0);
}

static void sources_are_bounded(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SEEN_SOURCES_MAX + 3; i++) {
		struct packet packet = datagram(SOURCE, "x");

		packet.source.v4.sin_addr.s_addr = htonl(0x0a010000 + i);
		take(packet);
	}
	assert_int_equal(o->source_count, SEEN_SOURCES_MAX);
	assert_int_equal(o->forgotten, 3);
}

static void a_report_needs_its_time(void **state)
{
	(void)state;
	observation_report_provoked(o, ETH0, now_ns);
	observation_finish(o, now_ns + NS_PER_S);
	assert_int_equal(o->interfaces[0].reports_expected, 1);
	observation_finish(o, now_ns + NS_PER_S / 10);
	assert_int_equal(o->interfaces[0].reports_expected, 0);
}

/* ---- Copies ---- */

static void copies_in_fragments_may_become_one_datagram(void **state)
{
	struct packet packet = datagram(SOURCE, "x");

	(void)state;
	packet.ip.identification = 77;
	packet.ip.is_fragment = packet.ip.more_fragments = true;
	take(packet);
	take(packet);
	assert_int_equal(seen_source_missing(source_on(SOURCE, ETH0)), 1);
	receive_from(SOURCE);
	assert_int_equal(seen_source_missing(source_on(SOURCE, ETH0)), 0);
}

static void the_same_number_and_bytes_are_a_copy(void **state)
{
	struct packet packet = datagram(SOURCE, "x");

	(void)state;
	packet.ip.identification = 77;
	take(packet);
	take(packet);
	packet.ip.identification = 78;
	take(packet);
	packet.udp.payload = reader_of("y", 1);
	take(packet);
	assert_int_equal(source_on(SOURCE, ETH0)->repeated, 1);
	now_ns += 2 * NS_PER_S; /* numbers come again */
	take(packet);
	assert_int_equal(source_on(SOURCE, ETH0)->repeated, 1);
}

static void without_numbers_only_another_way_makes_a_copy(void **state)
{
	struct packet packet = datagram(SOURCE, "x");

	(void)state;
	take(packet);
	take(packet); /* a program may say the same thing twice */
	assert_int_equal(source_on(SOURCE, ETH0)->repeated, 0);
	memcpy(packet.link.source, mac_b, sizeof mac_b);
	packet.ip.ttl = 4;
	take(packet);
	assert_int_equal(source_on(SOURCE, ETH0)->repeated, 1);
	assert_memory_equal(source_on(SOURCE, ETH0)->ways[0].mac, mac_a, sizeof mac_a);
	assert_memory_equal(source_on(SOURCE, ETH0)->ways[1].mac, mac_b, sizeof mac_b);
	assert_int_equal(source_on(SOURCE, ETH0)->ways[1].ttl, 4);
}

static void take_numbered(unsigned number)
{
	struct packet packet = datagram(SOURCE, "x");

	packet.ip.identification = number;
	take(packet);
}

static void copies_are_remembered_in_fixed_room(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 2 * COPIES_MAX + 1; i++)
		take_numbered(i);
	assert_int_equal(source_on(SOURCE, ETH0)->repeated, 0);
	for (unsigned i = COPIES_MAX + 2; i <= 2 * COPIES_MAX + 1; i++)
		take_numbered(i);
	assert_int_equal(source_on(SOURCE, ETH0)->repeated, COPIES_MAX);
	take_numbered(COPIES_MAX + 1); /* the last one that made room */
	assert_int_equal(source_on(SOURCE, ETH0)->repeated, COPIES_MAX);
}

/* ---- Fragments ---- */

static struct packet fragment(uint32_t number, uint32_t offset, size_t size, bool has_more)
{
	struct packet packet = datagram(SOURCE, "");

	packet.ip.is_fragment = true;
	packet.ip.identification = number;
	packet.ip.offset = offset;
	packet.ip.more_fragments = has_more;
	packet.ip.size = packet.ip.header_size + size;
	if (offset > 0) {
		packet.transport = TRANSPORT_NONE;
		address_set_port(&packet.destination, 0);
	}
	return packet;
}

static void whole_datagrams_in_fragments_are_complete(void **state)
{
	(void)state;
	take(fragment(1, 0, 1480, true));
	take(fragment(1, 1480, 1480, true));
	take(fragment(1, 2960, 100, false));
	take(fragment(2, 1480, 100, false)); /* in another order */
	take(fragment(2, 0, 1480, true));
	observation_finish(o, now_ns + NS_PER_S);
	assert_int_equal(source_on(SOURCE, ETH0)->on_wire, 2);
	assert_int_equal(source_on(SOURCE, ETH0)->fragments, 3);
	assert_int_equal(source_on(SOURCE, ETH0)->incomplete, 0);
}

static void datagrams_with_missing_fragments_are_incomplete(void **state)
{
	(void)state;
	take(fragment(1, 0, 1480, true));    /* the last one is missing, */
	take(fragment(2, 1480, 100, false)); /* the first, */
	take(fragment(3, 0, 1480, true));    /* one in between */
	take(fragment(3, 2960, 100, false));
	now_ns += NS_PER_S;
	take(fragment(4, 0, 1480, true)); /* may still be on its way */
	observation_finish(o, now_ns);
	assert_int_equal(source_on(SOURCE, ETH0)->incomplete, 3);
	assert_int_equal(seen_source_missing(source_on(SOURCE, ETH0)), 0);
}

static void fragments_that_come_twice_stand_for_no_others(void **state)
{
	(void)state;
	take(fragment(1, 0, 1480, true)); /* the one in between is missing */
	take(fragment(1, 0, 1480, true));
	take(fragment(1, 2960, 1480, false));
	take(fragment(2, 0, 1480, true)); /* whole, by two ways */
	take(fragment(2, 0, 1480, true));
	take(fragment(2, 1480, 100, false));
	take(fragment(2, 1480, 100, false));
	now_ns += NS_PER_S;
	take(fragment(2, 1480, 100, false)); /* another one of the same number, without its first */
	observation_finish(o, now_ns + NS_PER_S);
	assert_int_equal(source_on(SOURCE, ETH0)->incomplete, 2);
}

static void what_is_whole_makes_room_first(void **state)
{
	(void)state;
	take(fragment(0, 0, 1480, true));
	for (uint32_t i = 1; i < 2 * ASSEMBLY_MAX; i++) {
		now_ns++;
		take(fragment(i, 0, 1480, true));
		take(fragment(i, 1480, 100, false));
	}
	assert_int_equal(source_on(SOURCE, ETH0)->incomplete, 0);
	take(fragment(0, 1480, 100, false));
	observation_finish(o, now_ns + NS_PER_S);
	assert_int_equal(source_on(SOURCE, ETH0)->incomplete, 0);
}

static void so_many_fragments_that_there_is_no_room_are_given_up(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < ASSEMBLY_MAX + 5; i++) {
		now_ns++;
		take(fragment(i, 0, 1480, true));
	}
	assert_int_equal(source_on(SOURCE, ETH0)->incomplete, 5);
	assert_int_equal(o->assembly.count, ASSEMBLY_MAX);
}

/* ---- Queries and reports ---- */

static struct packet membership(const char *source, enum membership_kind kind, unsigned version)
{
	struct packet packet = packet_from(source, "224.0.0.1");

	packet.transport = TRANSPORT_MEMBERSHIP;
	packet.membership.kind = kind;
	packet.membership.version = version;
	if (kind == MEMBERSHIP_QUERY)
		packet.membership.response_ns = NS_PER_S;
	return packet;
}

/* An IGMPv2 one. */
static struct packet report(const char *source, const char *group)
{
	struct packet packet = membership(source, MEMBERSHIP_REPORT, 2);

	packet.membership.group = parse(group);
	return packet;
}

static void data_before_and_after_the_report_are_told_apart(void **state)
{
	(void)state;
	take(datagram(SOURCE, "before"));
	take(datagram(OWN, "mine"));
	take(report(OWN, "239.1.1.1")); /* of a program that has joined just now */
	observation_report_provoked(o, ETH0, now_ns);
	take(datagram(SOURCE, "before the report has left"));
	take(report(OWN, "239.1.1.1"));
	now_ns += 5;
	take(datagram(SOURCE, "after"));
	now_ns += 7;
	take(datagram(SOURCE, "after that"));
	take(report(OWN, "239.1.1.1"));
	assert_int_equal(o->interfaces[0].data_before, 2);
	assert_int_equal(o->interfaces[0].data_after, 2);
	assert_int_equal(o->interfaces[0].after_ns - o->interfaces[0].reported_ns, 5);
	assert_int_equal(o->interfaces[0].last_ns - o->interfaces[0].after_ns, 7);
	assert_int_equal(o->interfaces[0].reports_expected, 1);
}

static void a_probe_says_nothing_of_what_programs_send_with(void **state)
{
	struct packet probe = datagram(OWN, "PROB\nsession 7\n"), mine = datagram(OWN, "mine");
	const struct seen_source *seen;

	(void)state;
	probe.ip.ttl = 64;
	take(probe);
	receive(OWN ":1234", "PROB\nsession 7\n");
	seen = source_on(OWN, ETH0);
	assert_int_equal(seen->on_wire, 1);
	assert_int_equal(seen->ttl_most, 0);
	mine.ip.ttl = 5;
	take(mine);
	assert_int_equal(seen->ttl_most, 5);
}

static void a_ping_is_at_no_other_port(void **state)
{
	struct packet ping = packet_from(SOURCE, GROUP), other = datagram(SOURCE, "other");

	(void)state;
	address_set_port(&other.destination, 6000);
	address_set_port(&ping.destination, 0);
	ping.transport = TRANSPORT_ICMP;
	take(other);
	take(ping);
	assert_int_equal(source_on(SOURCE, ETH0)->other_ports, 1);
	assert_int_equal(source_on(SOURCE, ETH0)->other_port, 6000);
}

static void probes_of_doctors_come_neither_before_nor_after(void **state)
{
	(void)state;
	take(datagram(SOURCE, "PROB\nsession 7\n"));
	observation_report_provoked(o, ETH0, now_ns);
	take(report(OWN, "239.1.1.1"));
	take(datagram(SOURCE, "PROB\nsession 7\n"));
	take(datagram(SOURCE, "PRO"));
	assert_int_equal(o->interfaces[0].data_before, 0);
	assert_int_equal(o->interfaces[0].data_after, 1);
	assert_int_equal(observation_on_wire(o, ETH0), 3);
}

static void who_has_no_address_is_this_host(void **state)
{
	(void)state;
	receive_from("0.0.0.0");
	assert_int_equal(observation_at_socket(o, ETH0), 0);
}

static void an_answered_query_is_no_fault(void **state)
{
	(void)state;
	take(membership(QUERIER, MEMBERSHIP_QUERY, 3));
	now_ns += NS_PER_S;
	take(report(OWN, "239.1.1.1"));
	observation_finish(o, now_ns + 10 * NS_PER_S);
	assert_int_equal(o->interfaces[0].queries, 1);
	assert_int_equal(o->interfaces[0].reports_sent, 1);
	assert_int_equal(o->interfaces[0].report_version, 2);
	assert_int_equal(o->interfaces[0].unanswered, 0);
	assert_int_equal(o->queriers.count, 1);
}

static void a_query_without_answer_is_counted_when_its_time_is_over(void **state)
{
	(void)state;
	take(membership(QUERIER, MEMBERSHIP_QUERY, 3));
	now_ns += NS_PER_S;
	take(report(OWN, "239.1.1.9"));
	observation_finish(o, now_ns);
	assert_int_equal(o->interfaces[0].unanswered, 0); /* there is time left */
	observation_finish(o, now_ns + NS_PER_S);
	assert_int_equal(o->interfaces[0].unanswered, 1);
	assert_int_equal(o->interfaces[0].reports_sent, 0);
}

static void another_hosts_answer_is_enough_for_the_older_versions(void **state)
{
	(void)state;
	take(membership(QUERIER, MEMBERSHIP_QUERY, 2));
	take(report("10.0.0.3", "239.1.1.1"));
	observation_finish(o, now_ns + 10 * NS_PER_S);
	assert_int_equal(o->interfaces[0].unanswered, 0);
}

static void a_damaged_answer_is_none(void **state)
{
	struct packet answer = report("10.0.0.3", "239.1.1.1");

	(void)state;
	answer.membership.checksum = CHECKSUM_BAD;
	take(membership(QUERIER, MEMBERSHIP_QUERY, 2));
	take(answer);
	observation_finish(o, now_ns + 10 * NS_PER_S);
	assert_int_equal(o->interfaces[0].unanswered, 1);
	assert_int_equal(o->passed_over.bad_checksum, 1);
}

static void queries_for_other_groups_do_not_count(void **state)
{
	struct packet query = membership(QUERIER, MEMBERSHIP_QUERY, 3);

	(void)state;
	query.membership.group = parse("239.1.1.9");
	take(query);
	assert_int_equal(o->interfaces[0].queries, 0);
	query.membership.group = parse("239.1.1.1");
	take(query);
	assert_int_equal(o->interfaces[0].queries, 1);
}

static uint64_t unanswered_after(struct packet query)
{
	take(query);
	now_ns += 10 * NS_PER_S;
	observation_finish(o, now_ns);
	return o->interfaces[0].unanswered;
}

/* RFC 3376 section 5.2: another host gives up its source, and the router asks who wants that. */
static void a_query_for_a_source_that_is_not_wanted_needs_no_answer(void **state)
{
	struct packet query = membership(QUERIER, MEMBERSHIP_QUERY, 3);
	uint8_t other[] = {10, 0, 0, 8}, both[] = {10, 0, 0, 8, 10, 0, 0, 7};

	(void)state;
	o->source = parse(SOURCE);
	query.membership.group = parse("239.1.1.1");
	query.membership.count = 1;
	query.membership.sources = reader_of(other, sizeof other);
	assert_int_equal(unanswered_after(query), 0);
	assert_int_equal(o->interfaces[0].queries, 1);
	query.membership.count = 2;
	query.membership.sources = reader_of(both, sizeof both);
	assert_int_equal(unanswered_after(query), 1);
}

static void who_wants_any_source_answers_for_each(void **state)
{
	struct packet query = membership(QUERIER, MEMBERSHIP_QUERY, 3);
	uint8_t source[] = {10, 0, 0, 8};

	(void)state;
	query.membership.group = parse("239.1.1.1");
	query.membership.count = 1;
	query.membership.sources = reader_of(source, sizeof source);
	assert_int_equal(unanswered_after(query), 1);
}

static void what_this_host_asks_it_need_not_answer(void **state)
{
	(void)state;
	assert_int_equal(unanswered_after(membership(OWN, MEMBERSHIP_QUERY, 3)), 0);
	assert_int_equal(o->interfaces[0].queries, 1);
}

static void a_query_that_no_host_takes_is_none(void **state)
{
	static const uint8_t another[MAC_SIZE] = {2, 1, 1, 1, 1, 1};
	const struct packet good = membership(QUERIER, MEMBERSHIP_QUERY, 3);
	struct packet query = good;

	(void)state;
	o->interfaces[0].has_mac = true;
	query.membership.checksum = CHECKSUM_BAD;
	take(query);
	query = good;
	query.ip.checksum = CHECKSUM_BAD;
	take(query);
	query = good;
	query.source = parse("224.9.9.9");
	take(query);
	query = good;
	query.destination = parse("224.7.7.7");
	take(query);
	query.destination = parse("10.99.0.1");
	take(query);
	query = good;
	memcpy(query.link.destination, another, MAC_SIZE);
	take(query);
	assert_int_equal(o->interfaces[0].queries, 0);
	assert_int_equal(o->queriers.count, 0);
	assert_int_equal(o->passed_over.bad_checksum, 2);
	assert_int_equal(o->passed_over.martian, 1);
	assert_int_equal(o->passed_over.foreign_query, 3);
	query = good;
	query.destination = parse(OWN);
	take(query);
	assert_int_equal(o->interfaces[0].queries, 1);
}

/* RFC 3810 section 6.2 */
static void an_mld_query_needs_its_router_alert(void **state)
{
	struct packet query = packet_from("fe80::7", "ff02::1");

	(void)state;
	o->group = parse("[ff05::1]:5004");
	query.transport = TRANSPORT_MEMBERSHIP;
	query.membership = (struct membership_message){.is_mld = true, .version = 2};
	take(query);
	assert_int_equal(o->interfaces[0].void_queries, 1);
	assert_int_equal(o->interfaces[0].queries, 0);
	query.ip.has_router_alert = true;
	take(query);
	assert_int_equal(o->interfaces[0].queries, 1);
}

static void where_nobody_has_joined_nobody_answers(void **state)
{
	struct packet query = membership(QUERIER, MEMBERSHIP_QUERY, 3);

	(void)state;
	take_on(ETH1, &query);
	observation_finish(o, now_ns + 10 * NS_PER_S);
	assert_int_equal(o->interfaces[1].queries, 1);
	assert_int_equal(o->interfaces[1].unanswered, 0);
}

static void other_vlans_are_other_links(void **state)
{
	struct packet query = membership(QUERIER, MEMBERSHIP_QUERY, 3);

	(void)state;
	query.link.vlan_count = 1;
	query.link.vlans[0].id = 5;
	take(query);
	assert_int_equal(o->interfaces[0].queries, 0);
	assert_int_equal(o->passed_over.other_vlan, 1);
}

static void data_of_other_vlans_is_of_other_links(void **state)
{
	struct packet packet = datagram(SOURCE, "tagged");

	(void)state;
	packet.link.vlan_count = 1;
	packet.link.vlans[0].id = 5;
	take(packet);
	assert_int_equal(observation_on_wire(o, 0), 0);
	assert_int_equal(o->passed_over.other_vlan, 1);
	packet.link.vlans[0].id = 0; /* a priority alone (IEEE 802.1Q) */
	take(packet);
	assert_int_equal(observation_on_wire(o, 0), 1);
}

static void what_a_router_forwards_does_not_come_in(void **state)
{
	struct packet packet = datagram(SOURCE, "forwarded");

	(void)state;
	o->interfaces[1].has_mac = true;
	memcpy(o->interfaces[1].mac, mac_b, MAC_SIZE);
	take(packet);
	packet.ip.ttl--;
	memcpy(packet.link.source, mac_b, MAC_SIZE);
	take_on(ETH1, &packet);
	assert_int_equal(observation_on_wire(o, ETH1), 0);
	assert_int_equal(observation_on_wire(o, ETH0), 1);
	packet = datagram(OWN, "own");
	memcpy(packet.link.source, mac_b, MAC_SIZE);
	take_on(ETH1, &packet);
	assert_int_equal(source_on(OWN, ETH1)->on_wire, 1);
}

/* ---- Where nobody expects it ---- */

static void where_nobody_expects_it_a_copy_is_none(void **state)
{
	struct packet packet = datagram(SOURCE, "x");

	(void)state;
	packet.ip.identification = 7;
	o->interfaces[1].is_aside = true;
	take_on(ETH1, &packet);
	take(packet);
	take_on(ETH1, &packet);
	assert_int_equal(source_on(SOURCE, ETH0)->repeated, 0);
	assert_int_equal(source_on(SOURCE, ETH1)->repeated, 0);
	assert_int_equal(observation_on_wire(o, ETH1), 2);
	assert_true(observation_is_expected(o, source_on(SOURCE, ETH0)));
	assert_false(observation_is_expected(o, source_on(SOURCE, ETH1)));
	take(packet);
	assert_int_equal(source_on(SOURCE, ETH0)->repeated, 1);
}

static void only_where_doctor_has_joined_it_can_compare(void **state)
{
	struct packet packet = datagram(SOURCE, "x");

	(void)state;
	take(packet);
	take_on(ETH1, &packet);
	assert_true(observation_is_comparable(o, source_on(SOURCE, ETH0)));
	assert_false(observation_is_comparable(o, source_on(SOURCE, ETH1)));
}

static void what_comes_by_another_interface_is_heard(void **state)
{
	struct packet packet = datagram(SOURCE, "x");

	(void)state;
	take_on(ETH1, &packet);
	take(packet);
	assert_false(observation_is_heard_elsewhere(o, source_on(SOURCE, ETH1)));
	receive_from(SOURCE ":1234");
	assert_true(observation_is_heard_elsewhere(o, source_on(SOURCE, ETH1)));
	assert_false(observation_is_heard_elsewhere(o, source_on(SOURCE, ETH0)));
	o->interfaces[0].is_aside = true; /* programs do not hear it there */
	assert_false(observation_is_heard_elsewhere(o, source_on(SOURCE, ETH1)));
	o->sources[0].fragments = o->sources[1].fragments = 1;
	assert_true(observation_is_heard_elsewhere(o, source_on(SOURCE, ETH1)));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_wire_and_the_socket_are_counted_apart, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(only_the_wanted_source_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_ports_and_other_groups_are_not_the_group,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_comes_before_the_join_does_not_count, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(wrong_checksums_and_macs_are_counted, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_goes_to_another_hosts_mac_is_no_firewalls,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_damaged_or_of_nobody_has_not_come, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_the_capture_has_cut_off_is_not_malformed,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_wrong_checksum_makes_no_copy, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_query_that_no_host_takes_is_none, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(an_mld_query_needs_its_router_alert, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(sources_are_bounded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(data_before_and_after_the_report_are_told_apart,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_probe_says_nothing_of_what_programs_send_with,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_ping_is_at_no_other_port, set_up, tear_down),
		cmocka_unit_test_setup_teardown(probes_of_doctors_come_neither_before_nor_after,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_has_no_address_is_this_host, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_report_needs_its_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(copies_in_fragments_may_become_one_datagram, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_same_number_and_bytes_are_a_copy, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(without_numbers_only_another_way_makes_a_copy,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(copies_are_remembered_in_fixed_room, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(whole_datagrams_in_fragments_are_complete, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(datagrams_with_missing_fragments_are_incomplete,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(fragments_that_come_twice_stand_for_no_others,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_whole_makes_room_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			so_many_fragments_that_there_is_no_room_are_given_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_answered_query_is_no_fault, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_query_without_answer_is_counted_when_its_time_is_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			another_hosts_answer_is_enough_for_the_older_versions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_damaged_answer_is_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(queries_for_other_groups_do_not_count, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			a_query_for_a_source_that_is_not_wanted_needs_no_answer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_wants_any_source_answers_for_each, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_this_host_asks_it_need_not_answer, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(where_nobody_has_joined_nobody_answers, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(other_vlans_are_other_links, set_up, tear_down),
		cmocka_unit_test_setup_teardown(data_of_other_vlans_is_of_other_links, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_a_router_forwards_does_not_come_in, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(where_nobody_expects_it_a_copy_is_none, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(only_where_doctor_has_joined_it_can_compare, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_comes_by_another_interface_is_heard, set_up,
						tear_down),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
