#include "peer_message.h"

#include "net/address.h"
#include "peer_values.h"

#include <stddef.h>
#include <string.h>

enum { LETTERS = 4, REPEATED_MOST = 1000000, TTL_MOST = 255, MTU_MOST = 1 << 20 };
enum { AGAIN_MOST_MS = 60 * 1000 };

static const char NAMES[][LETTERS + 1] = {
#define NAME(name) [PEER_##name] = #name,
	PEER_MESSAGE_TYPES(NAME)
#undef NAME
};

enum { TYPES = sizeof NAMES / sizeof NAMES[0] };

/* ---- Fields that are read and written in ways of their own ---- */

static void read_kind(struct reader *line, enum probe_kind *kind)
{
	char word[32];

	value_read_word(line, word, sizeof word);
	for (unsigned i = 0; i < PROBE_KINDS; i++) {
		if (strcmp(word, probe_kind_name((enum probe_kind)i)) == 0) {
			*kind = (enum probe_kind)i;
			return;
		}
	}
	line->failed = true;
}

static void read_group(struct reader *line, struct peer_message *m)
{
	value_read_ip_and_port(line, &m->group);
	if (!address_is_multicast(&m->group) || address_port(&m->group) == 0)
		line->failed = true;
}

static void write_group(struct writer *writer, const struct peer_message *m)
{
	value_write_ip_and_port(writer, &m->group);
}

static void read_source(struct reader *line, struct peer_message *m)
{
	value_read_ip(line, &m->source);
	if (address_is_multicast(&m->source) || address_is_any(&m->source))
		line->failed = true;
}

static void write_source(struct writer *writer, const struct peer_message *m)
{
	value_write_ip(writer, &m->source);
}

static void read_from(struct reader *line, struct peer_message *m)
{
	char word[16];

	value_read_word(line, word, sizeof word);
	m->is_from_asker = strcmp(word, "asker") == 0;
	if (!m->is_from_asker && strcmp(word, "listener") != 0)
		line->failed = true;
}

static void write_from(struct writer *writer, const struct peer_message *m)
{
	writer_string(writer, m->is_from_asker ? "asker" : "listener");
}

static void read_probe_kind(struct reader *line, struct peer_message *m)
{
	read_kind(line, &m->kind);
}

static void write_probe_kind(struct writer *writer, const struct peer_message *m)
{
	writer_string(writer, probe_kind_name(m->kind));
}

static void read_state(struct reader *line, enum rung_state *state)
{
	char word[16];

	value_read_word(line, word, sizeof word);
	for (unsigned i = RUNG_GOOD; i <= RUNG_CAUSE; i++) {
		if (strcmp(word, rung_state_name((enum rung_state)i)) == 0) {
			*state = (enum rung_state)i;
			return;
		}
	}
	line->failed = true;
}

/* "1 good 2 noted", the numbers rising. */
static void read_rungs(struct reader *line, struct peer_message *m)
{
	for (unsigned last = 0; !line->failed && reader_left(line) > 0;) {
		unsigned number = value_read_below(line, PEER_RUNGS + 1);

		if (number <= last) {
			line->failed = true;
			return;
		}
		reader_expect(line, ' ');
		read_state(line, &m->ladder.states[number]);
		m->ladder.is_told[number] = !line->failed;
		last = number;
		if (reader_left(line) > 0)
			reader_expect(line, ' ');
	}
}

static void write_rungs(struct writer *writer, const struct peer_message *m)
{
	bool is_first = true;

	for (unsigned i = 1; i <= PEER_RUNGS; i++) {
		if (!m->ladder.is_told[i])
			continue;
		writer_string(writer, is_first ? "" : " ");
		writer_decimal(writer, i);
		writer_byte(writer, ' ');
		writer_string(writer, rung_state_name(m->ladder.states[i]));
		is_first = false;
	}
}

#define OF(type)    (1u << PEER_##type)
#define OF_ALL      ((1u << TYPES) - 1)
#define OF_REQUESTS (OF(HELO) | OF(JOIN) | OF(TELL))

/* How a field's value is kept. */
enum form { FORM_OWN, FORM_WIDE, FORM_NUMBER, FORM_FLAG, FORM_TEXT };

