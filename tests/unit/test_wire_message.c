#include "unit.h"
#include "wire/message.h"

#include <stdio.h>

/* A datagram in a buffer that ends with it, so that a sanitizer sees a read past it. */
struct datagram {
	uint8_t *bytes;
	size_t size;
};

static struct datagram datagram_of(const void *bytes, size_t size)
{
	struct datagram datagram = {malloc(size), size};

	assert_true(datagram.bytes || size == 0);
	if (size > 0)
		memcpy(datagram.bytes, bytes, size);
	return datagram;
}

static const char *decoding_name(enum decoding decoding)
{
	static const char *const NAMES[] = {
		[DECODED] = "decoded",
		[DECODED_UNKNOWN] = "unknown",
		[DECODED_MALFORMED] = "malformed",
	};

	return NAMES[decoding];
}

static void assert_decodes(const char *bytes, size_t size, enum decoding expected)
{
	struct datagram datagram = datagram_of(bytes, size);
	struct message message = {.body = {.failed = true}};
	enum decoding got = message_decode(datagram.bytes, size, &message);

	if (got != expected)
		fail_msg("'%.*s' is %s and not %s", (int)size, bytes, decoding_name(got),
			 decoding_name(expected));
	assert_int_equal(message.body.failed, got != DECODED); /* untouched on failure */
	free(datagram.bytes);
}

static void assert_text_decodes(const char *text, enum decoding expected)
{
	assert_decodes(text, strlen(text), expected);
}

/* ---- The head (T-1) ---- */

static const char *const TYPES[] = {"ROOT", "TOOR", "RREG", "YREG", "NREG", "RJOI",
				    "YJOI", "NJOI", "DATA", "LEAV", "STAT", "TATS"};

static void every_type_is_known_with_each_line_end(void **state)
{
	static const char *const ENDS[] = {"", "\n", "\r\n"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(TYPES); i++) {
		for (size_t j = 0; j < COUNT_OF(ENDS); j++) {
			char text[8];
			struct message message;

			snprintf(text, sizeof text, "%s%s", TYPES[i], ENDS[j]);
			assert_int_equal(message_decode(text, strlen(text), &message), DECODED);
			assert_string_equal(message_type_name(message.type), TYPES[i]);
			assert_int_equal(reader_left(&message.body), 0);
		}
	}
}

