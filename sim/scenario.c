#include "scenario.h"

#include "seconds.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct random scenario_random(uint64_t seed, enum purpose purpose)
{
	struct random of_seed = {.state = seed};
	struct random random = {.state = random_next(&of_seed) ^ ((uint64_t)purpose << 56)};

	random_next(&random);
	return random;
}

bool scenario_copy(struct scenario *to, const struct scenario *from)
{
	struct scenario copy = *from;

	copy.faults = (struct faults){0};
	for (size_t i = 0; i < from->faults.count; i++) {
		if (!faults_add(&copy.faults, &from->faults.list[i])) {
			scenario_done(&copy);
			return false;
		}
	}
	*to = copy;
	return true;
}

void scenario_done(struct scenario *scenario)
{
	faults_done(&scenario->faults);
}

/* Datagrams that overtake each other belong to any network. */
static bool has_bad_links(const struct link_quality *links)
{
	return links->loss > 0 || links->duplicate > 0 || links->lost_first > 0 ||
	       links->no_fragment;
}

bool scenario_is_faultless(const struct scenario *scenario)
{
	return scenario->faults.count == 0 && !has_bad_links(&scenario->links) &&
	       scenario->drift == 0;
}

int64_t scenario_calm_ns(const struct scenario *scenario)
{
	int64_t over_ns = faults_end_ns(&scenario->faults);

	return over_ns > scenario->time_ns ? over_ns : scenario->time_ns;
}

