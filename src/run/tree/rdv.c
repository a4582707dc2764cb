#include "rdv.h"

#include "run/clock.h"
#include "tree_address.h"
#include "tree_io.h"
#include "tree_socket.h"

#include <stdlib.h>

struct rdv {
	struct tree_hooks hooks;
	struct tree_io io;
	int source; /* of the socket, in io */
	struct tree_socket socket;
	struct admitted admitted;
	struct rendezvous rendezvous;
	struct output output;
	struct datagrams *datagrams;
	struct arrival arrivals[HOSTCAST_BATCH];
};

/* ---- What comes out ---- */

static void carry_out(struct rdv *r)
{
	tree_hooks_events(&r->hooks, &r->admitted, &r->output);
	tree_socket_send(&r->socket, &r->output);
}

/* ---- What comes in ---- */

static int receive(struct rdv *r, struct monotime now, struct error *error)
{
	int got = tree_socket_receive(&r->socket, r->datagrams, 0, r->arrivals, HOSTCAST_BATCH,
				      error);

	r->io.sources[r->source].has_more = got == HOSTCAST_BATCH;
	for (int i = 0; i < got; i++) {
		struct incoming in;

		if (!tree_socket_take(&r->socket, &r->arrivals[i], &in))
			continue;
		rendezvous_receive(&r->rendezvous, now, &in, &r->output);
		carry_out(r);
	}
	return got < 0 ? got : 0;
}

static void tick(struct rdv *r, struct monotime now)
{
	if (monotime_is_before(now, rendezvous_deadline(&r->rendezvous)))
		return;
	rendezvous_tick(&r->rendezvous, now, &r->output);
	carry_out(r);
}

int rdv_work(struct rdv *r, struct error *error)
{
	struct monotime now = clock_monotonic();
	int status = tree_io_collect(&r->io, error);

	if (status < 0)
		return status;
	status = receive(r, now, error);
	if (!r->io.sources[r->source].has_more) /* what came in time is taken first */
		tick(r, now);
	tree_io_rest(&r->io, rendezvous_deadline(&r->rendezvous), false, -1);
	return status;
}

/* Nobody's silence changes anything for the RP. */
static void unreachable(void *context, const struct wire_address *address)
{
	(void)context;
	(void)address;
}

static void notice(void *context, const char *text)
{
	const struct rdv *r = context;

	tree_hooks_notice(&r->hooks, text);
}

/* ---- The beginning and the end ---- */

static int open_socket(struct rdv *r, const struct rdv_options *options,
		       const struct attachment *attachments, size_t count, struct error *error)
{
	const struct tree_socket_options socket_options = {
		.listen = &options->listen,
		.attachments = attachments,
		.attachment_count = count,
		.no_trains = true,
	};
	const struct tree_socket_hooks hooks = {unreachable, notice, r};
	int status = admitted_init(&r->admitted, options->allowed, options->allowed_count,
				   attachments, count, error);

	if (status == 0)
		status = tree_socket_open(&r->socket, &socket_options, &hooks, error);
	if (status == 0)
		status = r->source = tree_io_add(&r->io, r->socket.fd, error);
	return status;
}

static int open_all(struct rdv *r, const struct rdv_options *options, struct error *error)
{
	struct attachment *attachments;
	size_t count;
	int status = attachments_read(&attachments, &count, error);

	if (status < 0)
		return status;
	status = open_socket(r, options, attachments, count, error);
	free(attachments);
	if (status < 0)
		return status;
	rendezvous_init(&r->rendezvous, admitted_admission(&r->admitted), &r->socket.own.own,
			options->hold_ns);
	r->datagrams = datagrams_new(DATAGRAM_MAX);
	if (!r->datagrams)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	return 0;
}

struct rdv *rdv_new(const struct rdv_options *options, const struct tree_hooks *hooks,
		    struct error *error)
{
	struct rdv *r = calloc(1, sizeof *r);

	if (!r) {
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
		return NULL;
	}
	r->hooks = *hooks;
	r->socket.fd = -1;
	if (tree_io_open(&r->io, error) < 0) {
		free(r);
		return NULL;
	}
	if (open_all(r, options, error) < 0) {
		rdv_free(r);
		return NULL;
	}
	return r;
}

void rdv_free(struct rdv *r)
{
	if (!r)
		return;
	tree_io_close(&r->io);
	tree_socket_close(&r->socket);
	admitted_done(&r->admitted);
	datagrams_free(r->datagrams);
	free(r);
}

int rdv_fd(const struct rdv *r)
{
	return r->io.ready.epoll;
}

const struct rendezvous *rdv_state(const struct rdv *r)
{
	return &r->rendezvous;
}

const struct tree_socket_counters *rdv_counters(const struct rdv *r)
{
	return &r->socket.counters;
}

uint64_t rdv_kernel_drops(const struct rdv *r)
{
	return datagrams_dropped(r->socket.fd);
}

union hostcast_address rdv_address(const struct rdv *r)
{
	return r->socket.local;
}
