#include "membership_version.h"

#include "sysctl.h"

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

enum { LINE_SIZE = 512 };

unsigned membership_version_latest(int family)
{
	return family == AF_INET ? 3 : 2;
}

/* "4\teth0      :     2      V3"; no blank is left behind a name of ten letters or more. */
static bool read_line(const char *line, unsigned *interface, unsigned *version)
{
	const char *behind_name = strchr(line, ':');

	return behind_name && sscanf(line, "%u", interface) == 1 &&
	       sscanf(behind_name, ": %*u V%u", version) == 1;
}

unsigned membership_version_find(FILE *file, unsigned interface)
{
	unsigned index, version;
	char line[LINE_SIZE];

	while (fgets(line, sizeof line, file))
		if (read_line(line, &index, &version) && index == interface)
			return version;
	return 0;
}

static unsigned read_spoken(unsigned interface)
{
	FILE *file = fopen("/proc/net/igmp", "re");
	unsigned version;

	if (!file)
		return 0;
	version = membership_version_find(file, interface);
	fclose(file);
	return version;
}

struct membership_version membership_version_read(int family, unsigned interface, const char *name)
{
	const char *setting = family == AF_INET ? "force_igmp_version" : "force_mld_version";
	struct membership_version version = {0};

	sysctl_read_interface(family, "all", setting, &version.forced_all);
	sysctl_read_interface(family, name, setting, &version.forced_interface);
	if (family == AF_INET)
		version.spoken = read_spoken(interface);
	else if (version.forced_all > 0)
		version.spoken = (unsigned)version.forced_all;
	else if (version.forced_interface > 0)
		version.spoken = (unsigned)version.forced_interface;
	return version;
}
