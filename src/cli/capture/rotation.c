#include "rotation.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_LEAST = 5 };

/* Of a file that is gone on from; what has a larger one was not made here. */
#define NUMBER_MAX UINT64_C(1000000000000000)

/* Digits, up to `most`; *end is what follows. */
static bool parse_digits(const char *text, uint64_t most, uint64_t *value, const char **end)
{
	char *behind;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &behind, 10);
	*end = behind;
	return errno == 0 && *value <= most;
}

static unsigned shift_of(const char **at)
{
	static const char letters[] = "kMG";
	const char *letter = **at ? strchr(letters, **at == 'K' ? 'k' : **at) : NULL;

	if (!letter)
		return 0;
	*at += 1;
	return 10 * (unsigned)(letter - letters + 1);
}

bool rotation_parse(const char *text, struct rotation *rotation)
{
	const uint64_t most = UINT64_MAX >> 30; /* so that no suffix is too much */
	struct rotation parsed = {0};

	if (!parse_digits(text, most, &parsed.size, &text))
		return false;
	parsed.size <<= shift_of(&text);
	if (*text == ',' && (!parse_digits(text + 1, ROTATION_FILES_MAX, &parsed.files, &text) ||
			     parsed.files == 0))
		return false;
	if (*text || parsed.size < ROTATION_SIZE_MIN)
		return false;
	*rotation = parsed;
	return true;
}

/* ---- Names ---- */

static const char *without_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Characters of a name before its extension, if it has one: there stands the number. */
static size_t stem_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && dot > name ? (size_t)(dot - name) : strlen(name);
}

bool rotation_name(const char *path, uint64_t number, char *name, size_t size)
{
	const char *base = without_folder(path);
	int stem = (int)(base - path) + (int)stem_of(base);
	int length = snprintf(name, size, "%.*s-%05" PRIu64 "%s", stem, path, number, path + stem);

	return length > 0 && (size_t)length < size;
}

uint64_t rotation_number(const char *path, const char *name)
{
	const char *base = without_folder(path), *end;
	size_t stem = stem_of(base);
	uint64_t number;

	if (strncmp(name, base, stem) != 0 || name[stem] != '-' ||
	    !parse_digits(name + stem + 1, NUMBER_MAX, &number, &end))
		return 0;
	return end - (name + stem + 1) >= DIGITS_LEAST && strcmp(end, base + stem) == 0 ? number
											: 0;
}