int64_t scenario_trouble_over_ns(const struct scenario *scenario)
{
	return has_bad_links(&scenario->links) ? scenario_calm_ns(scenario)
					       : faults_end_ns(&scenario->faults);
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* What docs/protocol.md derives, by the names that it gives there: T, the worst of everything at
 * once, in the deepest tree that there can be. Clocks may be slow on top of it. */
int64_t scenario_heal_ns(const struct scenario *s, int64_t round_trip_ns)
{
	int64_t F = s->timers.refresh_ns, H = s->timers.hold_ns, r = s->timers.retry_ns;
	int64_t R = round_trip_ns;
	int64_t U = ATTEMPTS * r;
	int64_t B = least(F, BACK_OFF_NS);
	int64_t k = least(s->children, 8);
	int64_t D = least(s->members - 1, PATH_MAX_LENGTH), L = least(s->members, PATH_MAX_LENGTH);
	int64_t W = 3 * R + (D + 1) * (R + r);
	int64_t E = least(D * (k - 1) + 1, 64) * U + (D + 1) * R;
	int64_t T = H + k * U + most(F, L * (SECOND_WORD_NS + R)) + E + B + W;

	return T + T / MILLION * 2 * s->drift;
}

/* ---- Drawn ---- */

static int64_t pick(struct random *random, const int64_t *values, size_t count)
{
	return values[random_below(random, count)];
}

#define PICK(random, ...)                            \
	pick(random, (const int64_t[]){__VA_ARGS__}, \
	     sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static void draw_links(struct scenario *s, struct random *random)
{
	s->links = (struct link_quality){
		.delay_ns = PICK(random, 0, 0, 10, 200) * NS_PER_MS,
		.jitter_ns = PICK(random, 0, 0, 1, 20, 200) * NS_PER_MS,
		.loss = PICK(random, 0, 0, 1, 5, 20) * MILLION / 100,
		.duplicate = PICK(random, 0, 0, 1, 10) * MILLION / 100,
		.reorder = PICK(random, 0, 0, 1, 10) * MILLION / 100,
		.mtu = PICK(random, 1500, 1500, 1280, 600),
		.no_fragment = PICK(random, 0, 0, 0, 1) == 1,
		.lost_first = PICK(random, 0, 0, 0, 1, 2),
	};
	s->drift = PICK(random, 0, 100, 1000, 10000);
}

/* The defaults, and shorter ones in other proportions. */
static void draw_timers(struct scenario *s, struct random *random)
{
	static const struct timers SETS[] = {
		{REFRESH_NS, HOLD_NS, RETRY_NS, CACHE_NS},
		{REFRESH_NS, HOLD_NS, RETRY_NS, CACHE_NS},
		{20 * NS_PER_S, 30 * NS_PER_S, 1 * NS_PER_S, 10 * NS_PER_S},
		{5 * NS_PER_S, 20 * NS_PER_S, 2 * NS_PER_S, 5 * NS_PER_S},
	};

	s->timers = SETS[random_below(random, sizeof SETS / sizeof SETS[0])];
}

static bool draw_faults(struct scenario *s, struct random *random)
{
	uint64_t count = random_below(random, 12);

	for (uint64_t i = 0; i < count; i++) {
		enum fault_kind kind = (enum fault_kind)random_below(random, FAULT_KINDS);
		struct fault fault = fault_draw(kind, (uint32_t)s->members, s->time_ns, random);

		if (!faults_add(&s->faults, &fault))
			return false;
	}
	return true;
}

bool scenario_draw(struct scenario *scenario, uint64_t seed)
{
	struct random random = scenario_random(seed, PURPOSE_SCENARIO);
	struct scenario s = SCENARIO_DEFAULT;

	s.seed = seed;
	s.members = 3 + (int64_t)random_below(&random, 58);
	s.children = PICK(&random, 1, 2, 3, 3, 3, 5, 16);
	if (s.children == 1 && s.members > PATH_MAX_LENGTH / 2)
		s.members = PATH_MAX_LENGTH / 2; /* a chain of all of them must fit into a path */
	s.network = (enum topology_kind)random_below(&random, TOPOLOGY_KINDS - 1);
	s.time_ns = PICK(&random, 60, 200, 600) * NS_PER_S;
	s.join_ns = PICK(&random, 0, 1, 20, 50) * NS_PER_S;
	s.payloads = PICK(&random, 1, 5, 20);
	s.payload_size = PICK(&random, 8, 100, 1400, 5000);
	draw_links(&s, &random);
	draw_timers(&s, &random);
	if (!draw_faults(&s, &random)) {
		scenario_done(&s);
		return false;
	}
	*scenario = s;
	return true;
}

/* ---- As a command ---- */

static void write_number(struct text *text, const char *name, int64_t value, int64_t fallback)
{
	if (value != fallback)
		text_addf(text, " --%s %" PRId64, name, value);
}

static void write_seconds(struct text *text, const char *name, int64_t ns, int64_t fallback_ns)
{
	if (ns == fallback_ns)
		return;
	text_addf(text, " --%s ", name);
	seconds_write(text, ns);
}

static void write_percent(struct text *text, const char *name, int64_t millionths)
{
	if (millionths == 0)
		return;
	text_addf(text, " --%s ", name);
	seconds_write(text, millionths * 100 * (NS_PER_S / MILLION));
}

static void write_links(struct text *text, const struct link_quality *links,
			const struct link_quality *fallback)
{
	write_seconds(text, "delay", links->delay_ns, fallback->delay_ns);
	write_seconds(text, "jitter", links->jitter_ns, fallback->jitter_ns);
	write_percent(text, "loss", links->loss);
	write_percent(text, "duplicate", links->duplicate);
	write_percent(text, "reorder", links->reorder);
	write_number(text, "mtu", links->mtu, fallback->mtu);
	if (links->no_fragment)
		text_add_string(text, " --no-fragment");
	write_number(text, "lose-first", links->lost_first, fallback->lost_first);
}

static void write_timers(struct text *text, const struct timers *timers,
			 const struct timers *fallback)
{
	write_seconds(text, "refresh", timers->refresh_ns, fallback->refresh_ns);
	write_seconds(text, "hold", timers->hold_ns, fallback->hold_ns);
	write_seconds(text, "retry", timers->retry_ns, fallback->retry_ns);
	write_seconds(text, "cache", timers->cache_ns, fallback->cache_ns);
}

void scenario_write(struct text *text, const struct scenario *s)
{
	const struct scenario fallback = SCENARIO_DEFAULT;

	text_addf(text, "hostcast sim --members %" PRId64 " --seed %" PRIu64, s->members, s->seed);
	write_seconds(text, "time", s->time_ns, fallback.time_ns);
	write_seconds(text, "join", s->join_ns, s->time_ns / 3);
	if (s->network != fallback.network)
		text_addf(text, " --network %s", topology_kind_name(s->network));
	write_links(text, &s->links, &fallback.links);
	write_percent(text, "drift", s->drift);
	write_number(text, "payloads", s->payloads, fallback.payloads);
	write_number(text, "size", s->payload_size, fallback.payload_size);
	write_number(text, "children", s->children, fallback.children);
	write_timers(text, &s->timers, &fallback.timers);
	for (size_t i = 0; i < s->faults.count; i++) {
		text_add_string(text, i == 0 ? " --faults " : ",");
		fault_write(text, &s->faults.list[i]);
	}
}
