#include "sim_show.h"

#include "cli/json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static double seconds(int64_t ns)
{
	return (double)ns / (double)NS_PER_S;
}

/* ---- A table ---- */

__attribute__((format(printf, 3, 4))) static void row(struct text *out, const char *name,
						      const char *format, ...)
{
	char value[128];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(value, sizeof value, format, arguments);
	va_end(arguments);
	text_addf(out, "%-24s %s\n", name, value);
}

static void show_lost(struct text *out, const struct simulation *sim)
{
	for (unsigned i = OUTCOME_LINK; i < OUTCOME_COUNT; i++)
		if (sim->accounts.pairs[i] > 0)
			text_addf(out, "  %-22s %-8" PRIu64 " (%s)\n",
				  outcome_word((enum outcome)i), sim->accounts.pairs[i],
				  outcome_text((enum outcome)i));
}

static void show_time(struct text *out, const char *name, const struct histogram *ns)
{
	if (ns->count == 0)
		return;
	row(out, name, "%.3f s mean, %.3f s p99, %.3f s most",
	    histogram_mean(ns) / (double)NS_PER_S, seconds(histogram_percentile(ns, 0.99)),
	    seconds(ns->most));
}

static void show_ratio(struct text *out, const char *name, double value)
{
	if (measure_is_taken(value))
		row(out, name, "%.2f", value);
}

static void show_tree(struct text *out, const struct measures *tree)
{
	if (measure_is_taken(tree->depth_mean))
		row(out, "depth", "%.2f mean, %" PRIu32 " most", tree->depth_mean, tree->depth_max);
	show_ratio(out, "cost / spanning tree", tree->cost_to_spanning_tree);
	show_ratio(out, "cost / unicast star", tree->cost_to_star);
	show_ratio(out, "cost / router tree", tree->cost_to_router_tree);
	if (measure_is_taken(tree->stretch_mean))
		row(out, "stretch", "%.2f mean, %.2f p90, %.2f most", tree->stretch_mean,
		    tree->stretch_p90, tree->stretch_max);
	if (measure_is_taken(tree->stress_mean))
		row(out, "link stress", "%.2f mean, %" PRIu64 " most", tree->stress_mean,
		    tree->stress_max);
}

void sim_show_table(struct text *out, const struct simulation *sim, const struct report *r)
{
	row(out, "members", "%" PRIu32 " (%" PRIu32 " alive, %" PRIu32 " attached)", r->members,
	    r->alive, r->attached);
	row(out, "payloads", "%" PRIu32, r->payloads);
	row(out, "delivered once", "%" PRIu64 " of %" PRIu64 " expected", r->delivered_once,
	    r->expected);
	row(out, "lost", "%" PRIu64, r->lost);
	show_lost(out, sim);
	row(out, "duplicated", "%" PRIu64, r->duplicated);
	show_time(out, "time to attach", &sim->attach_ns);
	show_time(out, "crash to next payload", &sim->bereft_ns);
	if (sim->healed_ns >= 0)
		row(out, "healed after", "%.3f s (bound: %.3f s)", seconds(sim->healed_ns),
		    seconds(sim->world.heal_ns));
	row(out, "control, a member", "%.3f messages/s, %.1f bit/s", r->messages_per_s,
	    r->bits_per_s);
	row(out, "control, the busiest", "%.3f messages/s, %.1f bit/s", r->busiest_messages_per_s,
	    r->busiest_bits_per_s);
	row(out, "messages at the RP", "%" PRIu64, r->rendezvous_messages);
	if (r->has_tree)
		show_tree(out, &r->tree);
	row(out, "simulated time", "%.3f s, %" PRIu64 " steps", r->seconds, sim->steps);
	row(out, "log hash", "%016" PRIx64, sim->world.journal.hash);
}

/* ---- JSON ---- */

static void command_json(struct text *out, const struct scenario *scenario)
{
	struct text command = {0};

	scenario_write(&command, scenario);
	json_string(out, "command", text_string(&command));
	text_done(&command);
}

static void ratio_json(struct text *out, const char *key, double value)
{
	if (measure_is_taken(value))
		json_real(out, key, value);
}

static void time_json(struct text *out, const char *name, const struct histogram *ns)
{
	char key[64];

	if (ns->count == 0)
		return;
	snprintf(key, sizeof key, "%s_mean_s", name);
	json_real(out, key, histogram_mean(ns) / (double)NS_PER_S);
	snprintf(key, sizeof key, "%s_p99_s", name);
	json_real(out, key, seconds(histogram_percentile(ns, 0.99)));
	snprintf(key, sizeof key, "%s_max_s", name);
	json_real(out, key, seconds(ns->most));
}

