#include "peer_client.h"

#include "base/text.h"
#include "net/address.h"
#include "net/datagrams.h"
#include "net/socket.h"
#include "peer_message.h"
#include "probe_sender.h"
#include "probes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

/* Who has answered once gets more time: its firewall's rules may take it that long. */
enum { RECEIVE_SIZE = 2048, BATCH = 16, ATTEMPTS_MOST = 6, ATTEMPTS_OF_KNOWN = 10 };

#define ASK_AGAIN_NS  (500 * NS_PER_MS) /* an answer that does not come is asked for again */
#define LOOK_AGAIN_NS (200 * NS_PER_MS) /* whether the listener has sent its probes */
#define SETTLE_NS     (500 * NS_PER_MS) /* for what is still on its way, and in fragments */

/* What it waits for. */
enum stage {
	STAGE_HELLO,  /* a token */
	STAGE_JOIN,   /* that the other side joins */
	STAGE_SEND,   /* that our probes are sent, */
	STAGE_ARRIVE, /* and have arrived */
	STAGE_TELL,   /* what arrived there, and that its probes are sent, */
	STAGE_SETTLE, /* and have arrived here */
	STAGE_DONE,
};

struct peer_client {
	struct loop *loop;
	struct peer_question question;
	peer_client_done_fn *done;
	void *context;
	int fd; /* connected to the listener */
	struct peer_group group;
	struct datagrams *datagrams;
	struct probe_sender sender;
	struct probe_tally tally;
	struct loop_timer timer;
	enum stage stage;
	bool is_unreachable; /* known before anything was sent */
	bool may_be_served;  /* it has asked for that, and was not refused */
	unsigned attempts;   /* of the request that is not answered yet */
	struct monotime deadline;
	uint64_t session, token;
	struct peer_results results;
};

/* ---- The end ---- */

/* What this side knows of both ways; what the other knows came with its report. */
static void complete_results(struct peer_client *c)
{
	struct one_way *to = &c->results.to_peer, *from = &c->results.from_peer;

	for (unsigned i = 0; i < PROBE_KINDS; i++) {
		c->tally.way.counts[i].sent = from->counts[i].sent;
		to->counts[i].sent = c->sender.sent[i];
	}
	memcpy(from->counts, c->tally.way.counts, sizeof from->counts);
	memcpy(from->paths, c->tally.way.paths, sizeof from->paths);
	to->mtu = c->group.mtu;
	probe_sender_problem(&c->sender, to->send_error);
	peer_error_text(&c->group.join_error, from->join_error);
}

