/* The sources that a rung names, where there are many: the worst ones. A flood of forged ones must
 * not hide what helps behind a wall of them. */
#ifndef DOCTOR_WORST_SOURCES_H
#define DOCTOR_WORST_SOURCES_H

#include "finding.h"
#include "observation.h"

enum { WORST_SOURCES_MAX = 3 };

struct worst_source {
	const struct seen_source *source;
	bool is_cause;
	uint64_t count; /* of what is wrong */
};

struct worst_sources {
	struct worst_source list[WORST_SOURCES_MAX]; /* the worst first */
	size_t count;
	size_t others; /* that there was no room for */
};

/* A source that is a cause is worse than one that is noted. */
void worst_sources_add(struct worst_sources *worst, struct worst_source one);

/* "; and 17 more sources" */
void worst_sources_add_others(const struct worst_sources *worst, struct finding *finding);

#endif
