#include "examination.h"

#include "cli/common_interfaces.h"
#include "doctor/observer.h"
#include "doctor/peer_client.h"
#include "doctor_peer.h"
#include "doctor_show.h"
#include "net/address.h"
#include "net/target.h"

#include <string.h>

enum { DEFAULT_WAIT_S = 3 };

/* The rungs before this one need neither data nor another host: then doctor listens, and asks the
 * peer, and goes on up. */
enum { FIRST_RUNG_AFTER_LISTENING = 3 };

struct examination {
	struct session session;
	const struct doctor_options *options;
	struct doctor_case c;
	union hostcast_address peer; /* family 0: none */
	struct observer *observer;
	struct peer_client *client;
	bool is_observing, is_asking, has_listened;
	size_t next; /* rung */
	struct finding finding;
	struct verdict verdict;
	struct text lines; /* being made up */
	bool is_finished;
};

/* ---- The question ---- */

static int parse_group(struct examination *e, const char *text, struct case_question *question)
{
	const struct common_options *common = &e->options->common;
	uint16_t port = common->port == NOT_GIVEN ? 0 : (uint16_t)common->port;
	struct target target;
	struct error error;
	int status = target_parse_group(text, common_family(common), port, &target, &error);

	if (status == 0 && target.count > 1)
		status = error_set(&error, HOSTCAST_INVALID,
				   "'%s' is a range; doctor examines one group at a time", text);
	if (status < 0)
		return session_fail(&e->session, &error);
	question->group = target.address;
	question->source = target.source;
	question->is_port_given = common->port != NOT_GIVEN || target.is_port_given;
	return EXIT_DONE;
}

static int parse_peer(struct examination *e, const struct case_question *question)
{
	struct error error;

	if (!e->options->peer || doctor_parse_peer(e->options->peer, question->group.any.sa_family,
						   &e->peer, &error) == 0)
		return EXIT_DONE;
	return session_fail(&e->session, &error);
}

static int open_case(struct examination *e, const char *target)
{
	struct case_question question = {.is_sender = e->options->sender,
					 .has_peer = e->options->peer != NULL};
	unsigned interfaces[LIST_MAX];
	struct error error;
	int status = parse_group(e, target, &question);

	if (status == EXIT_DONE)
		status = parse_peer(e, &question);
	if (status != EXIT_DONE)
		return status;
	question.interfaces = interfaces;
	if (common_interfaces(&e->options->common, interfaces, &question.interface_count, &error) <
		    0 ||
	    case_open(&e->c, &question, &error) < 0)
		return session_fail(&e->session, &error);
	return EXIT_DONE;
}

/* ---- What is shown ---- */

static void show_case(struct examination *e)
{
	if (e->options->common.json)
		doctor_show_case_json(&e->session.out, &e->c);
	else if (!e->options->common.quiet)
		doctor_show_case(&e->lines, &e->c);
	show_safely(&e->session.out, &e->lines);
	session_result(&e->session);
}

static void show_rung(struct examination *e, const struct rung *rung)
{
	if (e->options->common.json)
		doctor_show_rung_json(&e->session.out, rung, &e->finding);
	else if (!e->options->common.quiet)
		doctor_show_rung(&e->lines, rung, &e->finding);
	show_safely(&e->session.out, &e->lines);
	session_result(&e->session);
}

static void show_peer(struct examination *e)
{
	if (e->options->common.json)
		doctor_peer_json(&e->session.out, e->c.peer);
	else if (!e->options->common.quiet)
		doctor_peer_text(&e->session.out, e->c.peer);
	session_result(&e->session);
}

static void show_summary(void *context)
{
	struct examination *e = context;

	if (!e->is_finished)
		return;
	if (e->options->common.json) {
		doctor_show_verdict_json(&e->session.out, &e->verdict, &e->c);
		return;
	}
	if (!e->options->common.quiet)
		text_add_string(&e->lines, "\n");
	doctor_show_verdict(&e->lines, &e->verdict, &e->c);
	if (!e->options->common.quiet)
		doctor_show_drops(&e->lines, &e->c);
	show_safely(&e->session.out, &e->lines);
}

/* ---- Listening ---- */

static void walk(struct examination *e);

/* Doctor has left the group then, also what it had joined to ask the peer; where that was cut short
 * it has not. */
static bool look_again(struct examination *e)
{
	struct error error;

	if (!e->observer || (e->client && e->verdict.is_cut_short) ||
	    case_look_again(&e->c, &error) == 0)
		return true;
	session_fail(&e->session, &error);
	return false;
}

static void go_on(struct examination *e)
{
	if (e->is_observing || e->is_asking)
		return;
	e->has_listened = true;
	if (e->observer)
		e->c.observation = observer_observation(e->observer);
	if (!look_again(e))
		return;
	if (e->client) {
		e->c.peer = peer_client_results(e->client);
		show_peer(e);
	}
	walk(e);
}

static void on_observed(void *context)
{
	struct examination *e = context;

	e->is_observing = false;
	go_on(e);
}

static void on_answered(void *context)
{
	struct examination *e = context;

	e->is_asking = false;
	go_on(e);
}

static int64_t wait_ns(const struct examination *e)
{
	int64_t wait = e->options->common.wait_ns;

	return wait == NOT_GIVEN ? DEFAULT_WAIT_S * NS_PER_S : wait;
}

