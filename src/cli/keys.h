/* The keys of a terminal: where one ends in the bytes that it sent, and what it means to a line
 * editor with the keys of emacs. Pure, so that an escape sequence that came in pieces, or that
 * nobody knows, neither blocks the program nor ends up in the line. */
#ifndef CLI_KEYS_H
#define CLI_KEYS_H

#include <stddef.h>
#include <wchar.h>

enum { KEY_MEANING_MAX = 2 };

struct key {
	size_t length;                    /* bytes it took; 0: the rest of it has not come yet */
	wchar_t meaning[KEY_MEANING_MAX]; /* for the editor */
	size_t meaning_size;              /* 0: a key without a meaning, or invalid UTF-8 */
};

/* The first key in these bytes, of which there is at least one. */
struct key key_take(const char *bytes, size_t size);

#endif
