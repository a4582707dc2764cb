/* Writing JSON, one object a line: an object is begun, its members added, and ended. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include "base/text.h"
#include "hostcast.h"

/* {"event":"NAME" ... }LF */
void json_begin_event(struct text *text, const char *name);
void json_end_event(struct text *text);

/* Members of the object that is open. Strings that are no valid UTF-8 have each bad byte replaced
 * by U+FFFD; payloads go through json_payload() instead, which loses nothing. */
void json_string(struct text *text, const char *key, const char *value);
void json_integer(struct text *text, const char *key, int64_t value);
void json_real(struct text *text, const char *key, double value);
void json_bool(struct text *text, const char *key, bool value);
/* Nothing if it is none (family 0). */
void json_address(struct text *text, const char *key, const union hostcast_address *address);
/* The same without its port. */
void json_ip(struct text *text, const char *key, const union hostcast_address *address);

/* "text":"..." if the bytes are valid UTF-8, else "base64":"...". */
void json_payload(struct text *text, const void *bytes, size_t size);

/* "KEY":{ ... } */
void json_begin_member_object(struct text *text, const char *key);

/* "KEY":[ {...}, {...} ] and plain strings in an array. */
void json_begin_array(struct text *text, const char *key);
void json_end_array(struct text *text);
void json_begin_object(struct text *text);
void json_end_object(struct text *text);
void json_array_string(struct text *text, const char *value);

#endif
