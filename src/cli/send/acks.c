#include "acks.h"

#include "cli/json.h"
#include "cli/show.h"
#include "hostcast.h"
#include "net/address.h"
#include "net/vector.h"
#include "responders.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

/* A message that waits for answers. */
struct probe {
	struct acks *acks;
	struct probe *next;
	struct hostcast *handle;
	uint64_t number; /* from 1 */
	struct monotime sent_at;
	struct loop_timer timer;
	uint64_t answers; /* from different responders */
	unsigned copies;  /* datagrams: one for each group of a range and each interface */
	uint8_t answers_of[RESPONDERS_MAX]; /* by responder; may be one to each copy */
};

struct acks {
	struct session *session;
	struct acks_settings settings;
	struct responders responders;
	struct probe *probes; /* in flight */
	uint64_t sent;
	uint64_t answers, duplicates;
	uint64_t unanswered;    /* messages over without a single answer */
	uint64_t short_of_some; /* messages over with fewer answers than expected */
	uint64_t refused;       /* ICMP errors: nobody listens at that host */
	uint64_t received_bytes;
};

struct acks *acks_new(struct session *session, const struct acks_settings *settings)
{
	struct acks *acks = calloc(1, sizeof *acks);

	if (acks) {
		acks->session = session;
		acks->settings = *settings;
	}
	return acks;
}

static void close_probe(struct probe *probe)
{
	struct loop *loop = probe->acks->session->loop;

	loop_stop_timer(loop, &probe->timer);
	loop_forget(loop, hostcast_fd(probe->handle));
	hostcast_free(probe->handle);
	free(probe);
}

void acks_free(struct acks *acks)
{
	if (!acks)
		return;
	while (acks->probes) {
		struct probe *probe = acks->probes;

		acks->probes = probe->next;
		close_probe(probe);
	}
	responders_done(&acks->responders);
	free(acks);
}

/* ---- Answers ---- */

static void show_answer_text(const struct probe *probe, const struct hostcast_message *message,
			     int64_t rtt_ns, bool is_duplicate)
{
	struct text *out = &probe->acks->session->out;
	char address[HOSTCAST_TEXT_SIZE];

	if (probe->acks->settings.show_numbers)
		text_addf(out, "#%" PRIu64 " ", probe->number);
	text_addf(out,
		  "%s answered in %.3f ms%s: ", hostcast_address_text(&message->source, address),
		  (double)rtt_ns / (double)NS_PER_MS, is_duplicate ? " (duplicate)" : "");
	text_add_escaped(out, message->data, message->size);
	text_add_string(out, "\n");
}

static void show_answer_json(const struct probe *probe, const struct hostcast_message *message,
			     int64_t rtt_ns, bool is_duplicate)
{
	struct text *out = &probe->acks->session->out;

	json_begin_event(out, "answer");
	json_integer(out, "number", (int64_t)probe->number);
	json_address(out, "source", &message->source);
	json_real(out, "rtt_us", (double)rtt_ns / (double)NS_PER_US);
	json_bool(out, "duplicate", is_duplicate);
	json_integer(out, "size", (int64_t)message->size);
	json_payload(out, message->data, message->size);
	json_end_event(out);
}

/* How often this responder has answered this message, with this answer. */
static unsigned count_answer(struct probe *probe, int responder)
{
	uint8_t *answers = &probe->answers_of[responder];

	if (*answers < UINT8_MAX)
		++*answers;
	return *answers;
}

static void take_answer(struct probe *probe, const struct hostcast_message *message)
{
	struct acks *acks = probe->acks;
	struct monotime came_at = loop_time_of_stamp(acks->session->loop, message->time_ns);
	int64_t rtt_ns = monotime_diff_ns(came_at, probe->sent_at);
	int index = responders_find(&acks->responders, &message->source);
	struct responder *responder = index >= 0 ? acks->responders.list[index] : NULL;
	unsigned answers = index >= 0 ? count_answer(probe, index) : 1;
	bool is_duplicate = answers > probe->copies;

	if (rtt_ns < 0) /* the real-time clock was set meanwhile */
		rtt_ns = 0;
	acks->received_bytes += message->size;
	*(is_duplicate ? &acks->duplicates : &acks->answers) += 1;
	if (answers == 1)
		probe->answers++;
	if (responder && answers == 1) {
		responder->answered++;
		histogram_add(&responder->rtt_ns, rtt_ns);
	} else if (responder && is_duplicate) {
		responder->duplicates++;
	}
	if (acks->session->common->json)
		show_answer_json(probe, message, rtt_ns, is_duplicate);
	else
		show_answer_text(probe, message, rtt_ns, is_duplicate);
	session_result(acks->session);
}

static void on_ready(void *context, uint32_t events)
{
	struct hostcast_message messages[HOSTCAST_BATCH];
	struct probe *probe = context;
	struct acks *acks = probe->acks;
	int count = hostcast_receive(probe->handle, messages, HOSTCAST_BATCH);

	(void)events;
	if (count == HOSTCAST_ADDRESS) {
		if (acks->refused++ == 0)
			session_error(acks->session, "%s", hostcast_error_text(probe->handle));
		return;
	}
	if (count < 0) {
		session_fail_handle(acks->session, probe->handle, count);
		return;
	}
	for (int i = 0; i < count; i++)
		take_answer(probe, &messages[i]);
}

