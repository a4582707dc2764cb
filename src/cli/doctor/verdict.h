/* What all rungs together say. */
#ifndef DOCTOR_VERDICT_H
#define DOCTOR_VERDICT_H

#include "doctor/rungs.h"

enum { VERDICT_CAUSES_MAX = 32 };

enum verdict_kind {
	VERDICT_CAUSE,     /* something explains the silence */
	VERDICT_HEALTHY,   /* nothing does, and the group was seen to arrive, or to leave */
	VERDICT_SILENT,    /* nothing does, and nothing came */
	VERDICT_NO_ANSWER, /* nothing does here, and the peer that was named did not answer */
};

struct verdict {
	const struct rung *causes[VERDICT_CAUSES_MAX]; /* those found, in order */
	size_t cause_count;
	struct text first_cause; /* what the first of them saw */
	bool are_rungs_shown;    /* so that stands above already */
	unsigned examined, noted, unknown;
	bool is_cut_short; /* a signal or --deadline ended the listening early */
};

void verdict_done(struct verdict *verdict);

/* One more rung. */
void verdict_add(struct verdict *verdict, const struct rung *rung, const struct finding *finding);

enum verdict_kind verdict_kind(const struct verdict *verdict, const struct doctor_case *c);

/* "cause", "healthy", "silent", "no answer" */
const char *verdict_name(enum verdict_kind kind);

/* One or two sentences, and what could not be looked at. */
void verdict_explain(const struct verdict *verdict, const struct doctor_case *c, struct text *text);

/* What was not seen, as a sentence of its own; nothing if all was. */
void verdict_explain_unseen(const struct doctor_case *c, struct text *text);

#endif
