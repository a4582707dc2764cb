#include "local.h"

#include "net/address.h"
#include "net/memberships.h"

#include <stdlib.h>
#include <sys/epoll.h>

struct local {
	struct session *session;
	int family;
	local_changed_fn *function;
	void *context;
	struct membership_events *events; /* NULL: it is looked at */
	struct memberships known;         /* without those that are watch's alone, */
	struct memberships own;           /* which it has joined itself */
	struct loop_timer look;
};

static void fail_without_memory(struct session *session)
{
	struct error error;

	error_set(&error, HOSTCAST_NO_MEMORY, "out of memory");
	session_fail(session, &error);
}

/* ---- What is known ---- */

static void tell(struct local *local, bool is_join, const struct membership *membership)
{
	struct membership_event event = {is_join, membership->interface, membership->group};

	local->function(local->context, &event);
}

/* Those of `some` that are not in `others`. */
static void tell_missing(struct local *local, bool is_join, const struct memberships *some,
			 const struct memberships *others)
{
	for (size_t i = 0; i < some->count; i++) {
		const struct membership *membership = &some->list[i];

		if (!memberships_find(others, membership->interface, &membership->group))
			tell(local, is_join, membership);
	}
}

static bool is_own(const struct local *local, unsigned interface,
		   const union hostcast_address *group)
{
	return memberships_find(&local->own, interface, group) != NULL;
}

static bool is_of_others(void *context, const struct membership *membership)
{
	return membership->users > 1 || !is_own(context, membership->interface, &membership->group);
}

/* Reads what is joined, and tells how it differs from what was known. */
static void look(struct local *local)
{
	struct memberships before = local->known;
	struct error error;

	if (memberships_read(local->family, &local->known, &error) < 0) {
		memberships_done(&local->known);
		local->known = before;
		session_fail(local->session, &error);
		return;
	}
	memberships_keep(&local->known, is_of_others, local);
	tell_missing(local, false, &before, &local->known);
	tell_missing(local, true, &local->known, &before);
	memberships_done(&before);
}

static void on_look(void *context)
{
	struct local *local = context;
	struct loop *loop = local->session->loop;

	look(local);
	loop_set_timer(loop, &local->look, monotime_add(loop_now(loop), LOCAL_LOOK_NS));
}

/* ---- What the kernel tells ---- */

static bool is_of_family(const struct local *local, const union hostcast_address *group)
{
	return local->family == AF_UNSPEC || local->family == group->any.sa_family;
}

/* What is known already was told between the beginning and the first look. Of what watch has joined
 * itself the kernel tells nothing that is new. */
static void take(struct local *local, const struct membership_event *event)
{
	bool is_known = memberships_find(&local->known, event->interface, &event->group);

	if (event->is_join == is_known || !is_of_family(local, &event->group) ||
	    is_own(local, event->interface, &event->group))
		return;
	if (!event->is_join)
		memberships_remove(&local->known, event->interface, &event->group);
	else if (!memberships_insert(&local->known, event->interface, &event->group, USERS_UNKNOWN))
		fail_without_memory(local->session);
	local->function(local->context, event);
}

static void on_events(void *context, uint32_t events)
{
	struct local *local = context;
	struct membership_event event;
	bool were_lost = false;
	struct error error;
	int status;

	(void)events;
	while ((status = membership_events_next(local->events, &event, &error)) > 0 ||
	       status == HOSTCAST_AGAIN) {
		if (status > 0)
			take(local, &event);
		else
			were_lost = true;
	}
	if (were_lost) /* not before: until it is empty the queue loses more, and does not say so */
		look(local);
	if (status < 0)
		session_fail(local->session, &error);
}

/* ---- Beginning and ending ---- */

static void begin_to_look(struct local *local)
{
	struct loop *loop = local->session->loop;

	loop_set_timer(loop, &local->look, monotime_add(loop_now(loop), LOCAL_LOOK_NS));
}

struct local *local_new(struct session *session, int family, local_changed_fn *function,
			void *context)
{
	struct local *local = calloc(1, sizeof *local);
	struct error error, reason;

	if (!local) {
		fail_without_memory(session);
		return NULL;
	}
	*local = (struct local){
		.session = session,
		.family = family,
		.function = function,
		.context = context,
		.look = {.function = on_look, .context = local},
	};
	/* First of all: what is joined while it is read is told. */
	local->events = membership_events_open(&reason);
	if (memberships_read(family, &local->known, &error) < 0 ||
	    (local->events && loop_watch(session->loop, membership_events_fd(local->events),
					 EPOLLIN, on_events, local, &error) < 0)) {
		session_fail(session, &error);
		local_free(local);
		return NULL;
	}
	if (!local->events) {
		session_notice(session,
			       "%s; what this host joins and leaves is looked at once a second "
			       "instead, and what comes and goes in between is not seen",
			       reason.text);
		begin_to_look(local);
	}
	return local;
}

static long users_of(const struct memberships *memberships, const struct membership *membership)
{
	const struct membership *same =
		memberships_find(memberships, membership->interface, &membership->group);

	return same ? same->users : 0;
}

static bool add_own(struct local *local, const struct memberships *now)
{
	for (size_t i = 0; i < now->count; i++) {
		const struct membership *one = &now->list[i];

		if (one->users > users_of(&local->known, one) &&
		    !memberships_insert(&local->own, one->interface, &one->group, 1))
			return false;
	}
	return true;
}

void local_take_own(struct local *local)
{
	struct memberships now;
	struct error error;

	if (memberships_read(local->family, &now, &error) < 0)
		session_fail(local->session, &error);
	else if (!add_own(local, &now))
		fail_without_memory(local->session);
	else if (local->own.count > 0)
		begin_to_look(local);
	memberships_done(&now);
}

void local_free(struct local *local)
{
	if (!local)
		return;
	if (local->events)
		loop_forget(local->session->loop, membership_events_fd(local->events));
	loop_stop_timer(local->session->loop, &local->look);
	membership_events_close(local->events);
	memberships_done(&local->known);
	memberships_done(&local->own);
	free(local);
}

const struct memberships *local_memberships(const struct local *local)
{
	return &local->known;
}

bool local_is_told(const struct local *local)
{
	return local->events;
}