static void lost_json(struct text *out, const struct simulation *sim)
{
	json_begin_member_object(out, "lost_why");
	for (unsigned i = OUTCOME_LINK; i < OUTCOME_COUNT; i++)
		if (sim->accounts.pairs[i] > 0)
			json_integer(out, outcome_word((enum outcome)i),
				     (int64_t)sim->accounts.pairs[i]);
	json_end_object(out);
}

static void tree_json(struct text *out, const struct measures *tree)
{
	json_real(out, "depth_mean", tree->depth_mean);
	json_integer(out, "depth_max", tree->depth_max);
	ratio_json(out, "cost_to_spanning_tree", tree->cost_to_spanning_tree);
	ratio_json(out, "cost_to_star", tree->cost_to_star);
	ratio_json(out, "cost_to_router_tree", tree->cost_to_router_tree);
	ratio_json(out, "stretch_mean", tree->stretch_mean);
	ratio_json(out, "stretch_p90", tree->stretch_p90);
	ratio_json(out, "stretch_max", tree->stretch_max);
	if (!measure_is_taken(tree->stress_mean))
		return;
	json_real(out, "stress_mean", tree->stress_mean);
	json_integer(out, "stress_max", (int64_t)tree->stress_max);
}

static void hash_json(struct text *out, uint64_t hash)
{
	char digits[17]; /* as text: a JSON number has 53 bits */

	snprintf(digits, sizeof digits, "%016" PRIx64, hash);
	json_string(out, "log_hash", digits);
}

static void control_json(struct text *out, const struct report *r)
{
	json_real(out, "control_messages_per_s", r->messages_per_s);
	json_real(out, "control_bits_per_s", r->bits_per_s);
	json_real(out, "busiest_messages_per_s", r->busiest_messages_per_s);
	json_real(out, "busiest_bits_per_s", r->busiest_bits_per_s);
	json_integer(out, "rdv_messages", (int64_t)r->rendezvous_messages);
}

void sim_show_json(struct text *out, const struct simulation *sim, const struct report *r)
{
	command_json(out, sim->world.scenario);
	json_integer(out, "members", r->members);
	json_integer(out, "alive", r->alive);
	json_integer(out, "attached", r->attached);
	json_integer(out, "roots", r->roots);
	json_integer(out, "payloads", r->payloads);
	json_integer(out, "expected", (int64_t)r->expected);
	json_integer(out, "delivered_once", (int64_t)r->delivered_once);
	json_integer(out, "lost", (int64_t)r->lost);
	lost_json(out, sim);
	json_integer(out, "duplicated", (int64_t)r->duplicated);
	time_json(out, "attach", &sim->attach_ns);
	time_json(out, "crash_to_payload", &sim->bereft_ns);
	if (sim->healed_ns >= 0) {
		json_real(out, "healed_s", seconds(sim->healed_ns));
		json_real(out, "heal_bound_s", seconds(sim->world.heal_ns));
	}
	control_json(out, r);
	if (r->has_tree)
		tree_json(out, &r->tree);
	json_real(out, "simulated_s", r->seconds);
	json_integer(out, "steps", (int64_t)sim->steps);
	json_integer(out, "datagrams_lost", (int64_t)sim->post.lost);
	json_integer(out, "datagrams_duplicated", (int64_t)sim->post.duplicated);
	json_integer(out, "datagrams_fragmented", (int64_t)sim->post.fragmented);
	hash_json(out, sim->world.journal.hash);
}

void sim_show_entry_json(struct text *out, const struct journal *journal,
			 const struct journal_entry *entry)
{
	struct journal_words words = journal_words(journal, entry);

	json_begin_event(out, "step");
	json_real(out, "at_s", seconds(entry->at_ns));
	json_string(out, "host", words.host);
	json_string(out, "what", words.what);
	if (*words.about)
		json_string(out, "about", words.about);
	json_end_event(out);
}

/* ---- A failure ---- */

void sim_show_failure(struct text *out, const struct simulation *sim)
{
	const struct world *world = &sim->world;

	journal_write_last(&world->journal, out);
	text_addf(out, "seed %" PRIu64 " fails at %.9f s: %s\n", world->scenario->seed,
		  seconds(world->now_ns), world->failure);
	scenario_write(out, world->scenario);
	text_add_string(out, "\n");
}

void sim_show_failure_json(struct text *out, const struct simulation *sim)
{
	const struct world *world = &sim->world;
	struct text last = {0};

	journal_write_last(&world->journal, &last);
	json_begin_event(out, "failure");
	json_integer(out, "seed", (int64_t)world->scenario->seed);
	json_real(out, "at_s", seconds(world->now_ns));
	json_string(out, "what", world->failure);
	command_json(out, world->scenario);
	json_string(out, "last", text_string(&last));
	json_end_event(out);
	text_done(&last);
}
