/* replay FILE|DIRECTORY...: gives each file to a fuzz target, without a fuzzer. A file on which the
 * target stops is the last that was named. */
#include "target.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_MAX = 1 << 20 };

static void stop(const char *path, const char *why)
{
	fprintf(stderr, "%s: %s\n", path, why);
	exit(2);
}

/* Into memory of exactly its size, so that a sanitizer sees a read past it. */
static uint8_t *read_file(const char *path, size_t *size)
{
	static uint8_t room[FILE_MAX];
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;

	if (!file)
		stop(path, "cannot be opened");
	*size = fread(room, 1, sizeof room, file);
	if (ferror(file) || *size == sizeof room)
		stop(path, "cannot be read, or is larger than 1 MiB");
	fclose(file);
	bytes = malloc(*size);
	if (!bytes && *size > 0)
		stop(path, "does not fit into memory");
	if (*size > 0)
		memcpy(bytes, room, *size);
	return bytes;
}

static void replay_file(const char *path)
{
	size_t size;
	uint8_t *bytes = read_file(path, &size);

	printf("%s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(bytes, size);
	free(bytes);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void replay_directory(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_visible, alphasort);

	if (count < 0)
		stop(path, "cannot be listed");
	for (int i = 0; i < count; i++) {
		char name[4096];
		int length = snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);

		if (length < 0 || (size_t)length >= sizeof name)
			stop(path, "has too long a path");
		replay_file(name);
		free(entries[i]);
	}
	free(entries);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct stat status;

		if (stat(argv[i], &status) != 0)
			stop(argv[i], "is not there");
		if (S_ISDIR(status.st_mode))
			replay_directory(argv[i]);
		else
			replay_file(argv[i]);
	}
	return 0;
}
