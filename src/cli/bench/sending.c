#include "sending.h"

#include "cli/show.h"
#include "iperf.h"
#include "run/clock.h"

#include <string.h>
#include <sys/epoll.h>

#define ASK_EVERY_NS (100 * NS_PER_MS)
#define SETTLE_NS    (20 * NS_PER_MS) /* for what is still on its way */
#define GOODBYE_NS   (10 * NS_PER_MS)
#define ROOT_WAIT_NS (10 * NS_PER_S)
#define REPORTS_NS   (3 * NS_PER_S) /* until a report is missing */

enum { ECHOES_A_SECOND = 100, ECHO_EACH_OF_ALL = 1000 };
enum { TURNS = 16, GOODBYES = 3, ASKS_OF_NOBODY = 3, RATE_REACHED_PERCENT = 90 };

static struct monotime now_of(const struct sending *s)
{
	return loop_now(s->session.loop);
}

static void enter(struct sending *s, enum sending_phase phase, int64_t delay_ns)
{
	s->phase = phase;
	s->asked = 0;
	s->phase_began = now_of(s);
	loop_set_timer(s->session.loop, &s->timer, monotime_add(now_of(s), delay_ns));
}

static void again_in(struct sending *s, int64_t ns)
{
	loop_set_timer(s->session.loop, &s->timer, monotime_add(now_of(s), ns));
}

static int64_t phase_ns(const struct sending *s)
{
	return monotime_diff_ns(now_of(s), s->phase_began);
}

/* ---- Asking ---- */

/* As long as a message, and as the report: an answer is no larger than what asks for it. */
static size_t write_iperf_end(const struct sending *s, uint8_t *bytes)
{
	size_t size = s->options->sizes.most;
	const struct iperf_packet packet = {
		.number = pump_passed(&s->pump) + s->asked,
		.is_end = true,
		.time_ns = clock_realtime_ns(),
	};

	memset(bytes, 0, CONTROL_MAX);
	iperf_write(&packet, bytes);
	if (size > CONTROL_MAX)
		return CONTROL_MAX;
	return size < IPERF_REPORT ? IPERF_REPORT : size;
}

static void ask(struct sending *s, enum packet_type type)
{
	struct packet packet = s->pump.settings.header;
	uint8_t bytes[CONTROL_MAX];
	struct iovec payload = {.iov_base = bytes};
	int code;

	packet.type = (uint8_t)type;
	packet.step = s->step;
	packet.number = pump_passed(&s->pump);
	packet.time_ns = clock_realtime_ns();
	payload.iov_len = s->options->iperf ? write_iperf_end(s, bytes)
					    : control_write_hello(&packet, &s->post.hello, bytes);
	s->asked++;
	code = hostcast_send(s->handle, &payload, 1);
	/* Refused by ICMP, or no room: it is asked again. */
	if (code < 0 && code != HOSTCAST_AGAIN && (code != HOSTCAST_ADDRESS || s->asked == 1))
		session_fail_handle(&s->session, s->handle, code);
}

/* ---- Steps ---- */

static struct rate rate_now(const struct sending *s)
{
	struct rate rate = s->options->rates[s->options->search ? 0 : s->step - 1];

	if (s->options->search)
		rate.per_second = s->search.rate;
	return rate;
}

/* Every how many messages one is to come back. Where nobody said, so many as do not matter. */
static uint64_t echo_each(const struct sending *s)
{
	struct rate rate = rate_now(s);
	double pps = (double)rate.per_second;

	if (!s->is_round_trip || s->options->echo_each > 0)
		return (uint64_t)s->options->echo_each;
	if (rate.per_second == 0)
		return ECHO_EACH_OF_ALL;
	if (rate.is_bits)
		pps /= 8 * sizes_mean(&s->options->sizes);
	return pps > ECHOES_A_SECOND ? (uint64_t)(pps / ECHOES_A_SECOND) : 1;
}

static void begin_step(struct sending *s)
{
	int64_t count = s->options->common.count;

	s->step++;
	if (!s->options->iperf)
		ask(s, PACKET_HELLO); /* for those who came later */
	audience_begin(&s->audience, s->step);
	s->pump.settings.echo_each = echo_each(s);
	pump_begin(&s->pump, s->step, rate_now(s),
		   count == NOT_GIVEN ? UINT64_MAX : (uint64_t)count, loop_clock(s->session.loop));
	s->cpu_ns = clock_cpu_ns();
	enter(s, PHASE_STEP, 0);
}

static bool has_next_step(const struct sending *s)
{
	if (s->stop_status != EXIT_DONE)
		return false;
	return s->options->search ? !s->search.is_over : s->step < s->options->rate_count;
}

static double achieved(const struct sending *s, const struct result *sent)
{
	return rate_now(s).is_bits ? result_bit_rate(sent) : result_message_rate(sent);
}

