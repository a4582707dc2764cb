#include "udp_server.h"

#include "net/address.h"
#include "net/answer.h"
#include "net/datagrams.h"
#include "net/group.h"
#include "net/interface.h"
#include "net/socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct echo_udp_server {
	struct echo_log *log;
	struct loop *loop;
	int fd;
	union hostcast_address local;
	const char *reply;
	struct datagrams *datagrams;
	/* A batch: read, and answered up to `next`. */
	struct arrival arrivals[HOSTCAST_BATCH];
	size_t count, next;
};

/* Returns whether the server may go on to the next message. */
static bool answer(struct echo_udp_server *server, const struct hostcast_message *message)
{
	struct echo_peer peer = {.client = message->source, .local = message->destination};
	const void *bytes = server->reply ? server->reply : message->data;
	size_t size = server->reply ? strlen(server->reply) : message->size;
	char text[HOSTCAST_TEXT_SIZE];
	int status = answer_send(server->fd, message, bytes, size);

	if (status == -EAGAIN)
		return false;
	echo_log_message(server->log, &peer, message->data, message->size);
	if (status == ANSWER_FROM_ANY)
		peer.local = server->local;
	if (status >= 0)
		echo_log_answer(server->log, &peer, bytes, size);
	else
		echo_log_error(server->log, "cannot answer %s: %s",
			       hostcast_address_text(&message->source, text), strerror(-status));
	return true;
}

/* A forged datagram that seems to come from the server itself would go round for ever; so would one
 * from another address of this host, where the server listens at all of them. */
static bool is_own(const struct echo_udp_server *server, const struct hostcast_message *message)
{
	if (address_port(&message->source) != address_port(&server->local))
		return false;
	return address_same_ip(&message->source, &message->destination) ||
	       (address_is_any(&server->local) && is_local_address(&message->source));
}

static void answer_batch(struct echo_udp_server *server)
{
	while (server->next < server->count && !server->log->session->is_ended) {
		const struct hostcast_message *message = &server->arrivals[server->next].whole;

		if (is_own(server, message))
			echo_log_error(server->log, "a datagram with the server's own address as "
						    "its source was dropped");
		else if (!answer(server, message))
			break;
		server->next++;
	}
	loop_change(server->loop, server->fd, server->next < server->count ? EPOLLOUT : EPOLLIN);
}

static void on_ready(void *context, uint32_t events)
{
	struct echo_udp_server *server = context;
	int count;

	(void)events;
	if (server->next == server->count) {
		count = datagrams_receive(server->datagrams, server->fd, &server->local, 0,
					  server->arrivals, HOSTCAST_BATCH);
		if (count < 0)
			echo_log_error(server->log, "cannot receive: %s", strerror(-count));
		server->count = count > 0 ? (size_t)count : 0;
		server->next = 0;
	}
	answer_batch(server);
}

static int bind_to(struct echo_udp_server *server, struct error *error)
{
	int family = server->local.any.sa_family;
	int status;

	server->fd = socket_open(family, SOCK_DGRAM, error);
	if (server->fd < 0)
		return server->fd;
	status = datagrams_want_details(server->fd, family, error);
	if (status == 0) /* at a wildcard address it would hear what others have joined */
		status = group_only_joined(server->fd, family, error);
	if (status == 0)
		status = socket_bind(server->fd, &server->local, error);
	if (status < 0)
		return status;
	socket_set_buffer(server->fd, SO_RCVBUF, SOCKET_RECEIVE_BUFFER);
	return loop_watch(server->loop, server->fd, EPOLLIN, on_ready, server, error);
}

struct echo_udp_server *echo_udp_server_new(struct echo_log *log,
					    const union hostcast_address *address,
					    const char *reply, struct error *error)
{
	struct echo_udp_server *server = calloc(1, sizeof *server);

	if (!server) {
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
		return NULL;
	}
	server->log = log;
	server->loop = log->session->loop;
	server->fd = -1;
	server->local = *address;
	server->reply = reply;
	server->datagrams = datagrams_new(DATAGRAM_MAX);
	if (!server->datagrams)
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	if (!server->datagrams || bind_to(server, error) < 0) {
		echo_udp_server_free(server);
		return NULL;
	}
	return server;
}

uint64_t echo_udp_server_drops(const struct echo_udp_server *server)
{
	return datagrams_dropped(server->fd);
}

void echo_udp_server_free(struct echo_udp_server *server)
{
	if (!server)
		return;
	if (server->fd >= 0) {
		loop_forget(server->loop, server->fd);
		close(server->fd);
	}
	datagrams_free(server->datagrams);
	free(server);
}
