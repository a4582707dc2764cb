/* `doctor --listen`: serves `doctor --peer` of other hosts until a signal ends it. */
#ifndef DOCTOR_DOCTOR_LISTEN_H
#define DOCTOR_DOCTOR_LISTEN_H

#include "cli/session.h"

struct listen_options {
	const char *listen;       /* ADDR[:PORT]; NULL: every address, DOCTOR_PORT (or --port) */
	struct text_list allowed; /* of --allow; none: loopback and the attached networks */
};

/* Runs to the end and returns the exit status. Of `common` it takes -i, -4, -6, -p, -c (sessions),
 * -W,
 * --json and --quiet. */
int doctor_listen(const char *command, const struct common_options *common,
		  const struct listen_options *options);

#endif
