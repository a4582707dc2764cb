#include "json.h"

#include "net/address.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A comma, unless this is the first thing in its object or array. */
static void separate(struct text *text)
{
	char last = text->size > 0 ? text->bytes[text->size - 1] : '\n';

	if (last != '{' && last != '[' && last != '\n')
		text_add_string(text, ",");
}

static void add_string(struct text *text, const char *value)
{
	struct text valid = {0};
	size_t size = strlen(value);

	if (utf8_is_valid(value, size)) {
		text_add_json(text, value, size);
		return;
	}
	for (size_t i = 0, length; i < size; i += length) {
		utf8_decode((const unsigned char *)value + i, size - i, &length);
		if (length > 0) {
			text_add(&valid, value + i, length);
		} else {
			text_add_string(&valid, "\xef\xbf\xbd");
			length = 1;
		}
	}
	text_add_json(text, valid.bytes, valid.size);
	text_done(&valid);
}

static void add_key(struct text *text, const char *key)
{
	separate(text);
	add_string(text, key);
	text_add_string(text, ":");
}

void json_begin_event(struct text *text, const char *name)
{
	text_add_string(text, "{");
	json_string(text, "event", name);
}

void json_end_event(struct text *text)
{
	text_add_string(text, "}\n");
}

void json_string(struct text *text, const char *key, const char *value)
{
	add_key(text, key);
	add_string(text, value);
}

void json_integer(struct text *text, const char *key, int64_t value)
{
	add_key(text, key);
	text_addf(text, "%" PRId64, value);
}

void json_real(struct text *text, const char *key, double value)
{
	add_key(text, key);
	if (isfinite(value))
		text_addf(text, "%.9g", value);
	else
		text_add_string(text, "null");
}

void json_bool(struct text *text, const char *key, bool value)
{
	add_key(text, key);
	text_add_string(text, value ? "true" : "false");
}

void json_address(struct text *text, const char *key, const union hostcast_address *address)
{
	char string[HOSTCAST_TEXT_SIZE];

	if (address->any.sa_family != AF_UNSPEC)
		json_string(text, key, hostcast_address_text(address, string));
}

void json_ip(struct text *text, const char *key, const union hostcast_address *address)
{
	char string[HOSTCAST_TEXT_SIZE];

	if (address->any.sa_family != AF_UNSPEC)
		json_string(text, key, address_ip_text(address, string));
}

void json_payload(struct text *text, const void *bytes, size_t size)
{
	bool is_text = utf8_is_valid(bytes, size);

	add_key(text, is_text ? "text" : "base64");
	if (is_text) {
		text_add_json(text, bytes, size);
		return;
	}
	text_add_string(text, "\"");
	text_add_base64(text, bytes, size);
	text_add_string(text, "\"");
}

void json_begin_member_object(struct text *text, const char *key)
{
	add_key(text, key);
	text_add_string(text, "{");
}

void json_begin_array(struct text *text, const char *key)
{
	add_key(text, key);
	text_add_string(text, "[");
}

void json_end_array(struct text *text)
{
	text_add_string(text, "]");
}

void json_begin_object(struct text *text)
{
	separate(text);
	text_add_string(text, "{");
}

void json_end_object(struct text *text)
{
	text_add_string(text, "}");
}

void json_array_string(struct text *text, const char *value)
{
	separate(text);
	add_string(text, value);
}
