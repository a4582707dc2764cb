/* hostcast status: the state of a running rendezvous point or node (T-16), and of its whole tree.
 */
#include "cli/json.h"
#include "cli/session.h"
#include "cli/verbs.h"
#include "cli/write_file.h"
#include "state_show.h"
#include "tree_show.h"

#include "net/address.h"
#include "net/target.h"
#include "run/tree/tree_address.h"

#include <string.h>

struct status_options {
	struct common_options common;
	bool tree, dot;
	const char *svg; /* NULL: none */
};

struct status {
	struct session session;
	const struct status_options *options;
	union hostcast_address asked;
	struct question question;    /* to whom the user names */
	struct wire_address seen_as; /* what a node that he names is called by others */
	bool is_answered, is_node;
	struct survey survey; /* empty without --tree */
};

/* ---- The tree ---- */

static void on_found(void *context, size_t index, const struct report *report)
{
	struct status *s = context;

	if (!s->options->common.json)
		return;
	tree_show_json(&s->session.out, &s->survey, index, report);
	session_result(&s->session);
}

static void tell_no_memory(struct status *s)
{
	struct error error;

	error_set(&error, HOSTCAST_NO_MEMORY, "out of memory");
	session_fail(&s->session, &error);
}

static void write_picture(struct status *s)
{
	struct text picture = {0};
	struct error error;

	if (!tree_show(&picture, &s->survey, TREE_SVG))
		tell_no_memory(s);
	else if (write_file(s->options->svg, &picture, &error) < 0)
		session_fail(&s->session, &error);
	text_done(&picture);
}

/* A node that the tree does not have is asked in vain for what its tree gets. */
static void tell_absence(struct status *s)
{
	struct wire_address asked = wire_of_address(&s->asked);
	char text[HOSTCAST_TEXT_SIZE];

	if (!s->is_node || survey_find(&s->survey, &asked) != SURVEY_TOP ||
	    survey_find(&s->survey, &s->seen_as) != SURVEY_TOP)
		return;
	session_notice(&s->session, "%s is not in this tree: no node names it as its child",
		       hostcast_address_text(&s->asked, text));
}

static void tell_dead_root(struct status *s)
{
	if (s->is_node || s->survey.nodes[0].state != SURVEY_SILENT)
		return;
	session_notice(&s->session,
		       "the root that the rendezvous point has recorded does not answer; "
		       "it is forgotten after --hold. A node knows its part of the tree: "
		       "hostcast status --tree NODE");
}

static void show_tree(struct status *s)
{
	enum tree_form form = s->options->dot ? TREE_DOT : TREE_TEXT;

	if (!s->options->common.json && !tree_show(&s->session.out, &s->survey, form))
		tell_no_memory(s);
	session_result(&s->session);
	if (s->options->svg)
		write_picture(s);
	if (s->survey.cut_off > 0)
		session_notice(&s->session,
			       "%zu children were left out: the tree is deeper than one can be, "
			       "larger than %d nodes, or memory is short",
			       s->survey.cut_off, SURVEY_NODES_MAX);
	tell_absence(s);
	tell_dead_root(s);
}

static void on_survey_ended(void *context)
{
	struct status *s = context;
	struct tree_totals totals = tree_totals(&s->survey);

	show_tree(s);
	session_end(&s->session,
		    totals.silent > 0 || s->survey.cut_off > 0 ? EXIT_PARTIAL : EXIT_DONE);
}

static void survey_from(struct status *s, const struct wire_address *root)
{
	if (!survey_begin(&s->survey, root))
		tell_no_memory(s);
}

/* ---- The one that was asked ---- */

static void show_state(struct status *s, const struct report *report)
{
	struct text *out = &s->session.out;
	char text[HOSTCAST_TEXT_SIZE];

	hostcast_address_text(&s->asked, text);
	if (s->options->common.json) {
		json_begin_event(out, report->role == REPORT_NODE ? "node" : "rdv");
		json_string(out, "address", text);
		state_add_json(out, report);
		json_end_event(out);
	} else {
		state_show(out, text, report, s->options->common.verbose);
	}
	session_result(&s->session);
	session_end(&s->session, EXIT_DONE);
}

/* Where the tree begins, as the rendezvous point or a node of it knows. */
static void find_root(struct status *s, const struct report *report)
{
	struct wire_address self = wire_of_address(&s->asked);
	char text[HOSTCAST_TEXT_SIZE];

	hostcast_address_text(&s->asked, text);
	if (report->path_length > 0) {
		survey_from(s, &report->path[report->path_length - 1]);
	} else if (report->role == REPORT_NODE) {
		if (strcmp(report->state, "root") != 0)
			session_notice(&s->session,
				       "%s has no parent now (%s): what follows is the part of the "
				       "tree below it",
				       text, report->state);
		survey_from(s, &self);
	} else if (wire_address_is_none(&report->root)) {
		session_error(
			&s->session,
			"the rendezvous point %s knows no root: no node has registered there, "
			"or the last one was not heard for long",
			text);
		session_end(&s->session, EXIT_NOTHING);
	} else {
		survey_from(s, &report->root);
	}
}

static void on_answer(struct question *q)
{
	struct status *s = q->context;

	if (q->problem) {
		session_error(&s->session, "%s", q->error.text);
		session_end(&s->session, EXIT_NOTHING);
		return;
	}
	s->is_answered = true;
	s->is_node = q->report.role == REPORT_NODE;
	s->seen_as = q->report.seen_as;
	if (s->options->tree)
		find_root(s, &q->report);
	else
		show_state(s, &q->report);
}

/* ---- The end ---- */

static void end_early(struct status *s, int status)
{
	question_drop(&s->question);
	if (s->survey.count > 0) {
		survey_stop(&s->survey);
		show_tree(s);
	}
	session_end(&s->session, status);
}

