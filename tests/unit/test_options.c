#include "cli/options.h"
#include "unit.h"

#include <stdio.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 80 };

/* One option of every kind. */
struct values {
	bool verbose;
	const char *text;
	struct optional_text ack;
	struct text_list interfaces;
	int64_t count, ttl;
	int64_t wait_ns, interval_ns;
};

/* What was parsed, and what was printed meanwhile. */
struct outcome {
	struct values values;
	int result;
	char arguments[200]; /* that were left, each followed by a space */
	char printed[4000];
};

static void parse_words(struct outcome *o, int argc, char **argv)
{
	struct values *v = &o->values;
	const struct option_row rows[] = {
		ROW_INTERFACE(&v->interfaces),
		ROW_TTL(&v->ttl),
		ROW_COUNT(&v->count, "how many"),
		ROW_WAIT(&v->wait_ns, "how long"),
		{"interval", 0, OPTION_SECONDS, &v->interval_ns, "SECONDS", "how often", 0, 0},
		{"ack", 'a', OPTION_OPTIONAL_TEXT, &v->ack, "TEXT", "answer", 0, 0},
		{"text", 0, OPTION_TEXT, &v->text, "TEXT", "a text", 0, 0},
		ROW_VERBOSE(&v->verbose),
	};
	const struct command command = {
		.name = "hostcast test",
		.usage = "[OPTION]...",
		.about = "For a test.",
		.examples = "  hostcast test\n",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};

	*v = (struct values){.count = NOT_GIVEN, .wait_ns = NOT_GIVEN, .ack.text = "ack"};
	o->result = options_parse(&command, argc, argv);
	for (int i = o->result; i >= 0 && i < argc; i++) {
		strcat(o->arguments, argv[i]);
		strcat(o->arguments, " ");
	}
}

/* Both streams go to a file while the function runs, and then into `printed`. */
static void parse(const char *line, struct outcome *o)
{
	char words[600], *argv[ARGUMENTS_MAX + 1], *rest = words;
	int argc = 0, out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	FILE *file = tmpfile();
	size_t size;

	*o = (struct outcome){0};
	assert_non_null(file);
	snprintf(words, sizeof words, "test %s", line);
	while (argc < ARGUMENTS_MAX && (argv[argc] = strtok_r(argc ? NULL : words, " ", &rest)))
		argc++;
	argv[argc] = NULL;
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	dup2(fileno(file), STDERR_FILENO);
	parse_words(o, argc, argv);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	rewind(file);
	size = fread(o->printed, 1, sizeof o->printed - 1, file);
	o->printed[size] = '\0';
	fclose(file);
}

static void accepts(const char *line, const char *arguments, struct outcome *o)
{
	parse(line, o);
	if (o->result < 0)
		fail_msg("'%s': %s", line, o->printed);
	assert_string_equal(o->arguments, arguments);
	assert_string_equal(o->printed, "");
}

static void options_and_arguments_mix(void **state)
{
	struct outcome o;

	(void)state;
	accepts("", "", &o);
	assert_int_equal(o.values.count, NOT_GIVEN);
	accepts("one -c 5 two --verbose three", "one two three ", &o);
	assert_int_equal(o.values.count, 5);
	assert_true(o.values.verbose);
	accepts("-v -- -c --none", "-c --none ", &o);
	assert_int_equal(o.values.count, NOT_GIVEN);
}

static void every_way_to_write_an_option(void **state)
{
	static const char *const lines[] = {
		"-c 5", "-c5", "--count 5", "--count=5", "-count 5", "-count=5", "--cou 5",
	};
	struct outcome o;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		accepts(lines[i], "", &o);
		assert_int_equal(o.values.count, 5);
	}
	accepts("-I lo -i 1 --interface=127.0.0.1 -interface eth0 -Ix", "", &o);
	assert_int_equal(o.values.interfaces.count, 5);
	assert_string_equal(o.values.interfaces.list[0], "lo");
	assert_string_equal(o.values.interfaces.list[4], "x");
	accepts("--ack", "", &o);
	assert_true(o.values.ack.is_given);
	assert_string_equal(o.values.ack.text, "ack");
	accepts("--ack=yes --text --ack", "", &o); /* what follows --text is its text */
	assert_string_equal(o.values.ack.text, "yes");
	assert_string_equal(o.values.text, "--ack");
	accepts("--ack yes", "yes ", &o); /* an optional text needs the = */
	assert_string_equal(o.values.ack.text, "ack");
}

