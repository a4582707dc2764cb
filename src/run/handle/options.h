/* What the caller of the library has set; options.c sets it. */
#ifndef RUN_OPTIONS_H
#define RUN_OPTIONS_H

#include "net/networks.h"

enum { INTERFACES_MAX = 64, BLOCKED_MAX = 64, ALLOWED_MAX = 64 };

struct options {
	int family;    /* AF_UNSPEC: either */
	uint16_t port; /* where a target names none; 0: the default of the kind of target */
	int ttl;       /* -1: the default of the kind of target */
	bool loop;
	bool details;
	bool trains;
	bool busy_poll;
	bool no_fragment;
	int dscp;
	size_t send_buffer, receive_buffer; /* 0: the defaults */
	size_t receive_size;
	union hostcast_address source; /* family 0: the system's choice */
	unsigned interfaces[INTERFACES_MAX];
	size_t interface_count;
	union hostcast_address blocked[BLOCKED_MAX];
	size_t blocked_count;
	struct network allowed[ALLOWED_MAX];
	size_t allowed_count;
};

#endif
