#include "doctor_listen.h"

#include "cli/allowed.h"
#include "cli/common_interfaces.h"
#include "cli/json.h"
#include "cli/show.h"
#include "doctor/peer_server.h"
#include "doctor_peer.h"
#include "net/address.h"

#include <string.h>

struct listening {
	struct session session;
	const struct common_options *common;
	const struct listen_options *options;
	struct allowed allowed;
	struct peer_server_options server_options;
	struct peer_server *server;
	uint64_t sessions, refusals;
};

/* ---- What is told ---- */

static void begin_line(struct text *out, const struct peer_session_view *view)
{
	char asker[HOSTCAST_TEXT_SIZE], group[HOSTCAST_TEXT_SIZE], source[HOSTCAST_TEXT_SIZE];

	text_addf(out, "%s: ", hostcast_address_text(view->asker, asker));
	if (view->only_from)
		text_addf(out, "%s@", address_ip_text(view->only_from, source));
	text_addf(out, "%s ", hostcast_address_text(view->group, group));
}

static void begin_event(struct text *out, const char *name, const struct peer_session_view *view)
{
	json_begin_event(out, name);
	json_address(out, "asker", view->asker);
	json_address(out, "group", view->group);
	if (view->only_from)
		json_ip(out, "source", view->only_from);
	if (view->problem[0])
		json_string(out, "problem", view->problem);
}

/* It may name an interface, and that name may be anything. */
static void add_problem(struct text *out, const char *before, const struct peer_session_view *view)
{
	if (!view->problem[0])
		return;
	text_add_string(out, before);
	text_add_escaped(out, view->problem, strlen(view->problem));
}

static void tell(struct listening *l, const char *event, const struct peer_session_view *view,
		 const char *what)
{
	struct text *out = &l->session.out;

	if (l->common->json) {
		begin_event(out, event, view);
		json_end_event(out);
	} else {
		begin_line(out, view);
		text_add_string(out, what);
		add_problem(out, ": ", view);
		text_add_string(out, "\n");
	}
	session_result(&l->session);
}

static void begins(void *context, const struct peer_session_view *view)
{
	bool is_joined = !view->heard.join_error[0];

	tell(context, "session", view, is_joined ? "joined" : "could not be joined");
}

static void refused(void *context, const struct peer_session_view *view)
{
	struct listening *l = context;

	l->refusals++;
	tell(l, "refusal", view, "refused");
}

/* ---- The end of a session ---- */

static const char *name_of(enum peer_session_end how)
{
	static const char *const names[] = {
		[PEER_END_PARTED] = "done",
		[PEER_END_SILENT] = "silent",
		[PEER_END_TIME] = "time is over",
	};

	return names[how];
}

static void end_text(struct text *out, const struct peer_session_view *view,
		     enum peer_session_end how)
{
	const struct probe_count *counts = view->heard.counts;

	begin_line(out, view);
	text_addf(
		out,
		"%s; arrived here: %u by unicast, %u to the group; sent: %u by unicast, %u to the "
		"group",
		name_of(how), counts[PROBE_UNICAST].arrived, counts[PROBE_GROUP].arrived,
		view->sent[PROBE_UNICAST], view->sent[PROBE_GROUP]);
	add_problem(out, "; ", view);
	text_add_string(out, "\n");
}

static void end_json(struct text *out, const struct peer_session_view *view,
		     enum peer_session_end how)
{
	begin_event(out, "session_end", view);
	json_string(out, "how", name_of(how));
	json_begin_member_object(out, "heard");
	doctor_way_json(out, &view->heard);
	json_end_object(out);
	json_begin_member_object(out, "sent");
	for (unsigned i = 0; i < PROBE_KINDS; i++)
		json_integer(out, probe_kind_name((enum probe_kind)i), view->sent[i]);
	json_end_object(out);
	json_end_event(out);
}

static void ends(void *context, const struct peer_session_view *view, enum peer_session_end how)
{
	struct listening *l = context;

	(l->common->json ? end_json : end_text)(&l->session.out, view, how);
	session_result(&l->session);
	l->sessions++;
	if (l->common->count != NOT_GIVEN && l->sessions >= (uint64_t)l->common->count)
		session_end(&l->session, EXIT_DONE);
}

/* ---- The summary ---- */

static void summary_json(struct listening *l)
{
	const struct peer_counters *counters = peer_server_counters(l->server);
	struct text *out = &l->session.out;

	json_begin_event(out, "summary");
	json_integer(out, "sessions", (int64_t)l->sessions);
	json_integer(out, "refusals", (int64_t)l->refusals);
#define COUNTER_JSON(name, text) json_integer(out, #name, (int64_t)counters->name);
	PEER_COUNTERS(COUNTER_JSON)
#undef COUNTER_JSON
	json_integer(out, "output_dropped", (int64_t)l->session.outlet.dropped);
	json_end_event(out);
}

