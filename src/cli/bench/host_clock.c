#include "host_clock.h"

#include "base/random.h"

#include <stdio.h>
#include <string.h>

uint32_t host_clock(void)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	char line[64] = "";
	struct random random = {0};
	const char *read;

	if (!file)
		return 0;
	read = fgets(line, sizeof line, file);
	fclose(file);
	if (!read)
		return 0;
	for (const char *at = line; *at; at++)
		random.state = random_next(&random) ^ (unsigned char)*at;
	return (uint32_t)random_next(&random) | 1;
}
