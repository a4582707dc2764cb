/* hostcast rdv: a rendezvous point of a tree. */
#include "addresses.h"
#include "cli/json.h"
#include "cli/session.h"
#include "cli/show.h"
#include "cli/tree_options.h"
#include "cli/verbs.h"
#include "events.h"
#include "run/clock.h"
#include "run/tree/rdv.h"

#include <inttypes.h>
#include <sys/epoll.h>

struct rdv_verb_options {
	struct common_options common;
	const char *listen;
	struct text_list allowed;
	int64_t hold_ns;
	bool time;
};

struct rdv_verb {
	struct session session;
	const struct rdv_verb_options *options;
	struct rdv *rdv;
};

/* ---- The log ---- */

static void log_event(void *context, const struct event *event)
{
	struct rdv_verb *v = context;
	struct text *out = &v->session.out;

	if (v->options->common.json) {
		event_add_json(out, event);
	} else if (event->type == EVENT_REFRESHED && !v->options->common.verbose) {
		return;
	} else {
		if (v->options->time) {
			show_time(out, clock_realtime_ns());
			text_add_string(out, " ");
		}
		event_add_text(out, event);
		text_add_string(out, "\n");
	}
	session_result(&v->session);
}

static void tell(void *context, const char *text)
{
	struct rdv_verb *v = context;

	session_notice(&v->session, "%s", text);
}

/* ---- The summary ---- */

static void summary_json(struct rdv_verb *v)
{
	const struct rendezvous *state = rdv_state(v->rdv);
	struct text *out = &v->session.out;

	json_begin_event(out, "summary");
	add_wire_address(out, "root", &state->root);
#define ADD_COUNT(name) json_integer(out, #name, (int64_t)state->counters.name);
	RENDEZVOUS_COUNTERS(ADD_COUNT)
#undef ADD_COUNT
#define ADD_COUNT(name) json_integer(out, #name, (int64_t)rdv_counters(v->rdv)->name);
	TREE_SOCKET_COUNTERS(ADD_COUNT)
#undef ADD_COUNT
	json_integer(out, "kernel_drops", (int64_t)rdv_kernel_drops(v->rdv));
	json_integer(out, "output_dropped", (int64_t)v->session.outlet.dropped);
	json_end_event(out);
}

static void summary_text(struct rdv_verb *v)
{
	const struct rendezvous *state = rdv_state(v->rdv);
	struct text line = {0}, counts = {0};

#define ADD_COUNT(name) add_count_text(&counts, #name, state->counters.name);
	RENDEZVOUS_COUNTERS(ADD_COUNT)
#undef ADD_COUNT
#define ADD_COUNT(name) add_count_text(&counts, #name, rdv_counters(v->rdv)->name);
	TREE_SOCKET_COUNTERS(ADD_COUNT)
#undef ADD_COUNT
	add_count_text(&counts, "kernel_drops", rdv_kernel_drops(v->rdv));
	add_count_text(&counts, "output_dropped", v->session.outlet.dropped);
	text_add_string(&line, wire_address_is_none(&state->root) ? "no root" : "the root is ");
	if (!wire_address_is_none(&state->root))
		add_wire_text(&line, &state->root);
	text_addf(&line, "; %s", counts.size > 0 ? text_string(&counts) : "nothing received");
	session_summary_line(&v->session, text_string(&line));
	text_done(&line);
	text_done(&counts);
}

static void summary(void *context)
{
	struct rdv_verb *v = context;

	if (v->options->common.json)
		summary_json(v);
	else
		summary_text(v);
}

/* ---- Running ---- */

static void on_ready(void *context, uint32_t events)
{
	struct rdv_verb *v = context;
	struct error error;

	(void)events;
	if (rdv_work(v->rdv, &error) < 0)
		session_fail(&v->session, &error);
}

static int start(struct rdv_verb *v)
{
	const struct rdv_verb_options *o = v->options;
	const struct tree_hooks hooks = {log_event, tell, v};
	struct wire_network allowed[LIST_MAX];
	struct rdv_options options = {
		.hold_ns = o->hold_ns,
		.allowed = allowed,
		.allowed_count = o->allowed.count,
	};
	union hostcast_address address;
	struct error error;

	session_never_wait(&v->session);
	if (parse_listen(o->listen, common_family(&o->common), &options.listen, &error) < 0 ||
	    parse_allowed(&o->allowed, allowed, &error) < 0 ||
	    !(v->rdv = rdv_new(&options, &hooks, &error)) ||
	    loop_watch(v->session.loop, rdv_fd(v->rdv), EPOLLIN, on_ready, v, &error) < 0)
		return session_fail(&v->session, &error);
	address = rdv_address(v->rdv);
	tell_listening(&v->session, &address, 0);
	return v->session.status;
}

static int run(const char *command, const struct rdv_verb_options *options)
{
	static const struct session_events events = {.summary = summary};
	struct rdv_verb v = {.options = options};
	int status = session_begin(&v.session, command, &options->common, &events, &v);

	if (status != EXIT_DONE)
		return status;
	status = start(&v);
	if (status == EXIT_DONE)
		session_run(&v.session);
	rdv_free(v.rdv);
	return session_done(&v.session);
}

int verb_rdv(int argc, char **argv)
{
	struct rdv_verb_options o = {.common = COMMON_OPTIONS_DEFAULT, .hold_ns = HOLD_NS};
	const struct option_row rows[] = {
		ROW_LISTEN(&o.listen),
		ROW_ALLOW(&o.allowed),
		SECONDS_ROW("hold", 0, &o.hold_ns, "SECONDS",
			    "a root that was not heard for so long is forgotten (default 180)"),
		FLAG_ROW("time", 0, &o.time, "show when each line was written"),
		ROW_IPV4(&o.common.ipv4),
		ROW_IPV6(&o.common.ipv6),
		ROW_JSON(&o.common.json),
		ROW_QUIET(&o.common.quiet),
		FLAG_ROW("verbose", 'v', &o.common.verbose, "show each refresh of the root, too"),
	};
	const struct command command = {
		.name = "hostcast rdv",
		.usage = "[OPTION]...",
		.about = "Be the rendezvous point of a tree: know who its root is, and tell the "
			 "nodes. Logs who\nbecomes and who ceases to be the root.",
		.examples = "  hostcast rdv                        at every address, port 10000\n"
			    "  hostcast rdv --allow 10.0.0.0/8     for the nodes in that network\n"
			    "  hostcast node --rdv 192.0.2.1       a node, on another host\n",
		.options = rows,
		.option_count = sizeof rows / sizeof rows[0],
	};
	int first = options_parse(&command, argc, argv);

	if (first < 0)
		return -first - 1;
	if (first < argc)
		return options_usage_error(
			&command, "'%s' is no option (an address goes with --listen)", argv[first]);
	if (o.hold_ns < NS_PER_MS)
		return options_usage_error(&command, "--hold must be at least 0.001 seconds");
	return run(command.name, &o);
}