static void on_stop(void *context)
{
	end_early(context, EXIT_CUT_SHORT);
}

static void on_deadline(void *context)
{
	struct status *s = context;
	char text[HOSTCAST_TEXT_SIZE];

	if (!s->is_answered)
		session_error(&s->session, "%s has not answered before the deadline",
			      hostcast_address_text(&s->asked, text));
	end_early(s, s->is_answered ? EXIT_PARTIAL : EXIT_NOTHING);
}

static void summary_json(struct status *s)
{
	struct text *out = &s->session.out;

	json_begin_event(out, "summary");
	json_address(out, "asked", &s->asked);
	if (s->survey.count > 0)
		tree_totals_add_json(out, &s->survey);
	else
		json_integer(out, "answered", s->is_answered);
	json_end_event(out);
}

/* A state speaks for itself; a tree has totals. */
static void summary_text(struct status *s)
{
	struct tree_totals totals = tree_totals(&s->survey);
	struct text line = {0};

	if (s->survey.count == 0)
		return;
	text_addf(&line, "%zu of %zu nodes answered, depth %zu", totals.answered, totals.nodes,
		  totals.depth);
	if (totals.repeated > 0)
		text_addf(&line, ", %zu named twice", totals.repeated);
	session_summary_line(&s->session, text_string(&line));
	text_done(&line);
}

static void summary(void *context)
{
	struct status *s = context;

	if (s->options->common.json)
		summary_json(s);
	else
		summary_text(s);
}

/* ---- The beginning ---- */

static int parse_host(const char *text, int family, union hostcast_address *host,
		      struct error *error)
{
	struct target target;
	int code = target_parse(text, family, MCAST_PORT, &target, error);

	if (code < 0)
		return code;
	if (target.kind == TARGET_GROUP)
		return error_set(error, HOSTCAST_INVALID,
				 "'%s' is a group; a rendezvous point or node has an address of "
				 "its own",
				 text);
	if (address_is_link_local(&target.address)) /* T-1: who asks from one is not heard */
		return error_set(error, HOSTCAST_INVALID,
				 "'%s' is link-local, and trees are made of addresses that mean "
				 "the same everywhere",
				 text);
	*host = target.address;
	return 0;
}

static int take_host(struct status *s, const char *text)
{
	struct error error;
	int code;

	loop_release_signals(); /* a name is resolved, perhaps */
	code = parse_host(text, common_family(&s->options->common), &s->asked, &error);
	loop_hold_signals();
	return code < 0 ? session_fail(&s->session, &error) : EXIT_DONE;
}

static int start(struct status *s, const char *text)
{
	const struct common_options *common = &s->options->common;
	int64_t wait_ns = common->wait_ns == NOT_GIVEN ? RETRY_NS : common->wait_ns;
	int status = take_host(s, text);

	if (status != EXIT_DONE)
		return status;
	s->question = (struct question){
		.loop = s->session.loop, .wait_ns = wait_ns, .ended = on_answer, .context = s};
	s->survey = (struct survey){.loop = s->session.loop,
				    .wait_ns = wait_ns,
				    .found = on_found,
				    .ended = on_survey_ended,
				    .context = s};
	if (question_put(&s->question, &s->asked) < 0)
		return session_fail(&s->session, &s->question.error);
	return EXIT_DONE;
}

static int run(const char *command, const struct status_options *options, const char *text)
{
	static const struct session_events events = {
		.summary = summary,
		.stop = on_stop,
		.deadline = on_deadline,
	};
	struct status s = {.options = options};
	int status = session_begin(&s.session, command, &options->common, &events, &s);

	if (status != EXIT_DONE)
		return status;
	status = start(&s, text);
	if (status == EXIT_DONE)
		status = session_run(&s.session);
	question_drop(&s.question);
	survey_done(&s.survey);
	session_done(&s.session);
	return status;
}

int verb_status(int argc, char **argv)
{
	struct status_options o = {.common = COMMON_OPTIONS_DEFAULT};
	const struct option_row rows[] = {
		FLAG_ROW("tree", 0, &o.tree, "go through the tree from its root, and draw it"),
		FLAG_ROW("dot", 0, &o.dot, "the tree as Graphviz DOT"),
		TEXT_ROW("svg", 0, &o.svg, "FILE", "draw the tree into this file, too"),
		ROW_WAIT(&o.common.wait_ns, "for each answer, asking three times (default 1)"),
		ROW_DEADLINE(&o.common.deadline_ns),
		ROW_IPV4(&o.common.ipv4),
		ROW_IPV6(&o.common.ipv6),
		ROW_JSON(&o.common.json),
		ROW_QUIET(&o.common.quiet),
		FLAG_ROW("verbose", 'v', &o.common.verbose, "show counters that are 0, too"),
	};
	const struct command command = {
		.name = "hostcast status",
		.usage = "[OPTION]... ADDR[:PORT]",
		.about = "Ask a running rendezvous point or node how it is (port 10000 unless "
			 "named), or draw the\nwhole tree that it belongs to.",
		.examples =
			"  hostcast status 127.0.0.1            state, parent, children, counters\n"
			"  hostcast status --tree 127.0.0.1     the tree\n",
		.options = rows,
		.option_count = sizeof rows / sizeof rows[0],
	};
	int first = options_parse(&command, argc, argv);

	if (first < 0)
		return -first - 1;
	if (argc - first != 1)
		return options_usage_error(&command, "name one rendezvous point or node to ask");
	if (o.dot && o.common.json)
		return options_usage_error(&command, "--dot and --json do not go together");
	o.tree = o.tree || o.dot || o.svg;
	return run(command.name, &o, argv[first]);
}
