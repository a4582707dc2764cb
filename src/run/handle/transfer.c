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
static void set_full(struct hostcast *h, size_t index, bool is_full)
{
	struct handle_socket *socket = &h->sockets[index];

	if (socket->is_full == is_full)
		return;
	socket->is_full = is_full;
	ready_watch(&h->ready, socket->fd, index, is_full);
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
		    struct hostcast_message *messages, size_t count)
{
	unsigned flags = socket->is_sender ? HOSTCAST_ANSWER : 0;

	for (size_t i = 0; i < count; i++) {
		h->counters[COUNT_RECEIVED_BYTES] += messages[i].size;
		h->counters[COUNT_CUT_OFF] += messages[i].flags & HOSTCAST_CUT_OFF ? 1 : 0;
		if (is_own(h, &messages[i].source))
			messages[i].flags |= HOSTCAST_OWN;
		messages[i].flags |= flags;
	}
	h->counters[COUNT_RECEIVED] += count;
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
static bool receive_from(struct hostcast *h, size_t index, struct hostcast_message *messages,
			 size_t *got, size_t share, int *failure)
{
	const struct handle_socket *socket = &h->sockets[index];
	int status;

	if (socket->tree)
		status = tree_receive(socket->tree, messages + *got, share);
	else
		status = datagrams_receive(h->datagrams, socket->fd, &socket->local, *got,
					   messages + *got, share);
	if (status < 0) {
		*failure = socket->tree ? status : receive_failed(h, socket, -status);
		return true; /* an error of one datagram: others may stand behind it */
	}
	account(h, socket, messages + *got, (size_t)status);
	*got += (size_t)status;
	return (size_t)status == share;
}

/* Each of the sockets that have something gets its share of the batch; those that had to wait come
 * first the next time. */
static size_t receive_from_all(struct hostcast *h, struct hostcast_message *messages, size_t max,
			       int *failure)
{
	struct ready *ready = &h->ready;
	size_t more[HOSTCAST_BATCH];
	size_t more_count = 0, next = 0, got = 0;

	while (next < ready->count && got < max) {
		size_t index = ready->list[next];
		size_t waiting = ready->count - next++;
		size_t share = (max - got + waiting - 1) / waiting;

		if (receive_from(h, index, messages, &got, share, failure))
			more[more_count++] = index;
		else
			ready_watch(ready, h->sockets[index].fd, index, h->sockets[index].is_full);
	}
	ready->count -= next;
	memmove(ready->list, ready->list + next, ready->count * sizeof ready->list[0]);
	memcpy(ready->list + ready->count, more, more_count * sizeof more[0]);
	ready->count += more_count;
	ready_tell(ready);
	return got;
}

int hostcast_receive(struct hostcast *h, struct hostcast_message *messages, size_t max)
{
	int failure = 0;
	size_t got;

	if (max > HOSTCAST_BATCH)
		max = HOSTCAST_BATCH;
	if (!h->datagrams)
		h->datagrams = datagrams_new(h->options.receive_size);
	if (!h->datagrams)
		return error_set(&h->error, HOSTCAST_NO_MEMORY, "out of memory");
	if (h->ready.count == 0 || h->socket_count > 1)
		failure = ready_collect(&h->ready, has_room, h);
	if (failure < 0)
		return error_system(&h->error, HOSTCAST_SYSTEM, -failure,
				    "cannot wait for datagrams");
	got = receive_from_all(h, messages, max, &failure);
	return got > 0 ? (int)got : failure;
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

/* Counts what went. */
static int count_sent(struct hostcast *h, const struct datagram_out *list, int sent)
{
	h->counters[COUNT_SENT] += (uint64_t)sent;
	for (int i = 0; i < sent; i++)
		h->counters[COUNT_SENT_BYTES] += list[i].payload.iov_len;
	return sent;
}

/* Sends a list through one socket. An ICMP error that an earlier datagram caused comes out of this
 * call and stops it: it is counted, and what stands here goes on. Returns how many went, or an
 * error of enum hostcast_error. */
static int send_list(struct hostcast *h, size_t index, const struct datagram_out *list,
		     size_t count, const union hostcast_address *first_to)
{
	int fd = h->sockets[index].fd;
	int sent = datagrams_send(fd, list, count);

	if (sent < 0 && is_icmp_error(-sent)) {
		h->counters[COUNT_REFUSED]++;
		socket_icmp_error(-sent, first_to, &h->error);
		sent = datagrams_send(fd, list, count);
	}
	if (sent == -EAGAIN) {
		set_full(h, index, true);
		return error_set(&h->error, HOSTCAST_AGAIN, "the socket's send buffer is full");
	}
	if (sent < 0)
		return socket_send_error(-sent, fd, first_to, list[0].payload.iov_len, &h->error);
	set_full(h, index, false);
	return count_sent(h, list, sent);
}

/* The same into a tree, where payloads are taken one by one. */
static int send_list_to_tree(struct hostcast *h, struct tree *tree, const struct datagram_out *list,
			     size_t count)
{
	int sent = 0, status = 0;

	while (status == 0 && (size_t)sent < count) {
		status = tree_send(tree, &list[sent].payload);
		sent += status == 0 ? 1 : 0;
	}
	return sent > 0 ? count_sent(h, list, sent) : status;
}

/* Sends the longest run of (payload, route) pairs that leave by one socket, from the given payload
 * and the handle's next_route on. Returns how many pairs went. */
static int send_run(struct hostcast *h, const struct iovec *payloads, size_t count)
{
	struct datagram_out list[HOSTCAST_BATCH];
	const struct route *first = &h->routes[h->next_route];
	size_t size = 0, route = h->next_route;

	for (size_t i = 0; i < count && size < HOSTCAST_BATCH;) {
		const struct route *r = &h->routes[route];

		if (r->socket != first->socket)
			break;
		list[size++] = (struct datagram_out){
			.payload = payloads[i],
			.to = h->sockets[r->socket].is_connected ? NULL : &r->to,
		};
		if (++route == h->route_count) {
			route = 0;
			i++;
		}
	}
	if (h->sockets[first->socket].tree)
		return send_list_to_tree(h, h->sockets[first->socket].tree, list, size);
	return send_list(h, first->socket, list, size, &first->to);
}

/* One target refuses the first payload: the others shall have it, and the next payload begins with
 * the first target. */
static int give_up_first(struct hostcast *h, const struct iovec *payload, int failure)
{
	struct error error = h->error;

	for (h->next_route++; h->next_route < h->route_count;) {
		int sent = send_run(h, payload, 1);

		h->next_route += sent > 0 ? (size_t)sent : 1;
	}
	h->next_route = 0;
	h->error = error;
	return failure;
}

int hostcast_send(struct hostcast *h, const struct iovec *payloads, size_t count)
{
	size_t most = hostcast_max_size(h);
	size_t done = 0;

	if (h->route_count == 0)
		return error_set(&h->error, HOSTCAST_INVALID, "no target was opened for sending");
	for (size_t i = 0; i < count; i++) {
		if (payloads[i].iov_len <= most)
			continue;
		if (i == 0)
			return too_large(h, payloads[i].iov_len, most);
		count = i; /* what stands before it goes; the next call refuses it */
	}
	while (done < count) {
		int sent = send_run(h, payloads + done, count - done);
		size_t reached;

		if (sent < 0 && done > 0)
			return (int)done;
		if (sent < 0)
			return sent == HOSTCAST_AGAIN ? sent : give_up_first(h, payloads, sent);
		reached = h->next_route + (size_t)sent;
		done += reached / h->route_count;
		h->next_route = reached % h->route_count;
	}
	return (int)done;
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
	struct datagram_out out = {.payload = {(void *)(uintptr_t)data, size}, .to = to};
	size_t most = max_size_to(to->any.sa_family);
	int sender;

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
	sender = send_list(h, (size_t)sender, &out, 1, to);
	return sender < 0 ? sender : 0;
}