/* ---- Messages ---- */

static void on_wait_over(void *context)
{
	struct probe *probe = context;
	struct acks *acks = probe->acks;
	struct probe **link = &acks->probes;

	if (probe->answers == 0)
		acks->unanswered++;
	if (probe->answers < acks->settings.expect)
		acks->short_of_some++;
	while (*link != probe)
		link = &(*link)->next;
	*link = probe->next;
	close_probe(probe);
	if (!acks->probes)
		acks->settings.all_over(acks->settings.context);
}

static struct probe *new_probe(struct acks *acks)
{
	struct probe *probe = calloc(1, sizeof *probe);

	if (!probe) {
		struct error error;

		error_set(&error, HOSTCAST_NO_MEMORY, "out of memory");
		session_fail(acks->session, &error);
		return NULL;
	}
	probe->handle = acks->settings.open(acks->settings.context);
	if (!probe->handle) {
		free(probe);
		return NULL;
	}
	probe->acks = acks;
	probe->number = acks->sent + 1;
	probe->timer = (struct loop_timer){.function = on_wait_over, .context = probe};
	return probe;
}

int acks_send(struct acks *acks, const void *data, size_t size)
{
	struct session *session = acks->session;
	struct iovec payload = iovec_of(data, size);
	struct probe *probe = new_probe(acks);
	struct error error;
	int sent;

	if (!probe)
		return session->status;
	if (loop_watch(session->loop, hostcast_fd(probe->handle), EPOLLIN, on_ready, probe,
		       &error) < 0) {
		close_probe(probe);
		return session_fail(session, &error);
	}
	probe->sent_at = loop_clock(session->loop);
	sent = hostcast_send(probe->handle, &payload, 1);
	if (sent < 0) {
		int status = session_fail_handle(session, probe->handle, sent);

		close_probe(probe);
		return status;
	}
	acks->sent++;
	probe->copies = (unsigned)show_counter(probe->handle, "sent");
	probe->next = acks->probes;
	acks->probes = probe;
	loop_set_timer(session->loop, &probe->timer,
		       monotime_add(probe->sent_at, acks->settings.wait_ns));
	return EXIT_DONE;
}

void acks_give_up(struct acks *acks)
{
	while (acks->probes)
		on_wait_over(acks->probes);
}

bool acks_are_awaited(const struct acks *acks)
{
	return acks->probes;
}

/* ---- The end ---- */

int acks_status(const struct acks *acks)
{
	if (acks->answers == 0 && acks->refused > 0)
		return EXIT_ADDRESS;
	if (acks->short_of_some > 0)
		return EXIT_PARTIAL;
	return acks->answers == 0 ? EXIT_NOTHING : EXIT_DONE;
}

static void summary_json(const struct acks *acks, uint64_t unsent)
{
	struct text *out = &acks->session->out;

	json_begin_event(out, "summary");
	json_integer(out, "messages", (int64_t)acks->sent);
	json_integer(out, "unsent", (int64_t)unsent);
	json_integer(out, "answers", (int64_t)acks->answers);
	json_integer(out, "duplicates", (int64_t)acks->duplicates);
	json_integer(out, "unanswered", (int64_t)acks->unanswered);
	if (acks->settings.expect > 0) {
		json_integer(out, "expected", (int64_t)acks->settings.expect);
		json_integer(out, "short_of_expected", (int64_t)acks->short_of_some);
	}
	json_integer(out, "refused", (int64_t)acks->refused);
	json_integer(out, "unlisted", (int64_t)acks->responders.unlisted);
	json_integer(out, "received_bytes", (int64_t)acks->received_bytes);
	responders_show_json(&acks->responders, acks->sent, out);
	json_end_event(out);
}

static void summary_text(const struct acks *acks, uint64_t unsent)
{
	struct text line = {0};

	if (acks->settings.show_numbers && acks->responders.count > 0 &&
	    !acks->session->common->quiet)
		responders_show_text(&acks->responders, acks->sent, &acks->session->out);
	show_quantity(&line, acks->sent, "message", "messages");
	text_add_string(&line, " sent, ");
	if (unsent > 0)
		text_addf(&line, "%" PRIu64 " not sent, ", unsent);
	show_quantity(&line, acks->answers, "answer", "answers");
	text_add_string(&line, " from ");
	show_quantity(&line, acks->responders.count, "receiver", "receivers");
	if (acks->duplicates > 0)
		text_addf(&line, ", %" PRIu64 " more as duplicates", acks->duplicates);
	if (acks->short_of_some > 0)
		text_addf(&line,
			  "; fewer than the %" PRIu64 " expected answered %" PRIu64 " of them",
			  acks->settings.expect, acks->short_of_some);
	if (acks->responders.unlisted > 0)
		text_addf(&line, "; more than %d receivers: %" PRIu64 " answers are in no row",
			  RESPONDERS_MAX, acks->responders.unlisted);
	session_summary_line(acks->session, text_string(&line));
	text_done(&line);
}

void acks_summary(const struct acks *acks, uint64_t unsent)
{
	if (acks->session->common->json)
		summary_json(acks, unsent);
	else
		summary_text(acks, unsent);
}
