#include "wire.h"

#include "capture/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum { FRAMES_A_TURN = 512, SNAP = 2048 };

struct wire_interface {
	struct wire *wire;
	unsigned index;
	char name[IF_NAMESIZE];
	struct live *live;       /* NULL: down */
	uint64_t dropped_before; /* when it was up earlier */
	bool is_behind;          /* there is more than was taken, */
	int64_t last_ns;         /* of which this was the last */
};

struct wire {
	struct session *session;
	wire_frame_fn *function;
	void *context;
	bool is_promiscuous;
	struct wire_interface list[WIRE_INTERFACES_MAX];
	size_t count;
};

/* ---- One interface ---- */

static void close_interface(struct wire_interface *interface)
{
	if (!interface->live)
		return;
	interface->dropped_before += live_counters(interface->live).dropped;
	loop_forget(interface->wire->session->loop, live_fd(interface->live));
	live_close(interface->live);
	interface->live = NULL;
}

static void on_ready(void *context, uint32_t events)
{
	struct wire_interface *interface = context;
	struct wire *wire = interface->wire;
	struct error error;
	struct frame frame;
	int status = 1;

	(void)events;
	for (int i = 0; i < FRAMES_A_TURN && !wire->session->is_ended; i++) {
		status = live_next(interface->live, &frame, &error);
		if (status <= 0)
			break;
		interface->last_ns = frame.time_ns;
		wire->function(wire->context, &frame);
	}
	interface->is_behind = status > 0;
	if (status < 0) {
		session_notice(wire->session, "%s", error.text);
		close_interface(interface);
	}
}

static int open_interface(struct wire_interface *interface, struct error *error)
{
	struct loop *loop = interface->wire->session->loop;
	const struct live_options options = {
		.filter = "ip multicast or ip6 multicast",
		.with_vlans = true,
		.number = interface->index,
		.snap = SNAP,
		.is_promiscuous = interface->wire->is_promiscuous,
	};

	interface->live = live_open(interface->name, &options, error);
	if (!interface->live)
		return error->code;
	if (loop_watch(loop, live_fd(interface->live), EPOLLIN, on_ready, interface, error) == 0)
		return 0;
	live_close(interface->live);
	interface->live = NULL;
	return error->code;
}

/* ---- All of them ---- */

static bool is_chosen(const struct wire_options *options, const struct interface *interface)
{
	if (options->chosen_count == 0)
		return interface->is_up && interface->can_multicast;
	return interface_is_listed(options->chosen, options->chosen_count, interface->index);
}

static void add(struct wire *wire, const struct interface *interface)
{
	struct wire_interface *added;

	if (wire->count == WIRE_INTERFACES_MAX) {
		session_notice(wire->session,
			       "'%s' is not watched: there are more than %d interfaces; choose "
			       "with -i",
			       interface->name, WIRE_INTERFACES_MAX);
		return;
	}
	added = &wire->list[wire->count++];
	*added = (struct wire_interface){.wire = wire, .index = interface->index};
	snprintf(added->name, sizeof added->name, "%s", interface->name);
}

/* Opens what can be, and keeps why the others cannot. Returns how many those are. */
static size_t try_all(struct wire *wire, struct error failures[static WIRE_INTERFACES_MAX])
{
	size_t failed = 0;

	for (size_t i = 0; i < wire->count; i++)
		failed += open_interface(&wire->list[i], &failures[failed]) < 0;
	return failed;
}

/* Those that are down wait until they are up. HOSTCAST_SYSTEM: there is no capturing at all. */
static int open_all(struct wire *wire, struct error *error)
{
	struct error failures[WIRE_INTERFACES_MAX];
	size_t failed = try_all(wire, failures);

	for (size_t i = 0; failed == wire->count && i < failed; i++) {
		if (failures[i].code == HOSTCAST_SYSTEM) {
			*error = failures[i];
			return error->code;
		}
	}
	for (size_t i = 0; i < failed; i++)
		session_notice(wire->session, "%s", failures[i].text);
	return 0;
}

struct wire *wire_new(struct session *session, const struct interfaces *interfaces,
		      const struct wire_options *options, wire_frame_fn *function, void *context,
		      struct error *error)
{
	struct wire *wire;

	if (live_is_permitted(error) < 0)
		return NULL;
	wire = calloc(1, sizeof *wire);
	if (!wire) {
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
		return NULL;
	}
	wire->session = session;
	wire->function = function;
	wire->context = context;
	wire->is_promiscuous = options->is_promiscuous;
	for (size_t i = 0; i < interfaces->count; i++)
		if (is_chosen(options, &interfaces->list[i]))
			add(wire, &interfaces->list[i]);
	if (open_all(wire, error) == 0)
		return wire;
	wire_free(wire);
	return NULL;
}

void wire_free(struct wire *wire)
{
	if (!wire)
		return;
	for (size_t i = 0; i < wire->count; i++)
		close_interface(&wire->list[i]);
	free(wire);
}

static int64_t heard_ns(const struct wire *wire, int64_t now_ns)
{
	int64_t heard_ns = now_ns - LIVE_LATE_NS;

	for (size_t i = 0; i < wire->count; i++) {
		const struct wire_interface *interface = &wire->list[i];

		if (interface->live && interface->is_behind && interface->last_ns < heard_ns)
			heard_ns = interface->last_ns;
	}
	return heard_ns;
}

int64_t wire_tick(struct wire *wire, int64_t now_ns)
{
	struct error error;

	for (size_t i = 0; i < wire->count; i++) {
		struct wire_interface *interface = &wire->list[i];

		if (interface->live)
			on_ready(interface, EPOLLIN); /* it may be gone without an event */
		else if (open_interface(interface, &error) == 0)
			session_notice(wire->session, "interface %s is up", interface->name);
	}
	return heard_ns(wire, now_ns);
}

void wire_describe(const struct wire *wire, struct text *out)
{
	for (size_t i = 0; i < wire->count; i++) {
		const struct wire_interface *interface = &wire->list[i];

		if (i > 0)
			text_add_string(out, ", ");
		text_add_escaped(out, interface->name, strlen(interface->name));
		if (!interface->live)
			text_add_string(out, " (down)");
	}
}

uint64_t wire_dropped(const struct wire *wire)
{
	uint64_t dropped = 0;

	for (size_t i = 0; i < wire->count; i++) {
		const struct wire_interface *interface = &wire->list[i];

		dropped += interface->dropped_before +
			   (interface->live ? live_counters(interface->live).dropped : 0);
	}
	return dropped;
}
