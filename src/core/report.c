#include "report.h"

#include "wire/message.h"

#include <string.h>

/* What was told already: these may come only once. */
struct reading {
	struct report *report;
	bool has_role, has_state, has_children_most, has_root_heard, has_root_since;
};

static bool is_word_byte(int byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_';
}

static void read_word(struct reader *line, char word[static REPORT_WORD_SIZE])
{
	size_t size = 0;

	while (is_word_byte(reader_peek(line)) && size < REPORT_WORD_SIZE - 1)
		word[size++] = (char)*line->at++;
	word[size] = '\0';
	if (size == 0 || is_word_byte(reader_peek(line)))
		line->failed = true;
}

static void expect_end(struct reader *line)
{
	if (reader_left(line) > 0)
		line->failed = true;
}

/* The second time it fails. */
static void expect_first(struct reader *line, bool *was_told)
{
	if (*was_told)
		line->failed = true;
	*was_told = true;
}

static uint64_t read_number(struct reader *line, uint64_t most)
{
	uint64_t number = reader_decimal(line, most);

	expect_end(line);
	return number;
}

static void read_role(struct reading *reading, struct reader *line)
{
	char role[REPORT_WORD_SIZE];

	expect_first(line, &reading->has_role);
	read_word(line, role);
	expect_end(line);
	if (strcmp(role, "node") == 0)
		reading->report->role = REPORT_NODE;
	else if (strcmp(role, "rdv") == 0)
		reading->report->role = REPORT_RENDEZVOUS;
	else
		line->failed = true;
}

static void read_state(struct reading *reading, struct reader *line)
{
	expect_first(line, &reading->has_state);
	read_word(line, reading->report->state);
	expect_end(line);
}

static void read_address(struct reader *line, struct wire_address *address)
{
	if (!wire_address_is_none(address))
		line->failed = true;
	wire_address_read(line, address);
}

static void read_path(struct report *report, struct reader *line)
{
	if (report->path_length < PATH_MAX_LENGTH)
		wire_address_read(line, &report->path[report->path_length++]);
	else
		line->failed = true;
}

/* "IP SP PORT SP MILLISECONDS" */
static void read_child(struct report *report, struct reader *line)
{
	struct reader address = *line;
	struct report_child child = {.heard_ms = 0};

	for (unsigned spaces = 0; reader_left(line) > 0; line->at++)
		if (*line->at == ' ' && ++spaces == 2)
			break;
	address.end = line->at;
	wire_address_read(&address, &child.address);
	reader_expect(line, ' ');
	child.heard_ms = read_number(line, INT64_MAX);
	if (address.failed || report->child_count == CHILDREN_MAX)
		line->failed = true;
	else
		report->children[report->child_count++] = child;
}

static bool has_count(const struct report *report, const char *name)
{
	for (size_t i = 0; i < report->count_count; i++)
		if (strcmp(report->counts[i].name, name) == 0)
			return true;
	return false;
}

static void read_count(struct report *report, struct reader *line)
{
	struct report_count count;

	read_word(line, count.name);
	reader_expect(line, ' ');
	count.value = read_number(line, INT64_MAX);
	if (has_count(report, count.name))
		line->failed = true;
	if (report->count_count < REPORT_COUNTS_MAX)
		report->counts[report->count_count++] = count;
}

static void read_value(struct reading *reading, const char *key, struct reader *line)
{
	struct report *report = reading->report;

	if (strcmp(key, "size") == 0) {
		report->size_needed = (size_t)read_number(line, UDP_MAX_6);
	} else if (strcmp(key, "role") == 0) {
		read_role(reading, line);
	} else if (strcmp(key, "state") == 0) {
		read_state(reading, line);
	} else if (strcmp(key, "rendezvous") == 0) {
		read_address(line, &report->rendezvous);
	} else if (strcmp(key, "seen_as") == 0) {
		read_address(line, &report->seen_as);
	} else if (strcmp(key, "path") == 0) {
		read_path(report, line);
	} else if (strcmp(key, "children_most") == 0) {
		expect_first(line, &reading->has_children_most);
		report->children_most = (unsigned)read_number(line, CHILDREN_MAX);
	} else if (strcmp(key, "child") == 0) {
		read_child(report, line);
	} else if (strcmp(key, "root") == 0) {
		read_address(line, &report->root);
	} else if (strcmp(key, "root_heard_ms") == 0) {
		expect_first(line, &reading->has_root_heard);
		report->root_heard_ms = read_number(line, INT64_MAX);
	} else if (strcmp(key, "root_since_ms") == 0) {
		expect_first(line, &reading->has_root_since);
		report->root_since_ms = read_number(line, INT64_MAX);
	} else if (strcmp(key, "count") == 0) {
		read_count(report, line);
	}
}

/* "KEY SP VALUE" */
static bool read_line(struct reading *reading, struct reader line)
{
	char key[REPORT_WORD_SIZE];

	read_word(&line, key);
	reader_expect(&line, ' ');
	if (!line.failed)
		read_value(reading, key, &line);
	return !line.failed;
}

/* Either how large a request would do, or who it is: a node with its state, or an RP. */
static bool is_whole(const struct reading *reading)
{
	if (reading->report->size_needed > 0)
		return !reading->has_role;
	return reading->has_role &&
	       (reading->report->role == REPORT_RENDEZVOUS || reading->has_state);
}

bool report_read(struct report *report, const void *bytes, size_t size)
{
	struct reading reading = {.report = report};
	struct message message;

	*report = (struct report){.size_needed = 0};
	if (message_decode(bytes, size, &message) != DECODED || message.type != MESSAGE_TATS)
		return false;
	while (reader_left(&message.body) > 0)
		if (!read_line(&reading, reader_line(&message.body)))
			return false;
	return is_whole(&reading);
}
