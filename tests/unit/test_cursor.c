#include "base/cursor.h"
#include "unit.h"

/* ---- Reading ---- */

static struct reader reader_of_text(const char *text)
{
	return reader_of(text, strlen(text));
}

static void a_byte_that_is_looked_at_stays(void **state)
{
	struct reader reader = reader_of_text("ab");

	(void)state;
	assert_int_equal(reader_peek(&reader), 'a');
	assert_int_equal(reader_peek(&reader), 'a');
	assert_int_equal(reader_left(&reader), 2);
}

static void the_end_is_no_byte(void **state)
{
	const uint8_t last = 0xff;
	struct reader reader = reader_of(&last, 1);

	(void)state;
	assert_int_equal(reader_peek(&reader), 0xff);
	reader_expect(&reader, 0xff);
	assert_int_equal(reader_peek(&reader), -1);
	assert_false(reader.failed);
	reader_expect(&reader, 0xff);
	assert_true(reader.failed);
}

static void an_error_sticks(void **state)
{
	struct reader reader = reader_of_text("ab\n12");
	struct reader line;

	(void)state;
	reader_expect(&reader, 'x');
	assert_true(reader.failed);
	assert_int_equal(reader_peek(&reader), -1);
	reader_expect(&reader, 'a');
	assert_true(reader.failed);
	assert_int_equal(reader_decimal(&reader, 99), 0);
	line = reader_line(&reader);
	assert_true(line.failed);
	assert_int_equal(reader_left(&line), 0);
}