/* T-2 */
static void heads_that_are_none_are_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		enum decoding expected;
	} CASES[] = {
		{"", 0, DECODED_MALFORMED},           {"\n", 1, DECODED_MALFORMED},
		{"ROO", 3, DECODED_MALFORMED},        {"ROO\n", 4, DECODED_MALFORMED},
		{"ROO\nT", 5, DECODED_MALFORMED},     {" ROOT\n", 6, DECODED_MALFORMED},
		{"\nROOT\n", 6, DECODED_MALFORMED},   {"ROOTS\n", 6, DECODED_MALFORMED},
		{"ROOT \n", 6, DECODED_MALFORMED},    {"ROOT\t\n", 6, DECODED_MALFORMED},
		{"ROOT\0\n", 6, DECODED_MALFORMED},   {"ROOT\0", 5, DECODED_MALFORMED},
		{"R\0OT\n", 5, DECODED_MALFORMED},    {"ROOT\rx", 6, DECODED_MALFORMED},
		{"ROOT\r\r\n", 7, DECODED_MALFORMED}, {"RO0T\n", 5, DECODED_MALFORMED},
		{"R@OT\n", 5, DECODED_MALFORMED},     {"R[OT\n", 5, DECODED_MALFORMED},
		{"R`OT\n", 5, DECODED_MALFORMED},     {"R{OT\n", 5, DECODED_MALFORMED},
		{"\xd2OOT\n", 5, DECODED_MALFORMED},  {"\0\0\0\0", 4, DECODED_MALFORMED},
		{"root\n", 5, DECODED_UNKNOWN},       {"Root", 4, DECODED_UNKNOWN},
		{"HELO\n", 5, DECODED_UNKNOWN},       {"zAzA\r\nany \0 body", 16, DECODED_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_decodes(CASES[i].bytes, CASES[i].size, CASES[i].expected);
}

/* What may come to stand there one day does no harm (T-1). */
static void types_without_a_body_may_have_one(void **state)
{
	static const char *const WITHOUT[] = {"ROOT", "RREG", "YREG", "NREG", "RJOI", "LEAV"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(WITHOUT); i++) {
		char text[32];

		snprintf(text, sizeof text, "%s\nany thing\n\n", WITHOUT[i]);
		assert_text_decodes(text, DECODED);
	}
}

/* ---- Addresses in the body (T-1) ---- */

static void lists_are_read_in_order(void **state)
{
	static const char *const TEXTS[] = {
		"YJOI\n192.0.2.1 1\n192.0.2.2 2\n192.0.2.3 3",
		"YJOI\n192.0.2.1 1\n192.0.2.2 2\n192.0.2.3 3\n",
		"NJOI\r\n192.0.2.1 1\r\n192.0.2.2 2\r\n192.0.2.3 3\r\n",
		"NJOI\n192.0.2.1 1\r\n192.0.2.2 2\n192.0.2.3 3\r",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
		struct datagram datagram = datagram_of(TEXTS[i], strlen(TEXTS[i]));
		struct message message;
		struct wire_address address;

		assert_int_equal(message_decode(datagram.bytes, datagram.size, &message), DECODED);
		for (uint16_t n = 1; n <= 3; n++) {
			struct wire_address expected = wire_address_v4(0xc0000200u + n, n);

			assert_true(message_next_address(&message, &address));
			assert_true(wire_address_equal(&address, &expected));
		}
		assert_false(message_next_address(&message, &address));
		assert_false(message.body.failed);
		free(datagram.bytes);
	}
}

/* T-1, T-2: the same for the root, a path, and children; only TOOR has no more than one. */
static void bodies_of_addresses(void **state)
{
	static const struct {
		const char *body;
		bool is_list, is_root;
	} CASES[] = {
		{"", true, true},
		{"192.0.2.1 1", true, true},
		{"192.0.2.1 1\n", true, true},
		{"192.0.2.1 1\r\n", true, true},
		{"2001:db8::1 65535\n", true, true},
		{"192.0.2.1 1\n192.0.2.2 2", true, false},
		{"192.0.2.1 1\n192.0.2.1 1\n", true, false},
		{"192.0.2.1 1\n2001:db8::1 1", true, false},
		{"\n", true, true}, /* an empty list, and its line end */
		{"\r\n", true, true},
		{"192.0.2.1 1\n\n", true, true},
		{"192.0.2.1 1\n\n\n", false, false},
		{"\n\n", false, false},
		{"\n192.0.2.1 1", false, false},
		{"192.0.2.1 1\n\n192.0.2.2 2", false, false},
		{" 192.0.2.1 1", false, false},
		{"192.0.2.1  1", false, false},
		{"192.0.2.1\t1", false, false},
		{"192.0.2.1 1 ", false, false},
		{"192.0.2.1 1 x\n", false, false},
		{"192.0.2.1 1\n192.0.2.2", false, false},
		{"192.0.2.1 0", false, false},
		{"192.0.2.1 65536", false, false},
		{"192.0.2.1 01", false, false},
		{"0.0.0.0 1", false, false},
		{"224.0.0.1 1", false, false},
		{"169.254.0.1 1", false, false},
		{"fe80::1 1", false, false},
		{"fe80::1%eth0 1", false, false},
		{"::ffff:192.0.2.1 1", false, false},
		{"none", false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		char text[64];

		snprintf(text, sizeof text, "YJOI\n%s", CASES[i].body);
		assert_text_decodes(text, CASES[i].is_list ? DECODED : DECODED_MALFORMED);
		snprintf(text, sizeof text, "NJOI\n%s", CASES[i].body);
		assert_text_decodes(text, CASES[i].is_list ? DECODED : DECODED_MALFORMED);
		snprintf(text, sizeof text, "TOOR\n%s", CASES[i].body);
		assert_text_decodes(text, CASES[i].is_root ? DECODED : DECODED_MALFORMED);
	}
}

static void a_last_empty_line_is_no_address(void **state)
{
	static const struct {
		const char *text;
		size_t count;
	} CASES[] = {
		{"TOOR\n\n", 0},
		{"TOOR\r\n\r\n", 0},
		{"TOOR\n192.0.2.1 1\n\n", 1},
		{"NJOI\n192.0.2.1 1\n192.0.2.2 1\n\r\n", 2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		size_t size = strlen(CASES[i].text), count = 0;
		struct datagram datagram = datagram_of(CASES[i].text, size);
		struct message message;
		struct wire_address address;

		assert_int_equal(message_decode(datagram.bytes, size, &message), DECODED);
		while (message_next_address(&message, &address))
			count++;
		assert_false(message.body.failed);
		assert_int_equal(count, CASES[i].count);
		free(datagram.bytes);
	}
}

static void a_nul_byte_in_a_list_is_refused(void **state)
{
	(void)state;
	assert_decodes("TOOR\n192.0.2.1 1\0", 17, DECODED_MALFORMED);
	assert_decodes("NJOI\n192.0.2.1 1\n\0", 18, DECODED_MALFORMED);
	assert_decodes("NJOI\n192.0.2.1\0001\n", 17, DECODED_MALFORMED);
}

static void the_longest_list_is_read(void **state)
{
	static const char LINE[] = "192.0.2.1 1\n";
	size_t lines = (UDP_MAX_4 - HEADER_SIZE) / strlen(LINE), count = 0;
	char *text = malloc(UDP_MAX_4 + 1);
	struct message message;
	struct wire_address address;

	(void)state;
	assert_non_null(text);
	strcpy(text, "NJOI\n");
	for (size_t i = 0; i < lines; i++)
		memcpy(text + HEADER_SIZE + i * strlen(LINE), LINE, sizeof LINE);
	assert_int_equal(message_decode(text, HEADER_SIZE + lines * strlen(LINE), &message),
			 DECODED);
	while (message_next_address(&message, &address))
		count++;
	assert_int_equal(count, lines);
	free(text);
}

/* ---- Payloads (T-10, T-11) ---- */

static void assert_payload(const char *bytes, size_t size, const char *payload, size_t payload_size)
{
	struct datagram datagram = datagram_of(bytes, size);
	struct message message;

	assert_int_equal(message_decode(datagram.bytes, size, &message), DECODED);
	assert_int_equal(message.type, MESSAGE_DATA);
	assert_int_equal(reader_left(&message.body), payload_size);
	assert_memory_equal(message.body.at, payload, payload_size);
	free(datagram.bytes);
}

static void data_carries_any_bytes(void **state)
{
	(void)state;
	assert_payload("DATA", 4, "", 0);
	assert_payload("DATA\n", 5, "", 0);
	assert_payload("DATA\r\n", 6, "", 0);
	assert_payload("DATA\nhello", 10, "hello", 5);
	assert_payload("DATA\nhello\n", 11, "hello\n", 6);
	assert_payload("DATA\n\n", 6, "\n", 1);
	assert_payload("DATA\n\r\n", 7, "\r\n", 2);
	assert_payload("DATA\n\0\xff\n\0", 9, "\0\xff\n\0", 4);
	assert_payload("DATA\nDATA\n", 10, "DATA\n", 5);
}

static void assert_refusal(const char *bytes, size_t size, const char *root, const char *payload,
			   size_t payload_size)
{
	struct datagram datagram = datagram_of(bytes, size);
	struct message message;
	struct wire_address address;
	struct reader rest;

	assert_int_equal(message_decode(datagram.bytes, size, &message), DECODED);
	rest = message_refused_payload(&message, &address);
	assert_false(rest.failed);
	assert_int_equal(reader_left(&rest), payload_size);
	assert_memory_equal(rest.at, payload, payload_size);
	assert_int_equal(wire_address_is_none(&address), root == NULL);
	if (root) {
		uint8_t text[WIRE_ADDRESS_TEXT_MAX];
		struct writer writer = writer_of(text, sizeof text);

		wire_address_write(&writer, &address);
		assert_int_equal(writer.size, strlen(root));
		assert_memory_equal(text, root, writer.size);
	}
	free(datagram.bytes);
}

static void a_refusal_names_the_root_and_has_the_payload(void **state)
{
	(void)state;
	assert_refusal("NDAT\n\nhello", 11, NULL, "hello", 5);
	assert_refusal("NDAT\n\n", 6, NULL, "", 0);
	assert_refusal("NDAT\r\n\r\nhello", 13, NULL, "hello", 5);
	assert_refusal("NDAT\n192.0.2.1 7\nhello", 22, "192.0.2.1 7", "hello", 5);
	assert_refusal("NDAT\n192.0.2.1 7\r\nhello", 23, "192.0.2.1 7", "hello", 5);
	assert_refusal("NDAT\n2001:db8::1 7\n", 19, "2001:db8::1 7", "", 0);
	assert_refusal("NDAT\n192.0.2.1 7\n\0\n\xff\n", 21, "192.0.2.1 7", "\0\n\xff\n", 4);
	assert_refusal("NDAT\n\n192.0.2.1 7\n", 18, NULL, "192.0.2.1 7\n", 12);
}

/* T-2 */
static void refusals_that_are_none(void **state)
{
	static const char *const TEXTS[] = {
		"NDAT",
		"NDAT\n",
		"NDAT\r\n",
		"NDAT\n192.0.2.1 7",
		"NDAT\nhello",
		"NDAT\nhello\n",
		"NDAT\n \nhello",
		"NDAT\n192.0.2.1 0\nhello",
		"NDAT\n192.0.2.1 7 \nhello",
		"NDAT\n192.0.2.1  7\nhello",
		"NDAT\nfe80::1 7\nhello",
		"NDAT\r",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(TEXTS); i++)
		assert_text_decodes(TEXTS[i], DECODED_MALFORMED);
}

/* ---- Encoding ---- */

/* Draws addresses until there is one that may stand in a body. */
static struct wire_address draw_address(struct random *random)
{
	struct wire_address address;

	do {
		address.port = (uint16_t)random_next(random);
		for (size_t i = 0; i < IP_SIZE; i++)
			address.ip[i] = (uint8_t)random_next(random);
		if (random_below(random, 2) > 0)
			address = wire_address_v4((uint32_t)random_next(random), address.port);
	} while (!wire_address_is_usable(&address));
	return address;
}

static void lists_are_read_as_they_were_written(void **state)
{
	enum { MOST = 40 };
	struct random random = {8};

	(void)state;
	for (int round = 0; round < 2000; round++) {
		uint8_t bytes[HEADER_SIZE + MOST * (WIRE_ADDRESS_TEXT_MAX + 1)];
		struct writer writer = writer_of(bytes, sizeof bytes);
		struct wire_address written[MOST], read;
		size_t count = random_below(&random, MOST + 1);
		struct datagram datagram;
		struct message message;

		message_begin(&writer, MESSAGE_NJOI);
		for (size_t i = 0; i < count; i++) {
			written[i] = draw_address(&random);
			message_add_address(&writer, i == 0, &written[i]);
		}
		assert_false(writer.failed);
		assert_true(bytes[writer.size - 1] != '\n' || count == 0);
		datagram = datagram_of(bytes, writer.size);
		assert_int_equal(message_decode(datagram.bytes, datagram.size, &message), DECODED);
		for (size_t i = 0; i < count; i++) {
			assert_true(message_next_address(&message, &read));
			assert_true(wire_address_equal(&read, &written[i]));
		}
		assert_false(message_next_address(&message, &read));
		free(datagram.bytes);
	}
}

static void every_head_is_its_letters_and_a_line_end(void **state)
{
	(void)state;
	for (int type = MESSAGE_ROOT; type <= MESSAGE_TATS; type++) {
		char bytes[HEADER_SIZE + 1] = "";
		struct writer writer = writer_of(bytes, HEADER_SIZE);

		message_begin(&writer, (enum message_type)type);
		assert_false(writer.failed);
		assert_int_equal(writer.size, HEADER_SIZE);
		assert_memory_equal(bytes, message_type_name((enum message_type)type), 4);
		assert_int_equal(bytes[4], '\n');
	}
}

/* ---- Properties ---- */

static const char *const GOOD[] = {
	"ROOT\n",
	"TOOR\n192.0.2.1 10000\n",
	"RJOI",
	"YJOI\r\n192.0.2.9 1\n192.0.2.1 10000",
	"NJOI\n2001:db8::1 1\n2001:db8::2 65535\n192.0.2.1 1",
	"DATA\nhello\n",
	"NDAT\n192.0.2.1 10000\nhello",
	"NDAT\n\nhello",
	"STAT\n          ",
	"LEAV\n",
};

/* One of the above with some bytes changed, left out or doubled; or noise. */
static size_t draw_bytes(struct random *random, uint8_t bytes[static 128])
{
	static const char LETTERS[] = "\n\r\t .:%0159afFJNRY\0\xff";
	const char *good = GOOD[random_below(random, COUNT_OF(GOOD))];
	size_t size = strlen(good);

	memcpy(bytes, good, size);
	for (uint64_t changes = random_below(random, 5); changes > 0 && size > 0; changes--) {
		size_t at = random_below(random, size);

		switch (random_below(random, 4)) {
		case 0:
			bytes[at] = (uint8_t)LETTERS[random_below(random, sizeof LETTERS - 1)];
			break;
		case 1:
			bytes[at] = (uint8_t)random_next(random);
			break;
		case 2:
			memmove(bytes + at, bytes + at + 1, --size - at);
			break;
		case 3:
			memmove(bytes + at + 1, bytes + at, size++ - at);
		}
	}
	return size;
}

/* Every address of a body is usable, and its text is read as the same address. */
static void assert_canonical(const struct wire_address *address)
{
	uint8_t text[WIRE_ADDRESS_TEXT_MAX];
	struct writer writer = writer_of(text, sizeof text);
	struct wire_address again;
	struct reader reader;

	assert_true(wire_address_is_usable(address));
	wire_address_write(&writer, address);
	assert_false(writer.failed);
	reader = reader_of(text, writer.size);
	wire_address_read(&reader, &again);
	assert_false(reader.failed);
	assert_true(wire_address_equal(address, &again));
}

static void assert_reads_without_failing(struct message *message)
{
	struct wire_address address;

	switch (message->type) {
	case MESSAGE_TOOR:
	case MESSAGE_YJOI:
	case MESSAGE_NJOI:
		while (message_next_address(message, &address))
			assert_canonical(&address);
		break;
	case MESSAGE_NDAT:
		message_refused_payload(message, &address);
		if (!wire_address_is_none(&address))
			assert_canonical(&address);
		break;
	default:
		break;
	}
	assert_false(message->body.failed);
}

/* T-2. The buffers end where the datagram ends: under AddressSanitizer a byte too many is seen. */
static void whatever_comes_is_read_within_its_bounds(void **state)
{
	struct random random = {9};
	unsigned seen[3] = {0};

	(void)state;
	for (int i = 0; i < 300000; i++) {
		uint8_t bytes[128];
		size_t size = draw_bytes(&random, bytes);
		struct datagram datagram = datagram_of(bytes, size);
		struct message message;
		enum decoding decoding = message_decode(datagram.bytes, size, &message);

		seen[decoding]++;
		if (decoding == DECODED)
			assert_reads_without_failing(&message);
		free(datagram.bytes);
	}
	for (size_t i = 0; i < COUNT_OF(seen); i++)
		assert_true(seen[i] > 3000);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_known_with_each_line_end),
		cmocka_unit_test(heads_that_are_none_are_refused),
		cmocka_unit_test(types_without_a_body_may_have_one),
		cmocka_unit_test(lists_are_read_in_order),
		cmocka_unit_test(bodies_of_addresses),
		cmocka_unit_test(a_last_empty_line_is_no_address),
		cmocka_unit_test(a_nul_byte_in_a_list_is_refused),
		cmocka_unit_test(the_longest_list_is_read),
		cmocka_unit_test(data_carries_any_bytes),
		cmocka_unit_test(a_refusal_names_the_root_and_has_the_payload),
		cmocka_unit_test(refusals_that_are_none),
		cmocka_unit_test(lists_are_read_as_they_were_written),
		cmocka_unit_test(every_head_is_its_letters_and_a_line_end),
		cmocka_unit_test(whatever_comes_is_read_within_its_bounds),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
