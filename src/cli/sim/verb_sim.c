/* hostcast sim: the tree protocol on a simulated network. */
#include "cli/json.h"
#include "cli/session.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "cli/write_file.h"
#include "sim/picture.h"
#include "sim/shrink.h"
#include "sim_show.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	SLICE = 20000, /* things done in one turn of the loop, so that signals are heard */
	LOG_MUCH = 64 * 1024,
	SIZE_MOST = PAYLOAD_MAX_4,
	PAIRS_MOST = 1000000000, /* payloads times members: a byte each */
};

struct sim_options {
	struct common_options common;
	struct scenario scenario;
	int64_t seed;
	const char *network, *seeds, *churn, *log, *svg;
	struct text_list faults;
	bool mix, shrink, verbose;
	uint64_t first_seed, last_seed;
	double churn_rate;
};

struct sim_run {
	struct session session;
	const struct sim_options *options;
	uint64_t seed; /* of the run now */
	uint64_t runs; /* that are over */
	struct scenario scenario;
	struct simulation *sim;
	struct loop_timer turn;
	int log_fd; /* -1: none */
	struct text log;
	bool has_log_failed, has_failed;
};

/* ---- The journal ---- */

static void write_log(struct sim_run *r)
{
	for (size_t done = 0; done < r->log.size && !r->has_log_failed;) {
		ssize_t written = write(r->log_fd, r->log.bytes + done, r->log.size - done);

		if (written > 0)
			done += (size_t)written;
		else if (errno != EINTR)
			r->has_log_failed = true;
	}
	if (r->has_log_failed)
		session_error(&r->session, "cannot write %s: %s", r->options->log, strerror(errno));
	text_clear(&r->log);
}

static void on_entry(void *context, const struct journal_entry *entry)
{
	struct sim_run *r = context;
	const struct journal *journal = &r->sim->world.journal;

	if (r->log_fd >= 0 && !r->has_log_failed) {
		journal_write_entry(journal, entry, &r->log);
		if (r->log.size > LOG_MUCH)
			write_log(r);
	}
	if (!r->options->verbose)
		return;
	if (r->options->common.json)
		sim_show_entry_json(&r->session.out, journal, entry);
	else
		journal_write_entry(journal, entry, &r->session.out);
	session_result(&r->session);
}

/* ---- Runs ---- */

static int no_memory(struct sim_run *r)
{
	session_error(&r->session, "not enough memory for %" PRId64 " members",
		      r->scenario.members);
	session_end(&r->session, EXIT_REFUSED);
	return EXIT_REFUSED;
}

/* What the options leave open is drawn by the seed. */
static int make_scenario(struct sim_run *r)
{
	const struct sim_options *o = r->options;
	struct scenario *s = &r->scenario;
	struct random random = scenario_random(r->seed, PURPOSE_FAULTS);
	struct error error;

	if (o->mix)
		return scenario_draw(s, r->seed) ? EXIT_DONE : no_memory(r);
	*s = o->scenario;
	s->seed = r->seed;
	for (size_t i = 0; i < o->faults.count; i++)
		if (faults_read(&s->faults, o->faults.list[i], (uint32_t)s->members, s->time_ns,
				&random, &error) < 0)
			return session_fail(&r->session, &error);
	if (!faults_draw_churn(&s->faults, (uint32_t)s->members, o->churn_rate, s->time_ns,
			       &random))
		return no_memory(r);
	return EXIT_DONE;
}

static int begin_run(struct sim_run *r)
{
	int status = make_scenario(r);

	if (status != EXIT_DONE)
		return status;
	r->sim = simulation_new(&r->scenario);
	if (!r->sim)
		return no_memory(r);
	if (r->log_fd >= 0 || r->options->verbose) {
		r->sim->world.journal.tell = on_entry;
		r->sim->world.journal.context = r;
	}
	return EXIT_DONE;
}

static void end_run(struct sim_run *r)
{
	simulation_free(r->sim);
	scenario_done(&r->scenario);
	r->sim = NULL;
	r->scenario = (struct scenario){0};
}

/* In a turn of the loop of its own: signals come in between. */
static void take_turn(struct sim_run *r)
{
	loop_set_timer(r->session.loop, &r->turn, monotime_add(loop_now(r->session.loop), 1));
}

static bool is_one_run(const struct sim_run *r)
{
	return !r->options->seeds;
}

/* ---- What is printed ---- */

static void show_failure(struct sim_run *r)
{
	if (r->options->common.json)
		sim_show_failure_json(&r->session.out, r->sim);
	else
		sim_show_failure(&r->session.out, r->sim);
	session_result(&r->session);
}

