#include "sockets.h"

#include "cli/show.h"

#include <stdlib.h>
#include <sys/epoll.h>

enum { BATCHES_A_TURN = 16 };

struct sockets {
	struct session *session;
	struct hostcast *handle;
	sockets_packet_fn *function;
	void *context;
	bool is_behind;  /* there is more than was taken, */
	int64_t last_ns; /* of which this was the last */
};

static void take(struct sockets *sockets, const struct hostcast_message *message)
{
	struct frame frame = {
		.time_ns = message->time_ns,
		.interface = message->interface_index,
		.link_type = LINK_RAW,
		.bytes = message->data,
		.size = message->size,
		.wire_size = message->full_size,
	};
	struct packet packet = {
		.ip = {.version = message->source.any.sa_family == AF_INET6 ? 6 : 4,
		       .ttl = (uint8_t)(message->ttl > 0 ? message->ttl : 0),
		       .protocol = IPPROTO_UDP},
		.source = message->source,
		.destination = message->destination,
		.transport = TRANSPORT_UDP,
	};

	sockets->last_ns = message->time_ns;
	packet.udp.size = message->full_size;
	packet.udp.payload = reader_of(message->data, message->size);
	sockets->function(sockets->context, &frame, &packet);
}

static void on_ready(void *context, uint32_t events)
{
	struct sockets *sockets = context;
	struct hostcast_message messages[HOSTCAST_BATCH];
	int count = HOSTCAST_BATCH;

	(void)events;
	for (int turn = 0; turn < BATCHES_A_TURN && count == HOSTCAST_BATCH; turn++) {
		count = hostcast_receive(sockets->handle, messages, HOSTCAST_BATCH);
		for (int i = 0; i < count && sockets->function; i++)
			take(sockets, &messages[i]);
	}
	sockets->is_behind = count == HOSTCAST_BATCH;
	if (count < 0)
		session_fail_handle(sockets->session, sockets->handle, count);
}

static int open_groups(struct sockets *sockets, char **groups, int count)
{
	struct session *session = sockets->session;
	int code = 0, status;

	sockets->handle = session_new_handle(session, &status);
	if (!sockets->handle)
		return status;
	for (int i = 0; code == 0 && i < count; i++)
		code = session_open_target(sockets->handle, groups[i], HOSTCAST_RECEIVE);
	if (code < 0)
		return session_fail_handle(session, sockets->handle, code);
	session_print_notices(session, sockets->handle);
	return session_watch(session, hostcast_fd(sockets->handle), on_ready, sockets);
}

struct sockets *sockets_new(struct session *session, char **groups, int count,
			    sockets_packet_fn *function, void *context)
{
	struct sockets *sockets = calloc(1, sizeof *sockets);
	struct error error;

	if (!sockets) {
		error_set(&error, HOSTCAST_NO_MEMORY, "out of memory");
		session_fail(session, &error);
		return NULL;
	}
	*sockets = (struct sockets){.session = session, .function = function, .context = context};
	if (open_groups(sockets, groups, count) == EXIT_DONE)
		return sockets;
	sockets_free(sockets);
	return NULL;
}

void sockets_free(struct sockets *sockets)
{
	if (!sockets)
		return;
	if (sockets->handle)
		loop_forget(sockets->session->loop, hostcast_fd(sockets->handle));
	hostcast_free(sockets->handle);
	free(sockets);
}

int64_t sockets_tick(struct sockets *sockets, int64_t now_ns)
{
	on_ready(sockets, EPOLLIN);
	return sockets->is_behind && sockets->last_ns < now_ns ? sockets->last_ns : now_ns;
}

uint64_t sockets_dropped(const struct sockets *sockets)
{
	return show_counter(sockets->handle, "kernel_drops");
}
