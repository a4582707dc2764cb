/* Settings of the kernel, below /proc/sys. Those of net/ are of the caller's network namespace. */
#ifndef NET_SYSCTL_H
#define NET_SYSCTL_H

#include <stdint.h>

enum { SYSCTL_NAME_SIZE = 96 };

/* The number in a setting, whose name is a path below /proc/sys: "net/core/rmem_max". Returns 0 or
 * -errno: -ENOENT where this kernel, or this namespace, has none of that name, -EINVAL if it holds
 * no number. */
int sysctl_read(const char *path, int64_t *value);

/* A setting of one interface ("all" and "default" too): net/ipv4/conf/INTERFACE/NAME, or of ipv6 by
 * the family. */
int sysctl_read_interface(int family, const char *interface, const char *name, int64_t *value);

/* Its path, into text; returns text. */
const char *sysctl_interface_path(int family, const char *interface, const char *name,
				  char text[SYSCTL_NAME_SIZE]);

/* A path as people write it for sysctl(8), into text: with dots, "net.core.rmem_max"; the slashes
 * stay where an interface has a dot in its name, which sysctl(8) understands too. Returns text. */
const char *sysctl_name(const char *path, char text[SYSCTL_NAME_SIZE]);

#endif
