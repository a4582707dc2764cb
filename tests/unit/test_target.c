#include "net/address.h"
#include "net/target.h"
#include "unit.h"

#include <ctype.h>
#include <netdb.h>
#include <stdio.h>

/* The canonical text of a target. */
static const char *write_target(const struct target *target, char text[300])
{
	char source[HOSTCAST_TEXT_SIZE] = "", address[HOSTCAST_TEXT_SIZE], range[16] = "";
	union hostcast_address group = target->address;
	size_t size;
	const char *port;

	if (target->source.any.sa_family != AF_UNSPEC) {
		address_ip_text(&target->source, source);
		strcat(source, "@");
	}
	if (target->count > 1)
		snprintf(range, sizeof range, "+%u", target->count);
	hostcast_address_text(&group, address);
	port = strrchr(address, ':');
	size = (size_t)(port - address);
	snprintf(text, 300, "%s%s%.*s%s%s", target->kind == TARGET_TREE ? "tree://" : "", source,
		 (int)size, address, range, port);
	return text;
}

static void understands_all_forms(void **state)
{
	static const struct {
		const char *text, *expected;
		enum target_kind kind;
	} cases[] = {
		{"224.1.1.1", "224.1.1.1:99", TARGET_GROUP},
		{"224.1.1.1:5004", "224.1.1.1:5004", TARGET_GROUP},
		{"[224.1.1.1]:5004", "224.1.1.1:5004", TARGET_GROUP},
		{"ff12::1", "[ff12::1]:99", TARGET_GROUP},
		{"[ff12::1%lo]:5004", "[ff12::1%lo]:5004", TARGET_GROUP},
		{"ff12::1%1", "[ff12::1%lo]:99", TARGET_GROUP},
		{"10.0.0.7@232.1.1.1", "10.0.0.7@232.1.1.1:99", TARGET_GROUP},
		{"10.0.0.7@232.1.1.1:5", "10.0.0.7@232.1.1.1:5", TARGET_GROUP},
		{"fd00::1@ff3e::8000:1", "fd00::1@[ff3e::8000:1]:99", TARGET_GROUP},
		{"[fd00::1]@[ff3e::8000:1]:7", "fd00::1@[ff3e::8000:1]:7", TARGET_GROUP},
		{"225.1.2.3+20", "225.1.2.3+20:99", TARGET_GROUP},
		{"225.1.2.3+20:5004", "225.1.2.3+20:5004", TARGET_GROUP},
		{"225.1.2.3+1", "225.1.2.3:99", TARGET_GROUP},
		{"ff12::1+20", "[ff12::1]+20:99", TARGET_GROUP},
		{"[ff12::1]+20:5004", "[ff12::1]+20:5004", TARGET_GROUP},
		{"[ff12::1+20]:5004", "[ff12::1]+20:5004", TARGET_GROUP},
		{"239.255.0.0+65536", "239.255.0.0+65536:99", TARGET_GROUP},
		{"10.0.0.7@232.1.1.1+3:5", "10.0.0.7@232.1.1.1+3:5", TARGET_GROUP},
		{"192.0.2.1:5004", "192.0.2.1:5004", TARGET_HOST},
		{"[::1]:1", "[::1]:1", TARGET_HOST},
		{"::1", "[::1]:99", TARGET_HOST},
		{"0.0.0.0:65535", "0.0.0.0:65535", TARGET_HOST},
		{"tree://192.0.2.1", "tree://192.0.2.1:99", TARGET_TREE},
		{"tree://192.0.2.1:5", "tree://192.0.2.1:5", TARGET_TREE},
		{"tree://127.0.0.2:10000", "tree://127.0.0.2:10000", TARGET_TREE},
		{"tree://[::1]:10000", "tree://[::1]:10000", TARGET_TREE},
		{"tree://[2001:db8::1]", "tree://[2001:db8::1]:99", TARGET_TREE},
		{"tree://2001:db8::1", "tree://[2001:db8::1]:99", TARGET_TREE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct target target;
		struct error error = {0};
		char text[300];

		if (target_parse(cases[i].text, AF_UNSPEC, 99, &target, &error) != 0)
			fail_msg("'%s': %s", cases[i].text, error.text);
		assert_string_equal(write_target(&target, text), cases[i].expected);
		assert_int_equal(target.kind, cases[i].kind);
		assert_int_equal(target.is_port_given, !strstr(cases[i].expected, ":99"));
	}
}

static void a_port_that_is_the_default_is_given_too(void **state)
{
	struct target target;
	struct error error;

	(void)state;
	assert_int_equal(target_parse_group("224.1.1.1:99", AF_INET, 99, &target, &error), 0);
	assert_true(target.is_port_given);
	assert_int_equal(target_parse_group("224.1.1.1", AF_INET, 99, &target, &error), 0);
	assert_false(target.is_port_given);
}

static void resolves_host_names(void **state)
{
	struct addrinfo hints = {.ai_family = AF_INET};
	struct addrinfo *found;
	struct target target;
	struct error error = {0};
	char text[300];

	(void)state;
	if (getaddrinfo("localhost", NULL, &hints, &found) != 0) {
		print_message("this machine does not know localhost (no /etc/hosts)\n");
		skip();
	}
	freeaddrinfo(found);
	assert_int_equal(target_parse("localhost:7", AF_INET, 99, &target, &error), 0);
	assert_string_equal(write_target(&target, text), "127.0.0.1:7");
	assert_int_equal(target.kind, TARGET_HOST);
	assert_int_equal(target_parse("tree://localhost:7", AF_INET, 99, &target, &error), 0);
	assert_string_equal(write_target(&target, text), "tree://127.0.0.1:7");
}

static void each_kind_has_a_port_of_its_own(void **state)
{
	static const struct {
		const char *text;
		uint16_t port;
	} cases[] = {
		{"224.1.1.1", HOSTCAST_PORT},
		{"192.0.2.1", HOSTCAST_PORT},
		{"tree://192.0.2.1", HOSTCAST_TREE_PORT},
		{"tree://192.0.2.1:5004", 5004},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct target target;
		struct error error = {0};

		assert_int_equal(target_parse(cases[i].text, AF_UNSPEC, 0, &target, &error), 0);
		assert_int_equal(address_port(&target.address), cases[i].port);
	}
}

/* T-1: what stands in the messages of a tree must mean the same wherever it is read. */
static void trees_are_named_by_one_host(void **state)
{
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{"tree://224.1.1.1", "names no host"},
		{"tree://[ff12::1]", "names no host"},
		{"tree://0.0.0.0:10000", "names no host"},
		{"tree://[::]", "names no host"},
		{"tree://169.254.0.7", "is link-local"},
		{"tree://fe80::1", "is link-local"},
		{"tree://[fe80::1%lo]:10000", "has a zone"},
		{"tree://[::1%lo]", "has a zone"},
		{"tree://[::ffff:192.0.2.1]:10000", "write it as IPv4"},
		{"tree://10.0.0.7@192.0.2.1", "neither a source"},
		{"tree://192.0.2.1+3", "nor a range"},
		{"tree://192.0.2.1/24", "must be tree://HOST[:PORT]"},
		{"tree://", "'' is no address"},
		{"tree://:10000", "'' is no address"},
		{"tree://192.0.2.1:0", "port '0' in 'tree://192.0.2.1:0'"},
		{"tree://192.0.2.1:65536", "port '65536'"},
		{"tree://192.0.2.300", "'192.0.2.300' is no address"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct target target;
		struct error error = {0};

		assert_true(target_names_tree(cases[i].text));
		assert_int_equal(target_parse(cases[i].text, AF_UNSPEC, 99, &target, &error),
				 HOSTCAST_INVALID);
		if (!strstr(error.text, cases[i].reason))
			fail_msg("'%s' gives '%s'", cases[i].text, error.text);
	}
	assert_false(target_names_tree("192.0.2.1"));
	assert_false(target_names_tree("TREE://192.0.2.1"));
}

static void refuses_with_the_reason(void **state)
{
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{"", "1 to 300 characters"},
		{"224.1.1.1:0", "port '0' in '224.1.1.1:0' must be 1 to 65535"},
		{"224.1.1.1:65536", "port '65536'"},
		{"224.1.1.1:", "port ''"},
		{"224.1.1.1:x", "port 'x'"},
		{"224.1.1.1:5+2", "port '5+2'"},
		{"[ff12::1]:0", "port '0'"},
		{"224.1.1.1+0", "'+0' in '224.1.1.1+0' must be +1 to +65536"},
		{"224.1.1.1+65537", "'+65537'"},
		{"224.1.1.1+99999999999999999999", "must be +1"},
		{"239.255.255.255+2", "ends beyond the last group"},
		{"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]+2", "ends beyond"},
		{"10.0.0.1+2", "is a range of hosts"},
		{"10.0.0.1@10.0.0.2", "has a source, but no group"},
		{"224.1.1.1@232.1.1.1", "'224.1.1.1' in '224.1.1.1@232.1.1.1' is no source"},
		{"0.0.0.0@232.1.1.1", "is no source"},
		{"host@232.1.1.1", "'host'"},
		{"@232.1.1.1", "'' in"},
		{"10.0.0.1@", "is no address"},
		{"10.0.0.1@ff3e::1", "of different families"},
		{"300.1.1.1", "'300.1.1.1' is no address"},
		{"1.2.3", "is no address"},
		{"ff12::1%no-such-one", "zone must name an interface"},
		{"two words", "is no address"},
		{"ff12:::1", "is no address"},
		{"[ff12::1", "is no address"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct target target, before;
		struct error error = {0};

		memset(&before, 0x5a, sizeof before);
		target = before;
		assert_int_equal(target_parse(cases[i].text, AF_UNSPEC, 99, &target, &error),
				 HOSTCAST_INVALID);
		if (!strstr(error.text, cases[i].reason))
			fail_msg("'%s' gives '%s'", cases[i].text, error.text);
		assert_memory_equal(&target, &before, sizeof target);
	}
}

static void asks_for_the_family_and_for_groups(void **state)
{
	struct target target;
	struct error error = {0};
	char longest[302];

	(void)state;
	assert_int_equal(target_parse("224.1.1.1", AF_INET6, 99, &target, &error),
			 HOSTCAST_INVALID);
	assert_non_null(strstr(error.text, "not an IPv6 address"));
	assert_int_equal(target_parse("ff02::1", AF_INET, 99, &target, &error), HOSTCAST_INVALID);
	assert_int_equal(target_parse_group("10.0.0.1", AF_INET, 9, &target, &error),
			 HOSTCAST_INVALID);
	assert_non_null(strstr(error.text, "'10.0.0.1' is not a multicast group"));
	assert_int_equal(target_parse_group("224.1.1.1", AF_INET, 9, &target, &error), 0);
	assert_int_equal(target_parse("tree://::1", AF_INET, 99, &target, &error),
			 HOSTCAST_INVALID);
	assert_non_null(strstr(error.text, "'tree://::1' is not an IPv4 address"));
	assert_int_equal(target_parse_group("tree://192.0.2.1", AF_INET, 9, &target, &error),
			 HOSTCAST_INVALID);
	assert_non_null(strstr(error.text, "'tree://192.0.2.1' is a tree of hosts"));
	memset(longest, '1', 301);
	longest[301] = '\0';
	assert_int_equal(target_parse(longest, AF_UNSPEC, 99, &target, &error), HOSTCAST_INVALID);
	assert_non_null(strstr(error.text, "has 301"));
}

/* A label has 63 octets at most (RFC 1035 section 2.3.4): no name server is asked for this one. */
static void says_which_name_does_not_resolve(void **state)
{
	struct target target;
	struct error error = {0};
	char label[80] = "";

	(void)state;
	memset(label, 'a', 70);
	assert_int_equal(target_parse(label, AF_UNSPEC, 99, &target, &error), HOSTCAST_ADDRESS);
	assert_non_null(strstr(error.text, "cannot resolve the host name 'aaa"));
}

/* What getaddrinfo() would be asked for is left out: no test waits for a name server. */
static bool may_be_a_name(const char *text)
{
	size_t letters = 0, colons = 0;

	for (const char *c = text; *c; c++) {
		letters += isalpha((unsigned char)*c) != 0;
		colons += *c == ':';
	}
	return letters > 0 && colons < 2 && !strchr(text, '%');
}

static void change_at_random(struct random *random, char *text, size_t room)
{
	static const char letters[] = "0123456789.:.:[]%@+/ ";

	for (size_t changes = random_below(random, 4); changes > 0; changes--) {
		size_t size = strlen(text), at = random_below(random, size + 1);
		char c = letters[random_below(random, sizeof letters - 1)];

		switch (random_below(random, 3)) {
		case 0:
			if (at < size)
				text[at] = c;
			break;
		case 1:
			memmove(text + at, text + at + (at < size), size - at + (at >= size));
			break;
		default:
			if (size + 2 < room) {
				memmove(text + at + 1, text + at, size - at + 1);
				text[at] = c;
			}
		}
	}
}

/* Texts that are nearly right: none crashes, and what is accepted is written and read back. */
static void any_accepted_text_is_read_back(void **state)
{
	static const char *const seeds[] = {
		"224.1.1.1:5004", "[ff12::1%lo]:5004",          "10.0.0.7@232.1.1.1+3:5",
		"225.1.2.3+20",   "[fd00::1]@[ff3e::8000:1]:7", "::1",
		"ff12::1+20",     "tree://192.0.2.1:10000",     "tree://[2001:db8::1]:7",
	};
	struct random random = {11};
	int accepted = 0, refused = 0;

	(void)state;
	for (int round = 0; round < 100000; round++) {
		char text[64], written[300], again[300];
		struct target first, second;
		struct error error = {0};

		strcpy(text, seeds[random_below(&random, COUNT_OF(seeds))]);
		change_at_random(&random, text, sizeof text);
		if (may_be_a_name(text))
			continue;
		if (target_parse(text, AF_UNSPEC, 99, &first, &error) != 0) {
			assert_int_not_equal(error.text[0], '\0');
			refused++;
			continue;
		}
		accepted++;
		write_target(&first, written);
		if (target_parse(written, AF_UNSPEC, 1, &second, &error) != 0)
			fail_msg("'%s' became '%s': %s", text, written, error.text);
		assert_string_equal(write_target(&second, again), written);
		assert_true(second.is_port_given); /* it is always written */
		second.is_port_given = first.is_port_given;
		assert_memory_equal(&first, &second, sizeof first);
	}
	assert_true(accepted > 10000 && refused > 10000);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands_all_forms),
		cmocka_unit_test(a_port_that_is_the_default_is_given_too),
		cmocka_unit_test(resolves_host_names),
		cmocka_unit_test(each_kind_has_a_port_of_its_own),
		cmocka_unit_test(trees_are_named_by_one_host),
		cmocka_unit_test(refuses_with_the_reason),
		cmocka_unit_test(asks_for_the_family_and_for_groups),
		cmocka_unit_test(says_which_name_does_not_resolve),
		cmocka_unit_test(any_accepted_text_is_read_back),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
