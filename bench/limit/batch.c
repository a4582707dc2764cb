#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limit.h"

enum { MESSAGE_BUFFERS = 64, MESSAGE_BYTES = 2048, TRAIN_BUFFERS = 8 };

static void *zeroed(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (memory == NULL)
		die("calloc");
	return memory;
}

/* Without UDP_GRO nothing asks for control data. */
static struct batch batch_new(int count, size_t stride, int is_gro)
{
	size_t n = (size_t)count;
	struct batch batch = {
		.headers = zeroed(n, sizeof *batch.headers),
		.vectors = zeroed(n, sizeof *batch.vectors),
		.bytes = zeroed(n, stride),
		.controls = is_gro ? zeroed(n, CONTROL_BYTES) : NULL,
		.stride = stride,
		.count = count,
	};

	for (size_t i = 0; i < n; i++) {
		batch.vectors[i] = (struct iovec){batch.bytes + i * stride, stride};
		batch.headers[i].msg_hdr.msg_iov = &batch.vectors[i];
		batch.headers[i].msg_hdr.msg_iovlen = 1;
		if (is_gro)
			batch.headers[i].msg_hdr.msg_control = batch.controls + i * CONTROL_BYTES;
	}
	return batch;
}

struct batch batch_of_messages(const struct settings *settings)
{
	int count = settings->buffers > 0 ? settings->buffers : MESSAGE_BUFFERS;
	size_t stride = settings->size > MESSAGE_BYTES ? BUFFER_BYTES : MESSAGE_BYTES;
	struct batch batch = batch_new(count, stride, 0);

	batch.is_uring = settings->way == URING;
	if (batch.is_uring)
		uring_prepare(&batch);
	return batch;
}

struct batch batch_of_trains(const struct settings *settings, int fd)
{
	int count = settings->buffers > 0 ? settings->buffers : TRAIN_BUFFERS;
	int one = 1;

	if (setsockopt(fd, IPPROTO_UDP, UDP_GRO, &one, sizeof one) < 0)
		die("UDP_GRO");
	return batch_new(count, BUFFER_BYTES, 1);
}

static void refuse_cut_off(const struct batch *batch, int got)
{
	for (int i = 0; i < got; i++)
		if (batch->headers[i].msg_hdr.msg_flags & MSG_TRUNC) {
			fprintf(stderr,
				"limit: a message has more than the %zu bytes of a buffer: "
				"give its size with -s\n",
				batch->stride);
			exit(2);
		}
}

/* Sleeps until something is there, and takes what is there. */
int batch_read(struct batch *batch, int fd)
{
	int got;

	if (batch->is_uring)
		return uring_read(batch, fd);
	for (int i = 0; i < batch->count; i++) {
		batch->vectors[i].iov_len = batch->stride;
		if (batch->controls != NULL)
			batch->headers[i].msg_hdr.msg_controllen = CONTROL_BYTES;
	}
	do
		got = recvmmsg(fd, batch->headers, (unsigned)batch->count, MSG_WAITFORONE, NULL);
	while (got < 0 && (errno == EINTR || errno == ECONNREFUSED));
	if (got < 0 && errno != EAGAIN)
		die("recvmmsg");
	refuse_cut_off(batch, got);
	return got < 0 ? 0 : got;
}

size_t batch_segment(const struct batch *batch, int index)
{
	struct msghdr *header = &batch->headers[index].msg_hdr;
	struct cmsghdr *control = batch->controls != NULL ? CMSG_FIRSTHDR(header) : NULL;
	int segment;

	if (control == NULL || control->cmsg_level != IPPROTO_UDP || control->cmsg_type != UDP_GRO)
		return batch->headers[index].msg_len; /* a single message */
	memcpy(&segment, CMSG_DATA(control), sizeof segment);
	return (size_t)segment;
}

uint64_t number_of(const char *message)
{
	uint64_t number;

	memcpy(&number, message, sizeof number);
	return number;
}

void cut_into(struct msghdr *header, char control[CONTROL_BYTES], uint16_t segment)
{
	struct cmsghdr *cut;

	header->msg_control = control;
	header->msg_controllen = CMSG_SPACE(sizeof segment);
	cut = CMSG_FIRSTHDR(header);
	cut->cmsg_level = IPPROTO_UDP;
	cut->cmsg_type = UDP_SEGMENT;
	cut->cmsg_len = CMSG_LEN(sizeof segment);
	memcpy(CMSG_DATA(cut), &segment, sizeof segment);
}
