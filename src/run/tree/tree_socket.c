#include "tree_socket.h"

#include "net/address.h"
#include "net/error_queue.h"
#include "net/group.h"
#include "net/socket.h"
#include "tree_address.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum {
	RECEIVE_BUFFER = 4 << 20,
	TRIES_MAX = 64,  /* ICMP errors of other datagrams that may come out of one call */
	ERRORS_MAX = 64, /* that are read in one go */
	LAST_WAIT_MS = 2000,
	NOTICE_MAX = 400,
};

__attribute__((format(printf, 2, 3))) static void tell(struct tree_socket *s, const char *format,
						       ...)
{
	char text[NOTICE_MAX];
	va_list arguments;

	if (!s->hooks.notice)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	s->hooks.notice(s->hooks.context, text);
}

/* ---- Opening ---- */

static void set_receive_buffer(struct tree_socket *s, size_t asked)
{
	size_t got = socket_set_buffer(s->fd, SO_RCVBUF, asked ? asked : RECEIVE_BUFFER);

	if (asked && got < asked)
		tell(s,
		     "the system gives a receive buffer of %zu bytes instead of %zu; to allow "
		     "more: sysctl net.core.rmem_max=%zu",
		     got, asked, asked);
}

static int set_fragmenting(int fd, int family, bool no_fragment, struct error *error)
{
	if (family == AF_INET)
		return socket_set(fd, IPPROTO_IP, IP_MTU_DISCOVER,
				  no_fragment ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT,
				  "IP_MTU_DISCOVER", error);
	return socket_set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER,
			  no_fragment ? IPV6_PMTUDISC_DO : IPV6_PMTUDISC_DONT, "IPV6_MTU_DISCOVER",
			  error);
}

static int set_up(struct tree_socket *s, const struct tree_socket_options *options,
		  struct error *error)
{
	int family = options->listen->any.sa_family;
	int status = set_fragmenting(s->fd, family, options->no_fragment, error);

	if (status == 0 && address_is_any(options->listen))
		status = datagrams_want_destination(s->fd, family, error);
	if (status == 0) /* at a wildcard address it would hear what others have joined */
		status = group_only_joined(s->fd, family, error);
	if (status == 0)
		status = error_queue_enable(s->fd, family, error);
	if (status == 0)
		status = socket_bind_chosen(s->fd, options->listen, "--listen", error);
	if (status == 0)
		status = socket_local_address(s->fd, &s->local, error);
	if (status < 0)
		return status;
	set_receive_buffer(s, options->receive_buffer);
	own_addresses_init(&s->own, &s->local, options->attachments, options->attachment_count);
	return 0;
}

int tree_socket_open(struct tree_socket *s, const struct tree_socket_options *options,
		     const struct tree_socket_hooks *hooks, struct error *error)
{
	int status;

	s->hooks = *hooks;
	s->fd = socket_open(options->listen->any.sa_family, SOCK_DGRAM, error);
	if (s->fd < 0)
		return s->fd;
	status = set_up(s, options, error);
	if (status < 0)
		tree_socket_close(s);
	return status;
}

