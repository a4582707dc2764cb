/* Receiving through a handle's sockets: reads in batches, and gives what was read one by one. */
#include "handle.h"

#include "net/address.h"
#include "net/interface.h"
#include "net/socket.h"
#include "tree.h"

#include <string.h>

/* Was this sent by one of the handle's own sockets? Its port says so; only then is the address
 * compared with this host's, which is dear, and remembered. */
static bool is_own(struct hostcast *h, const union hostcast_address *source)
{
	for (size_t i = 0; i < h->route_count; i++) {
		const struct handle_socket *socket = &h->sockets[h->routes[i].socket];

		if (socket->tree || address_port(&socket->local) != address_port(source) ||
		    socket->local.any.sa_family != source->any.sa_family)
			continue;
		if (!address_is_any(&socket->local))
			return address_same_ip(&socket->local, source);
		if (!address_same_ip(&h->own, source) && is_local_address(source))
			h->own = *source;
		return address_same_ip(&h->own, source);
	}
	return false;
}

static void account(struct hostcast *h, const struct handle_socket *socket,
		    struct arrival *arrivals, size_t count)
{
	unsigned flags = socket->is_sender ? HOSTCAST_ANSWER : 0;

	for (size_t i = 0; i < count; i++) {
		struct hostcast_message *whole = &arrivals[i].whole;

		if (is_own(h, &whole->source))
			whole->flags |= HOSTCAST_OWN;
		whole->flags |= flags;
	}
}

static int receive_failed(struct hostcast *h, const struct handle_socket *socket, int system)
{
	union hostcast_address peer = {0};
	socklen_t size = sizeof peer;

	if (socket_is_icmp_error(system)) {
		h->counters[COUNT_REFUSED]++;
		getpeername(socket->fd, &peer.any, &size);
		return socket_icmp_error(system, &peer, &h->error);
	}
	return error_system(&h->error, HOSTCAST_SYSTEM, system, "cannot receive");
}

static void has_room(void *context, size_t index)
{
	struct hostcast *h = context;

	h->sockets[index].is_full = false;
}

/* Reads one socket; true if it may have more. Where several have come more are coming: it is not
 * watched until there are none (run/ready). */
static bool read_from(struct hostcast *h, size_t index, size_t share, int *failure)
{
	const struct handle_socket *socket = &h->sockets[index];
	struct reading *reading = &h->reading;
	struct arrival *arrivals = reading->arrivals + reading->count;
	int status;

	share = datagrams_share(h->datagrams, share);
	if (socket->tree)
		status = tree_receive(socket->tree, arrivals, share);
	else
		status = datagrams_receive(h->datagrams, socket->fd, &socket->local, reading->count,
					   arrivals, share);
	if (status < 0) {
		*failure = socket->tree ? status : receive_failed(h, socket, -status);
		return true; /* an error of one datagram: others may stand behind it */
	}
	account(h, socket, arrivals, (size_t)status);
	reading->count += (size_t)status;
	return status > 1 || (size_t)status == share;
}

/* Each of the sockets that have something gets its share of the batch; those that had to wait come
 * first the next time. */
static void read_all(struct hostcast *h, size_t max, int *failure)
{
	struct ready *ready = &h->ready;
	struct reading *reading = &h->reading;
	size_t more[HOSTCAST_BATCH];
	size_t more_count = 0, next = 0;

	while (next < ready->count && reading->count < max) {
		size_t index = ready->list[next];
		size_t waiting = ready->count - next++;
		size_t share = (max - reading->count + waiting - 1) / waiting;

		if (read_from(h, index, share, failure))
			more[more_count++] = index;
		else
			ready_watch(ready, h->sockets[index].fd, index, h->sockets[index].is_full);
	}
	ready->count -= next;
	memmove(ready->list, ready->list + next, ready->count * sizeof ready->list[0]);
	memcpy(ready->list + ready->count, more, more_count * sizeof more[0]);
	ready->count += more_count;
}

/* The same without asking first which of them have something. */
static void try_all(struct hostcast *h, size_t max, int *failure)
{
	size_t first = h->tried++;

	for (size_t i = 0; i < h->socket_count && h->reading.count < max; i++)
		read_from(h, (first + i) % h->socket_count, max - h->reading.count, failure);
}

