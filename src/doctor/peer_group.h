/* The group as two doctors examine it: a socket that sends to it, and one that hears it. */
#ifndef DOCTOR_PEER_GROUP_H
#define DOCTOR_PEER_GROUP_H

#include "base/error.h"
#include "peer_results.h"

enum { PEER_INTERFACES_MAX = 64 };

struct peer_group {
	union hostcast_address group;             /* with its port, and a zone where it needs one */
	unsigned interfaces[PEER_INTERFACES_MAX]; /* that it is joined on */
	size_t interface_count;
	unsigned send_by;                    /* 0: by the routing table's choice */
	int out;                             /* connected to the group; -1: it could not be */
	int in;                              /* -1: not joined */
	union hostcast_address source;       /* that `out` sends from; family 0: not known */
	unsigned mtu;                        /* of its interface; 0: not known */
	struct error send_error, join_error; /* code 0: none */
	bool is_port_taken;                  /* join_error says by whom */
};

/* Group, interfaces and send_by have been filled in. That it cannot be done is what the two are
 * looking for: it stands in the errors. Only datagrams of `from` are wanted, if it is not NULL. */
void peer_group_open_out(struct peer_group *group);
void peer_group_open_in(struct peer_group *group, const union hostcast_address *from);
void peer_group_close(struct peer_group *group);

/* The error's sentence, cut to what a message has room for; "" if there is none. */
void peer_error_text(const struct error *error, char text[static PEER_TEXT_SIZE]);

#endif
