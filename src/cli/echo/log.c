#include "log.h"

#include "base/monotime.h"
#include "cli/json.h"
#include "cli/show.h"
#include "net/address.h"
#include "run/clock.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static bool is_json(const struct echo_log *log)
{
	return log->session->common->json;
}

/* ---- The beginning of each line and each object ---- */

static void begin_line(struct echo_log *log, const char *what, const union hostcast_address *who)
{
	struct text *out = &log->session->out;
	char text[HOSTCAST_TEXT_SIZE];

	if (log->has_time) {
		show_time(out, clock_realtime_ns());
		text_add_string(out, " ");
	}
	text_addf(out, "%s %s", what, hostcast_address_text(who, text));
}

static void begin_object(struct echo_log *log, const char *event, const struct echo_peer *peer)
{
	struct text *out = &log->session->out;

	json_begin_event(out, event);
	json_integer(out, "time_ns", clock_realtime_ns());
	json_address(out, "client", &peer->client);
	json_address(out, "local", &peer->local);
}

/* ---- Listening ---- */

static void add_reach(struct text *text, const union hostcast_address *address)
{
	char ip[HOSTCAST_TEXT_SIZE];
	int version = address->any.sa_family == AF_INET ? 4 : 6;

	if (address_is_loopback(address))
		text_add_string(text, "only programs on this host can reach it");
	else if (address_is_any(address))
		text_addf(text, "whoever can reach any address of this host, over IPv%d", version);
	else
		text_addf(text, "whoever can reach %s; not at other addresses of this host",
			  address_ip_text(address, ip));
}

void echo_log_listening(struct echo_log *log, const union hostcast_address *address)
{
	struct text *out = &log->session->out;
	struct text reach = {0}, line = {0};
	char text[HOSTCAST_TEXT_SIZE];
	const char *protocol = log->is_udp ? "udp" : "tcp";

	add_reach(&reach, address);
	if (is_json(log)) {
		json_begin_event(out, "listening");
		json_string(out, "protocol", protocol);
		json_address(out, "address", address);
		json_string(out, "reach", text_string(&reach));
		json_end_event(out);
		session_flush(log->session);
	} else {
		text_addf(&line, "listening on %s %s: %s", protocol,
			  hostcast_address_text(address, text), text_string(&reach));
		session_summary_line(log->session, text_string(&line));
	}
	text_done(&reach);
	text_done(&line);
}

/* ---- Conversations ---- */

void echo_log_connection(struct echo_log *log, const struct echo_peer *peer)
{
	struct text *out = &log->session->out;
	char text[HOSTCAST_TEXT_SIZE];

	log->connections++;
	if (is_json(log)) {
		begin_object(log, "connection", peer);
		json_end_event(out);
	} else {
		begin_line(log, "connection from", &peer->client);
		text_addf(out, " to %s\n", hostcast_address_text(&peer->local, text));
	}
	session_result(log->session);
}

/* direction stands before the local address, which of TCP the line of the connection tells. */
static void add_payload(struct echo_log *log, const struct echo_peer *peer, const char *direction,
			const void *bytes, size_t size)
{
	struct text *out = &log->session->out;
	char text[HOSTCAST_TEXT_SIZE];

	if (log->is_udp || log->has_local)
		text_addf(out, " %s %s", direction, hostcast_address_text(&peer->local, text));
	text_add_string(out, ", ");
	show_quantity(out, size, "byte", "bytes");
	text_add_string(out, ": ");
	text_add_escaped(out, bytes, size);
	text_add_string(out, "\n");
}

static void add_payload_object(struct echo_log *log, const char *event,
			       const struct echo_peer *peer, const void *bytes, size_t size)
{
	struct text *out = &log->session->out;

	begin_object(log, event, peer);
	json_integer(out, "size", (int64_t)size);
	json_payload(out, bytes, size);
	json_end_event(out);
}

void echo_log_message(struct echo_log *log, const struct echo_peer *peer, const void *bytes,
		      size_t size)
{
	log->messages++;
	log->message_bytes += size;
	if (is_json(log)) {
		add_payload_object(log, "message", peer, bytes, size);
	} else {
		begin_line(log, "message from", &peer->client);
		add_payload(log, peer, "to", bytes, size);
	}
	session_result(log->session);
}