/* The failure again, of the smallest scenario that was found. */
static void shrink_failure(struct sim_run *r)
{
	uint64_t runs;

	session_notice(&r->session, "shrinking seed %" PRIu64 "...", r->seed);
	session_flush(&r->session);
	simulation_free(r->sim);
	r->sim = NULL;
	loop_release_signals(); /* it takes its time */
	runs = shrink(&r->scenario);
	loop_hold_signals();
	session_notice(&r->session, "shrunk in %" PRIu64 " runs", runs);
	r->sim = simulation_new(&r->scenario);
	if (!r->sim) {
		no_memory(r);
		return;
	}
	simulation_run_all(r->sim);
	show_failure(r);
}

static void show_picture(struct sim_run *r)
{
	struct text picture = {0};
	uint32_t *parents = malloc(r->sim->world.count * sizeof *parents);
	uint32_t root = parents ? report_parents(r->sim, parents) : NOBODY;
	struct error error;

	if (root == NOBODY)
		session_notice(&r->session, "%s is not written: there is no root", r->options->svg);
	else if (!picture_draw(&picture, r->sim->topology, parents, r->sim->world.count, root))
		no_memory(r);
	else if (write_file(r->options->svg, &picture, &error) < 0)
		session_fail(&r->session, &error);
	text_done(&picture);
	free(parents);
}

static void summary_of_one(struct sim_run *r)
{
	struct text *out = &r->session.out;
	struct report report;

	if (!r->sim)
		return;
	if (!report_make(r->sim, &report)) {
		no_memory(r);
		return;
	}
	if (!r->options->common.json) {
		sim_show_table(out, r->sim, &report);
		return;
	}
	json_begin_event(out, "summary");
	json_integer(out, "seed", (int64_t)r->seed);
	json_bool(out, "failed", r->has_failed);
	sim_show_json(out, r->sim, &report);
	json_end_event(out);
}

static void summary_of_many(struct sim_run *r)
{
	struct text *out = &r->session.out;

	if (!r->options->common.json) {
		show_quantity(out, r->runs, "run", "runs");
		text_addf(out, ", %d failed\n", r->has_failed);
		return;
	}
	json_begin_event(out, "summary");
	json_integer(out, "runs", (int64_t)r->runs);
	json_integer(out, "failed", r->has_failed);
	json_end_event(out);
}