static void say_that_it_listens(struct examination *e)
{
	struct text where = {0};

	for (size_t i = 0; i < e->c.listened_count; i++) {
		const char *name = case_interface_name(&e->c, e->c.listened[i]);

		text_add_string(&where, i > 0 ? ", " : "");
		text_add_escaped(&where, name, strlen(name));
	}
	session_flush(&e->session);
	session_notice(&e->session, "listening on %s for %g s (--wait)", text_string(&where),
		       (double)wait_ns(e) / (double)NS_PER_S);
	text_done(&where);
}

/* False: it could not be begun, which has been said. */
static bool observe(struct examination *e)
{
	struct error error;

	if (e->c.listened_count == 0)
		return true;
	say_that_it_listens(e);
	e->is_observing = true;
	e->observer = observer_open(&e->c, e->session.loop, wait_ns(e), on_observed, e, &error);
	if (!e->observer)
		session_fail(&e->session, &error);
	return e->observer != NULL;
}

static bool ask_peer(struct examination *e)
{
	const struct common_options *common = &e->options->common;
	struct peer_question question = {
		.peer = e->peer,
		.group = e->c.group,
		.is_source_specific = e->c.source.any.sa_family != AF_UNSPEC,
		.user_ttl = common->ttl == NOT_GIVEN ? 1 : (unsigned)common->ttl,
		.is_ttl_given = common->ttl != NOT_GIVEN,
		.send_by = e->c.are_chosen_by_user ? e->c.chosen[0] : 0,
	};
	struct error error;

	if (e->peer.any.sa_family == AF_UNSPEC)
		return true;
	for (size_t i = 0; i < e->c.chosen_count && i < PEER_INTERFACES_MAX; i++)
		question.interfaces[question.interface_count++] = e->c.chosen[i];
	e->is_asking = true;
	e->client = peer_client_open(e->session.loop, &question, on_answered, e, &error);
	if (!e->client)
		session_fail(&e->session, &error);
	return e->client != NULL;
}

/* ---- Up the ladder ---- */

static void finish(struct examination *e)
{
	int status = EXIT_DONE;

	e->is_finished = true;
	if (e->verdict.cause_count > 0)
		status = EXIT_FOUND;
	else if (e->verdict.is_cut_short)
		status = EXIT_CUT_SHORT;
	else if (verdict_kind(&e->verdict, &e->c) == VERDICT_NO_ANSWER)
		status = EXIT_PARTIAL;
	session_end(&e->session, status);
}

static const char *why_no_observation(const struct examination *e)
{
	return e->c.observation ? NULL : "not looked at: there is no interface to listen on";
}

static const char *why_no_peer(const struct examination *e)
{
	if (!e->c.has_peer)
		return "takes another host: 'hostcast doctor --listen' there, --peer HOST here";
	return e->c.peer ? NULL : "not looked at: the other host was not asked";
}

/* What keeps a rung from being looked at; NULL: nothing. */
static const char *why_not(const struct examination *e, enum rung_needs needs)
{
	switch (needs) {
	case NEEDS_OBSERVATION:
		return why_no_observation(e);
	case NEEDS_EITHER:
		return e->c.peer ? NULL : why_no_observation(e);
	case NEEDS_PEER:
		return why_no_peer(e);
	default:
		return NULL;
	}
}

/* False: doctor itself failed. */
static bool examine(struct examination *e, const struct rung *rung)
{
	const char *reason = why_not(e, rung->needs);
	struct error error;

	finding_clear(&e->finding);
	if (reason) {
		finding_raise(&e->finding, RUNG_UNKNOWN);
		text_add_string(&e->finding.saw, reason);
	} else if (rung->examine(&e->c, &e->finding, &error) < 0) {
		session_fail(&e->session, &error);
		return false;
	}
	verdict_add(&e->verdict, rung, &e->finding);
	show_rung(e, rung);
	return true;
}

/* True: it listens now, or could not, and the walk goes on, or ends, without the caller. */
static bool must_wait(struct examination *e)
{
	if (e->has_listened || rungs[e->next].number < FIRST_RUNG_AFTER_LISTENING)
		return false;
	if (!observe(e) || !ask_peer(e))
		return true;
	e->has_listened = !e->is_observing && !e->is_asking;
	return !e->has_listened;
}

static void walk(struct examination *e)
{
	for (; e->next < rung_count; e->next++) {
		if (must_wait(e) || !examine(e, &rungs[e->next]))
			return;
		if (e->verdict.cause_count > 0 && !e->options->all)
			break;
	}
	finish(e);
}

/* A signal, or the deadline, while it listens: what came so far has to do. */
static void stop(void *context)
{
	struct examination *e = context;

	e->verdict.is_cut_short = true;
	if (e->is_observing)
		observer_finish(e->observer);
	e->is_observing = false;
	e->is_asking = false;
	if (!e->has_listened)
		go_on(e);
}

static void close_examination(struct examination *e)
{
	case_done(&e->c);
	finding_done(&e->finding);
	verdict_done(&e->verdict);
	text_done(&e->lines);
}

int examine_group(const char *command, const struct doctor_options *options, const char *target)
{
	static const struct session_events events = {
		.summary = show_summary, .stop = stop, .deadline = stop};
	bool are_rungs_shown = !options->common.json && !options->common.quiet;
	struct examination e = {.options = options, .verdict.are_rungs_shown = are_rungs_shown};
	int status = session_begin(&e.session, command, &options->common, &events, &e);

	if (status != EXIT_DONE)
		return status;
	status = open_case(&e, target);
	if (status == EXIT_DONE) {
		show_case(&e);
		walk(&e);
		session_run(&e.session);
	}
	observer_close(e.observer);
	peer_client_close(e.client);
	status = session_done(&e.session);
	close_examination(&e);
	return status;
}
