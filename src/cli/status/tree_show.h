/* A tree as a survey found it: for people, as DOT and SVG, and as JSON. */
#ifndef CLI_STATUS_TREE_SHOW_H
#define CLI_STATUS_TREE_SHOW_H

#include "base/text.h"
#include "survey.h"

struct tree_totals {
	size_t nodes, answered, silent, repeated;
	size_t depth; /* edges between the root and the node farthest from it */
};

struct tree_totals tree_totals(const struct survey *survey);

enum tree_form { TREE_TEXT, TREE_DOT, TREE_SVG };

/* False if memory is short. */
bool tree_show(struct text *out, const struct survey *survey, enum tree_form form);

/* One node, with what it told, as an event; report NULL: nothing. */
void tree_show_json(struct text *out, const struct survey *survey, size_t index,
		    const struct report *report);

/* The totals as members of the JSON object that is open. */
void tree_totals_add_json(struct text *out, const struct survey *survey);

#endif
