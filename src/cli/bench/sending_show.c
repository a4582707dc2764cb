#include "sending.h"

#include "cli/json.h"
#include "cli/show.h"
#include "table.h"

#include <inttypes.h>
#include <string.h>

/* ---- Who is there ---- */

static void listener_json(struct text *out, const struct listener *listener)
{
	json_begin_event(out, "receiver");
	json_address(out, "receiver", &listener->address);
	json_string(out, "name", listener->name);
	json_end_event(out);
}

void sending_show_audience(struct sending *s)
{
	const struct audience *audience = &s->audience;
	char text[HOSTCAST_TEXT_SIZE];
	struct text name = {0};

	if (audience->count == 0 && !s->options->iperf)
		session_notice(&s->session,
			       "no receiver answered within %g s: what they get is not known here "
			       "(is 'hostcast bench recv' running, and does it answer this host, "
			       "its --allow? --wait waits longer)",
			       (double)s->options->common.wait_ns / (double)NS_PER_S);
	for (size_t i = 0; i < audience->count; i++) {
		const struct listener *listener = audience->list[i];

		if (s->options->common.json) {
			listener_json(&s->session.out, listener);
			session_result(&s->session);
			continue;
		}
		text_clear(&name);
		text_add_escaped(&name, listener->name, strlen(listener->name));
		session_notice(&s->session, "receiver %s on %s",
			       hostcast_address_text(&listener->address, text), text_string(&name));
	}
	text_done(&name);
}

void sending_show_missing(struct sending *s)
{
	char text[HOSTCAST_TEXT_SIZE];
	struct text there = {0};

	for (size_t i = 0; i < s->audience.count; i++)
		text_addf(&there, "%s%s", i == 0 ? ": " : ", ",
			  hostcast_address_text(&s->audience.list[i]->address, text));
	session_error(&s->session,
		      "%zu of %" PRId64 " receivers answered within %g s%s (--wait waits longer)",
		      s->audience.count, s->options->receivers,
		      (double)s->options->common.wait_ns / (double)NS_PER_S, text_string(&there));
	text_done(&there);
}

/* ---- A step ---- */

/* What is judged and shown: the report, with round trips where they were asked for. */
static struct result result_of(const struct sending *s, const struct listener *listener)
{
	struct result result = listener->result;

	if (s->is_round_trip) {
		result.latency_backward = 0;
		result_set_latency(&result, &listener->rtt_ns);
	}
	return result;
}

static void show_rate_asked(struct sending *s, struct text *out)
{
	const struct rate *rate = &s->pump.pace.rate;

	json_integer(out, "rate", rate->per_second);
	json_string(out, "rate_unit", rate->is_bits ? "bit/s" : "pps");
}

static void sent_json(struct sending *s, const struct result *sent)
{
	struct text *out = &s->session.out;

	json_begin_event(out, "sent");
	json_integer(out, "step", s->step);
	show_rate_asked(s, out);
	json_integer(out, "messages", (int64_t)sent->received);
	json_integer(out, "refused", (int64_t)s->pump.refused);
	json_integer(out, "bytes", (int64_t)sent->bytes);
	json_integer(out, "elapsed_ns", (int64_t)sent->elapsed_ns);
	json_integer(out, "cpu_ns", (int64_t)sent->cpu_ns);
	json_real(out, "messages_per_second", result_message_rate(sent));
	json_real(out, "bits_per_second", result_bit_rate(sent));
	json_end_event(out);
}

static void report_json(struct sending *s, const struct listener *listener)
{
	struct text *out = &s->session.out;
	struct result result = result_of(s, listener);

	json_begin_event(out, "report");
	json_integer(out, "step", s->step);
	json_address(out, "receiver", &listener->address);
	json_string(out, "name", listener->name);
	json_bool(out, "has_reported", listener->has_reported);
	if (listener->has_reported) {
		json_string(out, "latency", s->is_round_trip ? "round trip" : "one way");
		table_json(out, &result);
	}
	json_end_event(out);
}

