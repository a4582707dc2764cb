#include "peer_server.h"

#include "net/address.h"
#include "net/answer.h"
#include "net/datagrams.h"
#include "net/interface.h"
#include "net/socket.h"
#include "peer_tokens.h"
#include "probe_capture.h"
#include "probe_sender.h"
#include "probes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { RECEIVE_SIZE = 2048, BATCH = 16, AGAIN_MS = 1000 };

struct session {
	bool is_open;
	union hostcast_address asker, only_from;
	uint64_t session, token;
	int fd; /* by which it asks */
	struct peer_group group;
	struct probe_tally tally;
	struct probe_capture capture;
	struct probe_sender sender;
	bool is_turn, is_done; /* it has asked for this host's probes; they were sent */
	struct peer_ladder ladder;
	char problem[PEER_TEXT_SIZE];
	struct monotime began, heard;
};

struct listener {
	int fd;
	union hostcast_address local;
	struct peer_server *server;
};

struct peer_server {
	struct loop *loop;
	const struct peer_server_options *options;
	const struct peer_server_hooks *hooks;
	struct listener listeners[PEER_LISTEN_MAX];
	size_t listener_count;
	struct datagrams *datagrams;
	struct peer_tokens tokens;
	struct session session;
	struct loop_timer watchman; /* ends sessions */
	struct monotime second;     /* in which the answers are counted */
	unsigned answers;
	struct peer_counters counters;
};

/* ---- Answers ---- */

static bool may_answer(struct peer_server *s)
{
	struct monotime now = loop_now(s->loop);

	if (monotime_diff_ns(now, s->second) >= NS_PER_S) {
		s->second = now;
		s->answers = 0;
	}
	if (s->answers == PEER_ANSWERS_A_SECOND) {
		s->counters.too_soon++;
		return false;
	}
	s->answers++;
	return true;
}

static void answer(struct peer_server *s, int fd, const struct hostcast_message *request,
		   const struct peer_message *message)
{
	uint8_t bytes[PEER_MESSAGE_SIZE];
	size_t size;

	if (!may_answer(s))
		return;
	size = peer_message_write(message, 0, bytes, sizeof bytes);
	if (size == 0 || answer_send(fd, request, bytes, size) < 0)
		s->counters.unanswered++;
}

/* ---- Sessions ---- */

static struct peer_session_view view_of(const struct session *session)
{
	bool is_of_source = session->only_from.any.sa_family != AF_UNSPEC;

	return (struct peer_session_view){
		.asker = &session->asker,
		.group = &session->group.group,
		.only_from = is_of_source ? &session->only_from : NULL,
		.heard = &session->tally.way,
		.sent = session->sender.sent,
		.problem = session->problem,
	};
}

static void close_session(struct peer_server *s)
{
	struct session *session = &s->session;

	session->is_open = false;
	probe_sender_stop(&session->sender);
	loop_stop_timer(s->loop, &s->watchman);
	probe_capture_close(&session->capture);
	loop_forget(s->loop, session->group.in);
	peer_group_close(&session->group);
}

static void end_session(struct peer_server *s, enum peer_session_end how)
{
	const struct peer_session_view view = view_of(&s->session);

	probe_sender_problem(&s->session.sender, s->session.problem);
	close_session(s);
	s->hooks->ends(s->hooks->context, &view, how);
}

static void watch_session(void *context)
{
	struct peer_server *s = context;
	struct monotime now = loop_now(s->loop);
	struct monotime silent = monotime_add(s->session.heard, PEER_SILENCE_NS);
	struct monotime over = monotime_add(s->session.began, PEER_SESSION_NS);

	if (!monotime_is_before(now, over))
		end_session(s, PEER_END_TIME);
	else if (!monotime_is_before(now, silent))
		end_session(s, PEER_END_SILENT);
	else
		loop_set_timer(s->loop, &s->watchman, monotime_earlier(silent, over));
}

static bool is_of_session(const struct peer_server *s, const struct peer_message *message,
			  const union hostcast_address *asker)
{
	const struct session *session = &s->session;

	return session->is_open && session->session == message->session &&
	       session->token == message->token && address_equal(&session->asker, asker);
}

/* ---- Probes that arrive ---- */

static void take_probe(struct peer_server *s, const struct peer_message *probe,
		       const struct hostcast_message *message)
{
	struct session *session = &s->session;
	char interface[IF_NAMESIZE] = "?";

	if (!session->is_open || session->session != probe->session) {
		s->counters.stale++;
		return;
	}
	if (!probe->is_from_asker) /* our own to the group, heard again */
		return;
	if_indextoname(message->interface_index, interface);
	if (!probe_tally_take(&session->tally, probe, message, interface))
		s->counters.misdirected++;
}

