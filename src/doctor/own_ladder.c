#include "own_ladder.h"

#include "observer.h"
#include "rungs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer than an asker takes to send its probes and to ask what arrived; after a third of it this
 * host is made to report. */
#define LISTEN_NS (2400 * NS_PER_MS)

struct own_ladder {
	struct doctor_case c;
	struct observer *observer; /* NULL: it could not listen */
};

/* The first line, of which as much as there is room for. */
static void keep_cause(const struct rung *rung, struct finding *finding, struct peer_ladder *ladder)
{
	static const char more[] = "...";
	size_t most = sizeof ladder->cause - 1;
	int size;

	if (ladder->cause[0])
		return;
	size = snprintf(ladder->cause, sizeof ladder->cause, "%s: %s", rung->title,
			text_string(&finding->saw));
	if (strcspn(ladder->cause, "\n") == most && (size_t)size > most)
		memcpy(ladder->cause + most - strlen(more), more, strlen(more));
	ladder->cause[strcspn(ladder->cause, "\n")] = '\0';
}

static bool can_look(const struct own_ladder *own, enum rung_needs needs)
{
	return needs == NEEDS_HOST || (needs == NEEDS_OBSERVATION && own->c.observation);
}

void own_ladder_climb(struct own_ladder *own, struct peer_ladder *ladder)
{
	struct finding finding = {.state = RUNG_GOOD};
	struct error error;

	if (!own)
		return;
	if (own->observer) {
		observer_finish(own->observer);
		own->c.observation = observer_observation(own->observer);
	}
	for (size_t i = 0; i < rung_count; i++) {
		const struct rung *rung = &rungs[i];

		finding_clear(&finding);
		if (!can_look(own, rung->needs) || rung->examine(&own->c, &finding, &error) < 0)
			continue;
		ladder->is_told[rung->number] = true;
		ladder->states[rung->number] = finding.state;
		if (finding.state == RUNG_CAUSE)
			keep_cause(rung, &finding, ladder);
	}
	finding_done(&finding);
}

/* Whoever has fallen silent will not ask for it. */
static void on_observed(void *context)
{
	(void)context;
}

struct own_ladder *own_ladder_open(const struct case_question *question)
{
	struct own_ladder *own = calloc(1, sizeof *own);
	struct error ignored;

	if (!own)
		return NULL;
	if (case_open(&own->c, question, &ignored) < 0) {
		own_ladder_close(own);
		return NULL;
	}
	return own;
}

void own_ladder_listen(struct own_ladder *own, struct loop *loop)
{
	struct error ignored;

	if (own && own->c.listened_count > 0)
		own->observer =
			observer_open(&own->c, loop, LISTEN_NS, on_observed, NULL, &ignored);
}

bool own_ladder_expects(const struct own_ladder *own, unsigned interface)
{
	return !own || case_is_expected(&own->c, interface);
}

void own_ladder_close(struct own_ladder *own)
{
	if (!own)
		return;
	observer_close(own->observer);
	case_done(&own->c);
	free(own);
}
