/* Which interfaces a group is heard on and sent to. */
#ifndef RUN_CHOICE_H
#define RUN_CHOICE_H

#include "handle.h"
#include "net/interface.h"

/* Interface 0 stands for the routing table's choice. */
struct choice {
	unsigned list[INTERFACES_MAX];
	size_t count;
};

/* The group's own zone; else those that the user named; else every one that can do multicast. */
int choose_receiving(struct hostcast *h, const struct interfaces *all,
		     const union hostcast_address *group, struct choice *choice);

/* The group's own zone; else those that the user named; else the routing table's choice; else, with
 * a notice, one that works. */
int choose_sending(struct hostcast *h, const struct interfaces *all,
		   const union hostcast_address *group, struct choice *choice);

#endif