/* Also before the listener's yes has come: it may have begun, and would wait for a TELL in vain. */
static void part(struct peer_client *c)
{
	const struct peer_message message = {
		.type = PEER_PART, .session = c->session, .token = c->token};
	uint8_t bytes[PEER_MESSAGE_SIZE];
	size_t size = peer_message_write(&message, 0, bytes, sizeof bytes);

	if (!c->may_be_served)
		return;
	c->may_be_served = false;
	send(c->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void finish(struct peer_client *c)
{
	part(c);
	c->stage = STAGE_DONE;
	loop_stop_timer(c->loop, &c->timer);
	probe_sender_stop(&c->sender);
	loop_forget(c->loop, c->fd);
	loop_forget(c->loop, c->group.in);
	peer_group_close(&c->group);
	complete_results(c);
	c->done(c->context);
}

__attribute__((format(printf, 2, 3))) static void give_up(struct peer_client *c, const char *format,
							  ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(c->results.peer_error, sizeof c->results.peer_error, format, arguments);
	va_end(arguments);
	finish(c);
}

static void give_up_silent(struct peer_client *c)
{
	char text[HOSTCAST_TEXT_SIZE];

	hostcast_address_text(&c->question.peer, text);
	if (c->results.is_answering)
		give_up(c, "%s answers no more", text);
	else
		give_up(c,
			"%s does not answer: 'hostcast doctor --listen' has to run there, allow "
			"this network, and be let through by firewalls (UDP)",
			text);
}

static void give_up_late(struct peer_client *c)
{
	char text[HOSTCAST_TEXT_SIZE];

	if (c->results.is_answering)
		give_up(c, "%s did not come to an end in %d s",
			hostcast_address_text(&c->question.peer, text),
			(int)(PEER_PATIENCE_NS / NS_PER_S));
	else
		give_up_silent(c);
}

/* ---- Requests ---- */

/* Whatever it waits for, and however often the other side answers: not longer than it has. */
static void wait_for(struct peer_client *c, int64_t ns)
{
	struct monotime then = monotime_add(loop_now(c->loop), ns);

	loop_set_timer(c->loop, &c->timer, monotime_earlier(then, c->deadline));
}

static struct peer_message request_of(const struct peer_client *c)
{
	static const enum peer_message_type types[] = {
		[STAGE_HELLO] = PEER_HELO, [STAGE_JOIN] = PEER_JOIN, [STAGE_TELL] = PEER_TELL};
	struct peer_message request = {
		.type = types[c->stage],
		.session = c->session,
		.token = c->token,
		.group = c->group.group,
		.ttl = c->question.user_ttl,
		.size = c->results.large_size,
	};

	if (c->question.is_source_specific)
		request.source = c->group.source;
	return request;
}

/* What does not go now counts as lost on its way: it is asked again. */
static void ask(struct peer_client *c)
{
	const struct peer_message request = request_of(c);
	uint8_t bytes[PEER_MESSAGE_SIZE];
	size_t size = peer_message_write(&request, PEER_MESSAGE_SIZE, bytes, sizeof bytes);
	struct error error;

	c->attempts++;
	c->may_be_served |= c->stage == STAGE_JOIN;
	wait_for(c, ASK_AGAIN_NS);
	if (send(c->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 || errno == EAGAIN ||
	    c->results.is_answering)
		return;
	socket_send_error(errno, c->fd, &c->question.peer, size, &error);
	give_up(c, "%.*s", PEER_TEXT_SIZE - 1, error.text);
}

static void enter(struct peer_client *c, enum stage stage)
{
	c->stage = stage;
	c->attempts = 0;
	ask(c);
}

static bool is_patience_over(const struct peer_client *c)
{
	return !monotime_is_before(loop_now(c->loop), c->deadline);
}

static void on_timer(void *context)
{
	struct peer_client *c = context;

	if (c->is_unreachable) {
		finish(c);
	} else if (c->stage == STAGE_SETTLE) {
		c->results.is_complete = true;
		c->results.peer_error[0] = '\0';
		finish(c);
	} else if (is_patience_over(c)) {
		give_up_late(c);
	} else if (c->stage == STAGE_ARRIVE) {
		enter(c, STAGE_TELL);
	} else if (c->attempts == (c->results.is_answering ? ATTEMPTS_OF_KNOWN : ATTEMPTS_MOST)) {
		give_up_silent(c);
	} else {
		ask(c);
	}
}

/* ---- Answers ---- */

static void take_token(struct peer_client *c, const struct peer_message *answer)
{
	c->token = answer->token;
	enter(c, STAGE_JOIN);
}

static void all_sent(void *context)
{
	struct peer_client *c = context;

	c->stage = STAGE_ARRIVE;
	wait_for(c, SETTLE_NS);
}

static void on_group(void *context, uint32_t events);

/* Only now, because it may be for what the other side sends alone. */
static void join(struct peer_client *c, const struct peer_message *answer)
{
	bool is_for_one = c->question.is_source_specific &&
			  answer->source.any.sa_family == c->group.group.any.sa_family;

	peer_group_open_in(&c->group, is_for_one ? &answer->source : NULL);
	if (c->group.in < 0)
		return;
	loop_watch(c->loop, c->group.in, EPOLLIN, on_group, c, &c->group.join_error);
}

static void take_yes(struct peer_client *c, const struct peer_message *answer)
{
	c->results.from_peer.mtu = answer->mtu;
	join(c, answer);
	c->stage = STAGE_SEND;
	wait_for(c, PEER_PATIENCE_NS);
	probe_sender_begin(&c->sender);
}

static void give_up_refused(struct peer_client *c, const char *why)
{
	struct text safe = {0};

	text_add_escaped(&safe, why, strlen(why));
	give_up(c, "the other side refuses: %.*s", PEER_TEXT_SIZE - 32, text_string(&safe));
	text_done(&safe);
}

static void take_no(struct peer_client *c, const struct peer_message *answer)
{
	struct monotime again = monotime_add(loop_now(c->loop), answer->again_ms * NS_PER_MS);

	c->may_be_served = false;
	if (answer->again_ms == 0 || !monotime_is_before(again, c->deadline)) {
		give_up_refused(c, answer->text);
		return;
	}
	c->attempts = 0;
	wait_for(c, answer->again_ms * NS_PER_MS);
}

static void keep_report(struct peer_client *c, const struct peer_message *answer)
{
	struct peer_results *r = &c->results;
	struct one_way *from = &r->from_peer;

	r->to_peer = answer->heard;
	for (unsigned i = 0; i < PROBE_KINDS; i++)
		from->counts[i].sent = answer->sent[i];
	memcpy(from->send_error, answer->text, sizeof from->send_error);
	r->ladder = answer->ladder;
}

static void take_report(struct peer_client *c, const struct peer_message *answer)
{
	keep_report(c, answer);
	c->attempts = 0;
	if (answer->is_done)
		c->stage = STAGE_SETTLE;
	wait_for(c, answer->is_done ? SETTLE_NS : LOOK_AGAIN_NS);
}

static bool is_fitting(enum stage stage, enum peer_message_type type)
{
	return (stage == STAGE_HELLO && type == PEER_TOKN) ||
	       (stage == STAGE_JOIN && (type == PEER_JYES || type == PEER_JNOT)) ||
	       (stage == STAGE_TELL && type == PEER_TOLD);
}

static void take_answer(struct peer_client *c, const struct peer_message *answer)
{
	if (!is_fitting(c->stage, answer->type)) /* an answer to what was asked twice */
		return;
	if (c->stage != STAGE_HELLO && answer->token != c->token) /* members see the session */
		return;
	c->results.is_answering = true;
	if (answer->type == PEER_TOKN)
		take_token(c, answer);
	else if (answer->type == PEER_JYES)
		take_yes(c, answer);
	else if (answer->type == PEER_JNOT)
		take_no(c, answer);
	else
		take_report(c, answer);
}

/* ---- Datagrams ---- */

static void take_probe(struct peer_client *c, const struct peer_message *probe,
		       const struct hostcast_message *message)
{
	char interface[IF_NAMESIZE] = "?";

	if (probe->is_from_asker) /* our own to the group, heard again */
		return;
	if_indextoname(message->interface_index, interface);
	probe_tally_take(&c->tally, probe, message, interface);
}

static void take_datagram(struct peer_client *c, const struct hostcast_message *message)
{
	struct peer_message said;

	if (!peer_message_read(&said, message->data, message->size) || said.session != c->session)
		return;
	if (said.type == PEER_PROB)
		take_probe(c, &said, message);
	else if (!address_is_multicast(&message->destination))
		take_answer(c, &said);
}

static void on_group(void *context, uint32_t events)
{
	struct peer_client *c = context;
	struct arrival arrivals[BATCH];
	int count =
		datagrams_receive(c->datagrams, c->group.in, &c->group.group, 0, arrivals, BATCH);

	(void)events;
	for (int i = 0; i < count; i++)
		take_datagram(c, &arrivals[i].whole);
}

static void on_refusal(struct peer_client *c, int system)
{
	struct error error;

	/* A large probe that did not fit is a result, and so are a few losses on the way. */
	if (c->results.is_answering || system == EMSGSIZE)
		return;
	socket_icmp_error(system, &c->question.peer, &error);
	give_up(c, "%.*s", PEER_TEXT_SIZE - 1, error.text);
}

static void on_answers(void *context, uint32_t events)
{
	struct peer_client *c = context;
	const union hostcast_address any = {.any.sa_family = c->question.peer.any.sa_family};
	struct arrival arrivals[BATCH];
	int count = datagrams_receive(c->datagrams, c->fd, &any, 0, arrivals, BATCH);

	(void)events;
	if (count < 0 && c->stage != STAGE_DONE)
		on_refusal(c, -count);
	for (int i = 0; i < count && c->stage != STAGE_DONE; i++)
		take_datagram(c, &arrivals[i].whole);
}

/* ---- The beginning ---- */

static void prepare_sender(struct peer_client *c)
{
	c->sender = (struct probe_sender){
		.loop = c->loop,
		.fd = c->fd,
		.to = c->question.peer,
		.group = &c->group,
		.session = c->session,
		.is_asker = true,
		.user_ttl = c->question.user_ttl,
		.large_size = c->results.large_size,
		.done = all_sent,
		.context = c,
	};
}

/* A group that is another one on each link, and whose link was not named with it. */
static void complete_zone(struct peer_group *group)
{
	if (!address_needs_zone(&group->group) || group->group.v6.sin6_scope_id > 0)
		return;
	if (group->send_by == 0 && group->interface_count > 0)
		group->send_by = group->interfaces[0];
	group->group.v6.sin6_scope_id = group->send_by;
}

static void prepare_group(struct peer_client *c)
{
	c->group.group = c->question.group;
	c->group.interface_count = c->question.interface_count;
	memcpy(c->group.interfaces, c->question.interfaces, sizeof c->group.interfaces);
	c->group.send_by = c->question.send_by;
	complete_zone(&c->group);
	peer_group_open_out(&c->group);
}

static int open_socket(struct peer_client *c, struct error *error)
{
	int family = c->question.peer.any.sa_family, status;

	c->fd = socket_open(family, SOCK_DGRAM, error);
	if (c->fd < 0)
		return c->fd;
	status = datagrams_want_details(c->fd, family, error);
	if (status == 0)
		status = socket_set_no_fragment(c->fd, family, false, error);
	if (status < 0)
		return status;
	if (connect(c->fd, &c->question.peer.any, address_size(&c->question.peer)) < 0) {
		socket_send_error(errno, c->fd, &c->question.peer, 0, error);
		peer_error_text(error, c->results.peer_error);
		c->is_unreachable = true;
	}
	return loop_watch(c->loop, c->fd, EPOLLIN, on_answers, c, error);
}

static int begin(struct peer_client *c, struct error *error)
{
	unsigned unicast_mtu;
	int status;

	if (c->question.group.any.sa_family != c->question.peer.any.sa_family)
		return error_set(error, HOSTCAST_INVALID,
				 "the group and the peer must both be IPv4, or both IPv6 (-4 or -6 "
				 "chooses the address of a name)");
	if (getrandom(&c->session, sizeof c->session, 0) != sizeof c->session)
		return error_system(error, HOSTCAST_SYSTEM, errno, "no random number to be had");
	c->datagrams = datagrams_new(RECEIVE_SIZE);
	if (!c->datagrams)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	status = open_socket(c, error);
	if (status < 0)
		return status;
	prepare_group(c);
	unicast_mtu = socket_path_mtu(&c->question.peer, 0);
	c->results.large_size =
		probe_large_size(unicast_mtu > c->group.mtu ? unicast_mtu : c->group.mtu);
	prepare_sender(c);
	wait_for(c, 0); /* whatever happens, the caller hears of it from the loop */
	return 0;
}

struct peer_client *peer_client_open(struct loop *loop, const struct peer_question *question,
				     peer_client_done_fn *done, void *context, struct error *error)
{
	struct peer_client *c = calloc(1, sizeof *c);

	if (!c) {
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
		return NULL;
	}
	c->loop = loop;
	c->question = *question;
	c->done = done;
	c->context = context;
	c->fd = c->group.in = c->group.out = -1;
	c->timer = (struct loop_timer){.function = on_timer, .context = c};
	c->deadline = monotime_add(loop_now(loop), PEER_PATIENCE_NS);
	c->results.peer = question->peer;
	c->results.user_ttl = question->user_ttl;
	c->results.is_ttl_given = question->is_ttl_given;
	strcpy(c->results.peer_error, "the conversation was cut short");
	if (begin(c, error) == 0)
		return c;
	peer_client_close(c);
	return NULL;
}

void peer_client_close(struct peer_client *c)
{
	if (!c)
		return;
	part(c);
	loop_stop_timer(c->loop, &c->timer);
	probe_sender_stop(&c->sender);
	loop_forget(c->loop, c->fd);
	loop_forget(c->loop, c->group.in);
	peer_group_close(&c->group);
	if (c->fd >= 0)
		close(c->fd);
	datagrams_free(c->datagrams);
	free(c);
}

const struct peer_results *peer_client_results(const struct peer_client *c)
{
	return &c->results;
}
