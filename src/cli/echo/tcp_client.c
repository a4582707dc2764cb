#include "base/monotime.h"
#include "base/text.h"
#include "client.h"
#include "net/address.h"
#include "net/socket.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { CHUNK = 65536, ANSWER_LEAST_MAX = 1 << 20 };

enum state { CONNECTING, IDLE, AWAITING, OVER };

struct tcp_client {
	const struct echo_client_settings *settings;
	int fd;
	enum state state;
	struct loop_timer timer; /* --wait: since anything went or came */
	struct echo_message message;
	size_t sent;
	struct monotime sent_at;
	struct text answer;
};

static void restart_timer(struct tcp_client *c)
{
	struct loop *loop = c->settings->loop;

	loop_set_timer(loop, &c->timer, monotime_add(loop_now(loop), c->settings->wait_ns));
}

static void fail(struct tcp_client *c, const struct error *error)
{
	loop_stop_timer(c->settings->loop, &c->timer);
	loop_forget(c->settings->loop, c->fd);
	c->state = OVER;
	c->settings->events->failed(c->settings->context, error);
}

/* ---- Connecting ---- */

/* Three ways not to be heard: told so by that host, told so on the way, told nothing. */
static int connect_error(const struct tcp_client *c, int system, struct error *error)
{
	char text[HOSTCAST_TEXT_SIZE], ip[HOSTCAST_TEXT_SIZE];
	const union hostcast_address *server = &c->settings->server;

	hostcast_address_text(server, text);
	switch (system) {
	case ECONNREFUSED:
		return error_set(
			error, HOSTCAST_ADDRESS,
			"%s refuses the connection: that host is up, but nobody listens at "
			"this address and port. Is the server running, with --addr %s or "
			"--addr %s? One bound to loopback is reached from its own host only, "
			"one bound to another address only there ('ss -ltn' on that host tells)",
			text, address_ip_text(server, ip),
			server->any.sa_family == AF_INET ? "0.0.0.0" : "::");
	case ENETUNREACH:
	case EHOSTUNREACH:
		return error_system(error, HOSTCAST_ADDRESS, system,
				    "%s is unreachable: no route leads there, or no host on that "
				    "network has the address ('ip route get %s' shows the way)",
				    text, address_ip_text(server, ip));
	case ETIMEDOUT:
		return error_set(
			error, HOSTCAST_ADDRESS,
			"%s does not answer: timed out after %g s without a refusal. "
			"Packets are dropped on the way (a firewall), or that host is down; "
			"--wait SECONDS waits longer",
			text, echo_seconds(c->settings->wait_ns));
	default:
		return socket_send_error(system, c->fd, server, 0, error);
	}
}

/* The system may choose the port that is called as the caller's own; with nobody listening there,
 * the socket then connects to itself and would hear its own echo (RFC 9293 section 3.5, figure 8).
 */
static bool is_self_connected(const struct tcp_client *c)
{
	union hostcast_address local;
	struct error error;

	return socket_local_address(c->fd, &local, &error) == 0 &&
	       address_same_ip(&local, &c->settings->server) &&
	       address_port(&local) == address_port(&c->settings->server);
}

static void connected(struct tcp_client *c)
{
	struct error error;
	int system = 0;
	socklen_t size = sizeof system;

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &system, &size) < 0)
		system = errno;
	if (system == 0 && is_self_connected(c))
		system = ECONNREFUSED;
	if (system != 0) {
		connect_error(c, system, &error);
		fail(c, &error);
		return;
	}
	loop_stop_timer(c->settings->loop, &c->timer);
	loop_change(c->settings->loop, c->fd, EPOLLIN);
	c->state = IDLE;
	c->settings->events->ready(c->settings->context);
}

/* ---- Answers ---- */

static void end_answer(struct tcp_client *c, enum echo_ending ending, const char *reason)
{
	struct loop *loop = c->settings->loop;
	struct echo_answer answer = {
		.bytes = c->answer.bytes,
		.size = c->answer.size,
		.rtt_ns = monotime_diff_ns(loop_now(loop), c->sent_at),
		.ending = ending,
		.reason = reason,
	};

	loop_stop_timer(loop, &c->timer);
	c->state = ending == ECHO_WHOLE ? IDLE : OVER;
	if (c->state == OVER)
		loop_forget(loop, c->fd);
	else
		loop_change(loop, c->fd, EPOLLIN);
	c->settings->events->answered(c->settings->context, &answer);
}

/* Nothing in the protocol ends the answer to a line but its LF. */
static size_t most(const struct tcp_client *c)
{
	return c->message.size > ANSWER_LEAST_MAX / 2 ? 2 * c->message.size : ANSWER_LEAST_MAX;
}

static void end_endless(struct tcp_client *c)
{
	char reason[128];

	snprintf(reason, sizeof reason,
		 "it is longer than the %zu bytes that are kept (1 MiB, or twice the message)",
		 most(c));
	end_answer(c, ECHO_TOO_LONG, reason);
}

static bool is_whole(const struct tcp_client *c)
{
	const struct text *answer = &c->answer;

	if (c->sent < c->message.size || answer->size == 0)
		return false;
	if (c->message.is_line)
		return answer->bytes[answer->size - 1] == '\n';
	return answer->size >= c->message.size;
}

