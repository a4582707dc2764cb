/* Which interfaces are captured on: those that are named, or else those that are up. */
#ifndef CLI_CAPTURE_CHOICE_H
#define CLI_CAPTURE_CHOICE_H

#include "cli/session.h"
#include "intake.h"
#include "selection.h"

struct choice {
	const struct text_list *names; /* of --interface */
	const struct selection *selection;
	const char *filter; /* of --filter; NULL: what the selection needs */
	bool with_loopback; /* where none is named; it is taken in any case if it is the only one */
	bool is_promiscuous;
	size_t snap, buffer; /* 0: the defaults */
};

/* Opens them all. Where none is named, those that cannot be are left out with a note, unless there
 * is no other. Errors of live_open(), HOSTCAST_INTERFACE: none such, or none at all. */
int choice_open(const struct choice *choice, struct session *session, struct intake *intake,
		struct error *error);

#endif
