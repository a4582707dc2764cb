#include "handle.h"

#include "base/list.h"
#include "net/socket.h"
#include "tree.h"

#include <stdlib.h>
#include <unistd.h>

struct hostcast *hostcast_new(void)
{
	struct hostcast *h = calloc(1, sizeof *h);

	if (!h)
		return NULL;
	h->options = (struct options){
		.ttl = -1,
		.loop = true,
		.details = true,
		.trains = true,
		.receive_size = DATAGRAM_MAX,
	};
	if (ready_open(&h->ready) < 0) {
		free(h);
		return NULL;
	}
	return h;
}

void hostcast_free(struct hostcast *h)
{
	if (!h)
		return;
	handle_close_from(h, 0);
	ready_close(&h->ready);
	datagrams_free(h->datagrams);
	free(h->sockets);
	free(h->routes);
	free(h);
}

static void close_socket(const struct handle_socket *socket)
{
	if (socket->tree)
		tree_free(socket->tree);
	else
		close(socket->fd);
}

void handle_close_from(struct hostcast *h, size_t first)
{
	for (size_t i = first; i < h->socket_count; i++)
		close_socket(&h->sockets[i]);
	h->socket_count = first;
	ready_forget_from(&h->ready, first);
}

int handle_add_socket(struct hostcast *h, const struct handle_socket *socket)
{
	void *list = list_grow(h->sockets, h->socket_count, &h->socket_room, sizeof *h->sockets);
	int refusal;

	if (!list) {
		close_socket(socket);
		return error_set(&h->error, HOSTCAST_NO_MEMORY, "out of memory");
	}
	h->sockets = list;
	refusal = ready_add(&h->ready, socket->fd, h->socket_count);
	if (refusal < 0) {
		close_socket(socket);
		return error_system(&h->error, HOSTCAST_SYSTEM, -refusal, "cannot watch a socket");
	}
	h->sockets[h->socket_count] = *socket;
	return (int)h->socket_count++;
}

int handle_add_route(struct hostcast *h, size_t socket, const union hostcast_address *to)
{
	void *list = list_grow(h->routes, h->route_count, &h->route_room, sizeof *h->routes);

	if (!list)
		return error_set(&h->error, HOSTCAST_NO_MEMORY, "out of memory");
	h->routes = list;
	h->routes[h->route_count] = (struct route){.socket = socket, .to = *to};
	if (!h->sockets[socket].tree)
		train_path_init(&h->routes[h->route_count].path, h->sockets[socket].fd,
				!h->options.trains);
	h->route_count++;
	return 0;
}

void handle_set_buffer(struct hostcast *h, int fd, int option, size_t asked, size_t fallback)
{
	char notice[BUFFER_NOTICE_SIZE];
	size_t bytes = asked ? asked : fallback;
	size_t got;

	if (bytes == 0)
		return;
	got = socket_set_buffer(fd, option, bytes);
	if (!socket_buffer_is_short(got, asked))
		return;
	socket_buffer_notice(option, got, bytes, notice);
	notices_add(&h->notices, "%s", notice);
}

int hostcast_fd(const struct hostcast *h)
{
	return h->ready.epoll;
}

const char *hostcast_notice(struct hostcast *h)
{
	return notices_take(&h->notices);
}

static const char *const counter_names[COUNTERS] = {
	[COUNT_RECEIVED] = "received",
	[COUNT_RECEIVED_BYTES] = "received_bytes",
	[COUNT_CUT_OFF] = "cut_off",
	[COUNT_KERNEL_DROPS] = "kernel_drops",
	[COUNT_SENT] = "sent",
	[COUNT_SENT_BYTES] = "sent_bytes",
	[COUNT_REFUSED] = "refused",
	[COUNT_TREE_HELD] = "tree_held",
	[COUNT_TREE_RETURNED] = "tree_returned",
	[COUNT_TREE_LOST] = "tree_lost",
	[COUNT_TREE_UNSENT] = "tree_unsent",
	[COUNT_TREE_DROPPED] = "tree_dropped",
};

const char *hostcast_counter_name(unsigned index)
{
	return index < COUNTERS ? counter_names[index] : NULL;
}

/* What the socket or tree counts itself. */
static uint64_t counted_by(const struct handle_socket *socket, enum counter counter)
{
	if (socket->tree)
		return tree_counter(socket->tree, counter);
	return counter == COUNT_KERNEL_DROPS ? datagrams_dropped(socket->fd) : 0;
}

uint64_t hostcast_counter(const struct hostcast *h, unsigned index)
{
	uint64_t count;

	if (index >= COUNTERS)
		return 0;
	count = h->counters[index];
	for (size_t i = 0; i < h->socket_count; i++)
		count += counted_by(&h->sockets[i], (enum counter)index);
	return count;
}

const char *hostcast_error_text(const struct hostcast *h)
{
	return h->error.text;
}

const char *hostcast_strerror(int error)
{
	switch (error) {
#define ERROR_CASE(name, value, text) \
	case name:                    \
		return text;
		HOSTCAST_ERRORS(ERROR_CASE)
#undef ERROR_CASE
	default:
		return error >= 0 ? "no error" : "unknown error";
	}
}

const char *hostcast_version(void)
{
	return HOSTCAST_VERSION;
}
