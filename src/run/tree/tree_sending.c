#include "net/address.h"
#include "net/socket.h"
#include "tree_address.h"
#include "tree_socket_inside.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

enum { LAST_WAIT_MS = 2000 };

/* ---- What cannot be sent ---- */

/* What is sent, and how it fares. */
struct sending {
	int fd;
	union hostcast_address to;
	struct way way;
	unsigned tries; /* of what stands first */
};

static void sending_init(struct sending *sending, const struct tree_socket *s, int fd,
			 const struct destination *destination)
{
	*sending = (struct sending){.fd = fd, .to = address_of_wire(&destination->to)};
	sending->way.to = &sending->to;
	sending->way.from = own_addresses_at(&s->own, destination->from);
}

/* Either what stands first failed, or an ICMP error to an earlier datagram came out of the call,
 * which then sent nothing: only trying again tells which. False: it was tried often enough. */
static bool can_try_again(struct tree_socket *s, struct sending *sending, int system)
{
	tree_socket_take_errors(s, sending->fd);
	if (sending->way.from && (system == EINVAL || system == ENETUNREACH)) {
		sending->way.from = NULL; /* no address of ours any more */
		return true;
	}
	return system != EMSGSIZE && system != ENOBUFS && ++sending->tries < TRIES_MAX;
}

static void count_no_buffers(struct tree_socket *s, const union hostcast_address *to, size_t count)
{
	char text[HOSTCAST_TEXT_SIZE];

	s->counters.send_no_buffers += count;
	if (tree_socket_is_new(s, ENOBUFS))
		tree_socket_tell(
			s,
			"the interface has no room for a datagram to %s, which is dropped (the "
			"summary counts further ones)",
			hostcast_address_text(to, text));
}

static void count_failed(struct tree_socket *s, const struct sending *sending, int system,
			 size_t size, size_t count)
{
	struct error error;

	s->counters.send_failed += count;
	if (!tree_socket_is_new(s, system))
		return;
	socket_send_error(system, sending->fd, &sending->to, size, &error);
	tree_socket_tell(s, "%s (the summary counts further ones)", error.text);
}

/* So many datagrams of this size are not sent. */
static void count_refused(struct tree_socket *s, const struct sending *sending, int system,
			  size_t size, size_t count)
{
	if (system == EMSGSIZE)
		tree_socket_count_too_large(s, &sending->to);
	else if (system == ENOBUFS)
		count_no_buffers(s, &sending->to, count);
	else
		count_failed(s, sending, system, size, count);
}

/* ---- What is gathered ---- */

/* Once for all children. */
static void tell_no_trains(struct tree_socket *s, const struct sending *sending,
			   struct train_path *path)
{
	char text[TRAIN_NOTICE_SIZE];
	const char *notice = train_path_notice(path, &sending->to, text);

	if (notice && tree_socket_is_new(s, path->refusal))
		tree_socket_tell(s, "%s", notice);
}

/* Counts in `dropped` what the system refuses. False: there is no room for what stands first now.
 */
static bool send_trains(struct tree_socket *s, struct sending *sending, struct trains *trains,
			struct train_path *path, uint64_t *dropped)
{
	int status;

	while ((status = trains_send(trains, sending->fd, &sending->way, path)) < 0) {
		size_t size = trains->list[trains->next].segment, count;

		if (status == -EAGAIN) {
			tree_socket_take_errors(s,
						sending->fd); /* they would wake us all the time */
			return false;
		}
		if (can_try_again(s, sending, -status))
			continue;
		count = trains_skip(trains);
		count_refused(s, sending, -status, size, count);
		*dropped += count;
		sending->tries = 0;
	}
	tell_no_trains(s, sending, path);
	return true;
}

static void count_overflow(struct tree_socket *s, struct lane *lane, const struct sending *sending)
{
	size_t left = trains_left(&s->copies);
	char text[HOSTCAST_TEXT_SIZE];

	lane->dropped += left;
	s->counters.child_overflow += left;
	if (!s->is_overflow_told)
		tree_socket_tell(s,
				 "the way to the child %s is too slow, and its queue is full: it "
				 "loses payloads (the summary counts them as child_overflow)",
				 hostcast_address_text(&sending->to, text));
	s->is_overflow_told = true;
}

static void send_to_child(struct tree_socket *s, const struct destination *child)
{
	struct lane *lane = lanes_find(&s->lanes, s->children, s->child_count, child);
	struct sending sending;

	sending_init(&sending, s, lane->fd, child);
	trains_rewind(&s->copies);
	if (!send_trains(s, &sending, &s->copies, &lane->path, &lane->dropped))
		count_overflow(s, lane, &sending);
	lane->copies += s->copies.sent;
}

