#include "observer.h"

#include "base/cursor.h"
#include "capture/live.h"
#include "firewall_read.h"
#include "net/address.h"
#include "net/datagrams.h"
#include "net/group.h"
#include "net/socket.h"
#include "provoke.h"
#include "run/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
	FILTER_SIZE = 160,
	SNAP = 2048,         /* all of a packet on Ethernet, so that its checksum can be verified */
	FRAMES_A_TURN = 512, /* then others have their turn */
	BATCHES_A_TURN = 8,
	FRAMES_AT_END = 262144, /* that may have been waiting */
	BATCHES_AT_END = 4096,
	UDP_HEADER = 8,
	PROVOKE_PART = 3, /* of the time is over when this host is made to report */

	/* So long it waits for lists of the firewall's rules; with a peer, who waits too, not
	 * longer than that bears. */
	FIREWALL_S = 5,
	FIREWALL_WITH_PEER_S = 1,
};

/* What a socket has is soon seen on the wire, too: both are compared when the time is over. */
#define WIRE_DELAY_NS (10 * NS_PER_MS)

/* One interface. */
struct listening {
	struct observer *observer;
	unsigned interface;
	struct live *live; /* NULL: no capture */
	int socket;        /* -1: not joined */
	bool is_raw;       /* it gets IP packets (IPv4), or what is in them (IPv6) */
};

struct observer {
	const struct doctor_case *c;
	struct loop *loop;
	observer_done_fn *done;
	void *context;
	struct loop_timer end, provoke;
	struct monotime started;
	struct listening list[CASE_INTERFACES_MAX];
	size_t count;
	struct attachment *own;
	size_t own_count;
	struct datagrams *datagrams;
	struct kernel_counters counters_before;
	struct firewall firewall_before;
	struct observation observation;
};

static int family_of(const struct observer *v)
{
	return v->c->group.any.sa_family;
}

static struct seen_interface *seen_of(struct listening *one)
{
	struct observation *o = &one->observer->observation;

	return &o->interfaces[one - one->observer->list];
}

/* ---- The wire ---- */

/* What arrives for the group, its fragments too, and IGMP; or MLD, which stands behind a hop-by-hop
 * header. */
static void write_filter(const struct observer *v, char filter[FILTER_SIZE])
{
	char group[HOSTCAST_TEXT_SIZE];

	snprintf(filter, FILTER_SIZE,
		 family_of(v) == AF_INET ? "dst host %s or igmp"
					 : "dst host %s or (ip6 and ip6[6] == 0)",
		 address_plain_text(&v->c->group, group));
}

static void stop_capture(struct listening *one)
{
	struct seen_interface *seen = seen_of(one);

	if (!one->live)
		return;
	seen->wire_dropped = live_counters(one->live).dropped;
	loop_forget(one->observer->loop, live_fd(one->live));
	live_close(one->live);
	one->live = NULL;
}

/* True if there may be more. */
static bool take_frames(struct listening *one, size_t most, int64_t until_ns)
{
	struct packet packet;
	struct frame frame;
	struct error error;
	int status = 1;

	for (size_t i = 0; i < most && status > 0; i++) {
		status = live_next(one->live, &frame, &error);
		if (status <= 0 || frame.time_ns > until_ns)
			break;
		packet_decode(&frame, &packet);
		observation_take_frame(&one->observer->observation, &frame, &packet);
	}
	return status >= 0;
}

/* The interface may go away meanwhile. */
static void on_live(void *context, uint32_t events)
{
	struct listening *one = context;

	(void)events;
	if (!take_frames(one, FRAMES_A_TURN, INT64_MAX))
		stop_capture(one);
}

/* That it can't be done stands in the observation. */
static void start_capture(struct listening *one, struct seen_interface *seen)
{
	struct observer *v = one->observer;
	char filter[FILTER_SIZE];
	struct live_options options = {
		.filter = filter,
		.number = one->interface,
		.snap = SNAP,
		.delay_ns = WIRE_DELAY_NS,
	};
	struct error error;

	write_filter(v, filter);
	one->live = live_open(case_interface_name(v->c, one->interface), &options, &error);
	if (one->live &&
	    loop_watch(v->loop, live_fd(one->live), EPOLLIN, on_live, one, &error) < 0) {
		live_close(one->live);
		one->live = NULL;
	}
	seen->is_wire_seen = one->live != NULL;
	if (!one->live)
		snprintf(v->observation.no_wire_reason, sizeof v->observation.no_wire_reason, "%s",
			 error.text);
}

/* ---- The socket ---- */

