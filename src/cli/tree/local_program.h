/* A program on this host that gets every payload as a UDP datagram (T-12). */
#ifndef CLI_TREE_LOCAL_PROGRAM_H
#define CLI_TREE_LOCAL_PROGRAM_H

#include "net/trains.h"
#include "run/tree/node.h"

struct local_program {
	int fd; /* -1: there is none */
	union hostcast_address address;
	struct train_path path;
	uint64_t passed; /* payloads */
	uint64_t failed; /* the program did not listen, or there was no room */
	bool is_refused; /* ICMP says that nobody listens there */
};

int local_program_open(struct local_program *program, const union hostcast_address *address,
		       struct error *error);
void local_program_close(struct local_program *program);

void local_program_give(struct local_program *program, const struct arrival *deliveries,
			size_t count);

#endif
