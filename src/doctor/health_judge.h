/* What is wrong, or should be known, of the facts in a health report. Pure. */
#ifndef DOCTOR_HEALTH_JUDGE_H
#define DOCTOR_HEALTH_JUDGE_H

#include "health.h"

/* Fills in the problems. */
void health_judge(struct health *health);

#endif