static union hostcast_address group_on(const struct observer *v, unsigned interface)
{
	union hostcast_address group = v->c->group;

	if (address_needs_zone(&group))
		group.v6.sin6_scope_id = interface;
	return group;
}

static int prepare_socket(int fd, const union hostcast_address *group, struct error *error)
{
	int family = group->any.sa_family;
	int status = group_prepare_receiver(fd, family, error);

	if (status == 0)
		status = datagrams_want_details(fd, family, error);
	if (status == 0)
		status = socket_bind(fd, group, error);
	socket_set_buffer(fd, SO_RCVBUF, SOCKET_RECEIVE_BUFFER);
	return status;
}

static int open_datagram_socket(const union hostcast_address *group, struct error *error)
{
	int fd = socket_open(group->any.sa_family, SOCK_DGRAM, error), status;

	if (fd < 0)
		return fd;
	status = prepare_socket(fd, group, error);
	if (status == 0)
		return fd;
	close(fd);
	return status;
}

/* A program that shares its port with nobody is in the way of a second socket. One that is given
 * all UDP datagrams gets them too, and also behind the firewall. */
static int open_raw_socket(union hostcast_address group, struct error *error)
{
	int fd = socket(group.any.sa_family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
	int status;

	if (fd < 0)
		return error_system(error, HOSTCAST_REFUSED, errno, "cannot open a raw socket");
	address_set_port(&group, 0);
	status = prepare_socket(fd, &group, error);
	if (status == 0)
		return fd;
	close(fd);
	return status;
}

static int join(const struct observer *v, int fd, unsigned interface, struct error *error)
{
	const union hostcast_address *source = &v->c->source;
	const char *vrf = case_foreign_vrf(v->c, interface);
	int refusal;

	if (vrf)
		return error_set(error, HOSTCAST_REFUSED,
				 "%s belongs to the VRF %s, and what comes in there only programs "
				 "in it get: run 'ip vrf exec %s hostcast doctor'",
				 case_interface_name(v->c, interface), vrf, command_word(vrf).text);
	refusal = source->any.sa_family != AF_UNSPEC
			  ? group_join_source(fd, &v->c->group, source, interface)
			  : group_join(fd, &v->c->group, interface);
	if (refusal == 0)
		return 0;
	return error_system(error, HOSTCAST_REFUSED, refusal, "cannot join on %s",
			    case_interface_name(v->c, interface));
}

/* Makes of what a raw socket got the datagram that is in it. False: it is of another port. */
static bool unwrap(const struct observer *v, struct hostcast_message *message)
{
	struct reader packet = reader_of(message->data, message->size);
	size_t header = family_of(v) == AF_INET6 || message->size == 0
				? 0
				: 4 * (size_t)(*packet.at & 0x0f); /* RFC 791: the header's words */
	uint16_t port;

	reader_skip(&packet, header + 2);
	port = reader_be16(&packet);
	reader_skip(&packet, UDP_HEADER - 4);
	if (packet.failed || port != address_port(&v->c->group))
		return false;
	address_set_port(&message->destination, port);
	message->data = packet.at;
	message->size = reader_left(&packet);
	message->full_size -= header + UDP_HEADER;
	return true;
}

/* Over IPv6 what comes in on one interface goes to the sockets that have joined on others, too. */
static bool is_for(const struct listening *one, const struct hostcast_message *message)
{
	return family_of(one->observer) == AF_INET || message->interface_index == one->interface;
}

static void take_datagrams(struct listening *one, size_t most)
{
	struct observer *v = one->observer;
	union hostcast_address local = group_on(v, one->interface);
	struct arrival arrivals[HOSTCAST_BATCH];
	int count = HOSTCAST_BATCH;

	for (size_t i = 0; i < most && count == HOSTCAST_BATCH; i++) {
		count = datagrams_receive(v->datagrams, one->socket, &local, 0, arrivals,
					  HOSTCAST_BATCH);
		for (int a = 0; a < count; a++)
			if (is_for(one, &arrivals[a].whole) &&
			    (!one->is_raw || unwrap(v, &arrivals[a].whole)))
				observation_take_datagram(&v->observation, &arrivals[a].whole);
	}
}

static void on_socket(void *context, uint32_t events)
{
	(void)events;
	take_datagrams(context, BATCHES_A_TURN);
}

/* One for each interface: the memberships of a socket are limited, and one that is bound to a
 * link-local group belongs to one interface. */
static int open_socket(struct listening *one, struct error *error)
{
	struct observer *v = one->observer;
	union hostcast_address group = group_on(v, one->interface);
	struct error ignored;
	int fd = open_datagram_socket(&group, error), status;

	one->is_raw = fd == HOSTCAST_REFUSED;
	if (one->is_raw)
		fd = open_raw_socket(group, &ignored);
	if (fd < 0)
		return fd;
	status = join(v, fd, one->interface, error);
	if (status == 0)
		status = loop_watch(v->loop, fd, EPOLLIN, on_socket, one, error);
	if (status < 0) {
		close(fd);
		return status;
	}
	return fd;
}

static void start_socket(struct listening *one, struct seen_interface *seen)
{
	struct observation *o = &one->observer->observation;
	struct error error;

	if (one->observer->c->is_switch) {
		snprintf(o->no_socket_reason, sizeof o->no_socket_reason,
			 "this host only switches");
		return;
	}
	one->socket = open_socket(one, &error);
	seen->is_joined = one->socket >= 0;
	seen->joined_ns = seen->is_joined ? clock_realtime_ns() : 0;
	if (!seen->is_joined)
		snprintf(o->no_socket_reason, sizeof o->no_socket_reason, "%s", error.text);
	else if (!seen->was_joined) /* joining was news to the network */
		observation_report_provoked(o, one->interface, seen->joined_ns);
}

static void start_sockets(struct observer *v, bool are_aside)
{
	for (size_t i = 0; i < v->count; i++) {
		struct seen_interface *seen = seen_of(&v->list[i]);

		if (seen->is_aside == are_aside)
			start_socket(&v->list[i], seen);
	}
}

static void stop_socket(struct listening *one)
{
	if (one->socket < 0)
		return;
	one->observer->observation.socket_dropped += datagrams_dropped(one->socket);
	loop_forget(one->observer->loop, one->socket);
	close(one->socket);
	one->socket = -1;
}

/* ---- Time ---- */

static bool is_silent(const struct observation *o)
{
	for (size_t i = 0; i < o->source_count; i++)
		if (observation_is_expected(o, &o->sources[i]) &&
		    o->sources[i].on_wire + o->sources[i].at_socket > 0)
			return false;
	return true;
}

/* Where nobody expects the group it is joined only if it does not come where somebody does. Of the
 * fragments of both interfaces the kernel would make one datagram, of either: programs would miss
 * it, or the probes of a peer. */
static void join_aside(struct observer *v)
{
	if (!v->c->has_peer && is_silent(&v->observation))
		start_sockets(v, true);
}

static void on_provoke(void *context)
{
	struct observer *v = context;

	for (size_t i = 0; i < v->count; i++) {
		struct listening *one = &v->list[i];
		struct seen_interface *seen = seen_of(one);
		int status;

		if (!seen->is_joined || !seen->was_joined || !one->live)
			continue;
		status = provoke_report(&v->c->group, one->interface);
		seen->report_errno = -status;
		if (status == 0)
			observation_report_provoked(&v->observation, one->interface,
						    clock_realtime_ns());
	}
	join_aside(v);
}

/* What was on the wire in time has reached the socket, if it ever does: the wire is read first. */
static void read_rest(struct observer *v, int64_t now_ns)
{
	for (size_t i = 0; i < v->count; i++) {
		if (v->list[i].live)
			take_frames(&v->list[i], FRAMES_AT_END, now_ns);
		if (v->list[i].socket >= 0)
			take_datagrams(&v->list[i], BATCHES_AT_END);
	}
}

static void read_firewall(const struct observer *v, struct firewall *firewall)
{
	firewall_read(firewall, v->c->has_peer ? FIREWALL_WITH_PEER_S : FIREWALL_S);
}

static void read_counters(struct observer *v)
{
	struct observation *o = &v->observation;
	struct kernel_counters after;

	kernel_counters_read(family_of(v), &after);
	o->counters = kernel_counters_growth(&v->counters_before, &after);
	read_firewall(v, &o->firewall);
	firewall_since(&o->firewall, &v->firewall_before);
}

static bool is_any_wire_seen(const struct observation *o)
{
	for (size_t i = 0; i < o->interface_count; i++)
		if (o->interfaces[i].is_wire_seen)
			return true;
	return false;
}

static bool is_any_joined(const struct observation *o)
{
	for (size_t i = 0; i < o->interface_count; i++)
		if (o->interfaces[i].is_joined && !o->interfaces[i].is_aside)
			return true;
	return false;
}

void observer_finish(struct observer *v)
{
	struct observation *o = &v->observation;
	int64_t now_ns = clock_realtime_ns();

	if (o->is_finished)
		return;
	loop_stop_timer(v->loop, &v->end);
	loop_stop_timer(v->loop, &v->provoke);
	read_rest(v, now_ns);
	for (size_t i = 0; i < v->count; i++) {
		stop_capture(&v->list[i]);
		stop_socket(&v->list[i]);
	}
	read_counters(v);
	o->lasted_ns = monotime_diff_ns(loop_clock(v->loop), v->started);
	if (is_any_wire_seen(o))
		o->no_wire_reason[0] = '\0';
	if (is_any_joined(o))
		o->no_socket_reason[0] = '\0';
	observation_finish(o, now_ns);
}

static void on_end(void *context)
{
	struct observer *v = context;

	observer_finish(v);
	v->done(v->context);
}

/* ---- Opening ---- */

/* All of what is looked at before anything is changed, by joining or provoking. */
static void look_before(struct observer *v)
{
	kernel_counters_read(family_of(v), &v->counters_before);
	read_firewall(v, &v->firewall_before);
	for (size_t i = 0; i < v->count; i++) {
		struct seen_interface *seen = seen_of(&v->list[i]);

		seen->was_joined = case_is_joined(v->c, seen->interface);
		seen->is_aside = !case_is_expected(v->c, seen->interface);
		seen->bridge_errno =
			-bridge_view_read(seen->interface, &v->c->group, &seen->bridge);
	}
}

static void listen_on(struct observer *v, unsigned interface)
{
	const struct link *link = link_by_index(&v->c->links, interface);
	struct seen_interface *seen = observation_add_interface(&v->observation, interface);

	if (!seen)
		return;
	seen->has_mac = link && link->has_mac;
	if (seen->has_mac)
		memcpy(seen->mac, link->mac, MAC_SIZE);
	v->list[v->count++] =
		(struct listening){.observer = v, .interface = interface, .socket = -1};
}

/* By the loopback interface all that is sent arrives, also with TTL 0: there it would reach the
 * programs that have joined, and be taken for somebody's. */
static void try_sending(struct observer *v)
{
	unsigned by = v->c->chosen_count > 0 ? v->c->chosen[0] : 0;
	const struct interface *interface = interface_by_index(&v->c->interfaces, by);

	if (!interface || interface->is_loopback || v->c->is_switch)
		return;
	v->observation.send_errno = -provoke_send(&v->c->group, by);
	if (v->observation.send_errno == EAFNOSUPPORT)
		v->observation.send_errno = -1;
}

static void start(struct observer *v, int64_t wait_ns)
{
	for (size_t i = 0; i < v->c->listened_count; i++)
		listen_on(v, v->c->listened[i]);
	look_before(v);
	for (size_t i = 0; i < v->count; i++)
		start_capture(&v->list[i], seen_of(&v->list[i]));
	start_sockets(v, false);
	try_sending(v);
	v->started = loop_clock(v->loop);
	loop_set_timer(v->loop, &v->provoke, monotime_add(v->started, wait_ns / PROVOKE_PART));
	loop_set_timer(v->loop, &v->end, monotime_add(v->started, wait_ns));
}

struct observer *observer_open(const struct doctor_case *c, struct loop *loop, int64_t wait_ns,
			       observer_done_fn *done, void *context, struct error *error)
{
	struct observer *v = calloc(1, sizeof *v);

	if (!v) {
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
		return NULL;
	}
	v->c = c;
	v->loop = loop;
	v->done = done;
	v->context = context;
	v->end = (struct loop_timer){.function = on_end, .context = v};
	v->provoke = (struct loop_timer){.function = on_provoke, .context = v};
	v->datagrams = datagrams_new(SNAP);
	if (!v->datagrams)
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	if (!v->datagrams || attachments_read(&v->own, &v->own_count, error) < 0) {
		observer_close(v);
		return NULL;
	}
	observation_begin(&v->observation, &c->group, &c->source, v->own, v->own_count);
	start(v, wait_ns);
	return v;
}

void observer_close(struct observer *v)
{
	if (!v)
		return;
	loop_stop_timer(v->loop, &v->end);
	loop_stop_timer(v->loop, &v->provoke);
	for (size_t i = 0; i < v->count; i++) {
		stop_capture(&v->list[i]);
		stop_socket(&v->list[i]);
	}
	firewall_done(&v->firewall_before);
	observation_done(&v->observation);
	datagrams_free(v->datagrams);
	free(v->own);
	free(v);
}

const struct observation *observer_observation(const struct observer *v)
{
	return &v->observation;
}