static void take_from_group(struct peer_server *s, const struct hostcast_message *message)
{
	struct peer_message probe;

	if (!peer_message_read(&probe, message->data, message->size) || probe.type != PEER_PROB)
		return; /* what others send to the group is their business */
	take_probe(s, &probe, message);
}

static void on_group(void *context, uint32_t events)
{
	struct peer_server *s = context;
	struct arrival arrivals[BATCH];
	int count;

	(void)events;
	count = datagrams_receive(s->datagrams, s->session.group.in, &s->session.group.group, 0,
				  arrivals, BATCH);
	for (int i = 0; i < count; i++)
		take_from_group(s, &arrivals[i].whole);
}

static void on_captured(void *context, const struct peer_message *probe,
			const struct probe_path *path)
{
	struct session *session = &((struct peer_server *)context)->session;

	if (probe->session == session->session && probe->is_from_asker &&
	    probe->kind == PROBE_GROUP)
		probe_tally_add_path(&session->tally, path);
}

/* ---- HELO: who is there gets a token, at the address that it claims to have ---- */

static void take_hello(struct peer_server *s, int fd, const struct peer_message *hello,
		       const struct hostcast_message *message)
{
	struct peer_message reply = {.type = PEER_TOKN, .session = hello->session};

	if (peer_tokens_give(&s->tokens, &message->source, hello->session, loop_now(s->loop),
			     &reply.token))
		answer(s, fd, message, &reply);
	else
		s->counters.unanswered++;
}

/* ---- JOIN ---- */

/* Groups that hold a link together are no place for probes: all of 224.0.0.0/24 (RFC 5771 section
 * 4), and IPv6 groups that IANA assigned for a node or link (RFC 4291 section 2.7: flag T is 0). */
static bool is_control_group(const union hostcast_address *group)
{
	const uint8_t *v6 = group->v6.sin6_addr.s6_addr;

	if (group->any.sa_family == AF_INET)
		return ntohl(group->v4.sin_addr.s_addr) >> 8 == 0xe00000;
	return !(v6[1] & 0x10) && (v6[1] & 0x0f) <= 2;
}

static void choose_interfaces(struct peer_server *s, const struct hostcast_message *message)
{
	struct peer_group *group = &s->session.group;
	struct interfaces all;
	struct error ignored;

	if (address_needs_zone(&group->group)) { /* the link on which we have met */
		group->group.v6.sin6_scope_id = group->send_by = message->interface_index;
		group->interfaces[group->interface_count++] = message->interface_index;
		return;
	}
	group->interface_count = s->options->interface_count;
	memcpy(group->interfaces, s->options->interfaces, sizeof group->interfaces);
	if (group->interface_count > 0) {
		group->send_by = group->interfaces[0];
		return;
	}
	if (interfaces_read(&all, &ignored) < 0)
		return;
	for (size_t i = 0; i < all.count && group->interface_count < PEER_INTERFACES_MAX; i++)
		if (interface_is_usable(&all.list[i], group->group.any.sa_family))
			group->interfaces[group->interface_count++] = all.list[i].index;
	interfaces_done(&all);
}

static void sent_all(void *context)
{
	struct peer_server *s = context;

	s->session.is_done = true;
}

static void prepare_sender(struct peer_server *s, const struct peer_message *join,
			   const struct hostcast_message *message)
{
	struct session *session = &s->session;

	session->sender = (struct probe_sender){
		.loop = s->loop,
		.fd = session->fd,
		.to = message->source,
		.from = message->destination,
		.group = &session->group,
		.session = join->session,
		.is_asker = false,
		.user_ttl = join->ttl,
		.large_size = join->size,
		.done = sent_all,
		.context = s,
	};
}

static void keep_text(char text[static PEER_TEXT_SIZE], const struct error *error)
{
	snprintf(text, PEER_TEXT_SIZE, "%.*s", PEER_TEXT_SIZE - 1,
		 error->code != 0 ? error->text : "");
}

