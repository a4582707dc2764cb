/* How the ladder is shown: as text, and as JSON, an object a rung. */
#ifndef DOCTOR_SHOW_H
#define DOCTOR_SHOW_H

#include "verdict.h"

/* Text: one line of what is examined; each rung, a good one in one short line, a cause with what to
 * do; the verdict. Titles are aligned. */
void doctor_show_case(struct text *out, const struct doctor_case *c);
void doctor_show_rung(struct text *out, const struct rung *rung, struct finding *finding);
void doctor_show_verdict(struct text *out, const struct verdict *verdict,
			 const struct doctor_case *c);

/* What was not looked at of what came, and why: a line for what was passed over, and one for what
 * doctor itself was too slow for, or had no room for; each only where there is some. */
void doctor_show_drops(struct text *out, const struct doctor_case *c);

/* The same as JSON; the verdict is the summary, and has all counters. */
void doctor_show_case_json(struct text *out, const struct doctor_case *c);
void doctor_show_rung_json(struct text *out, const struct rung *rung, struct finding *finding);
void doctor_show_verdict_json(struct text *out, const struct verdict *verdict,
			      const struct doctor_case *c);

/* Adds lines that were made up, and clears them: what would act on a terminal comes out escaped,
 * such as the name of an interface, which may hold anything. */
void show_safely(struct text *out, struct text *lines);

/* Adds words with line breaks, so that none ends behind column `width`; new lines are indented.
 * `used` is the column at which the first one begins. */
void show_wrapped(struct text *out, const char *words, size_t used, size_t indent, size_t width);

/* Lines of a remedy with a label before the first one: sentences are wrapped, commands, which are
 * copied, are not. Nothing where there are none. */
void show_lines(struct text *out, const char *label, struct text *lines);

/* In the JSON object that is open: the lines of what to do, those of them that are commands once
 * more, and what to do instead; each only where there is some. */
void json_remedy(struct text *out, struct finding *finding);

#endif