void echo_log_answer(struct echo_log *log, const struct echo_peer *peer, const void *bytes,
		     size_t size)
{
	int64_t count = log->session->common->count;

	log->answers++;
	log->answer_bytes += size;
	if (is_json(log)) {
		add_payload_object(log, "answer", peer, bytes, size);
	} else {
		begin_line(log, "answer to", &peer->client);
		add_payload(log, peer, "from", bytes, size);
	}
	session_result(log->session);
	if (count != NOT_GIVEN && log->answers >= (uint64_t)count)
		session_end(log->session, EXIT_DONE);
}

static void add_flow(struct text *out, uint64_t number, const char *one, const char *many,
		     uint64_t bytes)
{
	show_quantity(out, number, one, many);
	text_add_string(out, " (");
	show_quantity(out, bytes, "byte", "bytes");
	text_add_string(out, ")");
}

static void add_closed_object(struct echo_log *log, const struct echo_peer *peer,
			      const char *reason, const struct echo_count *count)
{
	struct text *out = &log->session->out;

	begin_object(log, "closed", peer);
	json_string(out, "reason", reason);
	json_integer(out, "messages", (int64_t)count->messages);
	json_integer(out, "message_bytes", (int64_t)count->message_bytes);
	json_integer(out, "answers", (int64_t)count->answers);
	json_integer(out, "answer_bytes", (int64_t)count->answer_bytes);
	json_integer(out, "unanswered_bytes", (int64_t)count->unanswered_bytes);
	json_end_event(out);
}

void echo_log_closed(struct echo_log *log, const struct echo_peer *peer, const char *reason,
		     const struct echo_count *count)
{
	struct text *out = &log->session->out;

	if (is_json(log)) {
		add_closed_object(log, peer, reason, count);
	} else {
		begin_line(log, "closed", &peer->client);
		text_addf(out, ", %s: ", reason);
		add_flow(out, count->messages, "message", "messages", count->message_bytes);
		text_add_string(out, ", ");
		add_flow(out, count->answers, "answer", "answers", count->answer_bytes);
		if (count->unanswered_bytes > 0) {
			text_add_string(out, "; not answered: ");
			show_quantity(out, count->unanswered_bytes, "byte", "bytes");
		}
		text_add_string(out, "\n");
	}
	session_result(log->session);
}

void echo_log_error(struct echo_log *log, const char *format, ...)
{
	char line[ERROR_TEXT_SIZE];
	va_list arguments;

	if (log->errors++ > 0) /* the summary counts the others */
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	session_notice(log->session, "%s (the summary counts further errors)", line);
}

/* ---- The summary ---- */

static void summary_json(struct echo_log *log, uint64_t kernel_drops)
{
	struct text *out = &log->session->out;

	json_begin_event(out, "summary");
	if (!log->is_udp)
		json_integer(out, "connections", (int64_t)log->connections);
	json_integer(out, "messages", (int64_t)log->messages);
	json_integer(out, "message_bytes", (int64_t)log->message_bytes);
	json_integer(out, "answers", (int64_t)log->answers);
	json_integer(out, "answer_bytes", (int64_t)log->answer_bytes);
	json_integer(out, "errors", (int64_t)log->errors);
	if (log->is_udp)
		json_integer(out, "kernel_drops", (int64_t)kernel_drops);
	json_end_event(out);
}

void echo_log_summary(struct echo_log *log, uint64_t kernel_drops)
{
	struct text line = {0};

	if (is_json(log)) {
		summary_json(log, kernel_drops);
		return;
	}
	if (!log->is_udp) {
		show_quantity(&line, log->connections, "connection", "connections");
		text_add_string(&line, ", ");
	}
	add_flow(&line, log->messages, "message", "messages", log->message_bytes);
	text_add_string(&line, ", ");
	add_flow(&line, log->answers, "answer", "answers", log->answer_bytes);
	text_add_string(&line, ", ");
	show_quantity(&line, log->errors, "error", "errors");
	if (log->is_udp)
		text_addf(&line, "; dropped by the kernel: %" PRIu64, kernel_drops);
	session_summary_line(log->session, text_string(&line));
	text_done(&line);
}
