#include "base/monotime.h"
#include "client.h"
#include "net/address.h"
#include "net/datagrams.h"
#include "net/socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct udp_client {
	const struct echo_client_settings *settings;
	int fd;
	bool is_awaiting, is_sent, is_over;
	bool is_repeated;        /* the message, because it was larger than the path's MTU */
	struct loop_timer timer; /* --wait */
	struct echo_message message;
	struct monotime sent_at;
	char answer[DATAGRAM_MAX];
};

static void on_ready(void *context, uint32_t events);

/* Connected, so that it hears the server alone, and ICMP errors. */
static int open_socket(struct udp_client *c, struct error *error)
{
	const union hostcast_address *server = &c->settings->server;

	c->fd = socket_open(server->any.sa_family, SOCK_DGRAM, error);
	if (c->fd < 0)
		return c->fd;
	if (connect(c->fd, &server->any, address_size(server)) < 0)
		return socket_send_error(errno, c->fd, server, 0, error);
	return loop_watch(c->settings->loop, c->fd, EPOLLIN, on_ready, c, error);
}

static void close_socket(struct udp_client *c)
{
	if (c->fd < 0)
		return;
	loop_forget(c->settings->loop, c->fd);
	close(c->fd);
	c->fd = -1;
}

static void fail(struct udp_client *c, const struct error *error)
{
	loop_stop_timer(c->settings->loop, &c->timer);
	c->is_over = true;
	close_socket(c);
	c->settings->events->failed(c->settings->context, error);
}

/* What came back from the network, or from this host's own kernel, instead of an answer. */
static void refused(struct udp_client *c, int system)
{
	const union hostcast_address *server = &c->settings->server;
	char text[HOSTCAST_TEXT_SIZE], ip[HOSTCAST_TEXT_SIZE];
	struct error error;

	if (system == ECONNREFUSED)
		error_set(&error, HOSTCAST_ADDRESS,
			  "%s refuses: that host is up and says (ICMP port unreachable) that "
			  "nobody listens at this address and port. Is the server running, with "
			  "--udp and --addr %s or --addr %s? One bound to loopback is reached from "
			  "its own host only ('ss -lun' on that host tells)",
			  hostcast_address_text(server, text), address_ip_text(server, ip),
			  server->any.sa_family == AF_INET ? "0.0.0.0" : "::");
	else if (system == EMSGSIZE)
		error_set(
			&error, HOSTCAST_REFUSED,
			"a message of %zu bytes to %s is larger than the MTU of the path, and was "
			"not fragmented, also when it was sent again ('tracepath %s' shows where "
			"the path is narrow)",
			c->message.size, hostcast_address_text(server, text),
			address_ip_text(server, ip));
	else
		socket_send_error(system, c->fd, server, c->message.size, &error);
	fail(c, &error);
}

static void end_answer(struct udp_client *c, enum echo_ending ending, size_t size)
{
	struct loop *loop = c->settings->loop;
	struct echo_answer answer = {
		.bytes = c->answer,
		.size = size,
		.rtt_ns = monotime_diff_ns(loop_now(loop), c->sent_at),
		.ending = ending,
	};

	loop_stop_timer(loop, &c->timer);
	c->is_awaiting = false;
	c->settings->events->answered(c->settings->context, &answer);
}

static void send_message(struct udp_client *c);

/* A router told the path's MTU (RFC 1191, RFC 8201). The kernel knows it from now on and fragments
 * what is larger, so the message goes once more. */
static bool is_worth_repeating(const struct udp_client *c, int system)
{
	return system == EMSGSIZE && c->is_awaiting && !c->is_repeated;
}

static void failed_to_send(struct udp_client *c, int system)
{
	if (!is_worth_repeating(c, system)) {
		refused(c, system);
		return;
	}
	c->is_repeated = true;
	c->is_sent = false;
	send_message(c);
}

