/* hostcast bench recv: measure what bench send, or iperf, sends. */
#include "bench.h"
#include "cli/json.h"
#include "cli/session.h"
#include "cli/show.h"
#include "cli/tree_options.h"
#include "meter.h"
#include "net/target.h"
#include "run/clock.h"
#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/epoll.h>

enum { BATCHES_A_TURN = 16, DEFAULT_SILENCE_S = 10 };

#define LOOK_LEAST_NS (10 * NS_PER_MS) /* between two looks for silent senders */

struct recv_options {
	struct common_options common;
	bool clocks_agree;
	int64_t receive_buffer;
	struct limits limits;
	struct tree_options tree;
	const char *target;
};

struct receiver {
	struct session session;
	const struct recv_options *options;
	struct hostcast *handle, *answers;
	struct allowed allowed;
	struct meter *meter;
	struct loop_timer silence; /* looks for senders that are silent */
	bool is_headed;            /* the table */
	bool is_beyond;            /* what is allowed */
	uint64_t runs, steps;
	struct result total; /* sent, received, lost, duplicates, reordered, corrupt */
};

/* ---- Results ---- */

static const char *name_of(const struct stream *stream, char text[HOSTCAST_TEXT_SIZE])
{
	if (stream->source.any.sa_family == AF_UNSPEC)
		snprintf(text, HOSTCAST_TEXT_SIZE, "stream %08" PRIx32, stream->id);
	else
		hostcast_address_text(&stream->source, text);
	return text;
}

static void step_json(struct text *out, const struct stream *stream, const struct result *result)
{
	json_begin_event(out, "step");
	json_address(out, "sender", &stream->source);
	json_string(out, "protocol", stream->is_iperf ? "iperf" : "hostcast");
	json_integer(out, "stream", stream->id);
	json_integer(out, "step", stream->step);
	json_bool(out, "is_end_known", stream->sent > 0);
	table_json(out, result);
	json_end_event(out);
}

static void step_text(struct receiver *r, const struct stream *stream, const struct result *result)
{
	struct text *out = &r->session.out;
	char name[HOSTCAST_TEXT_SIZE];

	if (!r->is_headed)
		table_heading(out, "sender", "one way");
	r->is_headed = true;
	name_of(stream, name);
	if (result->received > 0)
		table_row(out, stream->step, name, result);
	else
		table_row_text(out, stream->step, name, "nothing came");
}

/* What strangers claim may be any number: sums stay there. */
static void add(uint64_t *sum, uint64_t number)
{
	*sum = number < (uint64_t)INT64_MAX - *sum ? *sum + number : (uint64_t)INT64_MAX;
}

static void add_to_total(struct receiver *r, const struct result *result)
{
	r->steps++;
	add(&r->total.sent, result->sent);
	add(&r->total.received, result->received);
	add(&r->total.lost, result->lost);
	add(&r->total.duplicates, result->duplicates);
	add(&r->total.reordered, result->reordered);
	add(&r->total.corrupt, result->corrupt);
}

static void step_is_over(void *context, const struct stream *stream, const struct result *result)
{
	struct receiver *r = context;

	if (r->options->common.json)
		step_json(&r->session.out, stream, result);
	else
		step_text(r, stream, result);
	session_result(&r->session);
	add_to_total(r, result);
	if (!limits_allow(&r->options->limits, result))
		r->is_beyond = true;
}

/* ---- The end ---- */

static int status_of(const struct receiver *r)
{
	if (r->total.received == 0)
		return EXIT_NOTHING;
	return r->is_beyond ? EXIT_LOSSY : EXIT_DONE;
}

static void run_is_over(void *context, const struct stream *stream)
{
	struct receiver *r = context;
	int64_t count = r->options->common.count;

	(void)stream;
	if (r->session.is_ended)
		return;
	r->runs++;
	if (count != NOT_GIVEN && r->runs >= (uint64_t)count)
		session_end(&r->session, status_of(r));
}

/* What is not over ends with the program. */
static void end_all(struct receiver *r, int status)
{
	session_end(&r->session, status); /* first: runs that are cut off do not count */
	meter_end_silent(r->meter, loop_now(r->session.loop), 0);
}

static void on_stop(void *context)
{
	struct receiver *r = context;
	bool is_endless = common_is_endless(&r->options->common);

	end_all(r, EXIT_DONE);
	r->session.status = !is_endless ? EXIT_CUT_SHORT : r->is_beyond ? EXIT_LOSSY : EXIT_DONE;
}

static void on_deadline(void *context)
{
	struct receiver *r = context;

	end_all(r, EXIT_DONE);
	r->session.status = status_of(r);
	if (r->session.status == EXIT_DONE && r->options->common.count != NOT_GIVEN)
		r->session.status = EXIT_PARTIAL;
}