/* Of a short step the rate says little. */
static void look_at_rate(struct sending *s, const struct result *sent)
{
	double wanted = (double)rate_now(s).per_second;

	if (sent->elapsed_ns >= NS_PER_S / 2 &&
	    achieved(s, sent) * 100 < wanted * RATE_REACHED_PERCENT)
		s->is_slow = true;
}

static void take_search(struct sending *s, const struct result *sent, bool is_good)
{
	search_take(&s->search, is_good, achieved(s, sent));
	if (!s->has_reports)
		s->search.is_over = true; /* nobody to tell what is lost */
}

/* Everybody has reported, or will not. */
static void end_step(struct sending *s)
{
	struct result sent;
	bool is_good;

	pump_result(&s->pump, &sent);
	sent.cpu_ns = (uint64_t)s->cpu_ns;
	is_good = sending_show_step(s, &sent);
	if (s->options->search)
		take_search(s, &sent, is_good);
	else
		look_at_rate(s, &sent);
	if (has_next_step(s))
		begin_step(s);
	else
		enter(s, PHASE_GOODBYE, 0);
}

/* ---- Phases: what each does when its time has come ---- */

static bool waits_for_root(const struct sending *s)
{
	return s->target.kind == TARGET_TREE && show_counter(s->handle, "tree_held") > 0;
}

/* Where clocks may differ only the way there and back has a length. */
static void choose_latency(struct sending *s)
{
	const struct audience *audience = &s->audience;
	uint32_t own = s->pump.settings.header.clock;
	size_t others = 0;

	for (size_t i = 0; i < audience->count; i++)
		others += own == 0 || audience->list[i]->clock != own;
	s->is_round_trip = s->options->echo_each > 0 || (others > 0 && !s->options->clocks_agree);
	if (others > 0 && s->options->echo_each == 0 && !s->options->clocks_agree)
		session_notice(&s->session,
			       "%zu of %zu receivers have another clock: the latency is that of "
			       "round trips, of some %d messages a second (--clocks-agree: they "
			       "show the same)",
			       others, audience->count, ECHOES_A_SECOND);
}

static void hello_is_over(struct sending *s)
{
	int64_t wanted = s->options->receivers;

	s->is_incomplete = true; /* until a step begins */
	if (waits_for_root(s)) {
		session_error(&s->session, "no root of the tree is known (is the rendezvous point "
					   "running, and is there a node?)");
		session_end(&s->session, EXIT_PARTIAL);
	} else if (wanted != NOT_GIVEN && s->audience.count < (uint64_t)wanted) {
		sending_show_missing(s);
		session_end(&s->session, EXIT_PARTIAL);
	} else {
		s->is_incomplete = false;
		sending_show_audience(s);
		choose_latency(s);
		begin_step(s);
	}
}

static bool is_hello_over(const struct sending *s)
{
	int64_t wanted = s->options->receivers;
	int64_t patience_ns = s->options->common.wait_ns;

	if (wanted != NOT_GIVEN && s->audience.count >= (uint64_t)wanted)
		return true;
	if (waits_for_root(s) && patience_ns < ROOT_WAIT_NS)
		patience_ns = ROOT_WAIT_NS;
	return phase_ns(s) >= patience_ns;
}

static void go_on_hello(struct sending *s)
{
	if (s->options->iperf || is_hello_over(s)) {
		hello_is_over(s);
		return;
	}
	ask(s, PACKET_HELLO);
	again_in(s, ASK_EVERY_NS);
}

static void step_is_sent(struct sending *s)
{
	s->cpu_ns = clock_cpu_ns() - s->cpu_ns;
	enter(s, PHASE_END, SETTLE_NS);
}

static bool is_time_over(const struct sending *s)
{
	return s->options->time_ns != NOT_GIVEN && phase_ns(s) >= s->options->time_ns;
}

/* Sends what may go now; so many batches, that answers and signals get their turn. */
static int send_batches(struct sending *s)
{
	int code = 0;

	for (int i = 0; code == 0 && i < TURNS; i++) {
		struct monotime now = loop_clock(s->session.loop);

		if (is_time_over(s))
			pump_stop(&s->pump);
		if (s->pump.is_blocked || !pump_fill(&s->pump, now))
			break;
		code = pump_send(&s->pump, now, clock_realtime_ns());
	}
	return code;
}

static void go_on_step(struct sending *s)
{
	int code = send_batches(s);
	struct monotime now = now_of(s);

	if (code < 0)
		session_fail_handle(&s->session, s->handle, code);
	else if (pump_is_done(&s->pump))
		step_is_sent(s);
	else if (s->pump.is_blocked)
		return;                      /* the handle's descriptor tells when there is room */
	else if (pump_may_go(&s->pump, now)) /* later than now, so that it is another turn */
		again_in(s, 1);
	else
		loop_set_timer(s->session.loop, &s->timer, pump_next(&s->pump, now));
}