static void receive(struct udp_client *c)
{
	ssize_t size = recv(c->fd, c->answer, sizeof c->answer, 0);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size < 0) {
		failed_to_send(c, errno);
		return;
	}
	loop_clock(c->settings->loop);
	if (c->is_awaiting && c->is_sent)
		end_answer(c, ECHO_WHOLE, (size_t)size);
	else
		c->settings->events->unexpected(c->settings->context, (size_t)size);
}

static void send_message(struct udp_client *c)
{
	const struct echo_message *m = &c->message;

	c->sent_at = loop_clock(c->settings->loop);
	if (send(c->fd, m->bytes, m->size, MSG_NOSIGNAL) < 0) {
		if (errno == EAGAIN || errno == EINTR)
			loop_change(c->settings->loop, c->fd, EPOLLIN | EPOLLOUT);
		else
			failed_to_send(c, errno);
		return;
	}
	c->is_sent = true;
	loop_change(c->settings->loop, c->fd, EPOLLIN);
}

static void on_ready(void *context, uint32_t events)
{
	struct udp_client *c = context;

	if (events & (EPOLLIN | EPOLLERR))
		receive(c);
	if (events & EPOLLOUT && !c->is_over && c->is_awaiting && !c->is_sent)
		send_message(c);
}

/* An answer that comes later must not pass for that to the next message: what follows has another
 * port. */
static void on_timer(void *context)
{
	struct udp_client *c = context;
	struct error error;

	close_socket(c);
	if (open_socket(c, &error) < 0)
		fail(c, &error);
	else
		end_answer(c, ECHO_TIMEOUT, 0);
}

/* ---- The transport ---- */

static void udp_free(void *client)
{
	struct udp_client *c = client;

	if (!c)
		return;
	loop_stop_timer(c->settings->loop, &c->timer);
	close_socket(c);
	free(c);
}

static void *udp_open(const struct echo_client_settings *settings, struct error *error)
{
	struct udp_client *c = calloc(1, sizeof *c);

	if (!c) {
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
		return NULL;
	}
	c->settings = settings;
	c->timer = (struct loop_timer){.function = on_timer, .context = c};
	c->fd = -1;
	if (open_socket(c, error) < 0) {
		udp_free(c);
		return NULL;
	}
	return c;
}

static int buffer_size(const struct udp_client *c, int option)
{
	int value = 0;
	socklen_t size = sizeof value;

	return getsockopt(c->fd, SOL_SOCKET, option, &value, &size) == 0 ? value : 0;
}

static int udp_check(void *client, size_t size, struct error *error)
{
	const struct udp_client *c = client;
	bool is_v4 = c->settings->server.any.sa_family == AF_INET;

	if (size <= (is_v4 ? HOSTCAST_MAX_SIZE_4 : HOSTCAST_MAX_SIZE_6))
		return 0;
	return error_set(
		error, HOSTCAST_TOO_LARGE,
		"a message of %zu bytes is too large for UDP, which carries at most %d bytes over "
		"IPv4 and %d over IPv6 (this is IPv%c). The socket's buffers (SO_SNDBUF %d, "
		"SO_RCVBUF %d bytes) are another thing: the limit comes from the 16-bit length "
		"in each packet, a buffer is how much the kernel queues for a socket. It was not "
		"sent",
		size, HOSTCAST_MAX_SIZE_4, HOSTCAST_MAX_SIZE_6, is_v4 ? '4' : '6',
		buffer_size(c, SO_SNDBUF), buffer_size(c, SO_RCVBUF));
}

static int udp_start(void *client, struct error *error)
{
	struct udp_client *c = client;

	(void)error;
	c->settings->events->ready(c->settings->context);
	return 0;
}

static void udp_send(void *client, const struct echo_message *message)
{
	struct udp_client *c = client;
	struct loop *loop = c->settings->loop;

	c->message = *message;
	c->is_awaiting = true;
	c->is_sent = false;
	c->is_repeated = false;
	loop_set_timer(loop, &c->timer, monotime_add(loop_clock(loop), c->settings->wait_ns));
	send_message(c);
}

const struct echo_transport echo_udp = {
	.name = "udp",
	.open = udp_open,
	.check = udp_check,
	.start = udp_start,
	.send = udp_send,
	.free = udp_free,
};
