/* Groups that have a name: those of IANA's registries that are met in practice. */
#ifndef NET_GROUP_NAMES_H
#define NET_GROUP_NAMES_H

#include "hostcast.h"

/* What uses this group ("mDNS", "all routers"), or NULL if no name is known. */
const char *group_name(const union hostcast_address *group);

#endif
