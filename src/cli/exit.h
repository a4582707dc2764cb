/* Exit statuses of the program; what each means to a user is in docs/man/hostcast.1. */
#ifndef CLI_EXIT_H
#define CLI_EXIT_H

enum exit_status {
	EXIT_DONE = 0,
	EXIT_NOTHING = 1, /* nothing arrived before the deadline */
	EXIT_FOUND = 1,   /* the simulator found a fault, doctor a cause */
	EXIT_USAGE = 2,   /* a value out of range, a message too large, no group */
	EXIT_ADDRESS = 3, /* interface or address */
	EXIT_REFUSED = 4, /* refused by the system */
	EXIT_LOSSY =
		5, /* arrived, but with loss, duplicates or reordering beyond what is allowed */
	EXIT_CUT_SHORT = 6, /* a signal came before the requested count or deadline */
	EXIT_PARTIAL = 7,   /* not all the expected answers or messages came */
};

/* The status for an error of the library (enum hostcast_error). */
int exit_status_of(int error_code);

#endif
