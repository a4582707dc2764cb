#include "sysctl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int sysctl_read(const char *path, int64_t *value)
{
	char whole[SYSCTL_NAME_SIZE + sizeof "/proc/sys/"];
	int64_t number;
	FILE *file;
	int fields;

	snprintf(whole, sizeof whole, "/proc/sys/%s", path);
	file = fopen(whole, "re");
	if (!file)
		return -errno;
	fields = fscanf(file, "%" SCNd64, &number);
	fclose(file);
	if (fields != 1)
		return -EINVAL;
	*value = number;
	return 0;
}

const char *sysctl_interface_path(int family, const char *interface, const char *name,
				  char text[SYSCTL_NAME_SIZE])
{
	snprintf(text, SYSCTL_NAME_SIZE, "net/ipv%c/conf/%s/%s", family == AF_INET6 ? '6' : '4',
		 interface, name);
	return text;
}

int sysctl_read_interface(int family, const char *interface, const char *name, int64_t *value)
{
	char path[SYSCTL_NAME_SIZE];

	return sysctl_read(sysctl_interface_path(family, interface, name, path), value);
}

const char *sysctl_name(const char *path, char text[SYSCTL_NAME_SIZE])
{
	snprintf(text, SYSCTL_NAME_SIZE, "%s", path);
	if (strchr(text, '.'))
		return text;
	for (char *slash = strchr(text, '/'); slash; slash = strchr(slash, '/'))
		*slash = '.';
	return text;
}