static void report_text(struct sending *s, const struct listener *listener)
{
	struct text *out = &s->session.out;
	struct result result = result_of(s, listener);
	char text[HOSTCAST_TEXT_SIZE];

	hostcast_address_text(&listener->address, text);
	if (!listener->has_reported)
		table_row_text(out, s->step, text, "no report");
	else if (result.received == 0)
		table_row_text(out, s->step, text, "nothing came");
	else
		table_row(out, s->step, text, &result);
}

/* The rate that was asked for stands before what came of it. */
static void sent_text(struct sending *s, const struct result *sent)
{
	const struct rate *rate = &s->pump.pace.rate;
	struct text *out = &s->session.out;
	struct text who = {0};

	if (!s->is_headed)
		table_heading(out, "receiver", s->is_round_trip ? "round trip" : "one way");
	s->is_headed = true;
	text_add_string(&who, "sent, of ");
	if (rate->per_second > 0)
		table_rate(&who, (double)rate->per_second, rate->is_bits);
	else
		text_add_string(&who, "all that goes");
	table_row_sent(out, s->step, text_string(&who), sent);
	text_done(&who);
}

static void show_sent(struct sending *s, const struct result *sent)
{
	if (s->options->common.json)
		sent_json(s, sent);
	else
		sent_text(s, sent);
	session_result(&s->session);
}

static bool judge(struct sending *s, const struct listener *listener)
{
	if (!listener->has_reported) {
		s->is_incomplete = true;
		return false;
	}
	s->has_reports = true;
	if (result_loss(&listener->result) > s->worst_loss)
		s->worst_loss = result_loss(&listener->result);
	if (limits_allow(&s->options->limits, &listener->result))
		return true;
	s->is_beyond = true;
	return false;
}

bool sending_show_step(struct sending *s, const struct result *sent)
{
	bool is_good = s->audience.count > 0;

	s->total += sent->received;
	s->refused += s->pump.refused;
	s->icmp_refused = show_counter(s->handle, "refused");
	show_sent(s, sent);
	for (size_t i = 0; i < s->audience.count; i++) {
		const struct listener *listener = s->audience.list[i];

		if (s->options->common.json)
			report_json(s, listener);
		else
			report_text(s, listener);
		session_result(&s->session);
		is_good = judge(s, listener) && is_good;
	}
	session_flush(&s->session);
	return is_good;
}

/* ---- The end ---- */

static bool has_found(const struct sending *s)
{
	return s->search.is_over && s->search.good > 0;
}

static void show_found(struct sending *s)
{
	const struct rate *rate = &s->options->rates[0];
	double mean_bits = 8 * sizes_mean(&s->options->sizes);
	double found = (double)s->search.good;
	struct text *out = &s->session.out;

	if (s->options->common.json)
		return; /* the summary has it */
	text_addf(out, "highest rate with at most %g %% loss: ",
		  (double)s->options->limits.loss / 10000);
	table_rate(out, found, rate->is_bits);
	text_add_string(out, " (");
	table_rate(out, rate->is_bits ? found / mean_bits : found * mean_bits, !rate->is_bits);
	text_add_string(out, ")");
	if (s->search.is_sender_limited)
		text_add_string(out, "; more could not be sent from here");
	text_add_string(out, "\n");
	session_result(&s->session);
}

static int status_of(const struct sending *s)
{
	bool is_judged = limits_are_given(&s->options->limits);

	if (s->stop_status != EXIT_DONE)
		return s->stop_status;
	if (s->options->search) /* the steps beyond the limit are part of it */
		return has_found(s) ? EXIT_DONE : s->has_reports ? EXIT_LOSSY : EXIT_PARTIAL;
	if (!s->has_reports && s->icmp_refused > 0)
		return EXIT_ADDRESS;
	if (s->is_incomplete || (is_judged && !s->has_reports))
		return EXIT_PARTIAL;
	if (s->has_reports && s->worst_loss >= 100)
		return EXIT_NOTHING;
	return s->is_beyond ? EXIT_LOSSY : EXIT_DONE;
}