static void seconds_become_nanoseconds(void **state)
{
	static const struct {
		const char *line;
		int64_t ns;
	} cases[] = {
		{"-w 0", 0},
		{"-w 2", 2000000000},
		{"-w 0.5", 500000000},
		{"-w .25", 250000000},
		{"-w 1.", 1000000000},
		{"-w 0.000001", 1000},
		{"-w 1000000000", INT64_C(1000000000000000000)},
	};
	struct outcome o;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		accepts(cases[i].line, "", &o);
		assert_int_equal(o.values.wait_ns, cases[i].ns);
	}
}

static void refuses_with_status_2_and_the_reason(void **state)
{
	static const char *const cases[][2] = {
		{"-c 0", "--count '0' must be a number from 1"},
		{"-c -1", "--count '-1' must be"},
		{"-c five", "--count 'five'"},
		{"-c 5x", "--count '5x'"},
		{"-c 0x5", "--count '0x5'"},
		{"--count=", "--count ''"},
		{"-c 99999999999999999999", "--count '99999999999999999999' must be a number"},
		{"-t 256", "--ttl '256' must be a number from 0 to 255"},
		{"-t -1", "--ttl '-1'"},
		{"-w -1", "--wait '-1' must be seconds, such as 2 or 0.5"},
		{"-w 1e3", "--wait '1e3'"},
		{"-w nan", "--wait 'nan'"},
		{"-w 1.2.3", "--wait '1.2.3'"},
		{"-w .", "--wait '.'"},
		{"-w 1000000001", "at most 1000000000"},
		{"--none", "unknown option '--none'"},
		{"-none", "unknown option '-n'"},
		{"-z", "unknown option '-z'"},
		{"-vz", "unknown option '-z'"},
		{"-n", "unknown option '-n'"}, /* one letter never stands for a long option */
		{"--int 1", "option '--int' may be --interface, --interval"},
		{"--count", "option '--count' needs an argument"},
		{"-c", "option '-c' needs an argument"},
		{"--verbose=yes", "option '--verbose=yes' takes no argument"},
	};
	struct outcome o;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		parse(cases[i][0], &o);
		if (o.result != -3 || !strstr(o.printed, cases[i][1]) ||
		    strncmp(o.printed, "hostcast test: ", 15) != 0 ||
		    !strstr(o.printed, " (see 'hostcast test --help')\n"))
			fail_msg("'%s' gives %d and '%s'", cases[i][0], o.result, o.printed);
	}
}

static void a_list_has_an_end(void **state)
{
	char line[600] = "";
	struct outcome o;

	(void)state;
	for (int i = 0; i < LIST_MAX + 1; i++)
		strcat(line, "-ia ");
	parse(line, &o);
	assert_int_equal(o.result, -3);
	assert_non_null(strstr(o.printed, "--interface is given more than 64 times"));
}

static void help_shows_every_row(void **state)
{
	static const char *const lines[] = {"-h", "--help", "-help", "-v --help nonsense"};
	static const char *const shown[] = {
		"Usage: hostcast test [OPTION]...\nFor a test.\n",
		"  -i, --interface IF ",
		"      --interval SECONDS ",
		"  -a, --ack[=TEXT] ",
		"  -v, --verbose ",
		"\nExamples:\n  hostcast test\n",
	};
	struct outcome o;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		parse(lines[i], &o);
		if (o.result != -1)
			fail_msg("'%s' gives %d and '%s'", lines[i], o.result, o.printed);
		for (size_t j = 0; j < COUNT_OF(shown); j++)
			assert_non_null(strstr(o.printed, shown[j]));
	}
	parse("-V", &o);
	assert_int_equal(o.result, -1);
	assert_non_null(strstr(o.printed, "hostcast "));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_and_arguments_mix),
		cmocka_unit_test(every_way_to_write_an_option),
		cmocka_unit_test(seconds_become_nanoseconds),
		cmocka_unit_test(refuses_with_status_2_and_the_reason),
		cmocka_unit_test(a_list_has_an_end),
		cmocka_unit_test(help_shows_every_row),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
