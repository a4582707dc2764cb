#include "watch.h"

#include "net/address.h"
#include "run/clock.h"
#include "tell.h"
#include "words.h"

/* ---- What is watched ---- */

static bool is_of_family(const struct watch *watch, const struct packet *packet)
{
	int family = common_family(&watch->options->common);

	return family == AF_UNSPEC || family == packet->destination.any.sa_family;
}

static bool wants_packet(const struct watch *watch, const struct packet *packet)
{
	return address_is_multicast(&packet->destination) && is_of_family(watch, packet) &&
	       wanted_groups_match(&watch->groups, packet);
}

/* ---- Memberships ---- */

static void run_hook(struct watch *watch, bool is_join, unsigned interface,
		     const union hostcast_address *group, const struct member *member)
{
	const struct hook_command *command =
		is_join ? &watch->options->on_join : &watch->options->on_leave;
	char group_name[HOSTCAST_TEXT_SIZE], interface_name[INTERFACE_TEXT_SIZE];
	char member_name[HOSTCAST_TEXT_SIZE] = "";
	struct text sources = {0};
	struct hook_cause cause = {
		.event = is_join ? "join" : "leave",
		.group = address_ip_text(group, group_name),
		.interface = interface_text(&watch->names, interface, interface_name),
		.member = member_name,
	};

	if (!command->words[0])
		return;
	if (member) {
		address_ip_text(&member->address, member_name);
		add_sources(&sources, member);
	}
	cause.sources = text_string(&sources);
	hooks_run(watch->hooks, command, &cause);
	text_done(&sources);
}

static void count_membership(struct watch *watch, bool is_join)
{
	watch->joins += is_join;
	watch->leaves += !is_join;
}

/* Asked of the kernel once a second for reports of one address: one packet may tell of nearly two
 * hundred groups. */
static bool is_of_this_host(struct watch *watch, const union hostcast_address *address)
{
	if (!address_same_ip(&watch->asked_address, address)) {
		watch->asked_address = *address;
		watch->is_asked_local = is_local_address(address);
	}
	return watch->is_asked_local;
}

/* What this host reports itself the kernel tells, too. */
static void on_member(void *context, enum member_change change, const struct member *member)
{
	static const enum watch_event events[] = {[MEMBER_JOINED] = EVENT_JOIN,
						  [MEMBER_LEFT] = EVENT_LEAVE,
						  [MEMBER_EXPIRED] = EVENT_EXPIRED};
	struct watch *watch = context;
	int64_t time_ns = change == MEMBER_EXPIRED ? clock_realtime_ns() : member->last_ns;

	if (is_of_this_host(watch, &member->address))
		return;
	count_membership(watch, change == MEMBER_JOINED);
	tell_member(watch, events[change], time_ns, member);
	run_hook(watch, change == MEMBER_JOINED, member->interface, &member->group, member);
}

void watch_take_local(struct watch *watch, const struct membership_event *event)
{
	if (!watch_wants_group(watch, &event->group) ||
	    !watch_wants_interface(watch, event->interface))
		return;
	count_membership(watch, event->is_join);
	tell_local(watch, event->is_join ? EVENT_JOIN : EVENT_LEAVE, clock_realtime_ns(),
		   event->interface, &event->group);
	run_hook(watch, event->is_join, event->interface, &event->group, NULL);
}

/* ---- Queriers ---- */

static void take_query(struct watch *watch, const struct frame *frame, const struct packet *packet)
{
	const struct querier *querier = queriers_take(&watch->queriers, frame, packet);
	bool *is_silent;

	if (!querier || querier->last_general_ns != frame->time_ns)
		return; /* no general query */
	is_silent = &watch->is_querier_silent[querier - watch->queriers.list];
	if (querier->general == 1 || *is_silent)
		tell_querier(watch, EVENT_QUERIER, frame->time_ns, querier);
	*is_silent = false;
}

/* Where another one has taken over there is nothing to say. */
static void look_for_silent_queriers(struct watch *watch, int64_t now_ns)
{
	const struct queriers *queriers = &watch->queriers;

	for (size_t i = 0; i < queriers->count; i++) {
		const struct querier *querier = &queriers->list[i];

		if (watch->is_querier_silent[i] || querier->general == 0 ||
		    queriers_elected(queriers, querier->interface, querier->vlan, querier->is_mld,
				     now_ns))
			continue;
		watch->is_querier_silent[i] = true;
		tell_querier(watch, EVENT_QUERIER_SILENT, now_ns, querier);
	}
}

/* ---- Senders ---- */

/* Neighbour discovery and the like, by which every IPv6 host sends to groups. */
static bool is_housekeeping(const struct watch *watch, const struct packet *packet)
{
	return packet->transport != TRANSPORT_UDP &&
	       !watch_wants_group(watch, &packet->destination);
}

static void take_data(struct watch *watch, const struct frame *frame, const struct packet *packet)
{
	const struct feed_pair *pair;
	struct sender_news news;

	if (is_housekeeping(watch, packet))
		return;
	news = live_senders_take(&watch->senders, frame, packet);
	pair = feeds_take(&watch->feeds, &watch->senders, &news, frame->time_ns);
	if (news.is_new)
		tell_sender(watch, EVENT_SENDER, frame->time_ns, news.sender, 0);
	else if (news.silence_ns > 0)
		tell_sender(watch, EVENT_RESUMED, frame->time_ns, news.sender, news.silence_ns);
	if (news.is_new_stream)
		tell_stream(watch, frame->time_ns, news.sender, &news.stream->rtp);
	if (pair)
		tell_feeds(watch, frame->time_ns, pair);
}

void watch_take_packet(struct watch *watch, const struct frame *frame, const struct packet *packet)
{
	if (!wants_packet(watch, packet))
		return;
	watch->packets++;
	if (frame->interface != watch->loopback) /* there is nobody else */
		members_take(&watch->members, frame, packet, on_member, watch);
	take_query(watch, frame, packet);
	take_data(watch, frame, packet);
}

static void on_silent(void *context, const struct sender *sender)
{
	int64_t now_ns = clock_realtime_ns();

	tell_sender(context, EVENT_SILENT, now_ns, sender, now_ns - sender->last_ns);
}

static void on_lost(void *context, const struct sender *sender, const struct live_stream *stream,
		    uint64_t packets)
{
	tell_loss(context, clock_realtime_ns(), sender, &stream->rtp, packets);
}

/* ---- Time ---- */

static void tell_drops(struct watch *watch)
{
	if (watch->are_drops_told || watch_dropped(watch) == 0)
		return;
	watch->are_drops_told = true;
	session_notice(
		&watch->session,
		"packets came faster than they were taken, and some were dropped (the "
		"summary counts them): losses and silences that are told may be no sender's");
}

void watch_tick(struct watch *watch, int64_t now_ns)
{
	static const struct sender_tick_events events = {.silent = on_silent, .lost = on_lost};

	names_read(&watch->names);
	watch->asked_address = (union hostcast_address){0};
	live_senders_tick(&watch->senders, now_ns, &events, watch);
	feeds_tick(&watch->feeds, now_ns);
	members_tick(&watch->members, &watch->queriers, now_ns, on_member, watch);
	look_for_silent_queriers(watch, now_ns);
	if (watch->wire)
		wire_tick(watch->wire);
	tell_drops(watch);
}