static void decimals(void **state)
{
	static const struct {
		const char *text;
		uint64_t most, value;
		bool is_good;
		size_t left; /* if it is good */
	} CASES[] = {
		{"0", 9, 0, true, 0},
		{"7", 9, 7, true, 0},
		{"255", 255, 255, true, 0},
		{"256", 255, 0, false, 0},
		{"65535", 65535, 65535, true, 0},
		{"65536", 65535, 0, false, 0},
		{"12 34", 99, 12, true, 3},
		{"12.", 99, 12, true, 1},
		{"0x1", 99, 0, true, 2},
		{"00", 99, 0, false, 0},
		{"01", 99, 0, false, 0},
		{"", 99, 0, false, 0},
		{"-1", 99, 0, false, 0},
		{"+1", 99, 0, false, 0},
		{" 1", 99, 0, false, 0},
		{"a", 99, 0, false, 0},
		{"1", 0, 0, false, 0},
		{"0", 0, 0, true, 0},
		{"18446744073709551615", UINT64_MAX, UINT64_MAX, true, 0},
		{"18446744073709551616", UINT64_MAX, 0, false, 0},
		{"18446744073709551625", UINT64_MAX, 0, false, 0},
		{"99999999999999999999999999", UINT64_MAX, 0, false, 0},
		{"4294967296", UINT32_MAX, 0, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct reader reader = reader_of_text(CASES[i].text);
		uint64_t value = reader_decimal(&reader, CASES[i].most);

		bool is_at = reader.failed || reader_left(&reader) == CASES[i].left;

		if (value != CASES[i].value || reader.failed == CASES[i].is_good || !is_at)
			fail_msg("'%s' read as %ju", CASES[i].text, (uintmax_t)value);
	}
}

static void lines(void **state)
{
	static const struct {
		const char *text, *line, *rest;
	} CASES[] = {
		{"", "", ""},           {"a", "a", ""},         {"a\n", "a", ""},
		{"a\nb", "a", "b"},     {"a\r\nb", "a", "b"},   {"\n", "", ""},
		{"\nb", "", "b"},       {"\r\nb", "", "b"},     {"\r", "", ""},
		{"a\r", "a", ""},       {"a\r\r\n", "a\r", ""}, {"a\rb\n", "a\rb", ""},
		{"a\n\nb", "a", "\nb"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct reader reader = reader_of_text(CASES[i].text);
		struct reader line = reader_line(&reader);

		assert_false(line.failed || reader.failed);
		assert_int_equal(reader_left(&line), strlen(CASES[i].line));
		assert_memory_equal(line.at, CASES[i].line, strlen(CASES[i].line));
		assert_int_equal(reader_left(&reader), strlen(CASES[i].rest));
		assert_memory_equal(reader.at, CASES[i].rest, strlen(CASES[i].rest));
	}
}

static void a_line_may_hold_nul_bytes(void **state)
{
	struct reader reader = reader_of("a\0b\nc", 5);
	struct reader line = reader_line(&reader);

	(void)state;
	assert_int_equal(reader_left(&line), 3);
	assert_int_equal(reader_left(&reader), 1);
}

static void a_key_is_passed_over_with_its_space(void **state)
{
	struct reader line = reader_of_text("port 7");

	(void)state;
	assert_false(reader_key(&line, "por"));
	assert_false(reader_key(&line, "ports"));
	assert_int_equal(reader_left(&line), 6);
	assert_true(reader_key(&line, "port"));
	assert_int_equal(reader_decimal(&line, 9), 7);
}

static void a_key_without_a_space_is_none(void **state)
{
	struct reader line = reader_of_text("port");

	(void)state;
	assert_false(reader_key(&line, "port"));
	assert_int_equal(reader_left(&line), 4);
}

static void numbers_are_in_network_byte_order(void **state)
{
	static const uint8_t BYTES[] = {0x01, 0xff, 0xfe, 0x80, 0x00, 0x00, 0x02};
	struct reader reader = reader_of(BYTES, sizeof BYTES);

	(void)state;
	assert_int_equal(reader_byte(&reader), 0x01);
	assert_int_equal(reader_be16(&reader), 0xfffe);
	assert_int_equal(reader_be32(&reader), 0x80000002u);
	assert_int_equal(reader_left(&reader), 0);
	assert_false(reader.failed);
}

/* A number of which a part is there is none, and what follows is not read from its middle. */
static void numbers_that_are_cut_off_are_0(void **state)
{
	static const uint8_t BYTES[] = {1, 2, 3};
	struct reader reader = reader_of(BYTES, sizeof BYTES);

	(void)state;
	assert_int_equal(reader_be32(&reader), 0);
	assert_true(reader.failed);
	assert_int_equal(reader_be16(&reader), 0);
	assert_int_equal(reader_byte(&reader), 0);
	assert_int_equal(reader_left(&reader), 3);
}

static void bytes_are_taken_whole_or_not(void **state)
{
	static const uint8_t BYTES[] = {1, 2, 3, 4, 5};
	struct reader reader = reader_of(BYTES, sizeof BYTES);
	struct reader taken = reader_take(&reader, 2);

	(void)state;
	assert_int_equal(reader_left(&taken), 2);
	assert_int_equal(reader_be16(&taken), 0x0102);
	reader_skip(&reader, 1);
	assert_int_equal(reader_left(&reader), 2);
	assert_false(reader.failed);
	taken = reader_take(&reader, SIZE_MAX);
	assert_true(taken.failed && reader.failed);
	assert_int_equal(reader_left(&taken), 0);
	taken = reader_take(&reader, 0);
	assert_true(taken.failed);
}

static void bytes_that_are_missing_are_copied_as_0(void **state)
{
	static const uint8_t BYTES[] = {1, 2, 3};
	struct reader reader = reader_of(BYTES, sizeof BYTES);
	uint8_t copy[3] = {9, 9, 9};

	(void)state;
	reader_copy(&reader, copy, 2);
	assert_memory_equal(copy, "\1\2\11", 3);
	reader_copy(&reader, copy, 2);
	assert_memory_equal(copy, "\0\0\11", 3);
	assert_true(reader.failed);
}

/* ---- Writing ---- */

static void what_is_written_comes_in_order(void **state)
{
	uint8_t bytes[64];
	struct writer writer = writer_of(bytes, sizeof bytes);

	(void)state;
	writer_string(&writer, "port ");
	writer_decimal(&writer, 0);
	writer_byte(&writer, ' ');
	writer_decimal(&writer, UINT64_MAX);
	writer_put(&writer, "\0!", 2);
	writer_put(&writer, NULL, 0);
	assert_false(writer.failed);
	assert_int_equal(writer.size, 29);
	assert_memory_equal(bytes, "port 0 18446744073709551615\0!", 29);
}

static void nothing_is_written_past_the_room(void **state)
{
	(void)state;
	for (size_t room = 0; room <= 8; room++) {
		uint8_t *bytes = malloc(room + 1);
		struct writer writer = writer_of(bytes, room);

		assert_non_null(bytes);
		bytes[room] = 0xee;
		writer_string(&writer, "ab");
		writer_decimal(&writer, 12345);
		writer_byte(&writer, '!');
		assert_int_equal(writer.failed, room < 8);
		assert_true(writer.size <= room);
		assert_int_equal(bytes[room], 0xee);
		free(bytes);
	}
}

/* A shorter text after one that did not fit would otherwise leave a hole that nobody sees. */
static void after_a_failure_nothing_is_written(void **state)
{
	uint8_t bytes[4];
	struct writer writer = writer_of(bytes, sizeof bytes);

	(void)state;
	writer_string(&writer, "ab");
	writer_string(&writer, "cde");
	assert_true(writer.failed);
	writer_string(&writer, "f");
	assert_int_equal(writer.size, 2);
}

static void decimals_are_read_as_they_were_written(void **state)
{
	struct random random = {11};

	(void)state;
	for (int i = 0; i < 10000; i++) {
		uint64_t value = random_next(&random) >> random_below(&random, 64);
		uint8_t bytes[20];
		struct writer writer = writer_of(bytes, sizeof bytes);
		struct reader reader;

		writer_decimal(&writer, value);
		assert_false(writer.failed);
		reader = reader_of(bytes, writer.size);
		assert_true(reader_decimal(&reader, value) == value);
		assert_false(reader.failed);
		assert_int_equal(reader_left(&reader), 0);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_byte_that_is_looked_at_stays),
		cmocka_unit_test(the_end_is_no_byte),
		cmocka_unit_test(an_error_sticks),
		cmocka_unit_test(decimals),
		cmocka_unit_test(lines),
		cmocka_unit_test(a_line_may_hold_nul_bytes),
		cmocka_unit_test(a_key_is_passed_over_with_its_space),
		cmocka_unit_test(a_key_without_a_space_is_none),
		cmocka_unit_test(numbers_are_in_network_byte_order),
		cmocka_unit_test(numbers_that_are_cut_off_are_0),
		cmocka_unit_test(bytes_are_taken_whole_or_not),
		cmocka_unit_test(bytes_that_are_missing_are_copied_as_0),
		cmocka_unit_test(what_is_written_comes_in_order),
		cmocka_unit_test(nothing_is_written_past_the_room),
		cmocka_unit_test(after_a_failure_nothing_is_written),
		cmocka_unit_test(decimals_are_read_as_they_were_written),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
