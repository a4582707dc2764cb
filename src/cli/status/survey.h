/* Goes through a tree from its root, asking every node for its children: several at a time, each
 * once, whoever names it how often (a cycle comes to an end). What is found grows as a list, in
 * which a node stands behind the one that named it. */
#ifndef CLI_STATUS_SURVEY_H
#define CLI_STATUS_SURVEY_H

#include "question.h"

enum {
	SURVEY_AT_ONCE = 16,                    /* questions under way */
	SURVEY_NODES_MAX = 16384,               /* a tree that claims to be larger is cut off, */
	SURVEY_DEPTH_MAX = PATH_MAX_LENGTH + 1, /* or to be deeper than one can be (T-9) */
};

#define SURVEY_TOP SIZE_MAX /* the root was named by no node */

enum survey_state {
	SURVEY_WAITING, /* not asked yet */
	SURVEY_ASKED,   /* its answer is awaited */
	SURVEY_ANSWERED,
	SURVEY_SILENT,   /* it gave none */
	SURVEY_REPEATED, /* the same node as an earlier one, which is asked */
};

struct survey_node {
	struct wire_address address;
	size_t named_by; /* index of the node whose child it is, or SURVEY_TOP */
	unsigned depth;  /* 0: the root */
	enum survey_state state;
	size_t first;        /* SURVEY_REPEATED: the index of the earlier one */
	const char *problem; /* SURVEY_SILENT: as that of a question */

	/* SURVEY_ANSWERED: what it told. */
	enum report_role role;
	char word[REPORT_WORD_SIZE]; /* its state */
	struct wire_address parent;  /* none: none */
	struct wire_address seen_as; /* none: not known */
};

struct survey {
	struct loop *loop;
	int64_t wait_ns;
	/* A node's state is known now; report is NULL unless it answered. */
	void (*found)(void *context, size_t index, const struct report *report);
	void (*ended)(void *context); /* all is known */
	void *context;

	struct survey_node *nodes;
	size_t count, room;
	size_t next;     /* the first that was not asked yet */
	size_t cut_off;  /* children that were left out */
	unsigned asking; /* questions under way */
	struct question questions[SURVEY_AT_ONCE];
	size_t asked[SURVEY_AT_ONCE]; /* whom */
};

/* Asks the root first. False if memory is short. */
bool survey_begin(struct survey *survey, const struct wire_address *root);

/* Ends it where it is: what is not known yet is silent. */
void survey_stop(struct survey *survey);
void survey_done(struct survey *survey);

/* The node with this address that stands first, or SURVEY_TOP. */
size_t survey_find(const struct survey *survey, const struct wire_address *address);

#endif
