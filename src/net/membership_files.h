/* The files of /proc/net that tell of memberships. A line that is not understood is passed over. */
#ifndef NET_MEMBERSHIP_FILES_H
#define NET_MEMBERSHIP_FILES_H

#include "membership_list.h"

#include <stdio.h>

/* What to do with the memberships that a file names. */
enum membership_files_use {
	FILES_ADD,      /* add them all, with their users */
	FILES_COMPLETE, /* only fill in the users of those that are there, in order */
};

/* /proc/net/igmp or igmp6, by family. False: out of memory. */
bool membership_files_read_groups(FILE *file, int family, enum membership_files_use use,
				  struct memberships *memberships);

/* /proc/net/mcfilter or mcfilter6: the sources of the memberships that are there, in order. */
bool membership_files_read_sources(FILE *file, struct memberships *memberships);

/* /proc/net/dev_mcast: the Ethernet addresses that the interfaces let in. */
bool membership_files_read_filters(FILE *file, struct memberships *memberships);

#endif
