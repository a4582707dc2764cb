#include "tree.h"

#include "net/address.h"
#include "run/tree/node.h"
#include "run/tree/tree_address.h"
#include "run/tree/tree_sender.h"

#include <stdlib.h>

struct tree {
	const struct options *options;
	struct notices *notices;
	struct error *error;
	union hostcast_address rendezvous;
	struct node *node; /* NULL: the handle only sends, */
	struct tree_sender *sender;
	bool is_heard_by_itself; /* what the handle sends is given to it, too */
	bool has_details;
	bool is_silence_told; /* of the rendezvous point */
};

/* ---- Opening ---- */

static int refuse_option(struct error *error, const char *what, const char *why)
{
	return error_set(error, HOSTCAST_INVALID, "a tree has no use for %s: %s", what, why);
}

/* What was set and cannot come true is refused, rather than forgotten. */
static int check_options(const struct options *o, unsigned mode, struct error *error)
{
	bool is_node = mode & HOSTCAST_RECEIVE;

	if (o->interface_count > 0)
		return refuse_option(error, "an interface",
				     "its datagrams go from host to host by unicast, where the "
				     "routing table says");
	if (o->ttl >= 0)
		return refuse_option(error, "a TTL",
				     "its datagrams go from host to host by unicast, and reach all "
				     "of its nodes");
	if (o->dscp != 0)
		return refuse_option(error, "a DSCP", "its nodes do not pass it on");
	if (o->blocked_count > 0)
		return refuse_option(error, "blocked sources",
				     "it does not tell who sent a message");
	if (o->send_buffer > 0)
		return refuse_option(error, "a send buffer",
				     "what cannot go at once waits in the node");
	if (!is_node && o->source.any.sa_family != AF_UNSPEC)
		return refuse_option(error, "a source address",
				     "who only sends is no node, and listens nowhere");
	if (!is_node && o->receive_buffer > 0)
		return refuse_option(error, "a receive buffer", "who only sends receives nothing");
	if (!is_node && !o->loop)
		return refuse_option(error, "an end of the loop on this host",
				     "all of its nodes get everything");
	return 0;
}

static bool is_of_family(const union hostcast_address *address, int family)
{
	return address->any.sa_family == AF_UNSPEC || address->any.sa_family == family;
}

static int check_listen(const union hostcast_address *listen,
			const union hostcast_address *rendezvous, struct error *error)
{
	char text[HOSTCAST_TEXT_SIZE], rendezvous_text[HOSTCAST_TEXT_SIZE];

	if (!is_of_family(listen, rendezvous->any.sa_family))
		return error_set(error, HOSTCAST_INVALID,
				 "a node cannot listen at %s in the tree of %s: one tree has one "
				 "family of addresses",
				 hostcast_address_text(listen, text),
				 hostcast_address_text(rendezvous, rendezvous_text));
	if (listen->any.sa_family != AF_UNSPEC && address_is_link_local(listen))
		return error_set(error, HOSTCAST_INVALID,
				 "a node cannot listen at %s: it is link-local, and the addresses "
				 "of a tree must mean the same on every host",
				 hostcast_address_text(listen, text));
	return 0;
}

/* ---- What is told ---- */

static void tell(struct tree *tree, const struct event *event)
{
	union hostcast_address other = address_of_wire(&event->address);
	char text[HOSTCAST_TEXT_SIZE], rendezvous[HOSTCAST_TEXT_SIZE];

	hostcast_address_text(&other, text);
	hostcast_address_text(&tree->rendezvous, rendezvous);
	if (event->type == EVENT_RDV_SILENT)
		notices_add(tree->notices,
			    "the rendezvous point at %s does not answer: is it running there, and "
			    "does it serve this host (its --allow)? It is asked again",
			    rendezvous);
	else
		notices_add(tree->notices, "tree of %s: this node %s%s%s", rendezvous,
			    event_text(event->type), other.any.sa_family == AF_UNSPEC ? "" : " ",
			    other.any.sa_family == AF_UNSPEC ? "" : text);
}

/* The rest is what those ask for who run a node for others. */
static void on_event(void *context, const struct event *event)
{
	struct tree *tree = context;

	switch (event->type) {
	case EVENT_RDV_SILENT:
		if (!tree->is_silence_told)
			tell(tree, event);
		tree->is_silence_told = true;
		break;
	case EVENT_ROOT_FOUND:
		tree->is_silence_told = false;
		break;
	case EVENT_ATTACHED:
	case EVENT_ROOT_GAINED:
		tree->is_silence_told = false;
		tell(tree, event);
		break;
	case EVENT_PARENT_LOST:
	case EVENT_ROOT_LOST:
		tell(tree, event);
		break;
	default:
		break;
	}
}

static void on_notice(void *context, const char *text)
{
	struct tree *tree = context;

	notices_add(tree->notices, "%s", text);
}

static int open_node(struct tree *tree)
{
	const struct options *o = tree->options;
	struct wire_network allowed[ALLOWED_MAX];
	const struct node_options options = {
		.rendezvous = tree->rendezvous,
		.listen = o->source,
		.data_port = NODE_NO_DATA_PORT,
		.children_most = CHILDREN_DEFAULT,
		.timers = TIMERS_DEFAULT,
		.allowed = allowed,
		.allowed_count = o->allowed_count,
		.receive_buffer = o->receive_buffer,
		.no_trains = !o->trains,
		.no_fragment = o->no_fragment,
	};
	const struct tree_hooks hooks = {.event = on_event, .notice = on_notice, .context = tree};
	char rendezvous[HOSTCAST_TEXT_SIZE], listen[HOSTCAST_TEXT_SIZE];
	union hostcast_address address;

	for (size_t i = 0; i < o->allowed_count; i++)
		allowed[i] = wire_of_network(&o->allowed[i]);
	tree->node = node_new(&options, &hooks, tree->error);
	if (!tree->node)
		return tree->error->code;
	address = node_address(tree->node);
	notices_add(tree->notices, "tree of %s: this node listens at %s",
		    hostcast_address_text(&tree->rendezvous, rendezvous),
		    hostcast_address_text(&address, listen));
	return 0;
}

