/* hostcast bench send: messages at a measured rate, and a table of what receivers got of them. */
#include "bench.h"
#include "iperf.h"
#include "sending.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	DEFAULT_TIME_S = 10,
	DEFAULT_SEARCH_TIME_S = 1,
	DEFAULT_WAIT_S = 1,
	DEFAULT_RECEIVERS_WAIT_S = 10,
};

/* What is given as text. */
struct texts {
	const char *rate, *size;
	struct optional_text rtt;
};

static void on_stop(void *context)
{
	sending_stop(context, EXIT_CUT_SHORT);
}

static void on_deadline(void *context)
{
	sending_stop(context, EXIT_PARTIAL);
}

static int run(const char *command, const struct bench_send_options *options)
{
	static const struct session_events events = {
		.summary = sending_summary,
		.stop = on_stop,
		.deadline = on_deadline,
	};
	struct sending *sending = calloc(1, sizeof *sending);
	int status;

	if (!sending)
		return EXIT_REFUSED;
	sending->options = options;
	status = session_begin(&sending->session, command, &options->common, &events, sending);
	if (status == EXIT_DONE) {
		status = sending_start(sending);
		if (status == EXIT_DONE)
			session_run(&sending->session);
		sending_done(sending);
		status = session_done(&sending->session);
	}
	free(sending);
	return status;
}

/* ---- Options ---- */

static int bad_rate(const struct command *command, const char *rate)
{
	return options_usage_error(command, "--rate '%s' must be " RATE_FORM, rate);
}

/* RATE[,RATE]... */
static int parse_rates(const struct command *command, struct bench_send_options *o,
		       const char *text)
{
	char one[32];

	o->rate_count = 0;
	do {
		size_t length = strcspn(text, ",");

		if (o->rate_count == RATES_MAX)
			return options_usage_error(command, "--rate has more than %d rates",
						   RATES_MAX);
		if (length >= sizeof one)
			return bad_rate(command, text);
		memcpy(one, text, length);
		one[length] = '\0';
		if (!rate_parse(one, &o->rates[o->rate_count++]))
			return bad_rate(command, one);
		text += length;
	} while (*text++ == ',');
	return EXIT_DONE;
}

static int parse_sizes(const struct command *command, struct bench_send_options *o,
		       const char *text)
{
	uint32_t least = o->iperf ? IPERF_HEADER : PACKET_HEADER;

	if (!sizes_parse(&o->sizes, text))
		return options_usage_error(command,
					   "--size '%s' must be bytes, as 1024, or a mix with "
					   "shares, as 64x7,594x4,1500x1, of at most %d in all",
					   text, SIZES_MAX);
	if (o->sizes.least < least)
		return options_usage_error(command,
					   "--size %" PRIu32
					   " is too small: the header has %" PRIu32 " bytes",
					   o->sizes.least, least);
	return EXIT_DONE;
}

static int parse_rtt(const struct command *command, struct bench_send_options *o,
		     const struct optional_text *rtt)
{
	char *end;

	if (!rtt->is_given)
		return EXIT_DONE;
	o->echo_each = strtoll(rtt->text, &end, 10);
	if (*end == '\0' && o->echo_each >= 1)
		return EXIT_DONE;
	return options_usage_error(command, "--rtt '%s' must be a number from 1", rtt->text);
}

static int parse_texts(const struct command *command, struct bench_send_options *o,
		       const struct texts *texts)
{
	int status = parse_rates(command, o, texts->rate);

	if (status == EXIT_DONE)
		status = parse_sizes(command, o, texts->size);
	if (status == EXIT_DONE)
		status = parse_rtt(command, o, &texts->rtt);
	return status;
}

static int check_search(const struct command *command, const struct bench_send_options *o)
{
	if (o->rate_count != 1 || o->rates[0].per_second == 0)
		return options_usage_error(command, "--search begins with one --rate");
	if (o->iperf)
		return options_usage_error(command, "--search needs receivers that report each "
						    "step, and those of --iperf do not");
	return EXIT_DONE;
}

static int check(const struct command *command, const struct bench_send_options *o)
{
	if (o->search && check_search(command, o) != EXIT_DONE)
		return EXIT_USAGE;
	if (o->iperf && (o->verify || o->echo_each > 0 || o->receivers != NOT_GIVEN))
		return options_usage_error(
			command, "--verify, --rtt and --receivers do not go with --iperf");
	if (o->iperf && o->rate_count > 1)
		return options_usage_error(command, "--iperf goes with one rate: to iperf each "
						    "is a test of its own");
	if (target_names_tree(o->target) && o->iperf)
		return options_usage_error(command, "--iperf does not go with a tree");
	if (!target_names_tree(o->target) && o->report_to)
		return options_usage_error(command,
					   "--report-to is for trees: elsewhere receivers see "
					   "where messages come from");
	return EXIT_DONE;
}

