#include "write_file.h"

#include <errno.h>
#include <stdio.h>

int write_file(const char *name, const struct text *content, struct error *error)
{
	FILE *file;
	bool is_written;

	if (content->failed)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	file = fopen(name, "we");
	is_written = file && fwrite(content->bytes, 1, content->size, file) == content->size;
	if (file && fclose(file) != 0)
		is_written = false;
	if (!is_written)
		return error_system(error, HOSTCAST_SYSTEM, errno, "cannot write %.300s", name);
	return 0;
}
