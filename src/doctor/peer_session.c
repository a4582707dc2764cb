#include "peer_session.h"

#include "net/address.h"
#include "net/datagrams.h"
#include "net/interface.h"
#include "net/socket.h"

#include <string.h>
#include <sys/epoll.h>

enum { BATCH = 16 };

/* ---- Probes that arrive ---- */

/* What comes to the group beside what is expected is no copy of it. */
static struct probe_tally *tally_of(struct peer_session *session, const struct peer_message *probe,
				    unsigned interface)
{
	bool is_beside = session->beside > 0 && session->beside == interface;

	return is_beside && probe_is_to_group(probe->kind) ? &session->tally_beside
							   : &session->tally;
}

static bool is_chosen(const struct peer_group *group, unsigned interface)
{
	return interface_is_listed(group->interfaces, group->interface_count, interface);
}

/* Where the asker is, too: nobody looks elsewhere for what it sends. */
static bool is_wire_seen(const struct peer_session *session)
{
	return probe_capture_is_whole(&session->capture) &&
	       is_chosen(&session->group, session->meeting);
}

/* Where nothing of the group came as expected, what came beside counts. */
static struct one_way heard(const struct peer_session *session)
{
	struct one_way way = session->tally.way;
	bool is_expected = way.paths[0].source.any.sa_family != AF_UNSPEC;

	for (unsigned i = 0; i < PROBE_KINDS; i++)
		is_expected |= probe_is_to_group((enum probe_kind)i) && way.counts[i].arrived > 0;
	if (!is_expected)
		way = session->tally_beside.way;
	way.is_wire_seen = is_wire_seen(session);
	return way;
}

void peer_session_take_probe(struct peer_session *session, const struct peer_message *probe,
			     const struct hostcast_message *message)
{
	char interface[IF_NAMESIZE] = "?";

	if (!session->is_open || session->session != probe->session) {
		session->home.counters->stale++;
		return;
	}
	if (!probe->is_from_asker) /* our own to the group, heard again */
		return;
	if_indextoname(message->interface_index, interface);
	if (!probe_tally_take(tally_of(session, probe, message->interface_index), probe, message,
			      interface))
		session->home.counters->misdirected++;
	else if (!probe_is_to_group(probe->kind))
		probe_tally_take(&session->tally_beside, probe, message, interface);
}

static void take_from_group(struct peer_session *session, const struct hostcast_message *message)
{
	struct peer_message probe;

	if (!peer_message_read(&probe, message->data, message->size) || probe.type != PEER_PROB)
		return; /* what others send to the group is their business */
	peer_session_take_probe(session, &probe, message);
}

static void on_group(void *context, uint32_t events)
{
	struct peer_session *session = context;
	struct arrival arrivals[BATCH];
	int count;

	(void)events;
	count = datagrams_receive(session->home.datagrams, session->group.in, &session->group.group,
				  0, arrivals, BATCH);
	for (int i = 0; i < count; i++)
		take_from_group(session, &arrivals[i].whole);
}

static void on_captured(void *context, const struct peer_message *probe,
			const struct probe_path *path)
{
	struct peer_session *session = context;
	struct probe_tally *tally = tally_of(session, probe, if_nametoindex(path->interface));

	if (probe->session != session->session || !probe->is_from_asker)
		return;
	if (session->group.is_port_taken)
		probe_tally_take_captured(tally, probe, path->ttl);
	if (probe->kind == PROBE_GROUP)
		probe_tally_add_path(tally, path);
}

/* ---- Opening ---- */

/* Those that are known from outside. */
static void choose_interfaces(struct peer_session *session, const struct hostcast_message *message)
{
	struct peer_group *group = &session->group;

	if (address_needs_zone(&group->group)) { /* the link on which we have met */
		group->group.v6.sin6_scope_id = group->send_by = message->interface_index;
		group->interfaces[group->interface_count++] = message->interface_index;
		return;
	}
	group->interface_count = session->home.options->interface_count;
	memcpy(group->interfaces, session->home.options->interfaces, sizeof group->interfaces);
	if (group->interface_count > 0)
		group->send_by = group->interfaces[0];
}

static void add_usable(struct peer_session *session, const struct interfaces *all, bool is_any)
{
	struct peer_group *group = &session->group;

	for (size_t i = 0; i < all->count && group->interface_count < PEER_INTERFACES_MAX; i++) {
		unsigned interface = all->list[i].index;

		if (interface_is_usable(&all->list[i], group->group.any.sa_family) &&
		    (is_any || own_ladder_expects(session->own, interface)))
			group->interfaces[group->interface_count++] = interface;
	}
}

static void add_beside(struct peer_session *session, const struct interfaces *all)
{
	const struct interface *meeting = interface_by_index(all, session->meeting);
	struct peer_group *group = &session->group;

	if (!meeting || !interface_is_usable(meeting, group->group.any.sa_family) ||
	    is_chosen(group, session->meeting) || group->interface_count == PEER_INTERFACES_MAX)
		return;
	session->beside = session->meeting;
	group->interfaces[group->interface_count++] = session->meeting;
}

/* Where nobody has said which: as programs of this host do, else wherever it can be done; and where
 * the asker is. */
static void choose_expected(struct peer_session *session)
{
	struct interfaces all;
	struct error ignored;

	if (session->group.interface_count > 0 || interfaces_read(&all, &ignored) < 0)
		return;
	add_usable(session, &all, false);
	if (session->group.interface_count == 0)
		add_usable(session, &all, true);
	add_beside(session, &all);
	interfaces_done(&all);
}

static void sent_all(void *context)
{
	struct peer_session *session = context;

	session->is_done = true;
}

