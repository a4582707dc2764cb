#include "cli/wanted_groups.h"
#include "net/address.h"
#include "unit.h"

#include <netinet/in.h>

static union hostcast_address parse(const char *text)
{
	union hostcast_address address;

	assert_true(address_parse_with_port(text, 0, &address));
	return address;
}

static struct wanted_group filter_of(const char *text)
{
	struct wanted_group filter;
	struct error error;

	if (wanted_group_parse(text, AF_UNSPEC, &filter, &error) < 0)
		fail_msg("%s", error.text);
	return filter;
}

static struct packet udp_packet(const char *source, const char *destination)
{
	return (struct packet){.ip.version = 4,
			       .source = parse(source),
			       .destination = parse(destination),
			       .transport = TRANSPORT_UDP};
}

static void assert_matches(const char *text, const struct packet *packet, bool expected)
{
	struct wanted_group filter = filter_of(text);

	if (wanted_group_matches(&filter, packet) != expected)
		fail_msg("'%s' %s", text, expected ? "does not match" : "matches");
}

static void a_port_is_any_unless_it_is_named(void **state)
{
	struct packet packet = udp_packet("10.0.0.1:4000", "224.1.1.1:5005");

	(void)state;
	assert_matches("224.1.1.1", &packet, true);
	assert_matches("224.1.1.1:5005", &packet, true);
	assert_matches("224.1.1.1:5004", &packet, false); /* the default of targets is no default */
	assert_matches("224.1.1.1:1", &packet, false);
	assert_matches("224.1.1.2", &packet, false);
	assert_matches("10.0.0.1@224.1.1.1", &packet, true);
	assert_matches("10.0.0.2@224.1.1.1", &packet, false);
	assert_matches("ff12::1", &packet, false);
	address_set_port(&packet.destination, 1);
	assert_matches("224.1.1.1:1", &packet, true);
	address_set_port(&packet.destination, 2);
	assert_matches("224.1.1.1:2", &packet, true);
}

static void later_fragments_are_of_any_port(void **state)
{
	struct packet packet = udp_packet("10.0.0.1", "224.1.1.1");

	(void)state;
	packet.transport = TRANSPORT_NONE;
	assert_matches("224.1.1.1:5004", &packet, true);
}

static void membership_messages_match_by_what_they_are_about(void **state)
{
	static const uint8_t records[] = {4, 0, 0, 0, 224, 1, 1, 1, 3, 0, 0, 0, 224, 1, 1, 2};
	struct packet packet = udp_packet("10.0.0.1", "224.0.0.22");

	(void)state;
	packet.transport = TRANSPORT_MEMBERSHIP;
	packet.membership =
		(struct membership_message){.kind = MEMBERSHIP_REPORT,
					    .version = 3,
					    .count = 2,
					    .records = reader_of(records, sizeof records)};
	assert_matches("224.1.1.1:5004", &packet, true);
	assert_matches("224.1.1.2", &packet, true);
	assert_matches("224.1.1.3", &packet, false);
	packet.membership = (struct membership_message){.kind = MEMBERSHIP_QUERY, .version = 3};
	assert_matches("224.1.1.3", &packet, true);
	assert_matches("ff12::1", &packet, false); /* MLD asks for these */
	packet.membership.group = parse("224.1.1.1");
	assert_matches("224.1.1.1", &packet, true);
	assert_matches("224.1.1.3", &packet, false);
	packet.membership.kind = MEMBERSHIP_LEAVE;
	assert_matches("224.1.1.1", &packet, true);
}

static void icmp_errors_match_by_what_they_are_about(void **state)
{
	struct packet packet = udp_packet("10.0.0.9", "10.0.0.1");

	(void)state;
	packet.transport = TRANSPORT_ICMP;
	packet.icmp = (struct icmp_message){.is_error = true,
					    .about_source = parse("10.0.0.1:4000"),
					    .about_destination = parse("224.1.1.1:5004")};
	assert_matches("224.1.1.1:5004", &packet, true);
	assert_matches("224.1.1.1:5005", &packet, false);
}

static void what_is_no_group_is_refused(void **state)
{
	static const char *const wrong[] = {"10.0.0.1", "224.1.1.1+3", "224.1.1.1:0", "x", ""};
	struct wanted_group filter;
	struct error error;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_int_equal(wanted_group_parse(wrong[i], AF_UNSPEC, &filter, &error),
				 HOSTCAST_INVALID);
}

static void of_several_one_has_to_match(void **state)
{
	static const char *const texts[] = {"224.1.1.1", "224.1.1.2:5004"};
	struct packet packet = udp_packet("10.0.0.1:4000", "224.1.1.2:5004");
	struct packet other = udp_packet("10.0.0.1:4000", "224.1.1.2:5005");
	struct wanted_groups filters;
	struct error error;

	(void)state;
	assert_int_equal(wanted_groups_parse(&filters, texts, 2, AF_UNSPEC, &error), 0);
	assert_int_equal(filters.count, 2);
	assert_true(wanted_groups_match(&filters, &packet));
	assert_false(wanted_groups_match(&filters, &other));
	assert_int_equal(wanted_groups_parse(&filters, texts, 0, AF_UNSPEC, &error), 0);
	assert_true(wanted_groups_match(&filters, &other)); /* none: all */
	assert_int_equal(wanted_groups_parse(&filters, texts, LIST_MAX + 1, AF_UNSPEC, &error),
			 HOSTCAST_INVALID);
	assert_string_equal(error.text, "65 groups are more than 64; without any, all are meant");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_is_any_unless_it_is_named),
		cmocka_unit_test(later_fragments_are_of_any_port),
		cmocka_unit_test(membership_messages_match_by_what_they_are_about),
		cmocka_unit_test(icmp_errors_match_by_what_they_are_about),
		cmocka_unit_test(what_is_no_group_is_refused),
		cmocka_unit_test(of_several_one_has_to_match),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
