/* What one run of the simulator is given. Everything that happens in it follows from this. */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "base/monotime.h"
#include "core/timers.h"
#include "faults.h"
#include "topology.h"

enum {
	MEMBERS_LEAST = 1,
	MEMBERS_MOST = 1000000,
	MILLION = 1000000,         /* probabilities and rates are integers: millionths */
	PAYLOAD_NAME_SIZE = 8,     /* a payload begins with its number, in hexadecimal */
	LOST_FIRST_MEMBERS = 2000, /* a counter for each pair is kept */
	SETTLED_PAYLOADS = 3,      /* at the end, when all is well again */
};

/* The faults that a test plants in every node, so that it is seen that the watcher finds them. */
enum planted {
	PLANTED_NONE,
	PLANTED_STRANGERS,   /* takes DATA from anybody for DATA from its parent */
	PLANTED_IMMORTALS,   /* never forgets a child */
	PLANTED_SILENT_DROP, /* drops a payload and does not count it */
	PLANTED_SHORT_PATHS, /* sees of a root path its parent only */
	PLANTED_TWICE,       /* handles some datagrams twice */
	PLANTED_TWO_ROOTS,   /* the root believes that each refresh was accepted */
};

/* What happens to datagrams, beyond the delays of the network. */
struct link_quality {
	int64_t delay_ns;                 /* more, for each */
	int64_t jitter_ns;                /* more, uniform in 0 to this */
	int64_t loss, duplicate, reorder; /* probabilities, in millionths */
	int64_t mtu;        /* bytes with IP and UDP headers; a larger one is fragmented, */
	bool no_fragment;   /* or lost */
	int64_t lost_first; /* datagrams of each pair of hosts */
};

struct scenario {
	uint64_t seed;
	int64_t members;
	int64_t time_ns; /* faults and payloads happen before this */
	int64_t join_ns; /* members begin at random times before this */
	enum topology_kind network;
	struct link_quality links;
	int64_t drift; /* clocks run faster or slower by up to so many millionths */
	int64_t payloads, payload_size;
	int64_t children;
	struct timers timers;
	struct faults faults;
	enum planted planted;
};

#define SCENARIO_DEFAULT                                 \
	((struct scenario){.seed = 1,                    \
			   .members = 100,               \
			   .time_ns = 60 * NS_PER_S,     \
			   .join_ns = 20 * NS_PER_S,     \
			   .links = {.mtu = 1500},       \
			   .payloads = 1,                \
			   .payload_size = 100,          \
			   .children = CHILDREN_DEFAULT, \
			   .timers = TIMERS_DEFAULT})

/* A scenario of 3 to 60 members in which anything may go wrong, as the seed has it. False if memory
 * is short. */
bool scenario_draw(struct scenario *scenario, uint64_t seed);

bool scenario_copy(struct scenario *to, const struct scenario *from);
void scenario_done(struct scenario *scenario);

/* One generator for each purpose, so that a draw in one shifts no other. */
enum purpose {
	PURPOSE_TOPOLOGY,
	PURPOSE_LINKS,
	PURPOSE_FAULTS,
	PURPOSE_WORKLOAD,
	PURPOSE_JOINS,
	PURPOSE_CLOCKS,
	PURPOSE_MEMBERS,
	PURPOSE_SCENARIO,
};
struct random scenario_random(uint64_t seed, enum purpose purpose);

/* Does nothing go wrong at all? */
bool scenario_is_faultless(const struct scenario *scenario);

/* When everything that goes wrong is over: links are perfect from then on. */
int64_t scenario_calm_ns(const struct scenario *scenario);

/* When the last trouble is over: no later than that, and it is from then on that repair is
 * measured. */
int64_t scenario_trouble_over_ns(const struct scenario *scenario);

/* Once all is calm, so long it may take until every member stands in one tree. */
int64_t scenario_heal_ns(const struct scenario *scenario, int64_t round_trip_ns);

/* "hostcast sim --members 5 ...": the command that runs it. */
void scenario_write(struct text *text, const struct scenario *scenario);

#endif
