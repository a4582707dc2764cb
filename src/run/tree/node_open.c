#include "net/address.h"
#include "node_inside.h"
#include "run/clock.h"
#include "tree_address.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

/* ---- The beginning and the end ---- */

static void unreachable(void *context, const struct wire_address *address)
{
	struct node *n = context;

	member_unreachable(&n->member, address);
}

static void notice(void *context, const char *text)
{
	const struct node *n = context;

	tree_hooks_notice(&n->hooks, text);
}

static int check_rendezvous(const struct node *n, const union hostcast_address *rendezvous,
			    struct error *error)
{
	struct wire_address wire = wire_of_address(rendezvous);
	char text[HOSTCAST_TEXT_SIZE];

	if (!own_has(&n->socket.own.own, &wire))
		return 0;
	return error_set(error, HOSTCAST_INVALID,
			 "the rendezvous point %s would be this node itself: give the node another "
			 "port or address to listen at (--listen)",
			 hostcast_address_text(rendezvous, text));
}

/* For ICMP errors. */
static int watch_lanes(struct node *n, struct error *error)
{
	const struct lanes *lanes = &n->socket.lanes;

	for (size_t i = 0; i < lanes->count; i++) {
		const struct lane *lane = &lanes->list[i];

		if (lane->fd == lanes->listener)
			continue;
		n->lane_sources[i] = tree_io_add(&n->io, lane->fd, error);
		if (n->lane_sources[i] < 0)
			return n->lane_sources[i];
	}
	return 0;
}

static int open_tree(struct node *n, const struct node_options *options,
		     const struct attachment *attachments, size_t count, struct error *error)
{
	union hostcast_address any = {.any.sa_family = options->rendezvous.any.sa_family};
	const struct tree_socket_options socket_options = {
		.listen = options->listen.any.sa_family == AF_UNSPEC ? &any : &options->listen,
		.attachments = attachments,
		.attachment_count = count,
		.receive_buffer = options->receive_buffer,
		.takes_payloads = true,
		.no_fragment = options->no_fragment,
		.no_trains = options->no_trains,
	};
	const struct tree_socket_hooks hooks = {unreachable, notice, n};
	int status = admitted_init(&n->admitted, options->allowed, options->allowed_count,
				   attachments, count, error);

	if (status == 0)
		status = tree_socket_open(&n->socket, &socket_options, &hooks, error);
	if (status == 0)
		status = check_rendezvous(n, &options->rendezvous, error);
	if (status == 0)
		status = n->tree_source = tree_io_add(&n->io, n->socket.fd, error);
	return status < 0 ? status : 0;
}

static void tell_no_data_port(const struct node *n, const struct error *error)
{
	char text[ERROR_TEXT_SIZE + 64];

	snprintf(text, sizeof text, "%s; until then this node has no data port", error->text);
	tree_hooks_notice(&n->hooks, text);
}

static int open_data_port(struct node *n, const struct node_options *options, struct error *error)
{
	int status;

	if (options->data_port == NODE_NO_DATA_PORT)
		return 0;
	if (options->data_port != 0 && options->data_port == address_port(&n->socket.local) &&
	    (address_is_any(&n->socket.local) || address_is_loopback(&n->socket.local)))
		return error_set(error, HOSTCAST_INVALID,
				 "the data port %d is the port that the node listens at; give it "
				 "another (--data-port)",
				 options->data_port);
	status = data_port_open(&n->data_port, (unsigned)options->data_port, error);
	if (status == HOSTCAST_REFUSED && options->is_data_port_optional) {
		tell_no_data_port(n, error);
		return 0;
	}
	for (size_t i = 0; status == 0 && i < DATA_SOCKETS; i++) {
		if (n->data_port.fds[i] < 0)
			continue;
		n->data_sources[i] = tree_io_add(&n->io, n->data_port.fds[i], error);
		status = n->data_sources[i] < 0 ? n->data_sources[i] : 0;
		if (!options->no_trains)
			datagrams_want_trains(n->data_port.fds[i]);
	}
	return status;
}

