/* What is captured, in a pcapng file, or in one after the other (--rotate), each of which can be
 * read by itself. */
#ifndef CLI_CAPTURE_RECORDING_H
#define CLI_CAPTURE_RECORDING_H

#include "capture/pcapng_writer.h"
#include "intake.h"
#include "rotation.h"

enum { RECORDING_NAME_SIZE = 4096 };

struct recording {
	const char *path; /* of --write */
	const char *command;
	struct rotation rotation;
	struct intake *intake;
	struct pcapng_writer *writer;   /* NULL: none is open */
	char name[RECORDING_NAME_SIZE]; /* of the file that is open */
	uint64_t number;                /* of that one, if they are rotated */
	uint64_t files;                 /* that were begun */
	uint64_t *kept;                 /* the numbers of the last ones, as many as are kept */
	struct live_counters *before;   /* of each source, when it was opened */
	size_t snap;
};

/* The sources of the intake are all there; path, command and intake outlive the recording. Errors:
 * HOSTCAST_SYSTEM, HOSTCAST_NO_MEMORY, HOSTCAST_INVALID: the name is too long. Each rotated file
 * has a number behind the highest that is there: nobody else's is replaced or removed. */
int recording_open(struct recording *recording, struct error *error);

/* comment: NULL: none. */
int recording_add(struct recording *recording, const struct frame *frame, const char *comment,
		  struct error *error);
int recording_flush(struct recording *recording, struct error *error);

/* Each interface's counters are the last thing in the file. Nothing is open: nothing happens. */
int recording_close(struct recording *recording, struct error *error);

#endif
