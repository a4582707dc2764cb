#include "tree_wait.h"

#include "cli/show.h"

#include <inttypes.h>

#define TELL_AFTER_NS NS_PER_S          /* an answer of the rendezvous point comes sooner */
#define LINGER_NS     (200 * NS_PER_MS) /* most round trips are shorter */

static uint64_t held(const struct tree_wait *wait)
{
	return show_counter(wait->handle, "tree_held");
}

static void give_up(struct tree_wait *wait)
{
	session_error(
		wait->session,
		"no root of the tree was known for %g s: %" PRIu64
		" %s lost (is the rendezvous point running, and is there a node? --wait waits "
		"longer)",
		(double)wait->patience_ns / (double)NS_PER_S, held(wait),
		held(wait) == 1 ? "message is" : "messages are");
	session_end(wait->session, EXIT_PARTIAL);
}

static void on_patience(void *context)
{
	struct tree_wait *wait = context;
	struct loop *loop = wait->session->loop;

	if (held(wait) == 0)
		return;
	if (wait->is_told || wait->patience_ns <= TELL_AFTER_NS) {
		give_up(wait);
		return;
	}
	wait->is_told = true;
	session_notice(
		wait->session,
		"no root of the tree is known yet: what is sent waits for one, for up to %g s",
		(double)wait->patience_ns / (double)NS_PER_S);
	loop_set_timer(loop, &wait->patience,
		       monotime_add(loop_now(loop), wait->patience_ns - TELL_AFTER_NS));
}

static void on_linger(void *context)
{
	struct tree_wait *wait = context;

	wait->has_lingered = true;
	wait->over(wait->context);
}

void tree_wait_init(struct tree_wait *wait)
{
	wait->patience = (struct loop_timer){.function = on_patience, .context = wait};
	wait->linger = (struct loop_timer){.function = on_linger, .context = wait};
}

void tree_wait_look(struct tree_wait *wait)
{
	struct loop *loop = wait->session->loop;
	int64_t first = wait->patience_ns < TELL_AFTER_NS ? wait->patience_ns : TELL_AFTER_NS;

	if (held(wait) == 0) {
		loop_stop_timer(loop, &wait->patience);
		wait->is_told = false;
	} else if (!wait->patience.is_set && !wait->session->is_ended) {
		loop_set_timer(loop, &wait->patience, monotime_add(loop_now(loop), first));
	}
}

bool tree_wait_is_over(struct tree_wait *wait)
{
	struct loop *loop = wait->session->loop;
	uint64_t returned = show_counter(wait->handle, "tree_returned");

	if (held(wait) > 0)
		return false;
	if (wait->has_lingered && returned == wait->returned)
		return true;
	if (!wait->linger.is_set || returned != wait->returned)
		loop_set_timer(loop, &wait->linger, monotime_add(loop_now(loop), LINGER_NS));
	wait->has_lingered = false;
	wait->returned = returned;
	return false;
}
