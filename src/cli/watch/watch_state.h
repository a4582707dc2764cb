/* hostcast watch: what it knows. */
#ifndef WATCH_WATCH_STATE_H
#define WATCH_WATCH_STATE_H

#include "cli/session.h"
#include "cli/wanted_groups.h"
#include "event_log.h"
#include "hooks.h"
#include "local.h"
#include "names.h"
#include "own.h"
#include "sockets.h"
#include "traffic/feeds.h"
#include "traffic/live_senders.h"
#include "traffic/members.h"
#include "traffic/queriers.h"
#include "wire.h"

struct watch_options {
	struct common_options common;
	int64_t interval_ns; /* between two states of --json */
	int64_t gap_ns;      /* NOT_GIVEN */
	bool join, lines, no_promiscuous;
	struct hook_command on_join, on_leave; /* words[0] NULL: none */
};

struct screen;

struct watch {
	struct session session;
	const struct watch_options *options;
	struct wanted_groups groups; /* that are watched; none: all */
	unsigned chosen[LIST_MAX];   /* the interfaces that are, by index; none: all */
	size_t chosen_count;
	unsigned loopback;  /* the interface, by index; 0: none */
	struct names names; /* of interfaces */

	struct wire *wire;       /* NULL: not captured */
	struct sockets *sockets; /* NULL: not joined */
	struct local *local;
	struct hooks *hooks;
	struct screen *screen; /* NULL: lines, or JSON */
	struct event_log log;  /* for the screen */
	struct text line;      /* of the event that is being told */

	struct live_senders senders;
	struct members members;
	struct queriers queriers;
	bool is_querier_told[QUERIERS_MAX]; /* as the one that asks on its link */
	struct own_ips own;
	struct feeds feeds;
	int64_t alive_ns; /* when it had a look at the time last */
	int64_t heard_ns; /* what came until then was taken in, as far as it is known */

	uint64_t events, joins, leaves; /* all that were told, and of these */
	uint64_t packets;               /* of the groups that are watched */
	bool are_drops_told;
	struct loop_timer tick, state;
};

/* Is this one of the groups that are watched? Without any: those that every host joins by itself do
 * not count, unless --verbose. */
bool watch_wants_group(const struct watch *watch, const union hostcast_address *group);
bool watch_wants_interface(const struct watch *watch, unsigned interface);

/* What was not taken in time, or had no room in a table. */
uint64_t watch_dropped(const struct watch *watch);
uint64_t watch_forgotten(const struct watch *watch);

#endif
