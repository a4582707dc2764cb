/* The port at which a node takes payloads from programs on its own host (T-10): a socket at
 * 127.0.0.1 and one at ::1. */
#ifndef RUN_DATA_PORT_H
#define RUN_DATA_PORT_H

#include "base/error.h"

enum { DATA_SOCKETS = 2 };

struct data_port {
	int fds[DATA_SOCKETS]; /* -1: none; this host may lack one of the two */
	union hostcast_address local[DATA_SOCKETS];
	union hostcast_address visitor; /* the last source that is not loopback, but of this host */
};

/* Port 0: one that the system chooses. HOSTCAST_REFUSED: in use. */
int data_port_open(struct data_port *port, unsigned number, struct error *error);
void data_port_close(struct data_port *port);

/* 0: it is not open. */
uint16_t data_port_number(const struct data_port *port);

/* Is the sender a program on this host? */
bool data_port_is_from_here(struct data_port *port, const union hostcast_address *source);

#endif
