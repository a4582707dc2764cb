#include "link_local.h"

#include <linux/if_addr.h>
#include <stdbool.h>
#include <string.h>

static enum link_local_state state_of_flags(unsigned flags)
{
	if (flags & IFA_F_DADFAILED)
		return LINK_LOCAL_FAILED;
	/* An optimistic one may be used before all is known of it (RFC 4429). */
	if (flags & IFA_F_TENTATIVE && !(flags & IFA_F_OPTIMISTIC))
		return LINK_LOCAL_TENTATIVE;
	return LINK_LOCAL_READY;
}

/* fe80::/10 */
static bool is_link_local(const char *hex)
{
	return strncmp(hex, "fe", 2) == 0 && strchr("89ab", hex[2]) != NULL;
}

/* "fe800000000000000000000000000001 02 40 20 80     eth0": address, and in hexadecimal index,
 * prefix length, scope, flags. */
enum link_local_state link_local_parse(FILE *file, unsigned interface)
{
	enum link_local_state best = LINK_LOCAL_NONE;
	char line[160], hex[33];
	unsigned index, flags;

	while (fgets(line, sizeof line, file)) {
		enum link_local_state state;

		if (sscanf(line, "%32[0-9a-f] %x %*x %*x %x", hex, &index, &flags) != 3 ||
		    strlen(hex) != 32 || index != interface || !is_link_local(hex))
			continue;
		state = state_of_flags(flags);
		if (state > best)
			best = state;
	}
	return best;
}

enum link_local_state link_local_read(unsigned interface)
{
	FILE *file = fopen("/proc/net/if_inet6", "re");
	enum link_local_state state;

	if (!file)
		return LINK_LOCAL_NONE;
	state = link_local_parse(file, interface);
	fclose(file);
	return state;
}
