/* The health of this host's multicast, a screen long. */
#ifndef DOCTOR_HEALTH_REPORT_H
#define DOCTOR_HEALTH_REPORT_H

#include "cli/session.h"

/* Returns the exit status: EXIT_FOUND if something is wrong. */
int health_report(const char *command, const struct common_options *options);

#endif