/* The option is about each message, whatever the buffers have room for. */
static void cut_off(const struct hostcast *h, struct hostcast_message *message)
{
	if (message->size <= h->options.receive_size)
		return;
	message->size = h->options.receive_size;
	message->flags |= HOSTCAST_CUT_OFF;
}

/* Gives messages of the first arrival that is not given whole, at most so many. */
static size_t give_some(struct hostcast *h, struct hostcast_message *messages, size_t max)
{
	struct reading *reading = &h->reading;
	const struct arrival *arrival = &reading->arrivals[reading->next];
	size_t count = arrival_count(arrival), given = 0;

	while (given < max && reading->next_datagram < count) {
		struct hostcast_message *message = &messages[given++];

		arrival_at(arrival, reading->next_datagram++, message);
		cut_off(h, message);
		h->counters[COUNT_RECEIVED_BYTES] += message->size;
		h->counters[COUNT_CUT_OFF] += message->flags & HOSTCAST_CUT_OFF ? 1 : 0;
	}
	if (reading->next_datagram == count) {
		reading->next++;
		reading->next_datagram = 0;
	}
	return given;
}

static bool has_read(const struct hostcast *h)
{
	return h->reading.next < h->reading.count;
}

static size_t give(struct hostcast *h, struct hostcast_message *messages, size_t max)
{
	size_t given = 0;

	while (given < max && has_read(h))
		given += give_some(h, messages + given, max - given);
	h->counters[COUNT_RECEIVED] += given;
	if (has_read(h) || h->ready.count > 0)
		ready_tell(&h->ready, true);
	else if (given == 0) /* not before: under load there is more the next time */
		ready_tell(&h->ready, false);
	return given;
}

static int collect(struct hostcast *h)
{
	int status = ready_collect(&h->ready, has_room, h);

	return status < 0 ? error_system(&h->error, HOSTCAST_SYSTEM, -status,
					 "cannot wait for datagrams")
			  : 0;
}

/* Where datagrams come one at a time, to look for a second costs a third of what it takes to read
 * the first. So it is looked for now and then; else the descriptor tells that there is one. */
enum { SINGLES = 8 };

static bool comes_singly(const struct hostcast *h)
{
	return h->singles >= SINGLES && h->singles % SINGLES != 0;
}

static void count_singles(struct hostcast *h)
{
	const struct reading *reading = &h->reading;
	bool is_single = reading->count == 1 && arrival_count(&reading->arrivals[0]) == 1;

	if (reading->count > 0)
		h->singles = is_single ? h->singles + 1 : 0;
}

/* A single socket is asked by reading it: mostly that drains it, and it goes on being watched. */
static int read_single(struct hostcast *h, size_t max)
{
	bool is_one_wanted = comes_singly(h), may_have_more;
	int failure = 0, status = 0;

	may_have_more = read_from(h, 0, is_one_wanted ? 1 : max, &failure);
	count_singles(h);
	if (may_have_more && !is_one_wanted)
		status = collect(h); /* and it is not watched meanwhile */
	return status < 0 ? status : failure;
}

/* Returns 0 or an error. */
static int read_more(struct hostcast *h, size_t max)
{
	int failure = 0, status = 0;

	if (!h->datagrams)
		h->datagrams = datagrams_new(DATAGRAM_MAX);
	if (!h->datagrams)
		return error_set(&h->error, HOSTCAST_NO_MEMORY, "out of memory");
	h->reading.count = h->reading.next = 0;
	if (h->options.busy_poll) {
		try_all(h, max, &failure);
		return failure;
	}
	if (h->socket_count == 1 && h->ready.count == 0 && !h->sockets[0].is_full)
		return read_single(h, max);
	if (h->ready.count == 0 || h->socket_count > 1)
		status = collect(h);
	if (status == 0)
		read_all(h, max, &failure);
	return status < 0 ? status : failure;
}

int hostcast_receive(struct hostcast *h, struct hostcast_message *messages, size_t max)
{
	int failure = 0;
	size_t given;

	if (max > HOSTCAST_BATCH)
		max = HOSTCAST_BATCH;
	if (!has_read(h))
		failure = read_more(h, max);
	given = give(h, messages, max);
	return given > 0 ? (int)given : failure;
}
