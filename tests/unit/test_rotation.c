#include "cli/capture/rotation.h"
#include "unit.h"

static void sizes_and_files_are_understood(void **state)
{
	static const struct {
		const char *text;
		uint64_t size, files;
	} cases[] = {
		{"4096", 4096, 0},        {"4k", 4096, 0},
		{"10M,3", 10 << 20, 3},   {"1G,99999", 1 << 30, 99999},
		{"500K,1", 500 << 10, 1}, {"17179869183G", UINT64_C(17179869183) << 30, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rotation rotation;

		assert_true(rotation_parse(cases[i].text, &rotation));
		assert_int_equal(rotation.size, cases[i].size);
		assert_int_equal(rotation.files, cases[i].files);
	}
}

static void anything_else_is_not(void **state)
{
	static const char *const texts[] = {
		"",      "4095",         "3k",
		"0",     "-4096",        "+4096",
		"4096,", "4k,0",         "4k,-1",
		"4k,x",  "4k,100000",    "4kb",
		"4T",    "4 k",          "4k,3 ",
		"k",     ",3",           "4k,3,2",
		"1e6",   "17179869184G", "99999999999999999999",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct rotation rotation = {1, 2};

		if (rotation_parse(texts[i], &rotation))
			fail_msg("'%s' was understood", texts[i]);
		assert_int_equal(rotation.size, 1);
		assert_int_equal(rotation.files, 2);
	}
}

static void numbers_stand_before_the_extension(void **state)
{
	static const struct {
		const char *path;
		uint64_t number;
		const char *name;
	} cases[] = {
		{"trace.pcapng", 1, "trace-00001.pcapng"},
		{"trace", 2, "trace-00002"},
		{"a.b/trace", 3, "a.b/trace-00003"},
		{"a.b/c.d.e", 99999, "a.b/c.d-99999.e"},
		{"/tmp/.hidden", 100000, "/tmp/.hidden-100000"},
	};
	char name[20];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_true(rotation_name(cases[i].path, cases[i].number, name, sizeof name));
		assert_string_equal(name, cases[i].name);
	}
	assert_false(rotation_name("0123456789.pcapng", 1, name, sizeof name));
}

static void numbers_are_read_from_names(void **state)
{
	static const struct {
		const char *path, *name;
		uint64_t number;
	} cases[] = {
		{"trace.pcapng", "trace-00001.pcapng", 1},
		{"/tmp/a.b/trace", "trace-00003", 3},
		{"c.d.e", "c.d-123456.e", 123456},
		{".hidden", ".hidden-00002", 2},
		{"trace.pcapng", "trace-1.pcapng", 0}, /* as no file is named */
		{"trace.pcapng", "trace-00001.pcap", 0},
		{"trace.pcapng", "trace-00001.pcapng.gz", 0},
		{"trace.pcapng", "trace-0x001.pcapng", 0},
		{"trace.pcapng", "trace--0001.pcapng", 0},
		{"trace.pcapng", "other-00001.pcapng", 0},
		{"trace.pcapng", "trace", 0},
		{"trace.pcapng", "trace-", 0},
		{"trace.pcapng", "", 0},
		{"trace.pcapng", "trace-99999999999999999999.pcapng", 0},
		{"trace.pcapng", "trace-18446744073709551615.pcapng", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (rotation_number(cases[i].path, cases[i].name) != cases[i].number)
			fail_msg("%s of %s is not number %d", cases[i].name, cases[i].path,
				 (int)cases[i].number);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_and_files_are_understood),
		cmocka_unit_test(anything_else_is_not),
		cmocka_unit_test(numbers_stand_before_the_extension),
		cmocka_unit_test(numbers_are_read_from_names),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