static void flush_copies(struct tree_socket *s)
{
	if (s->copies.count == 0)
		return;
	for (size_t i = 0; i < s->child_count; i++)
		send_to_child(s, &s->children[i]);
	trains_clear(&s->copies);
}

static bool flush_upward(struct tree_socket *s)
{
	struct sending sending;
	uint64_t dropped = 0; /* the socket's counters say why */

	if (s->upward.count == 0)
		return true;
	sending_init(&sending, s, s->fd, &s->root);
	s->is_full = !send_trains(s, &sending, &s->upward, &s->root_path, &dropped);
	if (s->is_full)
		s->counters.send_waits++;
	else
		trains_clear(&s->upward);
	return !s->is_full;
}

bool tree_socket_flush(struct tree_socket *s)
{
	flush_copies(s);
	return flush_upward(s);
}

static bool are_gathered_for(const struct tree_socket *s, const struct output *output)
{
	if (output->copy_count != s->child_count)
		return false;
	for (size_t i = 0; i < s->child_count; i++)
		if (s->children[i].from != output->copies[i].from ||
		    !wire_address_equal(&s->children[i].to, &output->copies[i].to))
			return false;
	return true;
}

static void gather_for(struct tree_socket *s, const struct output *output)
{
	if (are_gathered_for(s, output))
		return;
	flush_copies(s);
	s->child_count = output->copy_count;
	memcpy(s->children, output->copies, output->copy_count * sizeof output->copies[0]);
}

void tree_socket_copy(struct tree_socket *s, const struct output *output, struct iovec run,
		      size_t segment)
{
	if (output->copy_count == 0)
		return;
	gather_for(s, output);
	for (;;) {
		size_t added = trains_add_run(&s->copies, run, segment);

		if (added == run.iov_len)
			return;
		run.iov_base = (char *)run.iov_base + added;
		run.iov_len -= added;
		flush_copies(s);
	}
}

static struct iovec data_header(void)
{
	static const uint8_t HEADER[HEADER_SIZE] = {'D', 'A', 'T', 'A', '\n'};

	return iovec_of(HEADER, HEADER_SIZE);
}

static struct iovec payload_of(const struct output *output)
{
	return iovec_of(output->payload.at, reader_left(&output->payload));
}

void tree_socket_copy_own(struct tree_socket *s, const struct output *output)
{
	if (output->copy_count == 0)
		return;
	gather_for(s, output);
	if (trains_add(&s->copies, data_header(), payload_of(output)))
		return;
	flush_copies(s);
	trains_add(&s->copies, data_header(), payload_of(output));
}

bool tree_socket_has_room(struct tree_socket *s)
{
	return !s->is_full && (trains_have_room(&s->upward) || flush_upward(s));
}

void tree_socket_send_up(struct tree_socket *s, const struct output *output)
{
	s->root = output->copies[0];
	trains_add(&s->upward, data_header(), payload_of(output));
}

/* ---- Control messages ---- */

/* False: the send buffer is full. */
static bool send_control(struct tree_socket *s, const struct output_datagram *d)
{
	struct iovec head = iovec_of(d->bytes, d->size);
	struct iovec body = iovec_of(d->tail.at, reader_left(&d->tail));
	struct sending sending;
	int status;

	sending_init(&sending, s, s->fd, &d->destination);
	do
		status = datagram_send(s->fd, &sending.way, head, body);
	while (status < 0 && status != -EAGAIN && can_try_again(s, &sending, -status));
	if (status == -EAGAIN) {
		tree_socket_take_errors(s, s->fd);
		return false;
	}
	if (status < 0)
		count_refused(s, &sending, -status, head.iov_len + body.iov_len, 1);
	return true;
}

void tree_socket_send(struct tree_socket *s, const struct output *output)
{
	if (output->datagram_count == 0)
		return;
	flush_copies(s); /* a child that is told LEAV takes no payload any more */
	for (size_t i = 0; i < output->datagram_count; i++)
		if (!send_control(s, &output->datagrams[i]))
			s->counters.send_dropped++;
}

void tree_socket_send_last(struct tree_socket *s, const struct output *output)
{
	struct pollfd room = {.fd = s->fd, .events = POLLOUT};

	if (!tree_socket_flush(s)) {
		s->counters.send_unsent += trains_left(&s->upward);
		trains_clear(&s->upward);
		s->is_full = false;
	}
	for (size_t i = 0; i < output->datagram_count; i++) {
		bool is_sent = send_control(s, &output->datagrams[i]);

		while (!is_sent && poll(&room, 1, LAST_WAIT_MS) == 1)
			is_sent = send_control(s, &output->datagrams[i]);
		s->counters.send_dropped += is_sent ? 0 : 1;
	}
}
