/* The interfaces that -i names. */
#ifndef CLI_COMMON_INTERFACES_H
#define CLI_COMMON_INTERFACES_H

#include "session.h"

/* Their indexes, each once, in the order in which they were named; no system call if there are
 * none. Returns 0, HOSTCAST_INTERFACE or HOSTCAST_SYSTEM. */
int common_interfaces(const struct common_options *options, unsigned list[static LIST_MAX],
		      size_t *count, struct error *error);

#endif