/* How long it took, and how much memory: on standard error, so that one seed gives one output. */
static void show_costs(struct sim_run *r)
{
	struct rusage usage;
	struct text line = {0};

	if (getrusage(RUSAGE_SELF, &usage) < 0)
		return;
	text_addf(&line, "%.2f s of processor time, %.1f MiB of memory",
		  (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
			  (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
		  (double)usage.ru_maxrss / 1024);
	session_summary_line(&r->session, text_string(&line));
	text_done(&line);
}

static void summary(void *context)
{
	struct sim_run *r = context;

	if (is_one_run(r))
		summary_of_one(r);
	else
		summary_of_many(r);
	session_flush(&r->session);
	show_costs(r);
}

/* ---- Turns ---- */

static void take_failure(struct sim_run *r)
{
	r->has_failed = true;
	show_failure(r);
	if (r->options->shrink)
		shrink_failure(r);
	session_end(&r->session, EXIT_FOUND);
}

static void end_of_run(struct sim_run *r)
{
	r->runs++;
	if (r->sim->world.is_out_of_memory) {
		no_memory(r);
		return;
	}
	if (world_has_failed(&r->sim->world))
		take_failure(r);
	if (r->options->svg && r->sim)
		show_picture(r);
	if (r->has_failed)
		return;
	if (r->seed == r->options->last_seed) {
		session_end(&r->session, EXIT_DONE);
		return;
	}
	end_run(r);
	r->seed++;
	if (begin_run(r) == EXIT_DONE)
		take_turn(r);
}

static void on_turn(void *context)
{
	struct sim_run *r = context;

	if (simulation_run(r->sim, SLICE))
		take_turn(r);
	else
		end_of_run(r);
}

static void on_stop(void *context)
{
	struct sim_run *r = context;

	session_end(&r->session, EXIT_CUT_SHORT);
}

/* ---- The beginning ---- */

static int open_log(struct sim_run *r)
{
	r->log_fd = -1;
	if (!r->options->log)
		return EXIT_DONE;
	loop_release_signals(); /* a pipe waits for its reader */
	r->log_fd = open(r->options->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	loop_hold_signals();
	if (r->log_fd >= 0)
		return EXIT_DONE;
	session_error(&r->session, "cannot open %s for writing: %s", r->options->log,
		      strerror(errno));
	return EXIT_REFUSED;
}

static int run(const char *command, const struct sim_options *options)
{
	static const struct session_events events = {
		.summary = summary,
		.stop = on_stop,
		.deadline = on_stop,
	};
	struct sim_run r = {.options = options, .seed = options->first_seed};
	int status = session_begin(&r.session, command, &options->common, &events, &r);

	if (status != EXIT_DONE)
		return status;
	r.turn = (struct loop_timer){.function = on_turn, .context = &r};
	status = open_log(&r);
	if (status == EXIT_DONE)
		status = begin_run(&r);
	if (status == EXIT_DONE) {
		take_turn(&r);
		status = session_run(&r.session);
	}
	if (r.log_fd >= 0) {
		write_log(&r);
		close(r.log_fd);
	}
	if (r.has_log_failed && status == EXIT_DONE)
		status = EXIT_REFUSED;
	end_run(&r);
	text_done(&r.log);
	session_done(&r.session);
	return status;
}

/* ---- Options ---- */

static int take_network(const struct command *command, struct sim_options *o)
{
	for (unsigned kind = 0; o->network && kind < TOPOLOGY_KINDS; kind++) {
		if (strcmp(o->network, topology_kind_name((enum topology_kind)kind)) == 0) {
			o->scenario.network = (enum topology_kind)kind;
			return EXIT_DONE;
		}
	}
	if (!o->network)
		return EXIT_DONE;
	return options_usage_error(command, "--network '%s' must be uniform, lan or transit-stub",
				   o->network);
}

static int take_seeds(const struct command *command, struct sim_options *o)
{
	int end = 0;

	o->first_seed = o->last_seed = (uint64_t)o->seed;
	if (!o->seeds)
		return EXIT_DONE;
	if (sscanf(o->seeds, "%" SCNu64 "-%" SCNu64 "%n", &o->first_seed, &o->last_seed, &end) !=
		    2 ||
	    o->seeds[end] || strspn(o->seeds, "0123456789-") != strlen(o->seeds) ||
	    o->first_seed > o->last_seed)
		return options_usage_error(command, "--seeds '%s' must be a range such as 1-2000",
					   o->seeds);
	return EXIT_DONE;
}

static int take_churn(const struct command *command, struct sim_options *o)
{
	char *end;

	if (!o->churn)
		return EXIT_DONE;
	o->churn_rate = strtod(o->churn, &end);
	if (end == o->churn || *end || strspn(o->churn, "0123456789.") != strlen(o->churn) ||
	    o->churn_rate > 1e6)
		return options_usage_error(
			command, "--churn '%s' must be a number a second, such as 0.5", o->churn);
	return EXIT_DONE;
}

/* Is every fault of the list one that there can be? Seeds differ in what they draw, not in that. */
static int check_faults(const struct command *command, const struct sim_options *o)
{
	struct random random = {0};
	struct faults faults = {0};
	struct error error = {.code = 0};

	for (size_t i = 0; i < o->faults.count && error.code == 0; i++)
		faults_read(&faults, o->faults.list[i], (uint32_t)o->scenario.members,
			    o->scenario.time_ns, &random, &error);
	faults_done(&faults);
	return error.code < 0 ? options_usage_error(command, "%s", error.text) : EXIT_DONE;
}

static int check_sizes(const struct command *command, const struct sim_options *o)
{
	const struct scenario *s = &o->scenario;

	if (s->links.lost_first > 0 && s->members > LOST_FIRST_MEMBERS)
		return options_usage_error(
			command, "--lose-first goes with at most %d members, not %" PRId64,
			LOST_FIRST_MEMBERS, s->members);
	if (s->children == 1 && s->members > PATH_MAX_LENGTH + 1)
		return options_usage_error(command,
					   "%" PRId64
					   " members with one child each are a chain, and "
					   "a root path has room for %d: at most %d members",
					   s->members, PATH_MAX_LENGTH, PATH_MAX_LENGTH + 1);
	if (s->payloads > PAIRS_MOST / s->members)
		return options_usage_error(command,
					   "%" PRId64 " payloads for %" PRId64
					   " members are too many: %d payloads would do",
					   s->payloads, s->members, (int)(PAIRS_MOST / s->members));
	if (s->timers.retry_ns == 0 || s->timers.refresh_ns == 0 ||
	    s->timers.hold_ns <= s->timers.refresh_ns)
		return options_usage_error(command, "--refresh and --retry must be more than 0, "
						    "and --hold more than --refresh");
	return EXIT_DONE;
}

static int take_options(const struct command *command, struct sim_options *o)
{
	int status = take_network(command, o);

	if (status == EXIT_DONE)
		status = take_seeds(command, o);
	if (status == EXIT_DONE)
		status = take_churn(command, o);
	if (o->scenario.join_ns == NOT_GIVEN)
		o->scenario.join_ns = o->scenario.time_ns / 3;
	if (status == EXIT_DONE)
		status = check_sizes(command, o);
	if (status == EXIT_DONE)
		status = check_faults(command, o);
	return status;
}

int verb_sim(int argc, char **argv)
{
	struct sim_options o = {
		.common = COMMON_OPTIONS_DEFAULT,
		.scenario = SCENARIO_DEFAULT,
		.seed = 1,
	};
	struct scenario *s = &o.scenario;
	const struct option_row rows[] = {
		NUMBER_ROW("members", 0, &s->members, "N", "members (default 100)", MEMBERS_LEAST,
			   MEMBERS_MOST),
		NUMBER_ROW("seed", 0, &o.seed, "N",
			   "all that is random follows from it (default 1)", 0, INT64_MAX),
		TEXT_ROW("seeds", 0, &o.seeds, "A-B",
			 "one run for each, up to the first that fails"),
		FLAG_ROW("mix", 0, &o.mix,
			 "members, network and faults are drawn by the seed, too"),
		SECONDS_ROW("time", 0, &s->time_ns, "SECONDS",
			    "faults and payloads come before this (default 60)"),
		SECONDS_ROW("join", 0, &s->join_ns, "SECONDS",
			    "members begin before this, 0: at once (default: a third)"),
		TEXT_ROW("network", 0, &o.network, "KIND",
			 "uniform (the default), lan or transit-stub"),
		SECONDS_ROW("delay", 0, &s->links.delay_ns, "SECONDS",
			    "of each datagram, beside that of the network"),
		SECONDS_ROW("jitter", 0, &s->links.jitter_ns, "SECONDS", "and up to so much more"),
		PERCENT_ROW("loss", 0, &s->links.loss, "datagrams that are lost"),
		PERCENT_ROW("duplicate", 0, &s->links.duplicate, "datagrams that come twice"),
		PERCENT_ROW("reorder", 0, &s->links.reorder, "datagrams that later ones overtake"),
		NUMBER_ROW("mtu", 0, &s->links.mtu, "BYTES",
			   "larger datagrams are fragmented (default 1500)", 68, 65535),
		FLAG_ROW("no-fragment", 0, &s->links.no_fragment, "or lost"),
		NUMBER_ROW("lose-first", 0, &s->links.lost_first, "N",
			   "of each pair of hosts the first datagrams are lost", 0, 100),
		PERCENT_ROW("drift", 0, &s->drift, "by which clocks run fast or slow at most"),
		LIST_ROW("faults", 0, &o.faults, "LIST",
			 "crash,restart*3,pause@12.5:7+60... (see the manual)"),
		TEXT_ROW("churn", 0, &o.churn, "RATE",
			 "members that leave and come back, a second"),
		NUMBER_ROW("payloads", 0, &s->payloads, "N",
			   "from random members, in the second half (default 1)", 0, 1000000),
		NUMBER_ROW("size", 0, &s->payload_size, "BYTES", "of a payload (default 100)",
			   PAYLOAD_NAME_SIZE, SIZE_MOST),
		NUMBER_ROW("children", 0, &s->children, "N", "of a member at the most (default 3)",
			   1, CHILDREN_MAX),
		SECONDS_ROW("refresh", 0, &s->timers.refresh_ns, "SECONDS", "T-8 (default 120)"),
		SECONDS_ROW("hold", 0, &s->timers.hold_ns, "SECONDS", "T-5, T-8 (default 180)"),
		SECONDS_ROW("retry", 0, &s->timers.retry_ns, "SECONDS", "T-8 (default 1)"),
		SECONDS_ROW("cache", 0, &s->timers.cache_ns, "SECONDS", "T-10 (default 60)"),
		TEXT_ROW("log", 0, &o.log, "FILE", "write there all that happens"),
		TEXT_ROW("svg", 0, &o.svg, "FILE", "draw the tree on its network into this file"),
		FLAG_ROW("shrink", 0, &o.shrink, "make a run that fails smaller"),
		ROW_JSON(&o.common.json),
		ROW_QUIET(&o.common.quiet),
		FLAG_ROW("verbose", 'v', &o.verbose, "tell all that happens"),
	};
	const struct command command = {
		.name = "hostcast sim",
		.usage = "[OPTION]...",
		.about =
			"Run the tree protocol on a simulated network, and watch that it keeps its "
			"promises.",
		.examples = "  hostcast sim --members 1000 --network transit-stub\n"
			    "  hostcast sim --members 20 --faults all,crash@30:root --payloads 50\n"
			    "  hostcast sim --mix --seeds 1-2000 --shrink\n",
		.options = rows,
		.option_count = sizeof rows / sizeof rows[0],
	};
	int first, status;

	s->join_ns = NOT_GIVEN;
	first = options_parse(&command, argc, argv);
	if (first < 0)
		return -first - 1;
	if (first < argc)
		return options_usage_error(&command, "'%s': all that sim takes is options",
					   argv[first]);
	status = take_options(&command, &o);
	return status == EXIT_DONE ? run(command.name, &o) : status;
}
