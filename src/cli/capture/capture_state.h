/* A run of `hostcast capture`, as far as it has come. */
#ifndef CLI_CAPTURE_CAPTURE_STATE_H
#define CLI_CAPTURE_CAPTURE_STATE_H

#include "cli/session.h"
#include "companion.h"
#include "intake.h"
#include "recording.h"
#include "selection.h"

struct capturing {
	struct session session;
	struct selection selection;
	struct intake intake;
	struct recording recording; /* path NULL: none */
	struct companion companion; /* if has_command */
	bool has_command;
	bool is_shown;               /* each packet */
	struct loop_timer look;      /* when packets that wait for their time are looked at again */
	struct loop_timer last_look; /* when all that has come before the end is there */
	struct loop_timer kill;      /* when a command that ignores SIGTERM is killed */
	struct error loss;           /* why the newest interface that is lost was */
	bool is_ending;
	int64_t end_ns;  /* since 1970: packets after it do not count any more */
	bool is_stopped; /* no more packets are taken */
	bool has_failed; /* and the reason was told */
	int status;      /* with which the run is to end */
	uint64_t packets, bytes;
	uint64_t passed_over; /* the filter let them through, and they were not wanted */
	struct text line;     /* for comments */
};

#endif