void sending_end(struct sending *s)
{
	if (s->options->search && has_found(s))
		show_found(s);
	session_end(&s->session, status_of(s));
}

static void summary_json(struct sending *s)
{
	struct text *out = &s->session.out;

	json_begin_event(out, "summary");
	json_string(out, "target", s->options->target);
	json_integer(out, "receivers", (int64_t)s->audience.count);
	json_integer(out, "steps", s->step);
	json_integer(out, "sent", (int64_t)s->total);
	json_integer(out, "refused", (int64_t)s->refused);
	json_integer(out, "icmp_refused", (int64_t)s->icmp_refused);
	json_real(out, "worst_loss_percent", s->worst_loss);
	json_bool(out, "has_reports", s->has_reports);
	json_bool(out, "is_complete", !s->is_incomplete);
	json_bool(out, "is_within_limits", !s->is_beyond);
	json_bool(out, "is_rate_reached", !s->is_slow);
	if (s->options->receivers != NOT_GIVEN)
		json_integer(out, "receivers_wanted", s->options->receivers);
	if (has_found(s)) {
		json_integer(out, "highest_rate", s->search.good);
		json_string(out, "rate_unit", s->options->rates[0].is_bits ? "bit/s" : "pps");
		json_bool(out, "is_sender_limited", s->search.is_sender_limited);
	}
#define COUNTER_JSON(name) json_integer(out, #name, (int64_t)s->audience.name);
	AUDIENCE_COUNTERS(COUNTER_JSON)
#undef COUNTER_JSON
	json_end_event(out);
}

static void add_verdict(const struct sending *s, struct text *line)
{
	if (!s->has_reports)
		text_add_string(line, ", nobody reported what came");
	else if (s->worst_loss == 0)
		text_add_string(line, ", nothing lost");
	else
		text_addf(line, ", up to %.4g %% lost", s->worst_loss);
	if (s->has_reports && s->is_incomplete)
		text_add_string(line, " at those that reported");
	if (s->is_incomplete)
		text_add_string(line, ", REPORTS ARE MISSING");
	if (s->is_slow)
		text_add_string(line, ", THE RATE WAS NOT REACHED");
	if (s->is_beyond && !s->options->search)
		text_add_string(line, ", MORE THAN ALLOWED");
}

static bool is_going_on(const struct sending *s)
{
	return s->phase == PHASE_STEP || s->phase == PHASE_END;
}

static uint64_t sent_in_step(const struct sending *s)
{
	return is_going_on(s) ? pump_passed(&s->pump) : 0;
}

void sending_summary(void *context)
{
	struct sending *s = context;
	struct text line = {0};

	if (s->options->common.json)
		summary_json(s);
	if (s->options->common.json || s->step == 0) /* it did not begin, and that was said */
		return;
	show_quantity(&line, s->total + sent_in_step(s), "message", "messages");
	text_addf(&line, " sent to %s in ", s->options->target);
	show_quantity(&line, s->step, "step", "steps");
	text_add_string(&line, ", ");
	show_quantity(&line, s->audience.count, "receiver", "receivers");
	if (is_going_on(s))
		text_add_string(&line, ", the last step goes on");
	else
		add_verdict(s, &line);
	show_nonzero(&line, s->icmp_refused, "refused by that host (ICMP: nobody listens there)");
	show_nonzero(&line, s->refused, "refused by the system");
	show_nonzero(&line, s->audience.strays, "answers of strangers or too late");
	show_nonzero(&line, s->audience.malformed, "answers not understood");
	show_nonzero(&line, s->audience.unlisted, "answers of too many receivers");
	session_summary_line(&s->session, text_string(&line));
	text_done(&line);
}