static int open_all(struct node *n, const struct node_options *options, struct error *error)
{
	struct attachment *attachments;
	size_t count;
	int status = attachments_read(&attachments, &count, error);

	if (status < 0)
		return status;
	status = open_tree(n, options, attachments, count, error);
	free(attachments);
	n->payload_max =
		options->rendezvous.any.sa_family == AF_INET6 ? PAYLOAD_MAX_6 : PAYLOAD_MAX_4;
	if (status == 0)
		status = open_data_port(n, options, error);
	if (status < 0)
		return status;
	n->datagrams = datagrams_new(DATAGRAM_MAX);
	n->counters = calloc(1, sizeof *n->counters);
	if (!n->datagrams || !n->counters)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	tree_socket_open_lanes(&n->socket, options->children_most);
	return watch_lanes(n, error);
}

static int begin(struct node *n, const struct node_options *options, struct error *error)
{
	uint64_t seed;

	n->config = (struct member_config){
		.rendezvous = wire_of_address(&options->rendezvous),
		.admission = admitted_admission(&n->admitted),
		.timers = options->timers,
		.children_most = options->children_most,
	};
	if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
		return error_system(error, HOSTCAST_SYSTEM, errno, "cannot get a random number");
	member_init(&n->member, &n->config, &n->socket.own.own, seed, n->sent, NODE_SENT_MAX,
		    &n->member_counters);
	member_begin(&n->member, clock_monotonic(), &n->output);
	node_carry_out(n);
	node_rest(n);
	return 0;
}

static struct node *node_empty(const struct tree_hooks *hooks, struct error *error)
{
	struct node *n = calloc(1, sizeof *n);

	if (!n) {
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
		return NULL;
	}
	n->hooks = *hooks;
	n->socket.fd = -1;
	for (size_t i = 0; i < DATA_SOCKETS; i++)
		n->data_port.fds[i] = n->data_sources[i] = -1;
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		n->lane_sources[i] = -1;
	if (tree_io_open(&n->io, error) < 0) {
		free(n);
		return NULL;
	}
	return n;
}

struct node *node_new(const struct node_options *options, const struct tree_hooks *hooks,
		      struct error *error)
{
	struct node *n = node_empty(hooks, error);

	if (!n)
		return NULL;
	if (open_all(n, options, error) < 0 || begin(n, options, error) < 0) {
		node_free(n);
		return NULL;
	}
	return n;
}

void node_free(struct node *n)
{
	if (!n)
		return;
	tree_io_close(&n->io);
	tree_socket_close(&n->socket);
	data_port_close(&n->data_port);
	admitted_done(&n->admitted);
	held_clear(&n->held);
	held_clear(&n->passed);
	held_clear(&n->delivered);
	datagrams_free(n->datagrams);
	free(n->counters);
	free(n);
}

/* ---- What there is to see ---- */

int node_fd(const struct node *n)
{
	return n->io.ready.epoll;
}

size_t node_held(const struct node *n)
{
	return n->held.count;
}

bool node_has_room(const struct node *n)
{
	return n->held.count < HELD_MAX && n->held.bytes + node_payload_max(n) <= HELD_BYTES;
}

size_t node_payload_max(const struct node *n)
{
	return n->payload_max;
}

const struct member *node_member(const struct node *n)
{
	return &n->member;
}

const struct node_counters *node_counters(const struct node *n)
{
	n->counters->kernel_drops = datagrams_dropped(n->socket.fd);
	for (size_t i = 0; i < DATA_SOCKETS; i++)
		if (n->data_port.fds[i] >= 0)
			n->counters->kernel_drops += datagrams_dropped(n->data_port.fds[i]);
	return n->counters;
}

const struct tree_socket_counters *node_socket_counters(const struct node *n)
{
	return &n->socket.counters;
}

const struct lane *node_lane(const struct node *n, const struct wire_address *child)
{
	return lanes_of(&n->socket.lanes, child);
}

union hostcast_address node_address(const struct node *n)
{
	return n->socket.local;
}

uint16_t node_data_port(const struct node *n)
{
	return data_port_number(&n->data_port);
}
