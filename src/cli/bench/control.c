#include "control.h"

#include "base/cursor.h"
#include "net/address.h"

#include <string.h>

/* ---- Writing ---- */

static void write_number(struct writer *writer, const char *name, uint64_t value)
{
	writer_string(writer, name);
	writer_byte(writer, ' ');
	writer_decimal(writer, value);
	writer_byte(writer, '\n');
}

static void write_text(struct writer *writer, const char *name, const char *value)
{
	writer_string(writer, name);
	writer_byte(writer, ' ');
	writer_string(writer, value);
	writer_byte(writer, '\n');
}

static struct writer begin(const struct packet *packet, uint8_t bytes[static CONTROL_MAX])
{
	struct writer writer = writer_of(bytes, CONTROL_MAX);

	packet_write(packet, bytes);
	writer.size = PACKET_HEADER;
	return writer;
}

size_t control_write_hello(const struct packet *packet, const struct hello *hello,
			   uint8_t bytes[static CONTROL_MAX])
{
	struct writer writer = begin(packet, bytes);
	char text[HOSTCAST_TEXT_SIZE];

	write_number(&writer, "port", hello->port);
	if (hello->address.any.sa_family != AF_UNSPEC)
		write_text(&writer, "address", address_ip_text(&hello->address, text));
	memset(bytes + writer.size, 0, CONTROL_MAX - writer.size); /* a line that nobody knows */
	return CONTROL_MAX;
}

size_t control_write_report(const struct packet *packet, const struct bench_report *report,
			    uint8_t bytes[static CONTROL_MAX])
{
	struct writer writer = begin(packet, bytes);

	write_text(&writer, "name", report->name);
	if (packet->type == PACKET_HERE)
		return writer.size;
#define WRITE_FIELD(field) write_number(&writer, #field, report->result.field);
	RESULT_FIELDS(WRITE_FIELD)
#undef WRITE_FIELD
	return writer.size;
}

/* ---- Reading ---- */

static struct reader content_of(const void *bytes, size_t size)
{
	return reader_of((const uint8_t *)bytes + PACKET_HEADER, size - PACKET_HEADER);
}

static bool read_number(struct reader *line, uint64_t most, uint64_t *value)
{
	*value = reader_decimal(line, most);
	return !line->failed && reader_left(line) == 0;
}

/* The rest of the line as a string; false if it does not fit or has a NUL. */
static bool read_text(const struct reader *line, char *text, size_t room)
{
	size_t size = reader_left(line);

	if (size >= room || memchr(line->at, '\0', size))
		return false;
	memcpy(text, line->at, size);
	text[size] = '\0';
	return true;
}

static bool read_address(const struct reader *line, union hostcast_address *address)
{
	char text[HOSTCAST_TEXT_SIZE];

	return read_text(line, text, sizeof text) && address_parse(text, address) &&
	       !address_is_multicast(address) && !address_is_any(address);
}

bool control_read_hello(struct hello *hello, const void *bytes, size_t size)
{
	struct reader content = content_of(bytes, size);
	uint64_t port = 0;
	bool is_right = size >= CONTROL_MAX;

	*hello = (struct hello){0};
	while (is_right && reader_left(&content) > 0) {
		struct reader line = reader_line(&content);

		if (reader_key(&line, "port"))
			is_right = read_number(&line, UINT16_MAX, &port);
		else if (reader_key(&line, "address"))
			is_right = read_address(&line, &hello->address);
	}
	hello->port = (uint16_t)port;
	return is_right && port > 0;
}

/* A field of the result, if the line is one. */
static bool read_field(struct result *result, struct reader *line)
{
#define READ_FIELD(field)             \
	if (reader_key(line, #field)) \
		return read_number(line, INT64_MAX, &result->field);
	RESULT_FIELDS(READ_FIELD)
#undef READ_FIELD
	return true;
}

bool control_read_report(struct bench_report *report, const void *bytes, size_t size)
{
	struct reader content = content_of(bytes, size);
	bool is_right = true;

	*report = (struct bench_report){0};
	while (is_right && reader_left(&content) > 0) {
		struct reader line = reader_line(&content);

		if (reader_key(&line, "name"))
			is_right = read_text(&line, report->name, sizeof report->name);
		else
			is_right = read_field(&report->result, &line);
	}
	return is_right;
}