struct field {
	const char *name;
	unsigned types;  /* that have it, */
	unsigned needed; /* and cannot be without it */
	enum form form;
	size_t offset; /* in the message */
	uint64_t most; /* of a number; of a text: its room */

	/* FORM_OWN alone */
	void (*read)(struct reader *line, struct peer_message *message);
	void (*write)(struct writer *writer, const struct peer_message *message);
	bool (*is_there)(const struct peer_message *message); /* to be written; NULL: always */
};

static bool has_source(const struct peer_message *m)
{
	return m->source.any.sa_family != AF_UNSPEC;
}

static bool has_rungs(const struct peer_message *m)
{
	for (unsigned i = 1; i <= PEER_RUNGS; i++)
		if (m->ladder.is_told[i])
			return true;
	return false;
}

/* All but what asks for a token, and what others see. */
#define TOKENED                  (OF_ALL & ~(OF(HELO) | OF(PROB)))

#define AT(member)               .offset = offsetof(struct peer_message, member)
#define WIDE(member)             .form = FORM_WIDE, AT(member), .most = UINT64_MAX
#define NUMBER(member, greatest) .form = FORM_NUMBER, AT(member), .most = (greatest)
#define FLAG(member)             .form = FORM_FLAG, AT(member), .most = 1
#define TEXT(member) \
	.form = FORM_TEXT, AT(member), .most = sizeof((struct peer_message *)NULL)->member
#define OWN(reads, writes, is) .read = (reads), .write = (writes), .is_there = (is)

static const struct field FIELDS[] = {
	{"session", OF_ALL, OF_ALL, WIDE(session)},
	{"token", TOKENED, TOKENED, WIDE(token)},
	{"group", OF(JOIN), OF(JOIN), OWN(read_group, write_group, NULL)},
	{"source", OF(JOIN) | OF(JYES), 0, OWN(read_source, write_source, has_source)},
	{"ttl", OF(JOIN), OF(JOIN), NUMBER(ttl, TTL_MOST)},
	{"size", OF(JOIN), OF(JOIN), NUMBER(size, PROBE_SIZE_MOST)},
	{"mtu", OF(JYES), 0, NUMBER(mtu, MTU_MOST)},
	{"again_ms", OF(JNOT), 0, NUMBER(again_ms, AGAIN_MOST_MS)},
	{"from", OF(PROB), OF(PROB), OWN(read_from, write_from, NULL)},
	{"kind", OF(PROB), OF(PROB), OWN(read_probe_kind, write_probe_kind, NULL)},
	{"number", OF(PROB), OF(PROB), NUMBER(number, PROBE_NUMBERS - 1)},
	{"is_done", OF(TOLD), OF(TOLD), FLAG(is_done)},
	{"is_wire_seen", OF(TOLD), 0, FLAG(heard.is_wire_seen)},
	{"text", OF(JNOT) | OF(TOLD), 0, TEXT(text)},
	{"join_error", OF(TOLD), 0, TEXT(heard.join_error)},
	{"rungs", OF(TOLD), 0, OWN(read_rungs, write_rungs, has_rungs)},
	{"cause", OF(TOLD), 0, TEXT(ladder.cause)},
};

enum { FIELD_COUNT = sizeof FIELDS / sizeof FIELDS[0] };

static void read_field(const struct field *field, struct reader *line, struct peer_message *m)
{
	void *place = (char *)m + field->offset;

	switch (field->form) {
	case FORM_OWN:
		field->read(line, m);
		break;
	case FORM_WIDE:
		*(uint64_t *)place = reader_decimal(line, field->most);
		break;
	case FORM_NUMBER:
		*(unsigned *)place = (unsigned)reader_decimal(line, field->most);
		break;
	case FORM_FLAG:
		*(bool *)place = reader_decimal(line, field->most) == 1;
		break;
	case FORM_TEXT:
		value_read_text(line, place, field->most);
	}
}

