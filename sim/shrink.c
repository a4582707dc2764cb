#include "shrink.h"

#include "simulation.h"

#include <string.h>

/* As long as something gets smaller, but not for ever. */
enum { ROUNDS_MAX = 20 };

struct shrinking {
	struct scenario *best;
	uint64_t runs;
};

static bool fails(const struct scenario *scenario)
{
	struct simulation *sim = simulation_new(scenario);
	bool has_failed = sim && !simulation_run_all(sim) && !sim->world.is_out_of_memory;

	simulation_free(sim);
	return has_failed;
}

/* Takes the scenario, whose faults the caller has made, if it fails too. */
static bool try(struct shrinking *s, struct scenario *smaller)
{
	s->runs++;
	if (!fails(smaller)) {
		scenario_done(smaller);
		return false;
	}
	scenario_done(s->best);
	*s->best = *smaller;
	return true;
}

/* Who no longer exists can do nothing wrong. */
static void keep_faults(struct faults *faults, size_t first, size_t count, int64_t members)
{
	size_t kept = 0;

	for (size_t i = 0; i < faults->count; i++) {
		struct fault fault = faults->list[i];
		bool is_somebody = fault.kind == FAULT_PARTITION || fault.kind == FAULT_RDV ||
				   fault.who == WHO_ROOT || fault.who < members;

		if (fault.kind == FAULT_STORM && fault.who > members) {
			fault.who = (uint32_t)members;
			is_somebody = true;
		}
		if ((i < first || i >= first + count) && is_somebody)
			faults->list[kept++] = fault;
	}
	faults->count = kept;
}

static bool leave_out_faults(struct shrinking *s)
{
	bool has_shrunk = false;

	for (size_t count = s->best->faults.count; count > 0; count /= 2) {
		for (size_t first = 0; first < s->best->faults.count;) {
			struct scenario smaller;

			if (!scenario_copy(&smaller, s->best))
				return has_shrunk;
			keep_faults(&smaller.faults, first, count, smaller.members);
			if (try(s, &smaller))
				has_shrunk = true;
			else
				first += count;
		}
	}
	return has_shrunk;
}

/* Each number is halved while it still fails, then made smaller by one. */
static bool lower(struct shrinking *s, int64_t *(*number)(struct scenario *), int64_t least)
{
	bool has_shrunk = false;

	for (int64_t step = *number(s->best) / 2; step > 0;) {
		struct scenario smaller;

		if (*number(s->best) - step < least) {
			step /= 2;
			continue;
		}
		if (!scenario_copy(&smaller, s->best))
			return has_shrunk;
		*number(&smaller) -= step;
		keep_faults(&smaller.faults, 0, 0, smaller.members);
		if (try(s, &smaller))
			has_shrunk = true;
		else
			step /= 2;
	}
	return has_shrunk;
}

static int64_t *members_of(struct scenario *s)
{
	return &s->members;
}

static int64_t *payloads_of(struct scenario *s)
{
	return &s->payloads;
}

/* Times become whole seconds, or nothing. */
static bool shorten(struct shrinking *s)
{
	const int64_t ends[] = {faults_end_ns(&s->best->faults), s->best->time_ns / 2};
	bool has_shrunk = false;

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		struct scenario smaller;
		int64_t time_ns = (ends[i] / NS_PER_S + 1) * NS_PER_S;

		if (time_ns >= s->best->time_ns || !scenario_copy(&smaller, s->best))
			continue;
		smaller.time_ns = time_ns;
		if (smaller.join_ns > time_ns)
			smaller.join_ns = time_ns;
		has_shrunk |= try(s, &smaller);
	}
	return has_shrunk;
}

static void no_jitter(struct scenario *s)
{
	s->links.jitter_ns = 0;
}

static void no_delay(struct scenario *s)
{
	s->links.delay_ns = 0;
}

static void no_loss(struct scenario *s)
{
	s->links.loss = 0;
}

static void no_duplicate(struct scenario *s)
{
	s->links.duplicate = 0;
}

static void no_reorder(struct scenario *s)
{
	s->links.reorder = 0;
}

static void no_limit(struct scenario *s)
{
	s->links.no_fragment = false;
	s->links.mtu = 1500;
}

static void no_first(struct scenario *s)
{
	s->links.lost_first = 0;
}

static void no_drift(struct scenario *s)
{
	s->drift = 0;
}

static void no_join_time(struct scenario *s)
{
	s->join_ns = 0;
}

static void usual_timers(struct scenario *s)
{
	s->timers = TIMERS_DEFAULT;
}

static void usual_children(struct scenario *s)
{
	s->children = CHILDREN_DEFAULT;
}

static void usual_size(struct scenario *s)
{
	s->payload_size = 100;
}

static bool is_same(const struct scenario *a, const struct scenario *b)
{
	struct text text_a = {0}, text_b = {0};
	bool same;

	scenario_write(&text_a, a);
	scenario_write(&text_b, b);
	same = strcmp(text_string(&text_a), text_string(&text_b)) == 0;
	text_done(&text_a);
	text_done(&text_b);
	return same;
}

static bool simplify(struct shrinking *s)
{
	static void (*const steps[])(struct scenario *) = {
		no_jitter, no_delay, no_loss,      no_duplicate, no_reorder,     no_limit,
		no_first,  no_drift, no_join_time, usual_timers, usual_children, usual_size,
	};
	bool has_shrunk = false;

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		struct scenario simpler;

		if (!scenario_copy(&simpler, s->best))
			return has_shrunk;
		steps[i](&simpler);
		if (is_same(&simpler, s->best))
			scenario_done(&simpler);
		else
			has_shrunk |= try(s, &simpler);
	}
	return has_shrunk;
}

uint64_t shrink(struct scenario *scenario)
{
	struct shrinking s = {.best = scenario};
	bool has_shrunk = true;

	for (unsigned round = 0; has_shrunk && round < ROUNDS_MAX; round++) {
		has_shrunk = leave_out_faults(&s);
		has_shrunk |= lower(&s, members_of, MEMBERS_LEAST);
		has_shrunk |= lower(&s, payloads_of, 0);
		has_shrunk |= shorten(&s);
		has_shrunk |= simplify(&s);
	}
	return s.runs;
}
