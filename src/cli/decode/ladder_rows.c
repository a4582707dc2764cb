#include "ladder_rows.h"

#include "base/monotime.h"
#include "conversation_words.h"

enum {
	RUN_LEAST = 10, /* steps that are put together */
	RUN_HEAD = 3,   /* of them drawn before it, */
	RUN_TAIL = 2,   /* and behind it */
};

#define PAUSE_LEAST_NS (100 * NS_PER_MS)

/* Nothing but data and ACKs, or datagrams. */
static bool is_plain(const struct conversation *c, size_t index)
{
	const struct step *step = &c->steps[index];
	uint32_t calls = step->calls[SIDE_CLIENT] | step->calls[SIDE_SERVER];

	if (step->kind == STEP_ICMP || step->marks != 0 ||
	    calls & ~(uint32_t)(CALL_SEND | CALL_SEND_GOES_ON | CALL_RECV))
		return false;
	return step->kind == STEP_DATAGRAM ||
	       (!(step->tcp.flags & ~(TCP_ACK | TCP_PSH)) && !*new_state(c, index, SIDE_CLIENT) &&
		!*new_state(c, index, SIDE_SERVER));
}

static bool is_pause_before(const struct conversation *c, size_t index)
{
	return index > 0 && c->steps[index].time_ns - c->steps[index - 1].time_ns >= PAUSE_LEAST_NS;
}

/* Between the datagrams of a stream a pause is nothing special. */
static bool breaks_run(const struct conversation *c, size_t index)
{
	return is_pause_before(c, index) && !conversation_is_one_way(c);
}

/* Plain steps from here on, up to the next pause. */
static size_t run_length(const struct conversation *c, size_t first)
{
	size_t length = 0;

	while (first + length < c->count && is_plain(c, first + length) &&
	       (length == 0 || !breaks_run(c, first + length)))
		length++;
	return length;
}

static bool is_full(const struct ladder_rows *rows)
{
	return rows->count == LADDER_ROWS_MAX - 1; /* the last one tells of the rest */
}

static void add_row(struct ladder_rows *rows, enum ladder_row_kind kind, size_t first, size_t last)
{
	rows->rows[rows->count++] = (struct ladder_row){kind, first, last};
}

/* Returns the step after the last one that has a row. */
static size_t add_step(struct ladder_rows *rows, const struct conversation *c, size_t at)
{
	if (is_pause_before(c, at))
		add_row(rows, LADDER_PAUSE, at, at);
	if (is_full(rows))
		return at;
	add_row(rows, LADDER_STEP, at, at);
	return at + 1;
}

static size_t add_steps(struct ladder_rows *rows, const struct conversation *c, size_t at,
			size_t end)
{
	while (at < end && !is_full(rows))
		at = add_step(rows, c, at);
	return at;
}

void ladder_rows_find(struct ladder_rows *rows, const struct conversation *c)
{
	size_t at = 0;

	rows->count = 0;
	while (at < c->count && !is_full(rows)) {
		size_t length = run_length(c, at);
		size_t end = at + length;

		if (length < RUN_LEAST) {
			at = add_steps(rows, c, at, length > 0 ? end : at + 1);
			continue;
		}
		at = add_steps(rows, c, at, at + RUN_HEAD);
		if (is_full(rows))
			break;
		add_row(rows, LADDER_RUN, at, end - RUN_TAIL - 1);
		at = add_steps(rows, c, end - RUN_TAIL, end);
	}
	if (at < c->count)
		add_row(rows, LADDER_REST, at, c->count - 1);
}