static void summary_json(struct receiver *r)
{
	struct text *out = &r->session.out;

	json_begin_event(out, "summary");
	json_integer(out, "runs", (int64_t)r->runs);
	json_integer(out, "steps", (int64_t)r->steps);
	json_integer(out, "sent", (int64_t)r->total.sent);
	json_integer(out, "received", (int64_t)r->total.received);
	json_integer(out, "lost", (int64_t)r->total.lost);
	json_integer(out, "duplicates", (int64_t)r->total.duplicates);
	json_integer(out, "reordered", (int64_t)r->total.reordered);
	json_integer(out, "corrupt", (int64_t)r->total.corrupt);
	json_bool(out, "is_within_limits", !r->is_beyond);
#define COUNTER_JSON(name) json_integer(out, #name, (int64_t)r->meter->counters.name);
	METER_COUNTERS(COUNTER_JSON)
#undef COUNTER_JSON
	json_integer(out, "kernel_drops", (int64_t)show_counter(r->handle, "kernel_drops"));
	json_end_event(out);
}

/* The kernel counts a train that it drops as one. */
static void add_kernel_drops(struct receiver *r, struct text *line)
{
	uint64_t drops = show_counter(r->handle, "kernel_drops");

	if (drops > 0)
		text_addf(line,
			  "; dropped by the kernel: %s%" PRIu64
			  " (the receive buffer was full; raise --rcvbuf)",
			  r->options->common.no_trains ? "" : "at least ", drops);
}

static void summary_text(struct receiver *r)
{
	const struct meter_counters *counters = &r->meter->counters;
	struct text line = {0};

	text_addf(&line, "%" PRIu64 " of %" PRIu64 " messages came in ", r->total.received,
		  r->total.sent);
	show_quantity(&line, r->steps, "step", "steps");
	text_addf(&line, ", %" PRIu64 " lost (%.4g %%)", r->total.lost, result_loss(&r->total));
	if (r->is_beyond)
		text_add_string(&line, ", MORE THAN ALLOWED in a step");
	show_nonzero(&line, r->total.corrupt, "with wrong content");
	show_nonzero(&line, counters->foreign, "neither of hostcast bench nor of iperf");
	show_nonzero(&line, counters->malformed, "not understood");
	show_nonzero(&line, counters->stale, "after the end of their step");
	show_nonzero(&line, counters->unlisted, "of too many senders");
	show_nonzero(&line, counters->unheard, "ends of senders not heard before");
	show_nonzero(&line, counters->too_soon, "ends again, too soon");
	show_nonzero(&line, counters->not_allowed, "not answered, not being allowed");
	show_nonzero(&line, counters->unanswered, "answers too large, or that could not be sent");
	add_kernel_drops(r, &line);
	session_summary_line(&r->session, text_string(&line));
	text_done(&line);
}

static void summary(void *context)
{
	struct receiver *r = context;

	if (r->options->common.json)
		summary_json(r);
	else
		summary_text(r);
}

/* ---- Receiving ---- */

/* One reading of each clock for a batch: its messages were there together. */
static int take_batch(struct receiver *r)
{
	struct hostcast_message messages[HOSTCAST_BATCH];
	int count = hostcast_receive(r->handle, messages, HOSTCAST_BATCH);

	if (count > 0)
		meter_take(r->meter, messages, (size_t)count,
			   (struct meter_time){loop_clock(r->session.loop), clock_realtime_ns()});
	else if (count < 0 && count != HOSTCAST_ADDRESS) /* that: an ICMP error to an answer */
		session_fail_handle(&r->session, r->handle, count);
	return count;
}

static void on_ready(void *context, uint32_t events)
{
	struct receiver *r = context;

	(void)events;
	for (int i = 0; i < BATCHES_A_TURN && !r->session.is_ended; i++)
		if (take_batch(r) < HOSTCAST_BATCH)
			break;
	session_print_notices(&r->session, r->handle);
}

static void on_silence(void *context)
{
	struct receiver *r = context;
	struct loop *loop = r->session.loop;
	int64_t wait_ns = r->options->common.wait_ns;
	int64_t look_ns = wait_ns / 4 > LOOK_LEAST_NS ? wait_ns / 4 : LOOK_LEAST_NS;

	meter_end_silent(r->meter, loop_now(loop), wait_ns);
	if (!r->session.is_ended)
		loop_set_timer(loop, &r->silence, monotime_add(loop_now(loop), look_ns));
}

/* ---- The beginning ---- */

static int open_target(struct receiver *r)
{
	const struct recv_options *o = r->options;
	int code = hostcast_set_details(r->handle, false);

	if (code == 0)
		code = tree_options_apply(&o->tree, r->handle);
	if (code == 0 && o->receive_buffer != NOT_GIVEN)
		code = hostcast_set_buffers(r->handle, 0, (size_t)o->receive_buffer);
	if (code == 0)
		code = session_open_target(r->handle, o->target, HOSTCAST_RECEIVE);
	if (code < 0)
		return session_fail_handle(&r->session, r->handle, code);
	session_print_notices(&r->session, r->handle);
	return EXIT_DONE;
}

