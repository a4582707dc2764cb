/* Sending through a handle's sockets: each payload by every route, and answers. */
#include "handle.h"

#include "net/address.h"
#include "net/answer.h"
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
	if (!socket_is_icmp_error(system))
		return false;
	h->counters[COUNT_REFUSED]++;
	socket_icmp_error(system, to, &h->error);
	return true;
}

static int does_not_fit(struct hostcast *h, size_t socket, const union hostcast_address *to,
			size_t size)
{
	unsigned headers = to->any.sa_family == AF_INET6 ? IP_AND_UDP_6 : IP_AND_UDP_4;
	unsigned mtu = socket_path_mtu(to, h->sockets[socket].interface);
	char text[HOSTCAST_TEXT_SIZE];

	hostcast_address_text(to, text);
	if (mtu <= headers)
		return error_set(&h->error, HOSTCAST_TOO_LARGE,
				 "a message of %zu bytes does not fit the MTU of the path to %s; "
				 "without --no-fragment it goes in fragments",
				 size, text);
	return error_set(
		&h->error, HOSTCAST_TOO_LARGE,
		"a message of %zu bytes does not fit the path to %s, whose MTU is %u bytes: "
		"it may have %u, or go in fragments without --no-fragment",
		size, text, mtu, mtu - headers);
}

static int send_failed(struct hostcast *h, size_t socket, int system,
		       const union hostcast_address *to, size_t size)
{
	if (system == EMSGSIZE && h->options.no_fragment)
		return does_not_fit(h, socket, to, size);
	if (system == EAGAIN) {
		set_full(h, socket);
		return error_set(&h->error, HOSTCAST_AGAIN, "the socket's send buffer is full");
	}
	return socket_send_error(system, h->sockets[socket].fd, to, size, &h->error);
}

static void tell_no_trains(struct hostcast *h, struct route *route)
{
	char text[TRAIN_NOTICE_SIZE];
	const char *notice = train_path_notice(&route->path, &route->to, text);

	if (notice)
		notices_add(&h->notices, "%s", notice);
}

/* One that is alone leaves without being made a train. */
static int send_single(struct hostcast *h, size_t socket, const union hostcast_address *to,
		       struct iovec payload)
{
	const struct way way = {.to = h->sockets[socket].is_connected ? NULL : to};
	int fd = h->sockets[socket].fd;
	int status = datagram_send(fd, &way, NO_HEAD, payload);

	if (status < 0 && is_earlier(h, -status, to))
		status = datagram_send(fd, &way, NO_HEAD, payload);
	return status < 0 ? send_failed(h, socket, -status, to, payload.iov_len) : 0;
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
	} else if (count - before == 1) {
		status = send_single(h, route->socket, &route->to, payloads[before]);
		route->ahead += status == 0;
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

static int check_answer(struct hostcast *h, const union hostcast_address *to, size_t size)
{
	size_t most = max_size_to(to->any.sa_family);

	if (to->any.sa_family != AF_INET && to->any.sa_family != AF_INET6)
		return error_set(&h->error, HOSTCAST_INVALID,
				 "an address of family %d is neither IPv4 nor IPv6%s",
				 to->any.sa_family,
				 to->any.sa_family == AF_UNSPEC
					 ? " (a tree does not tell who sent a message)"
					 : "");
	return size > most ? too_large(h, size, most) : 0;
}

static void count_one(struct hostcast *h, size_t size)
{
	h->counters[COUNT_SENT]++;
	h->counters[COUNT_SENT_BYTES] += size;
}

int hostcast_send_to(struct hostcast *h, const union hostcast_address *to, const void *data,
		     size_t size)
{
	int status = check_answer(h, to, size);
	int sender = status < 0 ? status : sender_of_family(h, to->any.sa_family);

	if (sender < 0)
		return sender;
	status = send_single(h, (size_t)sender, to, iovec_of(data, size));
	if (status == 0)
		count_one(h, size);
	return status;
}

/* The socket that heard what was sent to this address. */
static int socket_at(struct hostcast *h, const union hostcast_address *address)
{
	for (size_t i = 0; i < h->socket_count; i++) {
		const struct handle_socket *socket = &h->sockets[i];

		if (!socket->tree && socket->local.any.sa_family == address->any.sa_family &&
		    address_port(&socket->local) == address_port(address) &&
		    (address_is_any(&socket->local) || address_same_ip(&socket->local, address)))
			return (int)i;
	}
	return error_set(&h->error, HOSTCAST_INVALID, "no socket hears the address of the message");
}

int hostcast_answer(struct hostcast *h, const struct hostcast_message *message, const void *data,
		    size_t size)
{
	int status = check_answer(h, &message->source, size);
	int socket = status < 0 ? status : socket_at(h, &message->destination);

	if (socket < 0)
		return socket;
	status = answer_send(h->sockets[socket].fd, message, data, size);
	if (status < 0)
		return send_failed(h, (size_t)socket, -status, &message->source, size);
	count_one(h, size);
	return 0;
}
