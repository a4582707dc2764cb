/* limit forward: a copy of everything that comes for each child. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "limit.h"

enum { BUFFERS_MAX = 1024 };

struct child {
	int fd; /* connected, or the one that all children share */
	struct sockaddr_storage address;
	socklen_t length; /* 0: connected */
};

struct forwarder {
	int fd; /* hears */
	struct child children[CHILDREN_MAX];
	int child_count;
	int is_uring;
	struct count count;
	uint64_t copies;
	uint64_t refused; /* calls that the kernel did not take */
	/* What leaves: messages or trains, in the order in which they came. */
	struct mmsghdr out[BUFFERS_MAX];
	char controls[BUFFERS_MAX][CONTROL_BYTES];
	int out_count;
};

static struct forwarder forwarder; /* too large for the stack */

static void open_children(const struct settings *settings)
{
	forwarder.child_count = settings->child_count;
	for (int i = 0; i < settings->child_count; i++) {
		struct child *child = &forwarder.children[i];

		if (settings->has_socket_each) {
			child->fd = open_sender(settings, settings->children[i]);
			continue;
		}
		child->fd = forwarder.fd;
		child->length = resolve(settings, settings->children[i], &child->address);
	}
}

static void send_one(const struct child *child, const char *bytes, size_t length)
{
	const void *to = child->length > 0 ? &child->address : NULL;

	if (sendto(child->fd, bytes, length, 0, to, child->length) >= 0)
		forwarder.copies++;
	else if (errno == ECONNREFUSED || errno == ENOBUFS)
		forwarder.refused++;
	else
		die("sendto");
}

static void forward_singly(void)
{
	static char buffer[BUFFER_BYTES];
	ssize_t length;

	while (!forwarder.count.is_done &&
	       (length = recv(forwarder.fd, buffer, sizeof buffer, 0)) >= 0) {
		count_read(&forwarder.count, forwarder.fd);
		count_take(&forwarder.count, buffer, (size_t)length, (size_t)length);
		for (int i = 0; i < forwarder.child_count; i++)
			send_one(&forwarder.children[i], buffer, (size_t)length);
	}
}

static void send_out(struct child *child)
{
	int done = 0;

	for (int i = 0; i < forwarder.out_count; i++) {
		forwarder.out[i].msg_hdr.msg_name = child->length > 0 ? &child->address : NULL;
		forwarder.out[i].msg_hdr.msg_namelen = child->length;
	}
	if (forwarder.is_uring) {
		forwarder.refused +=
			uring_send(child->fd, forwarder.out, (unsigned)forwarder.out_count);
		return;
	}
	while (done < forwarder.out_count) {
		int sent = sendmmsg(child->fd, forwarder.out + done,
				    (unsigned)(forwarder.out_count - done), 0);

		if (sent < 0 && errno != ECONNREFUSED && errno != ENOBUFS)
			die("sendmmsg");
		forwarder.refused += sent < 0;
		done += sent < 0 ? 1 : sent;
	}
}

/* One message, or with a segment size one train, out of these pieces: nothing is copied. */
static void add_out(struct iovec *pieces, int count, size_t segment)
{
	int index = forwarder.out_count++;
	struct msghdr *header = &forwarder.out[index].msg_hdr;

	*header = (struct msghdr){.msg_iov = pieces, .msg_iovlen = (size_t)count};
	if (segment > 0)
		cut_into(header, forwarder.controls[index], (uint16_t)segment);
}

/* How many of the first messages have the size of the very first; one shorter may be the last. */
static int train_length(const struct iovec *messages, int count)
{
	size_t size = messages[0].iov_len;
	size_t bytes = size;
	int n = 1;

	while (n < count && n < SEGMENTS_MAX && messages[n].iov_len <= size &&
	       bytes + messages[n].iov_len <= TRAIN_BYTES) {
		bytes += messages[n].iov_len;
		if (messages[n++].iov_len < size)
			break;
	}
	return n;
}

static void regroup(struct batch *batch, int got)
{
	for (int first = 0; first < got;) {
		int length = train_length(batch->vectors + first, got - first);

		add_out(batch->vectors + first, length,
			length > 1 ? batch->vectors[first].iov_len : 0);
		first += length;
	}
}

/* As they came: single messages, and trains as trains. */
static void pass_on(struct batch *batch, int got)
{
	for (int i = 0; i < got; i++) {
		size_t segment = batch_segment(batch, i);

		add_out(&batch->vectors[i], 1, segment < batch->vectors[i].iov_len ? segment : 0);
	}
}

static void forward_batches(struct batch batch, int is_regrouping)
{
	int got;

	while (!forwarder.count.is_done && (got = batch_read(&batch, forwarder.fd)) > 0) {
		uint64_t before = forwarder.count.messages;

		count_read(&forwarder.count, forwarder.fd);
		for (int i = 0; i < got; i++) {
			batch.vectors[i].iov_len = batch.headers[i].msg_len;
			count_take(&forwarder.count, batch.vectors[i].iov_base,
				   batch.headers[i].msg_len, batch_segment(&batch, i));
		}
		forwarder.out_count = 0;
		if (is_regrouping)
			regroup(&batch, got);
		else
			pass_on(&batch, got);
		for (int i = 0; i < forwarder.child_count; i++)
			send_out(&forwarder.children[i]);
		forwarder.copies +=
			(forwarder.count.messages - before) * (uint64_t)forwarder.child_count;
	}
}

static void forward(const struct settings *settings)
{
	if (settings->way == ONE)
		forward_singly();
	else if (settings->way == WHOLE)
		forward_batches(batch_of_trains(settings, forwarder.fd), 0);
	else
		forward_batches(batch_of_messages(settings), settings->way == TRAIN);
}

int run_forward(const struct settings *settings)
{
	if (settings->buffers > BUFFERS_MAX || settings->child_count == 0)
		return wrong_usage();
	forwarder.fd = open_receiver(settings);
	open_children(settings);
	forwarder.is_uring = settings->way == URING;
	count_begin(forwarder.fd);
	forward(settings);
	count_end(&forwarder.count);
	count_show(&forwarder.count);
	printf(" copies=%llu refused=%llu", (unsigned long long)forwarder.copies,
	       (unsigned long long)forwarder.refused);
	meter_print(forwarder.count.spent, forwarder.copies);
	return forwarder.count.messages > 0 ? 0 : 1;
}
