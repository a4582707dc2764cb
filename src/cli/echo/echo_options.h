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

#define ROW_TCP(target)        FLAG_ROW("tcp", 0, target, "over TCP (the default; 127.0.0.1, port 55556)")
#define ROW_UDP(target)        FLAG_ROW("udp", 0, target, "over UDP (127.0.0.1, port 5001)")
#define ROW_ADDR(target, help) TEXT_ROW("addr", 0, target, "ADDR", help)

/* The address that the options mean, with its port. */
int echo_address(const struct echo_options *options, union hostcast_address *address,
		 struct error *error);

#endif
