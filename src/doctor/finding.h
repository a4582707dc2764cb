/* What a rung of the ladder found. */
#ifndef DOCTOR_FINDING_H
#define DOCTOR_FINDING_H

#include "base/text.h"
#include "hostcast.h"

/* In the order in which they count where a rung looks at several things. */
enum rung_state {
	RUNG_GOOD,    /* looked at, and nothing is wrong with it */
	RUNG_UNKNOWN, /* could not be looked at, `saw` says why (a right, a command, a peer) */
	RUNG_NOTED,   /* explains nothing by itself, but should be known */
	RUNG_CAUSE,   /* explains the silence */
};

/* Texts are safe for a terminal: what comes from the network or from names of programs goes through
 * text_add_escaped(). A sentence begins with a small letter, as it stands after the rung's title,
 * and ends without a full stop; two are separated by "; ".
 *
 * A line of a remedy is a sentence, or a command that a shell of this host takes as it is: no words
 * in brackets, no places to fill in. FINDING_COMMAND stands before a command, and is not shown. */
#define FINDING_COMMAND "$ "

struct finding {
	enum rung_state state;
	struct text saw;    /* what it saw, in one or two sentences; of a good one: a few words */
	struct text remedy; /* of a cause: what to do, sentences and commands; one line each */
	struct text
		instead; /* if that can't be done: mostly the tree; one line each; may be empty */
};

static inline void finding_clear(struct finding *finding)
{
	finding->state = RUNG_GOOD;
	text_clear(&finding->saw);
	text_clear(&finding->remedy);
	text_clear(&finding->instead);
}

static inline void finding_done(struct finding *finding)
{
	text_done(&finding->saw);
	text_done(&finding->remedy);
	text_done(&finding->instead);
}

/* Where a rung looks at several things the worst state counts. */
static inline void finding_raise(struct finding *finding, enum rung_state state)
{
	if (state > finding->state)
		finding->state = state;
}

/* The text, ready for one more sentence or line. */
static inline struct text *finding_saw(struct finding *finding)
{
	text_add_string(&finding->saw, finding->saw.size > 0 ? "; " : "");
	return &finding->saw;
}

static inline struct text *finding_remedy(struct finding *finding)
{
	text_add_string(&finding->remedy, finding->remedy.size > 0 ? "\n" : "");
	return &finding->remedy;
}

static inline struct text *finding_command(struct finding *finding)
{
	struct text *remedy = finding_remedy(finding);

	text_add_string(remedy, FINDING_COMMAND);
	return remedy;
}

static inline struct text *finding_instead(struct finding *finding)
{
	text_add_string(&finding->instead, finding->instead.size > 0 ? "\n" : "");
	return &finding->instead;
}

/* Adds [SOURCE@]GROUP:PORT as an argument of a command, in quotes where a shell would take its
 * brackets for a pattern; `source` may be NULL, or of family 0. */
void finding_add_target(struct text *text, const union hostcast_address *source,
			const union hostcast_address *group);

/* A word of a command, as a POSIX shell takes it: as it is where it is plain, else in quotes.
 * Whoever may name an interface or write a rule must not speak to the shell of whoever mends it.
 * Other characters than those of ASCII become $'\ooo', so it is safe for a terminal, too. */
void text_add_command_word(struct text *text, const char *word);

/* The same of a short word, to be used within one call: command_word(name).text */
enum { COMMAND_WORD_MOST = 127 /* without room for more, '' */ };
struct command_word {
	char text[4 * COMMAND_WORD_MOST + sizeof "$''"];
};
struct command_word command_word(const char *word);

/* "good", "unknown", "noted", "cause" */
const char *rung_state_name(enum rung_state state);

#endif