/* What goes wrong here is told in the report: finding it out is what this is for. */
static void open_session(struct peer_server *s, int fd, const struct peer_message *join,
			 const struct hostcast_message *message)
{
	struct session *session = &s->session;
	struct error error;

	*session = (struct session){
		.is_open = true,
		.asker = message->source,
		.only_from = join->source,
		.session = join->session,
		.token = join->token,
		.fd = fd,
		.group = {.group = join->group, .in = -1, .out = -1},
		.began = loop_now(s->loop),
		.heard = loop_now(s->loop),
	};
	choose_interfaces(s, message);
	peer_group_open_out(&session->group);
	peer_group_open_in(&session->group,
			   join->source.any.sa_family != AF_UNSPEC ? &join->source : NULL);
	keep_text(session->tally.way.join_error, &session->group.join_error);
	if (session->group.in >= 0 &&
	    loop_watch(s->loop, session->group.in, EPOLLIN, on_group, s, &error) < 0)
		keep_text(session->tally.way.join_error, &error);
	probe_capture_open(&session->capture, s->loop, &session->group, on_captured, s);
	session->tally.way.is_wire_seen = session->capture.count > 0;
	prepare_sender(s, join, message);
	probe_sender_problem(&session->sender, session->problem);
	if (s->hooks->climb)
		s->hooks->climb(s->hooks->context, &join->group, &join->source, &session->ladder);
	watch_session(s);
}

static void refuse(struct peer_server *s, int fd, const struct peer_message *join,
		   const struct hostcast_message *message, unsigned again_ms, const char *why)
{
	const struct one_way nothing = {.mtu = 0};
	const unsigned none[PROBE_KINDS] = {0};
	const struct peer_session_view view = {
		.asker = &message->source,
		.group = &join->group,
		.heard = &nothing,
		.sent = none,
		.problem = why,
	};
	struct peer_message reply = {
		.type = PEER_JNOT, .session = join->session, .again_ms = again_ms};

	snprintf(reply.text, sizeof reply.text, "%s", why);
	answer(s, fd, message, &reply);
	if (again_ms == 0)
		s->hooks->refused(s->hooks->context, &view);
}

static void confirm(struct peer_server *s, int fd, const struct hostcast_message *message)
{
	const struct session *session = &s->session;
	const struct peer_message reply = {
		.type = PEER_JYES,
		.session = session->session,
		.source = session->group.source,
		.mtu = session->group.mtu,
	};

	answer(s, fd, message, &reply);
}

static void tell_begin(const struct peer_server *s)
{
	const struct peer_session_view view = view_of(&s->session);

	s->hooks->begins(s->hooks->context, &view);
}

/* Why this group is not joined for anybody; NULL: it may be. */
static const char *problem_of(const struct peer_message *join, const union hostcast_address *asker)
{
	int family = join->group.any.sa_family;

	if (family != asker->any.sa_family ||
	    (join->source.any.sa_family != AF_UNSPEC && join->source.any.sa_family != family))
		return "group, source and this conversation must all be IPv4, or all IPv6";
	if (is_control_group(&join->group))
		return "the groups in which a link's own protocols speak (224.0.0.0/24, ff02::...) "
		       "are not tried out here";
	if (join->size < PEER_MESSAGE_SIZE)
		return "large probes must have 1200 bytes at least";
	return NULL;
}

static void take_join(struct peer_server *s, int fd, const struct peer_message *join,
		      const struct hostcast_message *message)
{
	const char *problem = problem_of(join, &message->source);

	if (is_of_session(s, join, &message->source)) { /* our answer was lost */
		confirm(s, fd, message);
		return;
	}
	if (!peer_tokens_have(&s->tokens, &message->source, join->session, join->token)) {
		s->counters.unproven++;
		return;
	}
	if (problem) {
		refuse(s, fd, join, message, 0, problem);
		return;
	}
	if (s->session.is_open) {
		refuse(s, fd, join, message, AGAIN_MS, "another host is being served");
		return;
	}
	peer_tokens_use_up(&s->tokens, &message->source, join->session);
	open_session(s, fd, join, message);
	tell_begin(s);
	confirm(s, fd, message);
}

/* ---- TELL and PART ---- */

static void take_tell(struct peer_server *s, int fd, const struct peer_message *tell,
		      const struct hostcast_message *message)
{
	struct session *session = &s->session;
	struct peer_message reply = {
		.type = PEER_TOLD,
		.session = tell->session,
		.heard = session->tally.way,
		.is_done = session->is_done,
	};

	memcpy(reply.sent, session->sender.sent, sizeof reply.sent);
	reply.ladder = session->ladder;
	probe_sender_problem(&session->sender, reply.text);
	answer(s, fd, message, &reply);
	if (!session->is_turn)
		probe_sender_begin(&session->sender);
	session->is_turn = true;
}

static void take_token_holder(struct peer_server *s, int fd, const struct peer_message *request,
			      const struct hostcast_message *message)
{
	if (!is_of_session(s, request, &message->source)) {
		s->counters.stale++;
		return;
	}
	s->session.heard = loop_now(s->loop);
	if (request->type == PEER_TELL)
		take_tell(s, fd, request, message);
	else
		end_session(s, PEER_END_PARTED);
}

