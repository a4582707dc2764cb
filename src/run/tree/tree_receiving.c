#include "tree_socket_inside.h"

#include "net/address.h"
#include "net/error_queue.h"
#include "net/group.h"
#include "net/socket.h"
#include "tree_address.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum {
	ERRORS_MAX = 64, /* that are read in one go */
	NOTICE_MAX = 400,
};

void tree_socket_tell(struct tree_socket *s, const char *format, ...)
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

static void set_receive_buffer(struct tree_socket *s, const struct tree_socket_options *options)
{
	size_t asked = options->receive_buffer;
	size_t bytes = asked ? asked : SOCKET_RECEIVE_BUFFER;
	size_t got = socket_set_buffer(s->fd, SO_RCVBUF, bytes);
	char notice[BUFFER_NOTICE_SIZE];

	if ((!asked && !options->takes_payloads) || !socket_buffer_is_short(got, asked))
		return;
	socket_buffer_notice(SO_RCVBUF, got, bytes, notice);
	tree_socket_tell(s, "%s", notice);
}

static int set_up(struct tree_socket *s, const struct tree_socket_options *options,
		  struct error *error)
{
	int family = options->listen->any.sa_family;
	int status = socket_set_no_fragment(s->fd, family, options->no_fragment, error);

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
	set_receive_buffer(s, options);
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
	if (status < 0) {
		tree_socket_close(s);
		return status;
	}
	if (!options->no_trains)
		datagrams_want_trains(s->fd);
	train_path_init(&s->root_path, s->fd, options->no_trains);
	s->no_fragment = options->no_fragment;
	s->no_trains = options->no_trains;
	return 0;
}

void tree_socket_open_lanes(struct tree_socket *s, size_t children_most)
{
	struct error error;

	lanes_open(&s->lanes, s->fd, children_most, s->no_trains);
	for (size_t i = 0; i < s->lanes.count; i++)
		socket_set_no_fragment(s->lanes.list[i].fd, s->local.any.sa_family, s->no_fragment,
				       &error); /* as the listener could be told */
}

void tree_socket_close(struct tree_socket *s)
{
	lanes_close(&s->lanes);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* ---- What the system says ---- */

bool tree_socket_is_new(struct tree_socket *s, int system)
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

void tree_socket_count_too_large(struct tree_socket *s, const union hostcast_address *to)
{
	char text[HOSTCAST_TEXT_SIZE];
	unsigned headers = to->any.sa_family == AF_INET6 ? IP_AND_UDP_6 : IP_AND_UDP_4;
	unsigned overhead = headers + HEADER_SIZE;

	s->counters.send_too_large++;
	if (!tree_socket_is_new(s, EMSGSIZE))
		return;
	hostcast_address_text(to, text);
	if (s->mtu > overhead)
		tree_socket_tell(
			s,
			"a datagram is too large for the path to %s, whose MTU is %u bytes: a "
			"payload "
			"may have %u, or go in fragments without --no-fragment (the summary counts "
			"further ones)",
			text, s->mtu, s->mtu - overhead);
	else
		tree_socket_tell(s,
				 "a datagram is too large for the path to %s (the summary counts "
				 "further ones)",
				 text);
}

/* Local ones belong to the call that fails, and only tell the MTU. */
void tree_socket_take_errors(struct tree_socket *s, int fd)
{
	struct queued_error queued;

	for (unsigned i = 0; i < ERRORS_MAX && error_queue_next(fd, &queued); i++) {
		struct wire_address to = wire_of_address(&queued.to);

		if (queued.mtu > 0)
			s->mtu = queued.mtu;
		if (queued.is_local)
			continue;
		if (queued.system == EMSGSIZE) {
			tree_socket_count_too_large(s, &queued.to);
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
			struct arrival *arrivals, size_t count, struct error *error)
{
	int got = -1;

	for (unsigned tries = 0; got < 0 && tries < TRIES_MAX; tries++) {
		got = datagrams_receive(datagrams, s->fd, &s->local, first, arrivals, count);
		if (got < (int)count) /* all was read, or it is an error of an earlier datagram */
			tree_socket_take_errors(s, s->fd);
	}
	if (got < 0 && is_fatal(-got))
		return error_system(error, HOSTCAST_SYSTEM, -got, "cannot receive");
	if (got < 0)
		return 0;
	for (int i = 0; i < got; i++)
		s->counters.received += arrival_count(&arrivals[i]);
	return got;
}

/* What came to an address that is not ours (a broadcast, a group) is dropped: a reply could not
 * leave from there (T-1), and one request would be answered by a whole network. */
bool tree_socket_take(struct tree_socket *s, const struct arrival *arrival, struct incoming *in)
{
	const struct hostcast_message *whole = &arrival->whole;
	uint8_t at = own_addresses_index(&s->own, &whole->destination);

	if (at == OWN_ANY && own_addresses_are_complete(&s->own)) {
		s->counters.misaddressed += arrival_count(arrival);
		return false;
	}
	*in = (struct incoming){
		.from = wire_of_address(&whole->source),
		.at = at,
		.bytes = whole->data,
		.size = arrival->segment,
	};
	return true;
}
