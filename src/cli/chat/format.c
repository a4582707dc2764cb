#include "format.h"

#include <string.h>

static const char now_known_as[] = " is now ";

/* What stands behind the name in a line that begins with "* ". */
static const char *const endings[] = {
	[CHAT_HERE] = " is here",
	[CHAT_JOINED] = " has joined",
	[CHAT_LEFT] = " has left",
};

enum { FIRST_ENDING = CHAT_HERE, LAST_ENDING = CHAT_LEFT };

/* ---- Spans ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

struct span span_trim(struct span span)
{
	while (span.size > 0 && is_blank(span.bytes[0])) {
		span.bytes++;
		span.size--;
	}
	while (span.size > 0 && is_blank(span.bytes[span.size - 1]))
		span.size--;
	return span;
}

bool span_begins_with(struct span span, const char *beginning)
{
	size_t size = strlen(beginning);

	return span.size >= size && memcmp(span.bytes, beginning, size) == 0;
}

static bool ends_with(struct span span, const char *end)
{
	size_t size = strlen(end);

	return span.size >= size && memcmp(span.bytes + span.size - size, end, size) == 0;
}

static const char *find(struct span span, const char *what)
{
	return span.size > 0 ? memmem(span.bytes, span.size, what, strlen(what)) : NULL;
}

/* From `at`, which is in the span, to its end. */
static struct span span_from(struct span span, const char *at)
{
	return (struct span){at, span.size - (size_t)(at - span.bytes)};
}

/* ---- Names and texts ---- */

/* A name that could be read as a part of the sentence around it: "Ada is here" in "* Bob is now
 * Ada is here". */
static bool is_ambiguous(struct span name)
{
	char padded[1 + CHAT_NAME_SIZE + 1];
	struct span span = {padded, name.size + 1};

	padded[0] = ' ';
	memcpy(padded + 1, name.bytes, name.size);
	for (int kind = FIRST_ENDING; kind <= LAST_ENDING; kind++)
		if (ends_with(span, endings[kind]))
			return true;
	padded[span.size++] = ' ';
	return find(span, now_known_as) != NULL;
}

static const char *character_problem(struct span name)
{
	size_t characters = 0, length;

	for (size_t i = 0; i < name.size; i += length) {
		uint32_t c =
			utf8_decode((const unsigned char *)name.bytes + i, name.size - i, &length);

		if (length == 0)
			return "is not valid UTF-8";
		if (utf8_is_unsafe(c))
			return "has a control character";
		if (c == ':')
			return "has a colon";
		if (++characters > CHAT_NAME_MAX)
			return "is longer than 32 characters";
	}
	return NULL;
}

const char *chat_name_problem(struct span name)
{
	const char *problem = character_problem(name);

	if (problem)
		return problem;
	if (name.size == 0)
		return "is empty";
	if (span_trim(name).size != name.size)
		return "begins or ends with a space";
	if (name.bytes[0] == '*')
		return "begins with '*'";
	return is_ambiguous(name) ? "contains the words of an announcement" : NULL;
}

const char *chat_text_problem(struct span text)
{
	size_t length;

	if (text.size == 0)
		return "is empty";
	for (size_t i = 0; i < text.size; i += length) {
		uint32_t c =
			utf8_decode((const unsigned char *)text.bytes + i, text.size - i, &length);

		if (length == 0)
			return "is not valid UTF-8";
		if ((c < 0x20 && c != '\t') || (c >= 0x7f && c <= 0x9f))
			return "has a control character";
	}
	return NULL;
}

/* ---- Reading ---- */

static struct chat_line parse_announcement(struct span line)
{
	struct chat_line parsed = {.kind = CHAT_OTHER, .name = line};
	const char *now = NULL;

	for (int kind = FIRST_ENDING; kind <= LAST_ENDING; kind++)
		if (ends_with(line, endings[kind])) {
			parsed.kind = (enum chat_kind)kind;
			parsed.name.size -= strlen(endings[kind]);
		}
	if (parsed.kind == CHAT_OTHER && (now = find(line, now_known_as))) {
		parsed.kind = CHAT_RENAMED;
		parsed.name.size = (size_t)(now - line.bytes);
		parsed.text = span_from(line, now + strlen(now_known_as));
	}
	if (chat_name_problem(parsed.name) || (now && chat_name_problem(parsed.text)))
		parsed.kind = CHAT_OTHER;
	return parsed;
}

static struct chat_line parse_talk(struct span line)
{
	struct chat_line parsed = {.kind = CHAT_OTHER};
	const char *colon = find(line, ": ");

	if (!colon)
		return parsed;
	parsed.name = (struct span){line.bytes, (size_t)(colon - line.bytes)};
	parsed.text = span_from(line, colon + 2);
	if (!chat_name_problem(parsed.name) && !chat_text_problem(parsed.text))
		parsed.kind = CHAT_TALK;
	return parsed;
}

struct chat_line chat_parse(const void *bytes, size_t size)
{
	struct span line = {bytes, size};

	if (ends_with(line, "\n"))
		line.size--;
	if (ends_with(line, "\r"))
		line.size--;
	if (span_begins_with(line, "* "))
		return parse_announcement((struct span){line.bytes + 2, line.size - 2});
	return parse_talk(line);
}

/* ---- Writing ---- */

void chat_build(struct text *out, enum chat_kind kind, const char *name, struct span text)
{
	if (kind == CHAT_TALK) {
		text_addf(out, "%s: ", name);
		text_add(out, text.bytes, text.size);
		return;
	}
	text_addf(out, "* %s", name);
	if (kind == CHAT_RENAMED) {
		text_add_string(out, now_known_as);
		text_add(out, text.bytes, text.size);
	} else {
		text_add_string(out, endings[kind]);
	}
}