static int open_sender(struct tree *tree)
{
	const struct tree_hooks hooks = {on_event, on_notice, tree};
	const struct tree_sender_options options = {
		.rendezvous = tree->rendezvous,
		.no_trains = !tree->options->trains,
		.no_fragment = tree->options->no_fragment,
	};

	tree->sender = tree_sender_new(&options, &hooks, tree->error);
	return tree->sender ? 0 : tree->error->code;
}

struct tree *tree_new(const union hostcast_address *rendezvous, unsigned mode,
		      const struct options *options, struct notices *notices, struct error *error)
{
	struct tree *tree;

	if (check_options(options, mode, error) < 0 ||
	    check_listen(&options->source, rendezvous, error) < 0)
		return NULL;
	tree = calloc(1, sizeof *tree);
	if (!tree) {
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
		return NULL;
	}
	tree->options = options;
	tree->notices = notices;
	tree->error = error;
	tree->rendezvous = *rendezvous;
	tree->is_heard_by_itself = options->loop;
	tree->has_details = options->details;
	if ((mode & HOSTCAST_RECEIVE ? open_node(tree) : open_sender(tree)) < 0) {
		free(tree);
		return NULL;
	}
	return tree;
}

void tree_free(struct tree *tree)
{
	if (tree->node)
		node_leave(tree->node);
	node_free(tree->node);
	tree_sender_free(tree->sender);
	free(tree);
}

int tree_fd(const struct tree *tree)
{
	return tree->node ? node_fd(tree->node) : tree_sender_fd(tree->sender);
}

/* ---- Payloads ---- */

/* A tree does not tell who sent a payload. */
static void describe(const struct tree *tree, struct hostcast_message *whole)
{
	whole->source = (union hostcast_address){0};
	whole->destination = tree->rendezvous;
	if (!tree->has_details)
		whole->time_ns = 0;
}

int tree_receive(struct tree *tree, struct arrival *arrivals, size_t most)
{
	int count, given = 0;

	if (!tree->node)
		return tree_sender_work(tree->sender, tree->error);
	count = node_work(tree->node, arrivals, most, tree->error);
	for (int i = 0; i < count; i++) {
		if (!tree->is_heard_by_itself && arrivals[i].whole.flags & HOSTCAST_OWN)
			continue;
		describe(tree, &arrivals[i].whole);
		arrivals[given++] = arrivals[i];
	}
	return count < 0 ? count : given;
}

/* A caller that only sends may not receive, so what has come is looked at here, too. A node's
 * deliveries have to stay until the next hostcast_receive(). */
static int send_only(struct tree *tree, const struct iovec *payloads, size_t count)
{
	struct error *error = tree->error;
	int taken = tree_sender_send(tree->sender, payloads, count, error);
	int status;

	if (taken != HOSTCAST_AGAIN)
		return taken;
	status = tree_sender_work(tree->sender, error);
	if (status < 0)
		return status;
	return tree_sender_send(tree->sender, payloads, count, error);
}

int tree_send(struct tree *tree, const struct iovec *payloads, size_t count)
{
	if (!tree->node)
		return send_only(tree, payloads, count);
	return node_send(tree->node, payloads, count, tree->error);
}

/* ---- What is counted ---- */

static const struct origin_counters *origin_of(const struct tree *tree)
{
	return tree->node ? &node_member(tree->node)->counters->origin
			  : tree_sender_counters(tree->sender);
}

static uint64_t dropped_by(const struct tree *tree)
{
	const struct member_counters *c;

	if (!tree->node)
		return tree_sender_ignored(tree->sender);
	c = node_member(tree->node)->counters;
	return c->data_stranger + c->data_candidate + c->data_former + c->data_unreturned +
	       c->not_allowed + c->malformed + c->unknown + c->unasked + c->origin.input_unknown;
}

/* Control messages that are sent again when they are due do not count. */
static uint64_t unsent_by(const struct tree *tree)
{
	const struct tree_socket_counters *c = tree->node
						       ? node_socket_counters(tree->node)
						       : tree_sender_socket_counters(tree->sender);

	return c->send_no_buffers + c->send_too_large + c->send_failed;
}

uint64_t tree_counter(const struct tree *tree, enum counter counter)
{
	const struct node *node = tree->node;

	switch (counter) {
	case COUNT_KERNEL_DROPS:
		return node ? node_counters(node)->kernel_drops : 0;
	case COUNT_REFUSED:
		return node ? node_socket_counters(node)->unreachable
			    : tree_sender_refused(tree->sender);
	case COUNT_TREE_HELD:
		return node ? node_held(node) : tree_sender_held(tree->sender);
	case COUNT_TREE_RETURNED:
		return origin_of(tree)->input_refused;
	case COUNT_TREE_LOST:
		return origin_of(tree)->input_lost +
		       (node ? node_counters(node)->input_overflow : 0);
	case COUNT_TREE_UNSENT:
		return unsent_by(tree);
	case COUNT_TREE_DROPPED:
		return dropped_by(tree);
	default:
		return 0;
	}
}
