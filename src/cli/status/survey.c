#include "survey.h"

#include "base/list.h"
#include "run/tree/tree_address.h"

#include <stdlib.h>
#include <string.h>

size_t survey_find(const struct survey *s, const struct wire_address *address)
{
	for (size_t i = 0; i < s->count; i++)
		if (wire_address_equal(&s->nodes[i].address, address))
			return i;
	return SURVEY_TOP;
}

static void set_silent(struct survey *s, size_t index, const char *problem)
{
	s->nodes[index].state = SURVEY_SILENT;
	s->nodes[index].problem = problem;
	s->found(s->context, index, NULL);
}

/* ---- Asking ---- */

static size_t free_question(const struct survey *s)
{
	size_t i = 0;

	while (s->questions[i].is_open)
		i++;
	return i;
}

static void ask(struct survey *s, size_t index)
{
	union hostcast_address to = address_of_wire(&s->nodes[index].address);
	size_t slot = free_question(s);

	s->asked[slot] = index;
	if (question_put(&s->questions[slot], &to) < 0) {
		set_silent(s, index, s->questions[slot].problem);
		return;
	}
	s->nodes[index].state = SURVEY_ASKED;
	s->asking++;
}

static void go_on(struct survey *s)
{
	for (; s->next < s->count && s->asking < SURVEY_AT_ONCE; s->next++)
		if (s->nodes[s->next].state == SURVEY_WAITING)
			ask(s, s->next);
	if (s->asking == 0)
		s->ended(s->context);
}

/* ---- What was found ---- */

static bool add_node(struct survey *s, size_t named_by, const struct wire_address *address)
{
	unsigned depth = named_by == SURVEY_TOP ? 0 : s->nodes[named_by].depth + 1;
	size_t first = survey_find(s, address);
	struct survey_node *grown;

	if (s->count == SURVEY_NODES_MAX || depth > SURVEY_DEPTH_MAX)
		return false;
	grown = list_grow(s->nodes, s->count, &s->room, sizeof *grown);
	if (!grown)
		return false;
	s->nodes = grown;
	grown[s->count] = (struct survey_node){
		.address = *address,
		.named_by = named_by,
		.depth = depth,
		.state = first == SURVEY_TOP ? SURVEY_WAITING : SURVEY_REPEATED,
		.first = first,
	};
	if (grown[s->count++].state == SURVEY_REPEATED)
		s->found(s->context, s->count - 1, NULL);
	return true;
}

static void take_report(struct survey *s, size_t index, const struct report *report)
{
	struct survey_node *node = &s->nodes[index];

	node->state = SURVEY_ANSWERED;
	node->role = report->role;
	memcpy(node->word, report->state, sizeof node->word);
	node->parent = report->path[0];
	node->seen_as = report->seen_as;
	s->found(s->context, index, report);
	for (size_t i = 0; i < report->child_count; i++)
		if (!add_node(s, index, &report->children[i].address))
			s->cut_off++;
}

static void on_ended(struct question *q)
{
	struct survey *s = q->context;
	size_t index = s->asked[q - s->questions];

	s->asking--;
	if (q->problem)
		set_silent(s, index, q->problem);
	else
		take_report(s, index, &q->report);
	go_on(s);
}

/* ---- Beginning and ending ---- */

bool survey_begin(struct survey *s, const struct wire_address *root)
{
	for (size_t i = 0; i < SURVEY_AT_ONCE; i++)
		s->questions[i] = (struct question){
			.loop = s->loop, .wait_ns = s->wait_ns, .ended = on_ended, .context = s};
	if (!add_node(s, SURVEY_TOP, root))
		return false;
	go_on(s);
	return true;
}

void survey_stop(struct survey *s)
{
	for (size_t i = 0; i < SURVEY_AT_ONCE; i++)
		question_drop(&s->questions[i]);
	for (size_t i = 0; i < s->count; i++)
		if (s->nodes[i].state == SURVEY_WAITING || s->nodes[i].state == SURVEY_ASKED)
			set_silent(s, i, "not asked to the end");
	s->asking = 0;
}

void survey_done(struct survey *s)
{
	for (size_t i = 0; i < SURVEY_AT_ONCE; i++)
		question_drop(&s->questions[i]);
	free(s->nodes);
}