/* A stranger's wish is granted only as far as it takes more than one packet to carry it. */
static unsigned large_size(const struct peer_session *session, unsigned wished)
{
	unsigned unicast = socket_path_mtu(&session->asker, 0), group = session->group.mtu;
	unsigned enough = probe_large_size(unicast > group ? unicast : group);

	return wished < enough ? wished : enough;
}

/* Before the group is joined for the asker: what others on this host have joined is of interest,
 * and the report of joining is to be seen. */
static void look_at_ourselves(struct peer_session *session)
{
	const struct case_question question = {
		.group = session->group.group,
		.source = session->only_from,
		.is_port_given = true,
		.has_peer = true,
		.interfaces = session->home.options->interfaces,
		.interface_count = session->home.options->interface_count,
	};

	session->own = own_ladder_open(&question);
	own_ladder_listen(session->own, session->home.loop);
}

static void prepare_sender(struct peer_session *session, const struct peer_message *join,
			   const struct hostcast_message *message)
{
	session->sender = (struct probe_sender){
		.loop = session->home.loop,
		.fd = session->fd,
		.to = message->source,
		.from = message->destination,
		.group = &session->group,
		.session = join->session,
		.is_asker = false,
		.user_ttl = join->ttl,
		.large_size = large_size(session, join->size),
		.done = sent_all,
		.context = session,
	};
}

static void join_group(struct peer_session *session)
{
	const union hostcast_address *from = &session->only_from;
	char *problem = session->tally.way.join_error;
	struct error error;

	peer_group_open_in(&session->group, from->any.sa_family != AF_UNSPEC ? from : NULL);
	peer_error_text(&session->group.join_error, problem);
	if (session->group.in >= 0 && loop_watch(session->home.loop, session->group.in, EPOLLIN,
						 on_group, session, &error) < 0)
		peer_error_text(&error, problem);
	memcpy(session->tally_beside.way.join_error, problem, PEER_TEXT_SIZE);
}

/* Ends it in its time. */
static void watch(void *context)
{
	struct peer_session *session = context;
	struct loop *loop = session->home.loop;
	struct monotime now = loop_now(loop);
	struct monotime silent = monotime_add(session->heard, PEER_SILENCE_NS);
	struct monotime over = monotime_add(session->began, PEER_SESSION_NS);

	if (!monotime_is_before(now, over))
		session->home.over(session->home.context, PEER_END_TIME);
	else if (!monotime_is_before(now, silent))
		session->home.over(session->home.context, PEER_END_SILENT);
	else
		loop_set_timer(loop, &session->watchman, monotime_earlier(silent, over));
}

void peer_session_open(struct peer_session *session, int fd, const struct peer_message *join,
		       const struct hostcast_message *message)
{
	struct loop *loop = session->home.loop;

	*session = (struct peer_session){
		.home = session->home,
		.is_open = true,
		.asker = message->source,
		.only_from = join->source,
		.session = join->session,
		.token = join->token,
		.fd = fd,
		.group = {.group = join->group, .in = -1, .out = -1},
		.meeting = message->interface_index,
		.began = loop_now(loop),
		.heard = loop_now(loop),
		.watchman = {.function = watch, .context = session},
	};
	choose_interfaces(session, message);
	look_at_ourselves(session);
	choose_expected(session);
	peer_group_open_out(&session->group);
	join_group(session);
	probe_capture_open(&session->capture, loop, &session->group, on_captured, session);
	prepare_sender(session, join, message);
	probe_sender_problem(&session->sender, session->problem);
	watch(session);
}

/* ---- While it is open ---- */

bool peer_session_was_of(const struct peer_session *session, const struct peer_message *message,
			 const union hostcast_address *asker)
{
	return session->session == message->session && session->token == message->token &&
	       address_equal(&session->asker, asker);
}

bool peer_session_is_of(const struct peer_session *session, const struct peer_message *message,
			const union hostcast_address *asker)
{
	return session->is_open && peer_session_was_of(session, message, asker);
}

void peer_session_take_turn(struct peer_session *session)
{
	if (session->is_turn)
		return;
	session->is_turn = true;
	own_ladder_climb(session->own, &session->ladder);
	probe_sender_begin(&session->sender);
}

struct peer_message peer_session_report(const struct peer_session *session)
{
	struct peer_message report = {
		.type = PEER_TOLD,
		.session = session->session,
		.token = session->token,
		.heard = heard(session),
		.is_done = session->is_done,
		.ladder = session->ladder,
	};

	memcpy(report.sent, session->sender.sent, sizeof report.sent);
	probe_sender_problem(&session->sender, report.text);
	/* No answer is larger than its request: there is room for two of the three sentences. */
	if (report.heard.join_error[0] && report.ladder.cause[0])
		report.text[0] = '\0';
	return report;
}

struct peer_session_view peer_session_view(const struct peer_session *session)
{
	bool is_of_source = session->only_from.any.sa_family != AF_UNSPEC;

	return (struct peer_session_view){
		.asker = &session->asker,
		.group = &session->group.group,
		.only_from = is_of_source ? &session->only_from : NULL,
		.heard = heard(session),
		.sent = session->sender.sent,
		.problem = session->problem,
	};
}

/* ---- The end ---- */

void peer_session_close(struct peer_session *session)
{
	struct loop *loop = session->home.loop;

	if (!session->is_open)
		return;
	session->is_open = false;
	probe_sender_problem(&session->sender, session->problem);
	probe_sender_stop(&session->sender);
	loop_stop_timer(loop, &session->watchman);
	probe_capture_close(&session->capture);
	own_ladder_close(session->own);
	loop_forget(loop, session->group.in);
	peer_group_close(&session->group);
}
