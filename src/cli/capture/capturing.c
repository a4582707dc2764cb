#include "capturing.h"

#include "capture_show.h"
#include "cli/packet_show.h"
#include "run/clock.h"

#include <signal.h>
#include <sys/epoll.h>

enum { PACKETS_A_TURN = 1000, NEXT_TURN_NS = 1 };

/* How exactly a packet that waits for older ones is let go on at its time, and an interface that
 * goes away is noticed. */
#define LOOK_AGAIN_NS    (10 * NS_PER_MS)

/* So long a command has to end by itself once the deadline is over. */
#define COMMAND_GRACE_NS (5 * NS_PER_S)

/* ---- The end ---- */

static void stop_taking(struct capturing *c)
{
	c->is_stopped = true;
	loop_stop_timer(c->session.loop, &c->look);
	for (size_t i = 0; i < c->intake.count; i++)
		loop_forget(c->session.loop, live_fd(c->intake.list[i].live));
}

static void close_recording(struct capturing *c)
{
	struct error error;

	if (!c->recording.path || recording_close(&c->recording, &error) == 0 || c->has_failed)
		return;
	session_error(&c->session, "%s", error.text);
	c->has_failed = true;
	c->status = exit_status_of(error.code);
}

/* Nothing more is taken; a command that runs is waited for. The first status that is not EXIT_DONE
 * counts. */
static void stop(struct capturing *c, int status)
{
	stop_taking(c);
	if (c->status == EXIT_DONE)
		c->status = status;
	close_recording(c);
	if (!c->has_command || !c->companion.is_running)
		session_end(&c->session, c->status);
}

static void fail(struct capturing *c, const struct error *error)
{
	session_error(&c->session, "%s", error->text);
	if (!c->has_failed)
		c->status = exit_status_of(error->code); /* rather than the command's */
	c->has_failed = true;
	stop(c, c->status);
}

/* ---- Packets ---- */

static bool is_complete(const struct capturing *c)
{
	int64_t count = c->session.common->count;

	return count != NOT_GIVEN && c->packets >= (uint64_t)count;
}

static int record(struct capturing *c, const struct frame *frame, const struct packet *packet,
		  struct error *error)
{
	text_clear(&c->line);
	packet_show_comment(&c->line, packet);
	return recording_add(&c->recording, frame, c->line.size > 0 ? text_string(&c->line) : NULL,
			     error);
}

static void take(struct capturing *c, const struct frame *frame)
{
	struct packet packet;
	struct error error;

	packet_decode(frame, &packet);
	if (!selection_has(&c->selection, frame, &packet)) {
		c->passed_over++;
		return;
	}
	c->packets++;
	c->bytes += frame->wire_size;
	if (c->is_shown)
		capture_show_packet(c, frame, &packet);
	if (c->recording.path && record(c, frame, &packet, &error) < 0)
		fail(c, &error);
	else if (is_complete(c))
		stop(c, EXIT_DONE);
}

/* An interface that went away; the others go on, and what came by it before is still there. */
static void lose_source(struct capturing *c, const struct error *error)
{
	for (size_t i = 0; i < c->intake.count; i++)
		if (c->intake.list[i].is_over)
			loop_forget(c->session.loop, live_fd(c->intake.list[i].live));
	c->loss = *error;
	if (intake_open_count(&c->intake) > 0)
		session_notice(&c->session, "%s", error->text);
}

static void look_for_end(struct capturing *c)
{
	if (intake_open_count(&c->intake) == 0)
		fail(c, &c->loss);
}

/* Up to so many packets that have come by now. Returns whether there may be more. */
static bool take_some(struct capturing *c, int64_t now_ns)
{
	for (size_t i = 0; i < PACKETS_A_TURN && !c->is_stopped; i++) {
		struct frame frame;
		struct error error;
		int status = intake_next(&c->intake, now_ns, &frame, &error);

		if (status < 0) {
			lose_source(c, &error);
		} else if (status == 0) {
			look_for_end(c);
			return false;
		} else if (c->is_ending && frame.time_ns > c->end_ns) {
			return false;
		} else {
			take(c, &frame);
		}
	}
	return !c->is_stopped;
}

static void flush(struct capturing *c)
{
	struct error error;

	if (c->recording.path && !c->is_stopped && recording_flush(&c->recording, &error) < 0)
		fail(c, &error);
}