/* ---- Requests ---- */

static void take_request(struct peer_server *s, int fd, const struct peer_message *request,
			 const struct hostcast_message *message)
{
	if (!s->hooks->is_allowed(s->hooks->context, &message->source)) {
		s->counters.not_allowed++;
		return;
	}
	if (request->type != PEER_PART &&
	    !peer_message_may_be_answered(request, message->full_size)) {
		s->counters.too_short++;
		return;
	}
	if (request->type == PEER_HELO)
		take_hello(s, fd, request, message);
	else if (request->type == PEER_JOIN)
		take_join(s, fd, request, message);
	else
		take_token_holder(s, fd, request, message);
}

static bool is_request(const struct peer_message *message)
{
	return message->type == PEER_HELO || message->type == PEER_JOIN ||
	       message->type == PEER_TELL || message->type == PEER_PART;
}

static void take_datagram(struct peer_server *s, int fd, const struct hostcast_message *message)
{
	struct peer_message said;

	if (!peer_message_read(&said, message->data, message->size))
		s->counters.malformed++;
	else if (said.type == PEER_PROB)
		take_probe(s, &said, message);
	else if (is_request(&said))
		take_request(s, fd, &said, message);
	else
		s->counters.stale++; /* an answer, and we have asked nothing */
}

static void on_listener(void *context, uint32_t events)
{
	const struct listener *listener = context;
	struct peer_server *s = listener->server;
	struct arrival arrivals[BATCH];
	int count;

	(void)events;
	count = datagrams_receive(s->datagrams, listener->fd, &listener->local, 0, arrivals, BATCH);
	for (int i = 0; i < count; i++)
		take_datagram(s, listener->fd, &arrivals[i].whole);
}

/* ---- The beginning and the end ---- */

static int open_listener(struct peer_server *s, const union hostcast_address *address,
			 struct error *error)
{
	struct listener *listener = &s->listeners[s->listener_count];
	int family = address->any.sa_family, status;

	*listener = (struct listener){.server = s, .local = *address};
	listener->fd = socket_open(family, SOCK_DGRAM, error);
	if (listener->fd < 0)
		return listener->fd;
	status = datagrams_want_details(listener->fd, family, error);
	if (status == 0)
		status = socket_set_no_fragment(listener->fd, family, false, error);
	if (status == 0)
		status = socket_bind(listener->fd, address, error);
	if (status == 0)
		status = socket_local_address(listener->fd, &listener->local, error);
	if (status == 0)
		status = loop_watch(s->loop, listener->fd, EPOLLIN, on_listener, listener, error);
	if (status < 0)
		close(listener->fd);
	else
		s->listener_count++;
	return status;
}

/* A host may have only one of the families. */
static int open_listeners(struct peer_server *s, struct error *error)
{
	int status = 0;

	for (size_t i = 0; i < s->options->listen_count; i++) {
		int code = open_listener(s, &s->options->listen[i], error);

		if (code != 0 && code != HOSTCAST_ADDRESS)
			return code;
		if (code != 0)
			status = code;
	}
	return s->listener_count > 0 ? 0 : status;
}

struct peer_server *peer_server_new(struct loop *loop, const struct peer_server_options *options,
				    const struct peer_server_hooks *hooks, struct error *error)
{
	struct peer_server *s = calloc(1, sizeof *s);

	error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	if (!s)
		return NULL;
	s->loop = loop;
	s->options = options;
	s->hooks = hooks;
	s->session.group.in = s->session.group.out = -1;
	s->watchman = (struct loop_timer){.function = watch_session, .context = s};
	s->datagrams = datagrams_new(RECEIVE_SIZE);
	if (s->datagrams && open_listeners(s, error) == 0)
		return s;
	peer_server_free(s);
	return NULL;
}

void peer_server_free(struct peer_server *s)
{
	if (!s)
		return;
	if (s->session.is_open)
		close_session(s);
	for (size_t i = 0; i < s->listener_count; i++) {
		loop_forget(s->loop, s->listeners[i].fd);
		close(s->listeners[i].fd);
	}
	datagrams_free(s->datagrams);
	free(s);
}

const struct peer_counters *peer_server_counters(const struct peer_server *s)
{
	return &s->counters;
}

size_t peer_server_addresses(const struct peer_server *s,
			     union hostcast_address addresses[static PEER_LISTEN_MAX])
{
	for (size_t i = 0; i < s->listener_count; i++)
		addresses[i] = s->listeners[i].local;
	return s->listener_count;
}
