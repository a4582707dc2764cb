/* Groups that this host joins and leaves, as the kernel tells it (RTNLGRP_IPV4_MCADDR and its IPv6
 * twin, Linux 6.14): the first program that joins on an interface, and the last one that leaves. */
#ifndef NET_MEMBERSHIP_EVENTS_H
#define NET_MEMBERSHIP_EVENTS_H

#include "base/error.h"

struct membership_event {
	bool is_join; /* else it was left */
	unsigned interface;
	union hostcast_address group; /* port 0, no zone */
};

struct membership_events;

/* NULL: the kernel tells of none, or this program was built without libmnl; the text says which. */
struct membership_events *membership_events_open(struct error *error);
void membership_events_close(struct membership_events *events);

int membership_events_fd(const struct membership_events *events);

/* The next one. Returns 1, 0 when there is none now, HOSTCAST_AGAIN when some were lost because
 * nobody read them in time, or HOSTCAST_SYSTEM. Lost ones are told once, and more may be lost until
 * there are none left: then what is joined is to be read anew. */
int membership_events_next(struct membership_events *events, struct membership_event *event,
			   struct error *error);

#endif
