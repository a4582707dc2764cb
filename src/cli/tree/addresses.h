/* The addresses and networks that a rendezvous point and a node are given on the command line. */
#ifndef CLI_TREE_ADDRESSES_H
#define CLI_TREE_ADDRESSES_H

#include "base/error.h"
#include "cli/options.h"
#include "wire/address.h"

/* Rows that rdv and node share. */
#define ROW_LISTEN(target)                           \
	TEXT_ROW("listen", 0, target, "ADDR[:PORT]", \
		 "address of this host to listen at (default: every one, port 10000)")
#define ROW_ALLOW(target)                    \
	LIST_ROW("allow", 0, target, "CIDR", \
		 "network that is served (again for more; default: the attached ones)")

/* Where to listen; text NULL: at the wildcard of the family. */
int parse_listen(const char *text, int family, union hostcast_address *address,
		 struct error *error);

/* HOST[:PORT]; names are resolved. */
int parse_rendezvous(const char *text, int family, union hostcast_address *address,
		     struct error *error);

/* ADDR:PORT of a program on this host. */
int parse_local_program(const char *text, union hostcast_address *address, struct error *error);

#endif
