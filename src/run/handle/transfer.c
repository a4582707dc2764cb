/* Moving datagrams through a handle's sockets, in batches. */
#include "handle.h"

#include "net/address.h"
#include "net/interface.h"
#include "net/socket.h"
#include "sender.h"
#include "tree.h"
#include "wire/protocol.h"

#include <errno.h>
#include <string.h>

/* While a socket has no room the handle's descriptor also tells when it has some again. */
static void set_full(struct hostcast *h, size_t index)
{
	struct handle_socket *socket = &h->sockets[index];

	if (socket->is_full)
		return;
	socket->is_full = true;
	ready_watch(&h->ready, socket->fd, index, true);
}

/* ---- Receiving ---- */

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

/* What ICMP errors that came back to a connected socket look like (Linux: icmp_err_convert). */
static bool is_icmp_error(int system)
{
	static const int errors[] = {ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EMSGSIZE, ENOPROTOOPT,
				     EHOSTDOWN,    ENONET,       EOPNOTSUPP,  EPROTO,   EACCES};

	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
		if (errors[i] == system)
			return true;
	return false;
}

static int receive_failed(struct hostcast *h, const struct handle_socket *socket, int system)
{
	union hostcast_address peer = {0};
	socklen_t size = sizeof peer;

	if (is_icmp_error(system)) {
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

/* Reads one socket; true if it may have more. */
static bool read_from(struct hostcast *h, size_t index, size_t share, int *failure)
{
	const struct handle_socket *socket = &h->sockets[index];
	struct reading *reading = &h->reading;
	struct arrival *arrivals = reading->arrivals + reading->count;
	int status;

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
	return (size_t)status == share;
}

/* Each of the sockets that have something gets its share of the batch; those that had to wait come
 * first the next time. */
static void read_all(struct hostcast *h, size_t max, int *failure)
{
	struct ready *ready = &h->ready;
	struct reading *reading = &h->reading;
	size_t more[HOSTCAST_BATCH];
	size_t more_count = 0, next = 0;

	reading->count = reading->next = 0;
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

		*message = arrival_at(arrival, reading->next_datagram++);
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
	ready_tell(&h->ready, has_read(h) || h->ready.count > 0);
	return given;
}

/* Returns 0 or an error. */
static int read_more(struct hostcast *h, size_t max)
{
	int failure = 0;

	if (!h->datagrams)
		h->datagrams = datagrams_new(DATAGRAM_MAX);
	if (!h->datagrams)
		return error_set(&h->error, HOSTCAST_NO_MEMORY, "out of memory");
	if (h->ready.count == 0 || h->socket_count > 1)
		failure = ready_collect(&h->ready, has_room, h);
	if (failure < 0)
		return error_system(&h->error, HOSTCAST_SYSTEM, -failure,
				    "cannot wait for datagrams");
	read_all(h, max, &failure);
	return failure;
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

/* ---- Sending ---- */

static int too_large(struct hostcast *h, size_t size, size_t most)
{
	bool is_plain = most == HOSTCAST_MAX_SIZE_4 || most == HOSTCAST_MAX_SIZE_6;

	if (!is_plain)
		return error_set(&h->error, HOSTCAST_TOO_LARGE,
				 "a message of %zu bytes is too large: a tree carries at most %zu "
				 "bytes (one UDP datagram, less the %d of its header)",
				 size, most, HEADER_SIZE);
	return error_set(
		&h->error, HOSTCAST_TOO_LARGE,
		"a message of %zu bytes is too large: UDP carries at most %d bytes over IPv4 "
		"and %d over IPv6, and this goes over IPv%c",
		size, HOSTCAST_MAX_SIZE_4, HOSTCAST_MAX_SIZE_6,
		most == HOSTCAST_MAX_SIZE_4 ? '4' : '6');
}

static size_t max_size_to(int family)
{
	return family == AF_INET6 ? HOSTCAST_MAX_SIZE_6 : HOSTCAST_MAX_SIZE_4;
}

static size_t max_size_by(const struct hostcast *h, const struct route *route)
{
	size_t most = max_size_to(route->to.any.sa_family);

	return h->sockets[route->socket].tree ? most - HEADER_SIZE : most;
}

size_t hostcast_max_size(const struct hostcast *h)
{
	size_t most = HOSTCAST_MAX_SIZE_6;

	for (size_t i = 0; i < h->route_count; i++)
		if (max_size_by(h, &h->routes[i]) < most)
			most = max_size_by(h, &h->routes[i]);
	return most;
}

/* An ICMP error that an earlier datagram caused comes out of a call that sends, and stops it. */
static bool is_earlier(struct hostcast *h, int system, const union hostcast_address *to)
{
	if (!is_icmp_error(system))
		return false;
	h->counters[COUNT_REFUSED]++;
	socket_icmp_error(system, to, &h->error);
	return true;
}

static int send_failed(struct hostcast *h, size_t socket, int system,
		       const union hostcast_address *to, size_t size)
{
	if (system == EAGAIN) {
		set_full(h, socket);
		return error_set(&h->error, HOSTCAST_AGAIN, "the socket's send buffer is full");
	}
	return socket_send_error(system, h->sockets[socket].fd, to, size, &h->error);
}

static void tell_no_trains(struct hostcast *h, struct route *route)
{
	char text[HOSTCAST_TEXT_SIZE];

	if (route->path.refusal == 0 || route->is_refusal_told)
		return;
	route->is_refusal_told = true;
	notices_add(&h->notices,
		    "the system refuses to send several datagrams to %s as one (%s): they go one "
		    "by one, which costs more",
		    hostcast_address_text(&route->to, text), strerror(route->path.refusal));
}

/* Sends payloads by one route, as many as go. Returns 0 or the error of the first that did not. */
static int send_trains(struct hostcast *h, struct route *route, const struct iovec *payloads,
		       size_t count)
{
	const struct handle_socket *socket = &h->sockets[route->socket];
	const struct way way = {.to = socket->is_connected ? NULL : &route->to};
	struct trains trains;
	int status;

	trains_clear(&trains);
	for (size_t i = 0; i < count; i++)
		trains_add(&trains, NO_HEAD, payloads[i]); /* there is room for a batch */
	status = trains_send(&trains, socket->fd, &way, &route->path);
	if (status < 0 && is_earlier(h, -status, &route->to))
		status = trains_send(&trains, socket->fd, &way, &route->path);
	tell_no_trains(h, route);
	route->ahead += trains.sent;
	if (status < 0)
		return send_failed(h, route->socket, -status, &route->to,
				   payloads[trains.sent].iov_len);
	return 0;
}

/* Sends by one route what it has not got yet. Returns the error of the first that did not go, if
 * there is one. */
static int send_by(struct hostcast *h, struct route *route, const struct iovec *payloads,
		   size_t count)
{
	struct tree *tree = h->sockets[route->socket].tree;
	size_t before = route->ahead;
	int status;

	if (before >= count)
		return 0;
	if (tree) {
		status = tree_send(tree, payloads + before, count - before);
		route->ahead += status > 0 ? (size_t)status : 0;
	} else {
		status = send_trains(h, route, payloads + before, count - before);
	}
	h->counters[COUNT_SENT] += route->ahead - before;
	for (size_t i = before; i < route->ahead; i++)
		h->counters[COUNT_SENT_BYTES] += payloads[i].iov_len;
	return status;
}

static size_t sent_by_all(const struct hostcast *h)
{
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < h->route_count; i++)
		if (h->routes[i].ahead < least)
			least = h->routes[i].ahead;
	return least;
}

/* Every route has got so many, or will never get them. */
static void go_on(struct hostcast *h, size_t count)
{
	for (size_t i = 0; i < h->route_count; i++) {
		struct route *route = &h->routes[i];

		route->ahead = route->ahead > count ? route->ahead - count : 0;
	}
}

/* At most HOSTCAST_BATCH payloads, by every route. Returns how many went by all of them; if none
 * did, failure is why: that of a route that must wait, before that of one that refuses the first.
 */
static size_t send_batch(struct hostcast *h, const struct iovec *payloads, size_t count,
			 struct error *failure)
{
	size_t sent;

	failure->code = 0;
	for (size_t i = 0; i < h->route_count; i++) {
		struct route *route = &h->routes[i];
		int status = send_by(h, route, payloads, count);

		if (status < 0 && route->ahead == 0 && failure->code != HOSTCAST_AGAIN)
			*failure = h->error;
	}
	sent = sent_by_all(h);
	go_on(h, sent);
	return sent;
}

/* How many of them, from the first on, are not too large. */
static size_t count_sendable(const struct iovec *payloads, size_t count, size_t most)
{
	size_t i = 0;

	while (i < count && payloads[i].iov_len <= most)
		i++;
	return i;
}

int hostcast_send(struct hostcast *h, const struct iovec *payloads, size_t count)
{
	size_t most = hostcast_max_size(h);
	size_t sendable = count_sendable(payloads, count, most), done = 0, sent = 1;
	struct error failure;

	if (h->route_count == 0)
		return error_set(&h->error, HOSTCAST_INVALID, "no target was opened for sending");
	if (sendable == 0 && count > 0)
		return too_large(h, payloads[0].iov_len, most);
	while (sent > 0 && done < sendable) {
		size_t left = sendable - done;
		size_t batch = left < HOSTCAST_BATCH ? left : HOSTCAST_BATCH;

		sent = send_batch(h, payloads + done, batch, &failure);
		done += sent;
	}
	if (done > 0 || count == 0)
		return (int)done;
	if (failure.code != HOSTCAST_AGAIN)
		go_on(h, 1); /* the payload is given up for who refuses it */
	h->error = failure;
	return failure.code;
}

/* Any socket that is open for sending to this family will do, so that a handle's answers come from
 * the address that its messages come from. */
static int sender_of_family(struct hostcast *h, int family)
{
	for (size_t i = 0; i < h->socket_count; i++)
		if (h->sockets[i].is_sender && !h->sockets[i].is_connected &&
		    h->sockets[i].local.any.sa_family == family)
			return (int)i;
	return sender_add(h, family, 0);
}

int hostcast_send_to(struct hostcast *h, const union hostcast_address *to, const void *data,
		     size_t size)
{
	const struct iovec payload = {(void *)(uintptr_t)data, size}; /* only read */
	const struct way way = {.to = to};
	size_t most = max_size_to(to->any.sa_family);
	int sender, status;

	if (to->any.sa_family != AF_INET && to->any.sa_family != AF_INET6)
		return error_set(&h->error, HOSTCAST_INVALID,
				 "an address of family %d is neither IPv4 nor IPv6%s",
				 to->any.sa_family,
				 to->any.sa_family == AF_UNSPEC
					 ? " (a tree does not tell who sent a message)"
					 : "");
	if (size > most)
		return too_large(h, size, most);
	sender = sender_of_family(h, to->any.sa_family);
	if (sender < 0)
		return sender;
	status = datagram_send(h->sockets[sender].fd, &way, NO_HEAD, payload);
	if (status < 0 && is_earlier(h, -status, to))
		status = datagram_send(h->sockets[sender].fd, &way, NO_HEAD, payload);
	if (status < 0)
		return send_failed(h, (size_t)sender, -status, to, size);
	h->counters[COUNT_SENT]++;
	h->counters[COUNT_SENT_BYTES] += size;
	return 0;
}
