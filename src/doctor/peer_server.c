#include "peer_server.h"

#include "net/address.h"
#include "net/answer.h"
#include "net/datagrams.h"
#include "net/socket.h"
#include "peer_budget.h"
#include "peer_session.h"
#include "peer_tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { RECEIVE_SIZE = 2048, BATCH = 16, AGAIN_MS = 1000 };

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
	struct peer_session session;
	struct monotime over; /* when the last session ended */
	struct peer_budget budget;
	struct peer_counters counters;
};

/* ---- Answers ---- */

/* Was it sent? */
static bool answer(struct peer_server *s, int fd, const struct hostcast_message *request,
		   bool is_served, const struct peer_message *message)
{
	uint8_t bytes[PEER_MESSAGE_SIZE];
	size_t size;

	if (!peer_budget_take(&s->budget, &request->source, is_served, loop_now(s->loop))) {
		s->counters.too_soon++;
		return false;
	}
	size = peer_message_write(message, 0, bytes, sizeof bytes);
	if (size > 0 && answer_send(fd, request, bytes, size) >= 0)
		return true;
	s->counters.unanswered++;
	return false;
}

/* ---- Sessions ---- */

static void end_session(void *context, enum peer_session_end how)
{
	struct peer_server *s = context;
	const struct peer_session_view view = peer_session_view(&s->session);

	peer_session_close(&s->session);
	s->over = loop_now(s->loop);
	s->hooks->ends(s->hooks->context, &view, how);
}

static void begin_session(struct peer_server *s, int fd, const struct peer_message *join,
			  const struct hostcast_message *message)
{
	struct peer_session *session = &s->session;
	struct peer_session_view view;

	peer_session_open(session, fd, join, message);
	view = peer_session_view(session);
	s->hooks->begins(s->hooks->context, &view);
}

/* ---- HELO: who is there gets a token, at the address that it claims to have ---- */

static void take_hello(struct peer_server *s, int fd, const struct peer_message *hello,
		       const struct hostcast_message *message)
{
	const struct peer_message reply = {
		.type = PEER_TOKN,
		.session = hello->session,
		.token = peer_tokens_give(&s->tokens, &message->source, hello->session,
					  loop_now(s->loop)),
	};

	answer(s, fd, message, false, &reply);
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

static void refuse(struct peer_server *s, int fd, const struct peer_message *join,
		   const struct hostcast_message *message, unsigned again_ms, const char *why)
{
	const unsigned none[PROBE_KINDS] = {0};
	const struct peer_session_view view = {
		.asker = &message->source,
		.group = &join->group,
		.sent = none,
		.problem = why,
	};
	struct peer_message reply = {
		.type = PEER_JNOT,
		.session = join->session,
		.token = join->token,
		.again_ms = again_ms,
	};

	snprintf(reply.text, sizeof reply.text, "%s", why);
	if (answer(s, fd, message, false, &reply) && again_ms == 0)
		s->hooks->refused(s->hooks->context, &view);
}

static void confirm(struct peer_server *s, int fd, const struct hostcast_message *message)
{
	const struct peer_session *session = &s->session;
	const struct peer_message reply = {
		.type = PEER_JYES,
		.session = session->session,
		.token = session->token,
		.source = session->group.source,
		.mtu = session->group.mtu,
	};

	answer(s, fd, message, true, &reply);
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

/* Why it has to wait; NULL: it has not. */
static const char *hindrance_of(const struct peer_server *s, const union hostcast_address *asker)
{
	if (s->session.is_open)
		return "another host is being served";
	if (address_same_ip(&s->session.asker, asker) &&
	    monotime_diff_ns(loop_now(s->loop), s->over) < PEER_REST_NS)
		return "this host has just been served, others come first";
	return NULL;
}

static void take_join(struct peer_server *s, int fd, const struct peer_message *join,
		      const struct hostcast_message *message)
{
	const char *problem = problem_of(join, &message->source);
	const char *hindrance = hindrance_of(s, &message->source);

	if (peer_session_is_of(&s->session, join, &message->source)) { /* our answer was lost */
		confirm(s, fd, message);
		return;
	}
	if (peer_session_was_of(&s->session, join, &message->source)) { /* sent before its end */
		s->counters.stale++;
		return;
	}
	if (!peer_tokens_have(&s->tokens, &message->source, join->session, join->token,
			      loop_now(s->loop))) {
		s->counters.unproven++;
		return;
	}
	if (problem) {
		refuse(s, fd, join, message, 0, problem);
		return;
	}
	if (hindrance) {
		refuse(s, fd, join, message, AGAIN_MS, hindrance);
		return;
	}
	begin_session(s, fd, join, message);
	confirm(s, fd, message);
}

/* ---- TELL and PART ---- */

static void take_tell(struct peer_server *s, int fd, const struct hostcast_message *message)
{
	const struct peer_message report = peer_session_report(&s->session);

	answer(s, fd, message, true, &report);
	peer_session_take_turn(&s->session);
}

static void take_token_holder(struct peer_server *s, int fd, const struct peer_message *request,
			      const struct hostcast_message *message)
{
	if (!peer_session_is_of(&s->session, request, &message->source)) {
		s->counters.stale++;
		return;
	}
	s->session.heard = loop_now(s->loop);
	if (request->type == PEER_TELL)
		take_tell(s, fd, message);
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
		peer_session_take_probe(&s->session, &said, message);
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
	s->datagrams = datagrams_new(RECEIVE_SIZE);
	s->session.home = (struct peer_session_home){
		.loop = loop,
		.datagrams = s->datagrams,
		.options = options,
		.counters = &s->counters,
		.over = end_session,
		.context = s,
	};
	if (!peer_tokens_init(&s->tokens, loop_now(loop)))
		error_set(error, HOSTCAST_SYSTEM, "no random number to be had");
	else if (s->datagrams && open_listeners(s, error) == 0)
		return s;
	peer_server_free(s);
	return NULL;
}

void peer_server_free(struct peer_server *s)
{
	if (!s)
		return;
	peer_session_close(&s->session);
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
