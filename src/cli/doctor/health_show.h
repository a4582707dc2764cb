/* How a health report is shown: a screen of text (health_show.c), or JSON (health_json.c). */
#ifndef DOCTOR_HEALTH_SHOW_H
#define DOCTOR_HEALTH_SHOW_H

#include "base/text.h"
#include "doctor/health.h"

void health_show(struct text *out, const struct health *health);

/* The problems, with what to do, and how many there are. */
void health_show_problems(struct text *out, struct health *health);

/* An object for each interface and each problem, then the summary. */
void health_show_json(struct text *out, struct health *health);

/* Those that are causes. */
size_t health_faults(const struct health *health);

/* "up", "down"...; "ready", "tentative"..., "-": none. */
const char *health_state(const struct health_interface *one);
const char *health_link_local(const struct health_interface *one);

#endif
