/* How hostcast info shows groups and memberships, as text for people and as JSON. */
#ifndef CLI_INFO_SHOW_H
#define CLI_INFO_SHOW_H

#include "base/text.h"
#include "net/group_users.h"
#include "net/interface.h"
#include "net/target.h"

/* What is known of this host, and how much of it is to be shown. */
struct host_groups {
	struct interfaces interfaces;
	unsigned *chosen; /* indexes of the interfaces to show, in their order */
	size_t chosen_count;
	struct memberships memberships; /* only those to show, and on the chosen interfaces */
	struct group_users users;
	bool is_verbose;
};

/* Who the users of a membership are, in numbers. */
struct membership_tally {
	size_t sockets;  /* of programs, which said that they are members */
	size_t likely;   /* of programs that could not be asked, but are bound to the group */
	bool has_kernel; /* the kernel itself */
	size_t unknown;  /* the rest */
};

struct membership_tally info_tally(const struct host_groups *host, size_t membership);

/* The interface's name, or "#7" if it has gone since. */
const char *info_interface_name(const struct host_groups *host, unsigned index,
				char buffer[static IF_NAMESIZE]);

/* Is this interface to be shown with this group? It must be able to join groups, and be the one of
 * the group's zone if that has one. */
bool info_is_shown(const struct host_groups *host, unsigned index,
		   const union hostcast_address *group);

/* ---- Text: info_show.c ---- */

/* Everything about one group, as a block. */
void info_show_group(struct text *out, const struct host_groups *host, const struct target *target);

/* One line about one group of a range. */
void info_show_group_line(struct text *out, const struct host_groups *host,
			  const union hostcast_address *group);

/* All memberships, one a line, under a heading if wanted. */
void info_show_list(struct text *out, const struct host_groups *host, bool with_heading);

/* ---- JSON, an object a line: info_json.c ---- */

void info_show_group_json(struct text *out, const struct host_groups *host,
			  const struct target *target);

void info_show_membership_json(struct text *out, const struct host_groups *host, size_t membership);

#endif