static void write_field(const struct field *field, struct writer *writer,
			const struct peer_message *m)
{
	const void *place = (const char *)m + field->offset;

	switch (field->form) {
	case FORM_OWN:
		field->write(writer, m);
		break;
	case FORM_WIDE:
		writer_decimal(writer, *(const uint64_t *)place);
		break;
	case FORM_NUMBER:
		writer_decimal(writer, *(const unsigned *)place);
		break;
	case FORM_FLAG:
		writer_decimal(writer, *(const bool *)place);
		break;
	case FORM_TEXT:
		writer_string(writer, place);
	}
}

/* Is there something to be written? */
static bool has_field(const struct peer_message *m, const struct field *field)
{
	if (!(field->types & 1u << m->type))
		return false;
	if (field->form == FORM_TEXT)
		return *((const char *)m + field->offset) != '\0';
	return !field->is_there || field->is_there(m);
}

/* ---- What a TOLD has of each kind, and of each path ---- */

/* "sent KIND NUMBER" */
static void read_sent(struct reader *line, struct peer_message *m)
{
	enum probe_kind kind = PROBE_UNICAST;
	unsigned number;

	read_kind(line, &kind);
	reader_expect(line, ' ');
	number = value_read_below(line, PROBE_NUMBERS + 1);
	if (!line->failed)
		m->sent[kind] = number;
}

static void write_sent(struct writer *writer, const struct peer_message *m)
{
	for (unsigned i = 0; i < PROBE_KINDS; i++) {
		writer_string(writer, "sent ");
		writer_string(writer, probe_kind_name((enum probe_kind)i));
		writer_byte(writer, ' ');
		writer_decimal(writer, m->sent[i]);
		writer_byte(writer, '\n');
	}
}

/* "heard KIND ARRIVED REPEATED TTL_LEAST TTL_MOST" */
static void read_heard(struct reader *line, struct peer_message *m)
{
	struct probe_count count = {.sent = 0};
	enum probe_kind kind = PROBE_UNICAST;

	read_kind(line, &kind);
	reader_expect(line, ' ');
	count.arrived = value_read_below(line, PROBE_NUMBERS + 1);
	reader_expect(line, ' ');
	count.repeated = value_read_below(line, REPEATED_MOST + 1);
	reader_expect(line, ' ');
	count.ttl_least = value_read_below(line, TTL_MOST + 1);
	reader_expect(line, ' ');
	count.ttl_most = value_read_below(line, TTL_MOST + 1);
	if (!line->failed)
		m->heard.counts[kind] = count;
}

static void write_heard(struct writer *writer, const struct peer_message *m)
{
	for (unsigned i = 0; i < PROBE_KINDS; i++) {
		const struct probe_count *count = &m->heard.counts[i];
		const unsigned numbers[] = {count->arrived, count->repeated, count->ttl_least,
					    count->ttl_most};

		writer_string(writer, "heard ");
		writer_string(writer, probe_kind_name((enum probe_kind)i));
		for (size_t n = 0; n < sizeof numbers / sizeof numbers[0]; n++) {
			writer_byte(writer, ' ');
			writer_decimal(writer, numbers[n]);
		}
		writer_byte(writer, '\n');
	}
}

/* The next place for a path; NULL: there is none. */
static struct probe_path *free_path(struct one_way *way)
{
	for (size_t i = 0; i < PROBE_PATHS; i++)
		if (way->paths[i].source.any.sa_family == AF_UNSPEC)
			return &way->paths[i];
	return NULL;
}

/* "path ADDRESS PORT TTL MAC INTERFACE" */
static void read_path(struct reader *line, struct peer_message *m)
{
	struct probe_path path = {.ttl = 0}, *place = free_path(&m->heard);

	value_read_ip_and_port(line, &path.source);
	reader_expect(line, ' ');
	path.ttl = value_read_below(line, TTL_MOST + 1);
	reader_expect(line, ' ');
	value_read_mac(line, path.mac);
	reader_expect(line, ' ');
	value_read_word(line, path.interface, sizeof path.interface);
	if (!line->failed && place)
		*place = path;
}

static void write_path(struct writer *writer, const struct probe_path *path)
{
	writer_string(writer, "path ");
	value_write_ip_and_port(writer, &path->source);
	writer_byte(writer, ' ');
	writer_decimal(writer, path->ttl);
	writer_byte(writer, ' ');
	value_write_mac(writer, path->mac);
	writer_byte(writer, ' ');
	writer_string(writer, path->interface[0] ? path->interface : "?");
	writer_byte(writer, '\n');
}