static bool is_end_answered(const struct sending *s)
{
	size_t reported = audience_reported(&s->audience);

	return reported > 0 && reported == s->audience.count;
}

static bool is_end_hopeless(const struct sending *s)
{
	if (s->audience.count == 0 && s->target.kind != TARGET_HOST)
		return s->asked >= ASKS_OF_NOBODY;
	return phase_ns(s) >= REPORTS_NS;
}

static void go_on_end(struct sending *s)
{
	if (is_end_answered(s) || is_end_hopeless(s)) {
		end_step(s);
		return;
	}
	ask(s, PACKET_END);
	again_in(s, ASK_EVERY_NS);
}

static void go_on_goodbye(struct sending *s)
{
	if (s->asked >= GOODBYES || s->options->iperf) {
		sending_end(s);
		return;
	}
	ask(s, PACKET_BYE);
	again_in(s, GOODBYE_NS);
}

static void go_on(void *context)
{
	struct sending *s = context;

	if (s->session.is_ended)
		return;
	switch (s->phase) {
	case PHASE_HELLO:
		go_on_hello(s);
		break;
	case PHASE_STEP:
		go_on_step(s);
		break;
	case PHASE_END:
		go_on_end(s);
		break;
	case PHASE_GOODBYE:
		go_on_goodbye(s);
		break;
	}
}

/* ---- What comes back ---- */

/* The last answer that is waited for need not wait for the timer. */
static void look_at_answers(struct sending *s)
{
	int64_t wanted = s->options->receivers;

	if ((s->phase == PHASE_HELLO && wanted != NOT_GIVEN &&
	     s->audience.count >= (uint64_t)wanted && !waits_for_root(s)) ||
	    (s->phase == PHASE_END && is_end_answered(s)))
		go_on(s);
}

static void on_answers(void *context, uint32_t events)
{
	struct sending *s = context;
	struct hostcast_message messages[HOSTCAST_BATCH];
	int count = hostcast_receive(s->post.handle, messages, HOSTCAST_BATCH);
	int64_t realtime_ns = clock_realtime_ns();

	(void)events;
	if (count < 0)
		session_fail_handle(&s->session, s->post.handle, count);
	for (int i = 0; i < count; i++)
		audience_take(&s->audience, &messages[i], realtime_ns);
	if (count > 0)
		look_at_answers(s);
}

static void take_iperf_report(struct sending *s, const struct hostcast_message *message)
{
	struct listener *listener;
	struct result result;

	if (!s->options->iperf || s->phase != PHASE_END ||
	    !iperf_read_report(&result, message->data, message->size)) {
		s->audience.strays++;
		return;
	}
	listener = audience_find(&s->audience, &message->source);
	if (!listener)
		return;
	listener->result = result;
	listener->has_reported = true;
	look_at_answers(s);
}

/* What comes to the address that messages are sent from: an iperf server's report, and ICMP errors,
 * which the handle counts. It also tells when there is room again. */
static void on_ready(void *context, uint32_t events)
{
	struct sending *s = context;
	struct hostcast_message messages[HOSTCAST_BATCH];
	int count = hostcast_receive(s->handle, messages, HOSTCAST_BATCH);

	(void)events;
	if (count < 0 && count != HOSTCAST_ADDRESS)
		session_fail_handle(&s->session, s->handle, count);
	for (int i = 0; i < count; i++)
		take_iperf_report(s, &messages[i]);
	session_print_notices(&s->session, s->handle);
	if (s->phase == PHASE_STEP && s->pump.is_blocked) {
		s->pump.is_blocked = false;
		go_on(s);
	}
}

/* ---- Beginning and ending ---- */

static int watch(struct sending *s)
{
	struct error error;

	if (loop_watch(s->session.loop, hostcast_fd(s->handle), EPOLLIN, on_ready, s, &error) < 0)
		return session_fail(&s->session, &error);
	if (!s->post.handle)
		return EXIT_DONE;
	return session_watch(&s->session, hostcast_fd(s->post.handle), on_answers, s);
}

int sending_start(struct sending *s)
{
	int status = sending_open(s);

	if (status == EXIT_DONE)
		status = watch(s);
	if (status != EXIT_DONE)
		return status;
	if (s->options->search)
		search_begin(&s->search, s->options->rates[0].per_second);
	s->timer = (struct loop_timer){.function = go_on, .context = s};
	enter(s, PHASE_HELLO, 0);
	return EXIT_DONE;
}

void sending_stop(struct sending *s, int status)
{
	if (s->phase == PHASE_HELLO) {
		session_end(&s->session, status);
		return;
	}
	if (s->phase != PHASE_GOODBYE)
		s->stop_status = status;
	if (s->phase == PHASE_STEP) {
		pump_stop(&s->pump);
		go_on(s);
	}
}

void sending_done(struct sending *s)
{
	audience_done(&s->audience);
	pump_done(&s->pump);
	post_close(&s->post);
	hostcast_free(s->handle);
}
