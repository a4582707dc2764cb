/* What the simulator prints: a run's measures as a table and as JSON, its journal, its failure. */
#ifndef CLI_SIM_SHOW_H
#define CLI_SIM_SHOW_H

#include "base/text.h"
#include "sim/report.h"

/* The measures of a run, for people. */
void sim_show_table(struct text *out, const struct simulation *sim, const struct report *report);

/* The same as members of the JSON object that is open. */
void sim_show_json(struct text *out, const struct simulation *sim, const struct report *report);

/* One entry of the journal as a JSON object. */
void sim_show_entry_json(struct text *out, const struct journal *journal,
			 const struct journal_entry *entry);

/* What failed, the last entries, and the command that runs it again. */
void sim_show_failure(struct text *out, const struct simulation *sim);
void sim_show_failure_json(struct text *out, const struct simulation *sim);

#endif
