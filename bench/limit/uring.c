/* io_uring instead of system calls for each message or batch (Linux 6.1 and later): a ring for what
 * is sent, and one for what is received. */
#include <errno.h>
#include <liburing.h>
#include <stdlib.h>

#include "limit.h"

enum { ENTRIES = 1024, BUFFER_GROUP = 0, PAGE_BYTES = 4096 };

struct receiving {
	struct io_uring ring;
	struct io_uring_buf_ring *free; /* buffers that the kernel may fill */
	int is_armed;                   /* it goes on receiving by itself */
	int has_come;
	unsigned short *taken; /* buffers that it filled, to be given back */
	int taken_count;
};

static void open_ring(struct io_uring *ring)
{
	struct io_uring_params params = {.flags = IORING_SETUP_SINGLE_ISSUER |
						  IORING_SETUP_DEFER_TASKRUN};

	must(io_uring_queue_init_params(ENTRIES, ring, &params), "io_uring_queue_init");
}

/* By ICMP, which may be news of an earlier message; or there is no room, no buffer. */
static int is_refused(int status, const char *what)
{
	if (status != -ECONNREFUSED && status != -ENOBUFS)
		must(status, what);
	return status < 0;
}

/* ---- Sending ---- */

unsigned uring_send(int fd, struct mmsghdr *headers, unsigned count)
{
	static struct io_uring ring;
	struct io_uring_cqe *done;
	unsigned head, refused = 0;

	if (ring.ring_fd == 0)
		open_ring(&ring);
	for (unsigned i = 0; i < count; i++)
		io_uring_prep_sendmsg(io_uring_get_sqe(&ring), fd, &headers[i].msg_hdr, 0);
	must(io_uring_submit_and_wait(&ring, count), "io_uring_submit");
	io_uring_for_each_cqe(&ring, head, done)
	{
		refused += (unsigned)is_refused(done->res, "io_uring sendmsg");
	}
	io_uring_cq_advance(&ring, count);
	return refused;
}

/* ---- Receiving: one request that gives a completion for each message ---- */

static struct receiving receiving;

static void give(const struct batch *batch, unsigned short id, int offset)
{
	io_uring_buf_ring_add(receiving.free, batch->bytes + id * batch->stride,
			      (unsigned)batch->stride, id, io_uring_buf_ring_mask(ENTRIES), offset);
}

static void give_back(const struct batch *batch)
{
	for (int i = 0; i < receiving.taken_count; i++)
		give(batch, receiving.taken[i], i);
	io_uring_buf_ring_advance(receiving.free, receiving.taken_count);
	receiving.taken_count = 0;
}

/* ENTRIES buffers stand for the batch's: the kernel goes on filling some while others are looked
 * at. */
void uring_prepare(struct batch *batch)
{
	struct io_uring_buf_reg buffers = {.ring_entries = ENTRIES, .bgid = BUFFER_GROUP};

	open_ring(&receiving.ring);
	receiving.free = aligned_alloc(PAGE_BYTES, ENTRIES * sizeof(struct io_uring_buf));
	receiving.taken = calloc(ENTRIES, sizeof *receiving.taken);
	free(batch->bytes);
	batch->bytes = calloc(ENTRIES, batch->stride);
	if (receiving.free == NULL || receiving.taken == NULL || batch->bytes == NULL)
		die("calloc");
	io_uring_buf_ring_init(receiving.free);
	buffers.ring_addr = (uintptr_t)receiving.free;
	must(io_uring_register_buf_ring(&receiving.ring, &buffers, 0),
	     "io_uring_register_buf_ring");
	for (unsigned short id = 0; id < ENTRIES; id++)
		give(batch, id, id);
	io_uring_buf_ring_advance(receiving.free, ENTRIES);
}

static void arm(int fd)
{
	struct io_uring_sqe *request;

	if (receiving.is_armed)
		return;
	request = io_uring_get_sqe(&receiving.ring);
	io_uring_prep_recv_multishot(request, fd, NULL, 0, 0);
	request->flags |= IOSQE_BUFFER_SELECT;
	request->buf_group = BUFFER_GROUP;
	receiving.is_armed = 1;
}

/* Returns 1 for a message. */
static int take(struct batch *batch, int index, const struct io_uring_cqe *done)
{
	unsigned short id = (unsigned short)(done->flags >> IORING_CQE_BUFFER_SHIFT);
	int is_message = !is_refused(done->res, "io_uring recv");

	if (!(done->flags & IORING_CQE_F_MORE))
		receiving.is_armed = 0; /* as when all buffers are full */
	if (!(done->flags & IORING_CQE_F_BUFFER))
		return 0;
	receiving.taken[receiving.taken_count++] = id;
	if (!is_message)
		return 0;
	batch->vectors[index].iov_base = batch->bytes + id * batch->stride;
	batch->headers[index].msg_len = (unsigned)done->res;
	return 1;
}

static int take_all(struct batch *batch)
{
	struct io_uring_cqe *done;
	unsigned head, seen = 0;
	int got = 0;

	io_uring_for_each_cqe(&receiving.ring, head, done)
	{
		if (got == batch->count)
			break;
		got += take(batch, got, done);
		seen++;
	}
	io_uring_cq_advance(&receiving.ring, seen);
	return got;
}

int uring_read(struct batch *batch, int fd)
{
	struct __kernel_timespec patience = {
		.tv_sec = receiving.has_come ? WAIT_FOR_NEXT : WAIT_FOR_FIRST,
	};
	struct io_uring_cqe *first;
	int got = 0, status;

	while (got == 0) {
		give_back(batch);
		arm(fd);
		status = io_uring_submit_and_wait_timeout(&receiving.ring, &first, 1, &patience,
							  NULL);
		if (status == -ETIME)
			return 0;
		if (status != -EINTR)
			must(status, "io_uring_submit_and_wait");
		got = take_all(batch);
	}
	receiving.has_come = 1;
	return got;
}
