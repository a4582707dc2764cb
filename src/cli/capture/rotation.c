#include "rotation.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* The number stands before the extension, if the name has one. */
bool rotation_name(const char *path, uint64_t number, char *name, size_t size)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');
	int stem = (int)(dot && dot > base ? dot - path : (ptrdiff_t)strlen(path));
	int length = snprintf(name, size, "%.*s-%05" PRIu64 "%s", stem, path, number, path + stem);

	return length > 0 && (size_t)length < size;
}