/* A source whose oldest packet waits for its time is left alone meanwhile; all are looked at again
 * soon. */
static void wait_for_more(struct capturing *c, bool has_more)
{
	struct loop *loop = c->session.loop;

	for (size_t i = 0; i < c->intake.count; i++) {
		const struct intake_source *source = &c->intake.list[i];

		loop_change(loop, live_fd(source->live), source->has_head ? 0 : EPOLLIN);
	}
	if (has_more || intake_is_to_be_looked_at(&c->intake))
		loop_set_timer(
			loop, &c->look,
			monotime_add(loop_now(loop), has_more ? NEXT_TURN_NS : LOOK_AGAIN_NS));
}

static void on_look(void *context)
{
	struct capturing *c = context;
	bool has_more = take_some(c, clock_realtime_ns());

	flush(c);
	if (!c->is_stopped)
		wait_for_more(c, has_more);
}

static void on_ready(void *context, uint32_t events)
{
	(void)events;
	on_look(context);
}

/* ---- What ends it ---- */

/* Of a run without a command: nothing more will come, though it may have been wanted. */
static int status_at_end(const struct capturing *c)
{
	if (!c->session.is_deadline_over || c->has_command)
		return EXIT_DONE;
	return common_deadline_status(c->session.common, c->packets > 0);
}

/* What came before the end is there now. The kernel's buffer is finite, and so is this. */
static void on_last_look(void *context)
{
	struct capturing *c = context;

	while (take_some(c, INTAKE_ALL))
		continue;
	flush(c);
	if (!c->is_stopped)
		stop(c, status_at_end(c));
}

/* Packets that came before now are still to be taken. The status is that of the run if nothing
 * fails. */
static void end_soon(struct capturing *c, int status)
{
	struct loop *loop = c->session.loop;

	if (c->is_ending)
		return;
	c->is_ending = true;
	c->end_ns = clock_realtime_ns();
	if (c->status == EXIT_DONE)
		c->status = status;
	if (c->is_stopped) {
		stop(c, status);
		return;
	}
	c->last_look = (struct loop_timer){.function = on_last_look, .context = c};
	loop_set_timer(loop, &c->last_look, monotime_add(loop_clock(loop), INTAKE_HOLD_NS));
}

void capturing_on_command_ended(void *context)
{
	struct capturing *c = context;

	loop_stop_timer(c->session.loop, &c->kill);
	end_soon(c, c->companion.status);
}

void capturing_on_stop(void *context)
{
	struct capturing *c = context;
	bool is_endless = common_is_endless(c->session.common);

	if (c->has_command && c->companion.is_running)
		companion_pass_signal(&c->companion);
	else
		end_soon(c, is_endless ? EXIT_DONE : EXIT_CUT_SHORT);
}

static void on_kill(void *context)
{
	struct capturing *c = context;

	session_notice(&c->session, "the command has not ended %d s after SIGTERM: it is killed",
		       (int)(COMMAND_GRACE_NS / NS_PER_S));
	child_signal(&c->companion.child, SIGKILL);
}

static void end_command(struct capturing *c)
{
	struct loop *loop = c->session.loop;

	child_signal(&c->companion.child, SIGTERM);
	c->kill = (struct loop_timer){.function = on_kill, .context = c};
	loop_set_timer(loop, &c->kill, monotime_add(loop_now(loop), COMMAND_GRACE_NS));
}

void capturing_on_deadline(void *context)
{
	struct capturing *c = context;

	if (c->has_command && c->companion.is_running)
		end_command(c);
	else
		end_soon(c, EXIT_DONE);
}

/* ---- The beginning ---- */

int capturing_begin(struct capturing *c)
{
	struct error error;
	int status = 0;

	c->look = (struct loop_timer){.function = on_look, .context = c};
	for (size_t i = 0; status == 0 && i < c->intake.count; i++)
		status = loop_watch(c->session.loop, live_fd(c->intake.list[i].live), EPOLLIN,
				    on_ready, c, &error);
	return status < 0 ? session_fail(&c->session, &error) : EXIT_DONE;
}

/* A command that still runs, because results could not be written, is waited for: it has the
 * terminal. */
void capturing_done(struct capturing *c)
{
	close_recording(c);
	if (c->has_command && c->companion.is_running) {
		loop_release_signals();
		child_wait(&c->companion.child);
	}
	intake_done(&c->intake);
	text_done(&c->line);
}
