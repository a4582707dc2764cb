#include "accounts.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

static const struct {
	const char *word, *text;
} OUTCOME_TEXTS[] = {
#define OUTCOME_TEXT(name, word, text) [OUTCOME_##name] = {word, text},
	OUTCOMES(OUTCOME_TEXT)
#undef OUTCOME_TEXT
};

const char *outcome_word(enum outcome outcome)
{
	return OUTCOME_TEXTS[outcome].word;
}

const char *outcome_text(enum outcome outcome)
{
	return OUTCOME_TEXTS[outcome].text;
}

bool accounts_init(struct accounts *a, uint32_t payloads, uint32_t members)
{
	*a = (struct accounts){.count = payloads, .members = members};
	a->list = calloc((size_t)payloads + 1, sizeof *a->list);
	a->outcomes = calloc((size_t)payloads * members + 1, sizeof *a->outcomes);
	return a->list && a->outcomes;
}

void accounts_done(struct accounts *a)
{
	free(a->list);
	free(a->outcomes);
	*a = (struct accounts){0};
}

static uint8_t *outcome_of(const struct accounts *a, uint32_t payload, uint32_t host)
{
	assert(payload < a->count && host < a->members);
	return &a->outcomes[(size_t)payload * a->members + host];
}

static bool has_come(uint8_t outcome)
{
	return outcome == OUTCOME_DELIVERED || outcome == OUTCOME_REPEATED;
}

void accounts_offer(struct accounts *a, const struct world *world, uint32_t payload,
		    uint32_t source, bool is_strict)
{
	a->list[payload] = (struct account){
		.source = source,
		.top = NOBODY,
		.offered_ns = world->now_ns,
		.is_strict = is_strict,
		.is_offered = true,
	};
	a->left++;
}

void accounts_cross(struct accounts *a, uint32_t payload)
{
	a->list[payload].is_crossed = true;
}

bool accounts_deliver(struct accounts *a, struct world *world, uint32_t payload, uint32_t host,
		      bool may_repeat)
{
	struct account *account = &a->list[payload];
	uint8_t *outcome = outcome_of(a, payload, host);
	const struct node *node = &world->nodes[host];
	bool has_moved = node->moved_ns >= account->offered_ns;

	if (node->member.state == MEMBER_ROOT)
		account->top = host;
	if (!has_come(*outcome)) {
		*outcome = OUTCOME_DELIVERED;
		world_note(world, DEED_DELIVERS, host, payload);
		return may_repeat;
	}
	*outcome = OUTCOME_REPEATED;
	a->repeats++;
	world_note(world, DEED_REPEATS, host, payload);
	if (account->is_strict || !(may_repeat || has_moved || account->is_crossed))
		world_fail(world,
			   "payload %" PRIu32 " was delivered twice at %" PRIu32
			   ", and no fault explains it",
			   payload, host);
	return true;
}

void accounts_lose(struct accounts *a, uint32_t payload, uint32_t host, bool is_entry,
		   enum outcome reason)
{
	if (is_entry || host >= a->members) {
		a->list[payload].entry = (uint8_t)reason;
	} else {
		uint8_t *outcome = outcome_of(a, payload, host);

		if (!has_come(*outcome))
			*outcome = (uint8_t)reason;
	}
}

void accounts_hold(struct accounts *a, uint32_t payload)
{
	a->list[payload].under_way++;
}

/* ---- The end of a payload ---- */

/* Members that were in the tree when it was offered, and still are there. */
static bool is_expected(const struct account *account, const struct node *node)
{
	return node->is_alive && node->attached_ns <= account->offered_ns;
}

static enum outcome explain(const struct accounts *a, const struct world *world, uint32_t payload,
			    uint32_t host)
{
	const struct account *account = &a->list[payload];
	const struct node *node = &world->nodes[host];
	uint8_t outcome = *outcome_of(a, payload, host);

	if (outcome != OUTCOME_OPEN)
		return (enum outcome)outcome;
	if (account->top == NOBODY)
		return account->entry != OUTCOME_OPEN ? (enum outcome)account->entry
						      : OUTCOME_UNEXPLAINED;
	if (node->moved_ns >= account->offered_ns || !node->was_settled)
		return OUTCOME_DETACHED;
	if (node->parent == NOBODY)
		return OUTCOME_OTHER_TREE;
	if (!has_come(*outcome_of(a, payload, node->parent)))
		return OUTCOME_UPSTREAM;
	return world->scenario->faults.count > 0 || !scenario_is_faultless(world->scenario)
		       ? OUTCOME_NOT_A_CHILD
		       : OUTCOME_UNEXPLAINED;
}

static void close_at(struct accounts *a, struct world *world, uint32_t payload, uint32_t host)
{
	const struct account *account = &a->list[payload];
	uint8_t outcome = *outcome_of(a, payload, host);
	enum outcome why;

	if (has_come(outcome)) {
		a->pairs[outcome]++;
		return;
	}
	if (!is_expected(account, &world->nodes[host]))
		return;
	why = explain(a, world, payload, host);
	a->pairs[why]++;
	if (account->is_strict || why == OUTCOME_UNEXPLAINED)
		world_fail(world, "payload %" PRIu32 " did not come to %" PRIu32 ": %s", payload,
			   host, outcome_text(why));
}

void accounts_release(struct accounts *a, struct world *world, uint32_t payload)
{
	struct account *account = &a->list[payload];

	assert(account->under_way > 0);
	if (--account->under_way > 0)
		return;
	assert(!account->is_closed);
	account->is_closed = true;
	a->left--;
	for (uint32_t host = 0; host < a->members; host++)
		close_at(a, world, payload, host);
}

/* ---- Sums ---- */

uint64_t accounts_expected(const struct accounts *a)
{
	return a->pairs[OUTCOME_DELIVERED] + a->pairs[OUTCOME_REPEATED] + accounts_lost(a);
}

uint64_t accounts_delivered_once(const struct accounts *a)
{
	return a->pairs[OUTCOME_DELIVERED];
}

uint64_t accounts_lost(const struct accounts *a)
{
	uint64_t lost = 0;

	for (unsigned i = OUTCOME_LINK; i < OUTCOME_COUNT; i++)
		lost += a->pairs[i];
	return lost;
}