static void set_defaults(struct bench_send_options *o)
{
	struct common_options *common = &o->common;

	if (o->time_ns == NOT_GIVEN && common->count == NOT_GIVEN)
		o->time_ns = (o->search ? DEFAULT_SEARCH_TIME_S : DEFAULT_TIME_S) * NS_PER_S;
	if (common->wait_ns == NOT_GIVEN)
		common->wait_ns =
			(o->receivers == NOT_GIVEN ? DEFAULT_WAIT_S : DEFAULT_RECEIVERS_WAIT_S) *
			NS_PER_S;
	if (o->search && o->limits.loss == NOT_GIVEN)
		o->limits.loss = 0;
}

int bench_send(int argc, char **argv)
{
	struct bench_send_options o = {
		.common = COMMON_OPTIONS_DEFAULT,
		.time_ns = NOT_GIVEN,
		.burst = 1,
		.receivers = NOT_GIVEN,
		.limits = LIMITS_DEFAULT,
		.send_buffer = NOT_GIVEN,
	};
	struct texts texts = {.rate = "1kpps", .size = "1024", .rtt.text = "1"};
	const struct option_row rows[] = {
		ROW_INTERFACE(&o.common.interfaces),
		ROW_PORT(&o.common.port, "port of a target that names none (default 5004)"),
		ROW_TTL(&o.common.ttl),
		TEXT_ROW("rate", 0, &texts.rate, "RATE",
			 "10M or 10Mbit a second, 5kpps, max (default 1kpps); R,R,...: steps"),
		TEXT_ROW("size", 's', &texts.size, "BYTES",
			 "of a message (default 1024); a mix: 64x7,594x4,1500x1"),
		SECONDS_ROW("time", 0, &o.time_ns, "SECONDS",
			    "of a step (default 10, with --search 1)"),
		ROW_COUNT(&o.common.count, "N messages in a step"),
		NUMBER_ROW("burst", 0, &o.burst, "N", "N messages together, pauses between", 1,
			   1000000),
		FLAG_ROW("search", 0, &o.search, "for the highest rate within --max-loss"),
		NUMBER_ROW("receivers", 0, &o.receivers, "N", "wait until N receivers are there", 1,
			   AUDIENCE_MAX),
		ROW_WAIT(&o.common.wait_ns, "for receivers (default 1, with --receivers 10)"),
		OPTIONAL_TEXT_ROW("rtt", 0, &texts.rtt, "N",
				  "round trips: every Nth message comes back (1)"),
		FLAG_ROW("clocks-agree", 0, &o.clocks_agree,
			 "one-way latency, also from other hosts"),
		FLAG_ROW("verify", 0, &o.verify, "receivers check the content of every message"),
		FLAG_ROW("iperf", 0, &o.iperf, "as iperf does: to 'iperf -s -u'"),
		ROWS_LIMITS(&o.limits),
		TEXT_ROW("source", 0, &o.source, "ADDR[:PORT]",
			 "address of this host to send from"),
		TEXT_ROW("report-to", 0, &o.report_to, "ADDR[:PORT]",
			 "of this host: where those in a tree report to"),
		NUMBER_ROW("sndbuf", 0, &o.send_buffer, "BYTES", "size of the send buffer", 1,
			   1 << 30),
		ROW_DEADLINE(&o.common.deadline_ns),
		ROW_BUSY_POLL(&o.common.busy_poll),
		ROW_NO_TRAINS(&o.common.no_trains),
		ROW_IPV4(&o.common.ipv4),
		ROW_IPV6(&o.common.ipv6),
		ROW_JSON(&o.common.json),
		ROW_QUIET(&o.common.quiet),
	};
	const struct command command = {
		.name = "hostcast bench send",
		.usage = "[OPTION]... {GROUP[:PORT] | HOST[:PORT] | tree://HOST[:PORT]}",
		.about = "Send messages at a measured rate, and print what each receiver "
			 "('hostcast bench recv') got of\n"
			 "them: rate, loss, duplicates, reordering, the longest gap, latency, CPU "
			 "time.",
		.examples =
			"  hostcast bench send --rate 10M --time 5 224.1.1.1\n"
			"  hostcast bench send --rate 1kpps,10kpps,100kpps 224.1.1.1  a ladder\n"
			"  hostcast bench send --search --receivers 3 224.1.1.1\n"
			"  hostcast bench recv 224.1.1.1                              the other "
			"side\n",
		.options = rows,
		.option_count = sizeof rows / sizeof rows[0],
	};
	int first = options_parse(&command, argc, argv);

	if (first < 0)
		return -first - 1;
	if (argc - first != 1)
		return options_usage_error(&command, "one group, host or tree is needed");
	o.target = argv[first];
	if (parse_texts(&command, &o, &texts) != EXIT_DONE || check(&command, &o) != EXIT_DONE)
		return EXIT_USAGE;
	set_defaults(&o);
	return run(command.name, &o);
}
