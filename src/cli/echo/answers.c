#include "answers.h"

#include "cli/json.h"
#include "cli/show.h"

#include <inttypes.h>

/* ---- One answer ---- */

static void answer_json(struct echo_answers *a, const struct echo_message *message,
			const struct echo_answer *answer)
{
	struct text *out = &a->session->out;

	json_begin_event(out, "answer");
	json_address(out, "source", a->server);
	json_integer(out, "number", (int64_t)a->sent);
	json_integer(out, "message_size", (int64_t)message->size);
	json_integer(out, "size", (int64_t)answer->size);
	json_bool(out, "whole", answer->ending == ECHO_WHOLE);
	json_real(out, "rtt_us", (double)answer->rtt_ns / (double)NS_PER_US);
	json_payload(out, answer->bytes, answer->size);
	json_end_event(out);
}

/* One line with one LF at its end, whether the answer brought it or not; as it came, but escaped
 * for a terminal. */
static void answer_text(struct echo_answers *a, const struct echo_answer *answer)
{
	struct text *out = &a->session->out;
	size_t size = answer->size;

	if (size > 0 && answer->bytes[size - 1] == '\n')
		size--;
	if (a->is_out_terminal)
		text_add_escaped(out, answer->bytes, size);
	else
		text_add(out, answer->bytes, size);
	text_add_string(out, "\n");
}

static void show_answer(struct echo_answers *a, const struct echo_message *message,
			const struct echo_answer *answer)
{
	if (a->session->common->json)
		answer_json(a, message, answer);
	else
		answer_text(a, answer);
	session_result(a->session);
	if (!a->session->common->verbose)
		return;
	session_flush(a->session); /* the answer first */
	session_notice(a->session, "answer %" PRIu64 ": %zu bytes, round trip %.3f ms", a->sent,
		       answer->size, (double)answer->rtt_ns / (double)NS_PER_MS);
}

static void tell_timeout(struct echo_answers *a, const struct echo_message *message,
			 const struct echo_answer *answer)
{
	double seconds = echo_seconds(a->wait_ns);

	if (answer->size > 0)
		session_error(a->session,
			      "message %" PRIu64
			      ": %zu bytes came back, not the %zu that were sent, and "
			      "nothing more for %g s (--wait)",
			      a->sent, answer->size, message->size, seconds);
	else if (a->transport == &echo_tcp && !message->is_line)
		session_error(a->session,
			      "no answer to message %" PRIu64
			      " within %g s (--wait); a server that "
			      "waits for whole lines needs them from standard input",
			      a->sent, seconds);
	else
		session_error(a->session, "no answer to message %" PRIu64 " within %g s (--wait)",
			      a->sent, seconds);
}

static void tell_ending(struct echo_answers *a, const struct echo_message *message,
			const struct echo_answer *answer)
{
	if (answer->ending == ECHO_TIMEOUT)
		tell_timeout(a, message, answer);
	else if (answer->ending == ECHO_BROKEN)
		session_error(a->session,
			      "message %" PRIu64
			      ": the connection broke after %zu bytes of the answer: %s",
			      a->sent, answer->size, answer->reason);
	else if (answer->ending == ECHO_TOO_LONG)
		session_error(a->session, "message %" PRIu64 ": the answer is broken off: %s",
			      a->sent, answer->reason);
	else if (answer->ending == ECHO_END_OF_FILE && answer->size == 0)
		session_error(a->session,
			      "message %" PRIu64
			      ": the server closed the connection without an answer",
			      a->sent);
}

static void count_answer(struct echo_answers *a, const struct echo_message *message,
			 const struct echo_answer *answer)
{
	bool is_answered = answer->ending == ECHO_WHOLE ||
			   (answer->ending == ECHO_END_OF_FILE && answer->size > 0);

	a->answer_bytes += answer->size;
	if (!is_answered && answer->size > 0)
		a->cut_off++;
	else if (!is_answered)
		a->unanswered++;
	if (!is_answered)
		return;
	a->answered++;
	if (answer->ending == ECHO_END_OF_FILE && answer->size < message->size)
		a->shorter++;
	histogram_add(&a->rtt_ns, answer->rtt_ns);
}

void echo_answers_take(struct echo_answers *a, const struct echo_message *message,
		       const struct echo_answer *answer)
{
	count_answer(a, message, answer);
	if (answer->size > 0 || answer->ending == ECHO_WHOLE)
		show_answer(a, message, answer);
	tell_ending(a, message, answer);
}

/* ---- All of them ---- */

uint64_t echo_answers_unsent(const struct echo_answers *a)
{
	return a->limit == UINT64_MAX ? 0 : a->limit - a->sent;
}

int echo_answers_status(const struct echo_answers *a)
{
	return a->unanswered + a->cut_off > 0 || a->is_broken_off ? EXIT_PARTIAL : EXIT_DONE;
}

static void summary_json(struct echo_answers *a, bool is_connected)
{
	struct text *out = &a->session->out;

	json_begin_event(out, "summary");
	json_address(out, "server", a->server);
	json_string(out, "protocol", a->transport->name);
	json_bool(out, "connected", is_connected);
	json_integer(out, "messages", (int64_t)a->sent);
	json_integer(out, "message_bytes", (int64_t)a->sent_bytes);
	json_integer(out, "unsent", (int64_t)echo_answers_unsent(a));
	json_integer(out, "answers", (int64_t)a->answered);
	json_integer(out, "answer_bytes", (int64_t)a->answer_bytes);
	json_integer(out, "shorter", (int64_t)a->shorter);
	json_integer(out, "cut_off", (int64_t)a->cut_off);
	json_integer(out, "unanswered", (int64_t)a->unanswered);
	json_integer(out, "unexpected_bytes", (int64_t)a->unexpected_bytes);
	show_rtt_json(out, &a->rtt_ns);
	json_end_event(out);
}

static void add_if_any(struct text *line, uint64_t number, const char *what)
{
	if (number > 0)
		text_addf(line, ", %" PRIu64 " %s", number, what);
}

static void summary_text(struct echo_answers *a)
{
	const struct histogram *rtt = &a->rtt_ns;
	struct text line = {0};

	show_quantity(&line, a->sent, "message", "messages");
	text_add_string(&line, " (");
	show_quantity(&line, a->sent_bytes, "byte", "bytes");
	text_add_string(&line, ") sent, ");
	show_quantity(&line, a->answered, "answer", "answers");
	text_add_string(&line, " (");
	show_quantity(&line, a->answer_bytes, "byte", "bytes");
	text_add_string(&line, ")");
	add_if_any(&line, a->shorter, "shorter than its message");
	add_if_any(&line, a->cut_off, "cut off");
	add_if_any(&line, a->unanswered, "not answered");
	add_if_any(&line, echo_answers_unsent(a), "not sent");
	add_if_any(&line, a->unexpected_bytes, "bytes that no message was waiting for");
	if (rtt->count > 0)
		text_addf(&line, "; round trip min/mean/p99/max %.3f/%.3f/%.3f/%.3f ms",
			  (double)rtt->least / (double)NS_PER_MS,
			  histogram_mean(rtt) / (double)NS_PER_MS,
			  (double)histogram_percentile(rtt, 0.99) / (double)NS_PER_MS,
			  (double)rtt->most / (double)NS_PER_MS);
	session_summary_line(a->session, text_string(&line));
	text_done(&line);
}

void echo_answers_summary(struct echo_answers *a, bool is_connected)
{
	if (a->session->common->json)
		summary_json(a, is_connected);
	else if (is_connected) /* else the error has said it all */
		summary_text(a);
}