static void write_paths(struct writer *writer, const struct peer_message *m)
{
	for (size_t i = 0; i < PROBE_PATHS; i++)
		if (m->heard.paths[i].source.any.sa_family != AF_UNSPEC)
			write_path(writer, &m->heard.paths[i]);
}

/* ---- Messages ---- */

static bool is_finished(const struct reader *line)
{
	return !line->failed && reader_left(line) == 0;
}

static bool read_list_line(struct peer_message *m, struct reader *line)
{
	if (m->type != PEER_TOLD)
		return true;
	if (reader_key(line, "sent"))
		read_sent(line, m);
	else if (reader_key(line, "heard"))
		read_heard(line, m);
	else if (reader_key(line, "path"))
		read_path(line, m);
	else
		return true; /* one that is not known here */
	return is_finished(line);
}

/* A bit of *seen is the index of a field. */
static bool read_line(struct peer_message *m, struct reader *line, unsigned *seen)
{
	for (unsigned i = 0; i < FIELD_COUNT; i++) {
		if (!(FIELDS[i].types & 1u << m->type) || !reader_key(line, FIELDS[i].name))
			continue;
		if (*seen & 1u << i)
			return false; /* once is enough */
		*seen |= 1u << i;
		read_field(&FIELDS[i], line, m);
		return is_finished(line);
	}
	return read_list_line(m, line);
}

static bool has_all(const struct peer_message *m, unsigned seen)
{
	for (unsigned i = 0; i < FIELD_COUNT; i++)
		if (FIELDS[i].needed & 1u << m->type && !(seen & 1u << i))
			return false;
	return true;
}

static bool read_type(struct reader *reader, enum peer_message_type *type)
{
	for (unsigned i = 0; i < TYPES && reader_left(reader) > LETTERS; i++) {
		if (memcmp(reader->at, NAMES[i], LETTERS) != 0)
			continue;
		*type = (enum peer_message_type)i;
		reader->at += LETTERS;
		if (reader_peek(reader) == '\r')
			reader->at++;
		reader_expect(reader, '\n');
		return !reader->failed;
	}
	return false;
}

bool peer_message_read(struct peer_message *message, const void *bytes, size_t size)
{
	/* What is behind is padding. */
	struct reader reader =
		reader_of(bytes, size < PEER_MESSAGE_SIZE ? size : PEER_MESSAGE_SIZE);
	unsigned seen = 0;

	*message = (struct peer_message){.session = 0};
	if (!read_type(&reader, &message->type))
		return false;
	while (reader_left(&reader) > 0) {
		struct reader line = reader_line(&reader);

		if (!read_line(message, &line, &seen))
			return false;
	}
	return has_all(message, seen);
}

static void write_fields(struct writer *writer, const struct peer_message *m)
{
	for (unsigned i = 0; i < FIELD_COUNT; i++) {
		const struct field *field = &FIELDS[i];

		if (!has_field(m, field))
			continue;
		writer_string(writer, field->name);
		writer_byte(writer, ' ');
		write_field(field, writer, m);
		writer_byte(writer, '\n');
	}
}

size_t peer_message_write(const struct peer_message *message, size_t size, void *bytes, size_t room)
{
	struct writer writer =
		writer_of(bytes, room < PEER_MESSAGE_SIZE ? room : PEER_MESSAGE_SIZE);

	writer_put(&writer, NAMES[message->type], LETTERS);
	writer_byte(&writer, '\n');
	write_fields(&writer, message);
	if (message->type == PEER_TOLD) {
		write_sent(&writer, message);
		write_heard(&writer, message);
		write_paths(&writer, message);
	}
	if (writer.failed || size > room)
		return 0;
	if (writer.size >= size)
		return writer.size;
	memset(writer.bytes + writer.size, ' ', size - writer.size);
	return size;
}

bool peer_message_may_be_answered(const struct peer_message *message, size_t size)
{
	return 1u << message->type & OF_REQUESTS && size >= PEER_MESSAGE_SIZE;
}