void tree_socket_close(struct tree_socket *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* ---- What the system says ---- */

static bool is_new(struct tree_socket *s, int system)
{
	for (size_t i = 0; i < TREE_SAID_MAX; i++) {
		if (s->said[i] == system)
			return false;
		if (s->said[i] == 0) {
			s->said[i] = system;
			return true;
		}
	}
	return false;
}

static void tell_too_large(struct tree_socket *s, const union hostcast_address *to)
{
	char text[HOSTCAST_TEXT_SIZE];
	unsigned headers = to->any.sa_family == AF_INET6 ? IP_AND_UDP_6 : IP_AND_UDP_4;
	unsigned overhead = headers + HEADER_SIZE;

	s->counters.send_too_large++;
	if (!is_new(s, EMSGSIZE))
		return;
	hostcast_address_text(to, text);
	if (s->mtu > overhead)
		tell(s,
		     "a datagram is too large for the path to %s, whose MTU is %u bytes: a payload "
		     "may have %u, or go in fragments without --no-fragment (the summary counts "
		     "further ones)",
		     text, s->mtu, s->mtu - overhead);
	else
		tell(s,
		     "a datagram is too large for the path to %s (the summary counts further ones)",
		     text);
}

/* What the error queue has: local ones belong to the call that fails, and only tell the MTU. */
static void take_errors(struct tree_socket *s)
{
	struct queued_error queued;

	for (unsigned i = 0; i < ERRORS_MAX && error_queue_next(s->fd, &queued); i++) {
		struct wire_address to = wire_of_address(&queued.to);

		if (queued.mtu > 0)
			s->mtu = queued.mtu;
		if (queued.is_local)
			continue;
		if (queued.system == EMSGSIZE) {
			tell_too_large(s, &queued.to);
			continue;
		}
		s->counters.unreachable++;
		s->hooks.unreachable(s->hooks.context, &to);
	}
}

/* ---- Receiving ---- */

/* Of this socket itself. All others are ICMP's, which anybody can forge: news of one destination,
 * and no reason to stop. */
static bool is_fatal(int system)
{
	return system == EBADF || system == ENOTSOCK || system == EINVAL || system == EFAULT ||
	       system == ENOMEM;
}

int tree_socket_receive(struct tree_socket *s, struct datagrams *datagrams, size_t first,
			struct hostcast_message *messages, size_t count, struct error *error)
{
	int got = -1;

	for (unsigned tries = 0; got < 0 && tries < TRIES_MAX; tries++) {
		got = datagrams_receive(datagrams, s->fd, &s->local, first, messages, count);
		if (got < (int)count) /* all was read, or it is an error of an earlier datagram */
			take_errors(s);
	}
	if (got < 0 && is_fatal(-got))
		return error_system(error, HOSTCAST_SYSTEM, -got, "cannot receive");
	if (got < 0)
		return 0;
	s->counters.received += (uint64_t)got;
	return got;
}

/* What came to an address that is not ours (a broadcast, a group) is dropped: a reply could not
 * leave from there (T-1), and one request would be answered by a whole network. */
bool tree_socket_take(struct tree_socket *s, const struct hostcast_message *message,
		      struct incoming *in)
{
	uint8_t at = own_addresses_index(&s->own, &message->destination);

	if (at == OWN_ANY && own_addresses_are_complete(&s->own)) {
		s->counters.misaddressed++;
		return false;
	}
	*in = (struct incoming){
		.from = wire_of_address(&message->source),
		.at = at,
		.bytes = message->data,
		.size = message->size,
	};
	return true;
}

/* ---- Sending ---- */

static void add(struct tree_socket *s, const struct destination *destination, struct iovec payload,
		struct iovec tail)
{
	size_t index = s->out_count++;

	assert(index < TREE_OUT_MAX);
	s->to[index] = address_of_wire(&destination->to);
	s->out[index] = (struct datagram_out){
		.payload = payload,
		.tail = tail,
		.to = &s->to[index],
		.from = own_addresses_at(&s->own, destination->from),
	};
}

static void count_no_buffers(struct tree_socket *s, const struct datagram_out *out)
{
	char text[HOSTCAST_TEXT_SIZE];

	s->counters.send_no_buffers++;
	if (is_new(s, ENOBUFS))
		tell(s,
		     "the interface has no room for a datagram to %s, which is dropped (the "
		     "summary counts further ones)",
		     hostcast_address_text(out->to, text));
}

static void count_failure(struct tree_socket *s, const struct datagram_out *out, int system)
{
	struct error error;

	s->counters.send_failed++;
	if (!is_new(s, system))
		return;
	socket_send_error(system, s->fd, out->to, out->payload.iov_len + out->tail.iov_len, &error);
	tell(s, "%s (the summary counts further ones)", error.text);
}

/* The first one that waits failed, or an ICMP error to an earlier one came out of the call, which
 * then sent nothing: only trying again tells which. */
static void take_failure(struct tree_socket *s, int system)
{
	struct datagram_out *out = &s->out[s->out_next];

	take_errors(s);
	if (out->from && (system == EINVAL || system == ENETUNREACH)) {
		out->from = NULL; /* no address of ours any more */
		return;
	}
	if (system != EMSGSIZE && system != ENOBUFS && ++s->tries < TRIES_MAX)
		return;
	if (system == EMSGSIZE)
		tell_too_large(s, out->to);
	else if (system == ENOBUFS)
		count_no_buffers(s, out);
	else
		count_failure(s, out, system);
	s->tries = 0;
	s->out_next++;
}

bool tree_socket_flush(struct tree_socket *s)
{
	while (tree_socket_is_full(s)) {
		int sent = datagrams_send(s->fd, s->out + s->out_next, s->out_count - s->out_next);

		if (sent == -EAGAIN) {
			take_errors(s); /* what waits there would wake us all the time */
			s->counters.send_waits++;
			return false;
		}
		if (sent < 0) {
			take_failure(s, -sent);
			continue;
		}
		s->out_next += (size_t)sent;
		s->tries = 0;
	}
	s->out_count = s->out_next = 0;
	return true;
}

static struct iovec vector_of(const uint8_t *bytes, size_t size)
{
	return (struct iovec){(void *)(uintptr_t)bytes, size}; /* only read */
}

static void add_all(struct tree_socket *s, const struct output *output)
{
	for (size_t i = 0; i < output->datagram_count; i++) {
		const struct output_datagram *d = &output->datagrams[i];

		add(s, &d->destination, vector_of(d->bytes, d->size),
		    vector_of(d->tail.at, reader_left(&d->tail)));
	}
}

void tree_socket_send(struct tree_socket *s, const struct output *output)
{
	size_t before = s->out_count, first;

	if (output->datagram_count == 0)
		return;
	add_all(s, output);
	if (tree_socket_flush(s))
		return;
	first = s->out_next > before ? s->out_next : before;
	s->counters.send_dropped += s->out_count - first;
	s->out_count = first;
}

void tree_socket_send_last(struct tree_socket *s, const struct output *output)
{
	struct pollfd room = {.fd = s->fd, .events = POLLOUT};

	if (!tree_socket_flush(s)) {
		s->counters.send_unsent += s->out_count - s->out_next;
		s->out_count = s->out_next = 0;
	}
	add_all(s, output);
	while (!tree_socket_flush(s) && poll(&room, 1, LAST_WAIT_MS) == 1)
		;
	s->counters.send_dropped += s->out_count - s->out_next;
	s->out_count = s->out_next = 0;
}

static void copy(struct tree_socket *s, const struct output *output, struct iovec payload,
		 struct iovec tail)
{
	for (size_t i = 0; i < output->copy_count; i++)
		add(s, &output->copies[i], payload, tail);
}

void tree_socket_copy(struct tree_socket *s, const struct output *output, const struct incoming *in)
{
	copy(s, output, vector_of(in->bytes, in->size), vector_of(NULL, 0));
}

void tree_socket_copy_own(struct tree_socket *s, const struct output *output)
{
	static const uint8_t HEADER[HEADER_SIZE] = {'D', 'A', 'T', 'A', '\n'};
	const struct reader *payload = &output->payload;

	copy(s, output, vector_of(HEADER, HEADER_SIZE),
	     vector_of(payload->at, reader_left(payload)));
}