static void summary_text(struct listening *l)
{
	const struct peer_counters *counters = peer_server_counters(l->server);
	struct text line = {0};

	show_quantity(&line, l->sessions, "session", "sessions");
	show_nonzero(&line, l->refusals, "refused");
#define COUNTER_TEXT(name, text) show_nonzero(&line, counters->name, text);
	PEER_COUNTERS(COUNTER_TEXT)
#undef COUNTER_TEXT
	show_nonzero(&line, l->session.outlet.dropped, "output_dropped");
	session_summary_line(&l->session, text_string(&line));
	text_done(&line);
}

static void summary(void *context)
{
	struct listening *l = context;

	if (!l->server) /* it has not begun */
		return;
	(l->common->json ? summary_json : summary_text)(l);
}

/* ---- The end ---- */

static void on_stop(void *context)
{
	struct listening *l = context;

	session_end(&l->session, common_is_endless(l->common) ? EXIT_DONE : EXIT_CUT_SHORT);
}

static void on_deadline(void *context)
{
	struct listening *l = context;

	session_end(&l->session, common_deadline_status(l->common, l->sessions > 0));
}

/* ---- The beginning ---- */

static void add_any(struct peer_server_options *options, int family, uint16_t port)
{
	union hostcast_address *address = &options->listen[options->listen_count++];

	address->any.sa_family = (sa_family_t)family;
	address_set_port(address, port);
}

static int choose_addresses(struct listening *l, struct error *error)
{
	struct peer_server_options *options = &l->server_options;
	uint16_t port = l->common->port == NOT_GIVEN ? DOCTOR_PORT : (uint16_t)l->common->port;
	int family = common_family(l->common);
	const char *text = l->options->listen;

	if (!text) {
		if (family != AF_INET6)
			add_any(options, AF_INET, port);
		if (family != AF_INET)
			add_any(options, AF_INET6, port);
		return 0;
	}
	options->listen_count = 1;
	if (address_parse_with_port(text, port, &options->listen[0]) &&
	    !address_is_multicast(&options->listen[0]))
		return 0;
	return error_set(error, HOSTCAST_INVALID,
			 "--listen '%.80s' must be an address of this host, ADDR[:PORT]", text);
}

static int choose_interfaces(struct listening *l, struct error *error)
{
	struct peer_server_options *options = &l->server_options;

	return common_interfaces(l->common, options->interfaces, &options->interface_count, error);
}

static void tell_addresses(struct listening *l)
{
	union hostcast_address addresses[PEER_LISTEN_MAX];
	size_t count = peer_server_addresses(l->server, addresses);
	char text[HOSTCAST_TEXT_SIZE];

	for (size_t i = 0; i < count; i++)
		session_notice(&l->session, "listening at %s",
			       hostcast_address_text(&addresses[i], text));
}

static void on_refused(void *context, const char *text)
{
	session_notice(context, "%s", text);
}

static bool is_allowed(void *context, const union hostcast_address *asker)
{
	struct listening *l = context;

	return allowed_has(&l->allowed, asker);
}

static int start(struct listening *l, const struct peer_server_hooks *hooks)
{
	struct error error;

	session_never_wait(&l->session);
	if (choose_addresses(l, &error) < 0 || choose_interfaces(l, &error) < 0 ||
	    allowed_init(&l->allowed, &l->options->allowed, &error) < 0)
		return session_fail(&l->session, &error);
	l->allowed.notice = on_refused;
	l->allowed.context = &l->session;
	l->server = peer_server_new(l->session.loop, &l->server_options, hooks, &error);
	if (!l->server)
		return session_fail(&l->session, &error);
	tell_addresses(l);
	return EXIT_DONE;
}

int doctor_listen(const char *command, const struct common_options *common,
		  const struct listen_options *options)
{
	static const struct session_events events = {
		.summary = summary, .stop = on_stop, .deadline = on_deadline};
	struct listening l = {.common = common, .options = options};
	const struct peer_server_hooks hooks = {
		.is_allowed = is_allowed,
		.begins = begins,
		.refused = refused,
		.ends = ends,
		.context = &l,
	};
	int status = session_begin(&l.session, command, common, &events, &l);

	if (status != EXIT_DONE)
		return status;
	if (start(&l, &hooks) == EXIT_DONE)
		session_run(&l.session);
	peer_server_free(l.server);
	allowed_done(&l.allowed);
	return session_done(&l.session);
}
