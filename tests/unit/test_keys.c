#include "cli/keys.h"
#include "unit.h"

#include <wchar.h>

static void assert_key(const char *bytes, size_t size, size_t length, const wchar_t *meaning)
{
	struct key key = key_take(bytes, size);

	if (key.length != length || key.meaning_size != wcslen(meaning) ||
	    wmemcmp(key.meaning, meaning, key.meaning_size) != 0)
		fail_msg("'%s' is %zu bytes and means %zu characters (%x, %x)", bytes, key.length,
			 key.meaning_size, (unsigned)key.meaning[0], (unsigned)key.meaning[1]);
}

static void takes_one_key_of_many(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		const wchar_t *meaning;
	} cases[] = {
		{"abc", 1, L"a"},
		{"\rx", 1, L"\r"},
		{"\x03", 1, L"\x03"},
		{"ü!", 2, L"ü"},
		{"日本", 3, L"日"},
		{"🐧", 4, L"🐧"},
		{"\x1b[A[", 3, L"\x10"},
		{"\x1bOA", 3, L"\x10"},
		{"\x1b[3~x", 4, L"\x1b\x04"},
		{"\x1b[1;5Cx", 6,
		 L"\x1b"
		 L"f"},
		{"\x1b"
		 "bx",
		 2,
		 L"\x1b"
		 L"b"},
		{"\x1b\x1b", 2, L"\x1b\x1b"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_key(cases[i].bytes, strlen(cases[i].bytes), cases[i].length,
			   cases[i].meaning);
}

static void ignores_what_nobody_knows(void **state)
{
	(void)state;
	assert_key("\x1b[24~x", 7 - 2, 5, L"");     /* F12 */
	assert_key("\x1b[200~x", 7, 6, L"");        /* a bracketed paste begins */
	assert_key("\x1b[<0;10;10Mx", 12, 11, L""); /* a mouse */
	assert_key("\x1bOPx", 4, 3, L"");           /* F1 */
	assert_key("\x1bü", 3, 3, L"");
	assert_key("\xff"
		   "a",
		   2, 1, L"");
	assert_key("\xc3"
		   "a",
		   2, 1, L""); /* a character that is broken off */
	assert_key("\xe2\x82"
		   "a",
		   3, 1, L"");
	assert_key("\x1b[1\ra", 5, 3, L""); /* a sequence that is broken off */
}

static void waits_for_the_rest(void **state)
{
	static const char *const keys[] = {"\x1b[A",
					   "\x1b[1;5C",
					   "\x1bOA",
					   ("\x1b"
					    "b"),
					   "ü",
					   "日",
					   "🐧"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		for (size_t size = 1; size < strlen(keys[i]); size++)
			assert_int_equal(key_take(keys[i], size).length, 0);
}

static void never_waits_for_ever(void **state)
{
	char bytes[256] = "\x1b[";
	size_t size = 2;

	(void)state;
	while (size < sizeof bytes && key_take(bytes, size).length == 0)
		bytes[size++] = '1';
	assert_true(size < 64);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_one_key_of_many),
		cmocka_unit_test(ignores_what_nobody_knows),
		cmocka_unit_test(waits_for_the_rest),
		cmocka_unit_test(never_waits_for_ever),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
