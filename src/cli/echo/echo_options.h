/* The options that both sides of hostcast echo have, and the address that they mean. */
#ifndef ECHO_OPTIONS_H
#define ECHO_OPTIONS_H

#include "cli/session.h"

enum { ECHO_TCP_PORT = 55556, ECHO_UDP_PORT = 5001 };

struct echo_options {
	struct common_options common;
	bool tcp, udp;    /* neither: TCP */
	const char *addr; /* NULL: loopback */
};

#define ROW_TCP(target)                                                       \
	{                                                                     \
		"tcp", 0, OPTION_FLAG, target, NULL,                          \
			"over TCP (the default; 127.0.0.1, port 55556)", 0, 0 \
	}
#define ROW_UDP(target)                                                                      \
	{                                                                                    \
		"udp", 0, OPTION_FLAG, target, NULL, "over UDP (127.0.0.1, port 5001)", 0, 0 \
	}
#define ROW_ADDR(target, help)                                       \
	{                                                            \
		"addr", 'a', OPTION_TEXT, target, "ADDR", help, 0, 0 \
	}

/* The address that the options mean, with its port. */
int echo_address(const struct echo_options *options, union hostcast_address *address,
		 struct error *error);

#endif