/* The connection ended, in order (0) or not (errno). */
static void over(struct tcp_client *c, int system)
{
	char text[HOSTCAST_TEXT_SIZE];
	struct error error;

	hostcast_address_text(&c->settings->server, text);
	if (c->state == AWAITING && system == 0 && c->sent < c->message.size) {
		end_answer(c, ECHO_BROKEN, "the server closed it before it had the whole message");
	} else if (c->state == AWAITING) {
		end_answer(c, system == 0 ? ECHO_END_OF_FILE : ECHO_BROKEN, strerror(system));
	} else {
		error_set(&error, HOSTCAST_SYSTEM, "%s closed the connection: %s", text,
			  system == 0 ? "end of file" : strerror(system));
		fail(c, &error);
	}
}

static void receive(struct tcp_client *c)
{
	char chunk[CHUNK];
	ssize_t size = recv(c->fd, chunk, sizeof chunk, 0);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size <= 0) {
		over(c, size == 0 ? 0 : errno);
		return;
	}
	if (c->state != AWAITING) {
		c->settings->events->unexpected(c->settings->context, (size_t)size);
		return;
	}
	loop_clock(c->settings->loop);
	restart_timer(c);
	text_add(&c->answer, chunk, (size_t)size);
	if (c->answer.failed)
		end_answer(c, ECHO_BROKEN, "no memory is left for the answer");
	else if (c->answer.size > most(c))
		end_endless(c);
	else if (is_whole(c))
		end_answer(c, ECHO_WHOLE, NULL);
}

static void send_more(struct tcp_client *c)
{
	const struct echo_message *m = &c->message;
	ssize_t size = send(c->fd, m->bytes + c->sent, m->size - c->sent, MSG_NOSIGNAL);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size < 0) {
		over(c, errno);
		return;
	}
	c->sent += (size_t)size;
	restart_timer(c);
	if (c->sent < m->size)
		return;
	loop_change(c->settings->loop, c->fd, EPOLLIN);
	if (m->is_last) /* a server that waits for a whole line or for the end has it now */
		shutdown(c->fd, SHUT_WR);
	if (is_whole(c))
		end_answer(c, ECHO_WHOLE, NULL);
}

/* Both directions at once: a server that cannot send any more stops reading. */
static void on_ready(void *context, uint32_t events)
{
	struct tcp_client *c = context;

	if (c->state == CONNECTING) {
		connected(c);
		return;
	}
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		receive(c);
	if (events & EPOLLOUT && c->state == AWAITING && c->sent < c->message.size)
		send_more(c);
}

static void on_timer(void *context)
{
	struct tcp_client *c = context;
	struct error error;

	if (c->state == AWAITING) {
		end_answer(c, ECHO_TIMEOUT, NULL);
		return;
	}
	connect_error(c, ETIMEDOUT, &error);
	fail(c, &error);
}

/* ---- The transport ---- */

static void tcp_free(void *client)
{
	struct tcp_client *c = client;

	if (!c)
		return;
	loop_stop_timer(c->settings->loop, &c->timer);
	if (c->fd >= 0) {
		loop_forget(c->settings->loop, c->fd);
		close(c->fd);
	}
	text_done(&c->answer);
	free(c);
}

static void *tcp_open(const struct echo_client_settings *settings, struct error *error)
{
	struct tcp_client *c = calloc(1, sizeof *c);

	if (!c) {
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
		return NULL;
	}
	c->settings = settings;
	c->timer = (struct loop_timer){.function = on_timer, .context = c};
	c->fd = socket_open(settings->server.any.sa_family, SOCK_STREAM, error);
	/* The rest of a message goes at once (Nagle's algorithm would wait). */
	if (c->fd < 0 || socket_set(c->fd, IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY", error) < 0) {
		tcp_free(c);
		return NULL;
	}
	return c;
}

static int tcp_check(void *client, size_t size, struct error *error)
{
	(void)client;
	if (size > 0)
		return 0;
	return error_set(error, HOSTCAST_INVALID,
			 "an empty message cannot be sent over TCP, which carries bytes and no "
			 "messages; over UDP (--udp) it can");
}

static int tcp_start(void *client, struct error *error)
{
	struct tcp_client *c = client;
	const union hostcast_address *server = &c->settings->server;

	if (connect(c->fd, &server->any, address_size(server)) < 0 && errno != EINPROGRESS)
		return connect_error(c, errno, error);
	c->state = CONNECTING;
	restart_timer(c);
	return loop_watch(c->settings->loop, c->fd, EPOLLOUT, on_ready, c, error);
}

static void tcp_send(void *client, const struct echo_message *message)
{
	struct tcp_client *c = client;

	c->message = *message;
	c->sent = 0;
	c->sent_at = loop_clock(c->settings->loop);
	c->state = AWAITING;
	text_clear(&c->answer);
	restart_timer(c);
	loop_change(c->settings->loop, c->fd, EPOLLIN | EPOLLOUT);
}

const struct echo_transport echo_tcp = {
	.name = "tcp",
	.open = tcp_open,
	.check = tcp_check,
	.start = tcp_start,
	.send = tcp_send,
	.free = tcp_free,
};
