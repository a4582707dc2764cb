/* Examining one group: up the ladder, rung by rung, to the first cause. */
#ifndef DOCTOR_EXAMINATION_H
#define DOCTOR_EXAMINATION_H

#include "doctor_options.h"

/* Returns the exit status. `target` is [SOURCE@]GROUP[:PORT]. */
int examine_group(const char *command, const struct doctor_options *options, const char *target);

#endif
