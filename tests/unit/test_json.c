#include "cli/json.h"
#include "unit.h"

#include <math.h>

static void writes_every_kind_of_member(void **state)
{
	union hostcast_address address = {.v4 = {.sin_family = AF_INET, .sin_port = 0x5000}};
	struct text text = {0};

	(void)state;
	json_begin_event(&text, "message");
	json_string(&text, "name", "say \"hi\"\n");
	json_integer(&text, "least", INT64_MIN);
	json_real(&text, "real", 0.25);
	json_real(&text, "none", NAN);
	json_bool(&text, "yes", true);
	json_bool(&text, "no", false);
	json_address(&text, "source", &address);
	json_address(&text, "nobody", &(union hostcast_address){0}); /* left out */
	json_begin_array(&text, "objects");
	for (int i = 1; i <= 2; i++) {
		json_begin_object(&text);
		json_integer(&text, "i", i);
		json_end_object(&text);
	}
	json_end_array(&text);
	json_begin_array(&text, "strings");
	json_array_string(&text, "a");
	json_array_string(&text, "b");
	json_end_array(&text);
	json_begin_array(&text, "empty");
	json_end_array(&text);
	json_end_event(&text);
	assert_string_equal(
		text_string(&text),
		"{\"event\":\"message\",\"name\":\"say \\\"hi\\\"\\u000a\","
		"\"least\":-9223372036854775808,\"real\":0.25,\"none\":null,"
		"\"yes\":true,\"no\":false,\"source\":\"0.0.0.0:80\","
		"\"objects\":[{\"i\":1},{\"i\":2}],\"strings\":[\"a\",\"b\"],\"empty\":[]}\n");
	text_done(&text);
}

static void objects_follow_each_other_a_line_each(void **state)
{
	struct text text = {0};

	(void)state;
	for (int i = 0; i < 2; i++) {
		json_begin_event(&text, "a");
		json_end_event(&text);
	}
	assert_string_equal(text_string(&text), "{\"event\":\"a\"}\n{\"event\":\"a\"}\n");
	text_done(&text);
}

static void payloads_lose_nothing(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *expected;
	} cases[] = {
		{"", 0, "{\"text\":\"\""},
		{"gr\xc3\xbc\xc3\x9f", 6, "{\"text\":\"gr\xc3\xbc\xc3\x9f\""},
		{"a\0b", 3, "{\"text\":\"a\\u0000b\""},
		{"\xff", 1, "{\"base64\":\"/w==\""},
		{"text\xe2\x82", 6, "{\"base64\":\"dGV4dOKC\""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct text text = {0};

		json_begin_object(&text);
		json_payload(&text, cases[i].bytes, cases[i].size);
		assert_string_equal(text_string(&text), cases[i].expected);
		text_done(&text);
	}
}

static void a_string_that_is_no_utf8_is_made_valid(void **state)
{
	struct text text = {0};

	(void)state;
	json_begin_object(&text);
	json_string(&text, "k", "a\xff\xe2\x82z");
	json_end_object(&text);
	assert_string_equal(text_string(&text),
			    "{\"k\":\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"}");
	text_done(&text);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_every_kind_of_member),
		cmocka_unit_test(objects_follow_each_other_a_line_each),
		cmocka_unit_test(payloads_lose_nothing),
		cmocka_unit_test(a_string_that_is_no_utf8_is_made_valid),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
