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

_Static_assert(HOOK_VARIABLE_SIZE > FILTER_SOURCES_MAX * INET6_ADDRSTRLEN + 64,
	       "HOSTCAST_SOURCE has room for all sources that are known of a member");

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
		.more = "",
	};

	if (!command->words[0])
		return;
	if (member) {
		address_ip_text(&member->address, member_name);
		add_sources(&sources, member);
		cause.more = member->wanted.has_more ? "1" : "";
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

/* What this host reports itself the kernel tells, too. */
static void on_member(void *context, enum member_change change, const struct member *member)
{
	static const enum watch_event events[] = {[MEMBER_JOINED] = EVENT_JOIN,
						  [MEMBER_LEFT] = EVENT_LEAVE,
						  [MEMBER_EXPIRED] = EVENT_EXPIRED};
	struct watch *watch = context;
	int64_t now_ns = clock_realtime_ns();
	int64_t time_ns = change == MEMBER_EXPIRED ? now_ns : member->last_ns;

	if (own_ips_have(&watch->own, &member->address, now_ns))
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

/* The querier of the same link that was told last as the one that asks; NULL: none was, or it was
 * told that it does not any more. */
static const struct querier *told_querier(const struct watch *watch, const struct querier *querier)
{
	for (size_t i = 0; i < watch->queriers.count; i++)
		if (watch->is_querier_told[i] &&
		    queriers_share_link(&watch->queriers.list[i], querier))
			return &watch->queriers.list[i];
	return NULL;
}

/* May it have asked while nobody listened here? */
static bool may_have_asked(const struct watch *watch, const struct querier *querier, int64_t now_ns)
{
	return now_ns - watch->senders.listening_since_ns <= querier_patience_ns(querier);
}

/* Tells who asks on the link of this querier, if that has changed: routers ask once when they
 * begin, and leave it then to the one of the lowest address. */
static void follow_election(struct watch *watch, const struct querier *querier, int64_t now_ns)
{
	const struct querier *told = told_querier(watch, querier);
	const struct querier *elected = queriers_elected(&watch->queriers, querier->interface,
							 querier->vlan, querier->is_mld, now_ns);

	if (elected == told || (!elected && may_have_asked(watch, told, now_ns)))
		return;
	if (told)
		watch->is_querier_told[told - watch->queriers.list] = false;
	if (elected)
		watch->is_querier_told[elected - watch->queriers.list] = true;
	tell_querier(watch, elected ? EVENT_QUERIER : EVENT_QUERIER_SILENT, now_ns,
		     elected ? elected : told);
}

static void follow_elections(struct watch *watch, int64_t now_ns)
{
	for (size_t i = 0; i < watch->queriers.count; i++)
		follow_election(watch, &watch->queriers.list[i], now_ns);
}

static void take_query(struct watch *watch, const struct frame *frame, const struct packet *packet)
{
	const struct querier *querier = queriers_take(&watch->queriers, frame, packet);

	if (!querier)
		return;
	if (querier->general + querier->specific == 1) /* another one may have had its place */
		watch->is_querier_told[querier - watch->queriers.list] = false;
	follow_election(watch, querier, frame->time_ns);
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
	if (news.has_first_wrong_mac)
		tell_sender(watch, EVENT_WRONG_MAC, frame->time_ns, news.sender, 0);
	if (news.has_first_bad_checksum)
		tell_sender(watch, EVENT_BAD_CHECKSUM, frame->time_ns, news.sender, 0);
	if (news.is_new_stream)
		tell_stream(watch, frame->time_ns, news.sender, &news.stream->rtp);
	if (pair)
		tell_feeds(watch, frame->time_ns, pair);
}

/* Who stands still for longer, because a terminal takes nothing or the whole program is stopped,
 * misses packets (see LIVE_DELAY_NS): what was not heard meanwhile was not silent for that. */
#define STILL_NS (3 * NS_PER_S)

static void look_at_time(struct watch *watch, int64_t now_ns)
{
	if (watch->alive_ns > 0 && now_ns - watch->alive_ns > STILL_NS)
		watch->senders.listening_since_ns = now_ns;
	watch->alive_ns = now_ns;
}

void watch_take_packet(struct watch *watch, const struct frame *frame, const struct packet *packet)
{
	look_at_time(watch, clock_realtime_ns());
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
	struct watch *watch = context;

	tell_sender(watch, EVENT_SILENT, watch->heard_ns, sender,
		    watch->heard_ns - sender->last_ns);
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

/* Takes in what has come. Returns until when all of it is. */
static int64_t hear(struct watch *watch, int64_t now_ns)
{
	if (watch->wire)
		return wire_tick(watch->wire, now_ns);
	return watch->sockets ? sockets_tick(watch->sockets, now_ns) : now_ns;
}

void watch_tick(struct watch *watch, int64_t now_ns)
{
	static const struct sender_tick_events events = {.silent = on_silent, .lost = on_lost};

	names_read(&watch->names);
	own_ips_forget(&watch->own);
	look_at_time(watch, now_ns);
	watch->heard_ns = hear(watch, now_ns);
	if (watch->session.is_ended)
		return;
	live_senders_tick(&watch->senders, now_ns, watch->heard_ns, &events, watch);
	feeds_tick(&watch->feeds, watch->heard_ns);
	members_tick(&watch->members, &watch->queriers, watch->heard_ns, on_member, watch);
	follow_elections(watch, watch->heard_ns);
	tell_drops(watch);
}