static int prepare_meter(struct receiver *r)
{
	int status;

	r->answers = session_new_handle(&r->session, &status);
	if (!r->answers)
		return status;
	r->meter = meter_new();
	if (!r->meter) {
		session_error(&r->session, "out of memory");
		session_end(&r->session, EXIT_REFUSED);
		return EXIT_REFUSED;
	}
	r->meter->handle = r->handle;
	r->meter->answers = r->answers;
	r->meter->allowed = &r->allowed;
	r->meter->clocks_agree = r->options->clocks_agree;
	r->meter->step_is_over = step_is_over;
	r->meter->run_is_over = run_is_over;
	r->meter->context = r;
	return EXIT_DONE;
}

static void on_refused(void *context, const char *text)
{
	session_notice(context, "%s", text);
}

static int prepare_allowed(struct receiver *r)
{
	struct error error;

	if (allowed_init(&r->allowed, &r->options->tree.allowed, &error) < 0)
		return session_fail(&r->session, &error);
	r->allowed.notice = on_refused;
	r->allowed.context = &r->session;
	return EXIT_DONE;
}

static int start(struct receiver *r)
{
	int status = prepare_allowed(r);

	if (status == EXIT_DONE)
		status = prepare_meter(r);
	if (status == EXIT_DONE)
		status = open_target(r);
	if (status == EXIT_DONE)
		status = session_watch(&r->session, hostcast_fd(r->handle), on_ready, r);
	if (status != EXIT_DONE)
		return status;
	r->silence = (struct loop_timer){.function = on_silence, .context = r};
	on_silence(r);
	return EXIT_DONE;
}

static int run(const char *command, const struct recv_options *options)
{
	static const struct session_events events = {
		.summary = summary,
		.stop = on_stop,
		.deadline = on_deadline,
	};
	struct receiver r = {.options = options};
	int status = session_begin(&r.session, command, &options->common, &events, &r);

	if (status != EXIT_DONE)
		return status;
	r.handle = session_new_handle(&r.session, &status);
	if (r.handle)
		status = start(&r);
	if (status == EXIT_DONE)
		session_run(&r.session);
	meter_free(r.meter);
	allowed_done(&r.allowed);
	hostcast_free(r.answers);
	hostcast_free(r.handle);
	return session_done(&r.session);
}

int bench_recv(int argc, char **argv)
{
	struct recv_options o = {
		.common = COMMON_OPTIONS_DEFAULT,
		.receive_buffer = NOT_GIVEN,
		.limits = LIMITS_DEFAULT,
	};
	const struct option_row rows[] = {
		ROW_INTERFACE(&o.common.interfaces),
		ROW_PORT(&o.common.port, "port of a target that names none (default 5004)"),
		ROW_COUNT(&o.common.count, "end after N runs of senders"),
		ROW_WAIT(&o.common.wait_ns, "a sender silent for so long has ended (default 10)"),
		ROW_DEADLINE(&o.common.deadline_ns),
		FLAG_ROW("clocks-agree", 0, &o.clocks_agree,
			 "the senders' clocks show what this one does"),
		ROWS_LIMITS(&o.limits),
		ROW_RCVBUF(&o.receive_buffer),
		ROW_TREE_LISTEN(&o.tree.listen),
		LIST_ROW("allow", 0, &o.tree.allowed, "CIDR",
			 "network that is answered, and in a tree served (again for more)"),
		ROW_BUSY_POLL(&o.common.busy_poll),
		ROW_NO_TRAINS(&o.common.no_trains),
		ROW_IPV4(&o.common.ipv4),
		ROW_IPV6(&o.common.ipv6),
		ROW_JSON(&o.common.json),
		ROW_QUIET(&o.common.quiet),
	};
	const struct command command = {
		.name = "hostcast bench recv",
		.usage =
			"[OPTION]... {[SOURCE@]GROUP[:PORT] | ADDRESS[:PORT] | tree://HOST[:PORT]}",
		.about = "Measure what 'hostcast bench send', or 'iperf -u', sends, and report it "
			 "to the sender.\n"
			 "A line for each step of each sender when it is over; runs until a signal "
			 "ends it.",
		.examples =
			"  hostcast bench recv 224.1.1.1               on each receiver\n"
			"  hostcast bench send 224.1.1.1               the other side\n"
			"  hostcast bench recv -c 1 --max-loss 0.1 224.1.1.1   exit status 5 if "
			"more is lost\n"
			"  hostcast bench recv 192.0.2.7:5001          for 'iperf -u -c "
			"192.0.2.7'\n",
		.options = rows,
		.option_count = sizeof rows / sizeof rows[0],
	};
	int first = options_parse(&command, argc, argv);

	if (first < 0)
		return -first - 1;
	if (argc - first != 1)
		return options_usage_error(&command, "one group, address or tree is needed");
	o.target = argv[first];
	if (!target_names_tree(o.target) && o.tree.listen)
		return options_usage_error(&command, "--listen is for trees (tree://HOST[:PORT])");
	if (o.common.wait_ns == NOT_GIVEN)
		o.common.wait_ns = DEFAULT_SILENCE_S * NS_PER_S;
	return run(command.name, &o);
}
