/* What goes wrong in a run, as a list of single faults: each happens to somebody at a time, most
 * for a while. A list is written and read as text, so that what a seed has drawn can be repeated,
 * and made shorter, by hand. */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"

/* crash      stops without a word, and stays so
 * restart    stops without a word, and begins again at the same address, knowing nothing
 * pause      does nothing for a while; datagrams wait for it, the last of too many are lost
 * leave      says goodbye (T-15), and begins again
 * cut        is reached by nobody
 * partition  a random half of the hosts does not reach the other one
 * rdv        the rendezvous point stops, and begins again knowing nothing
 * storm      so many members stop at once, and begin again at once */
#define FAULTS(X)                                   \
	X(CRASH, "crash")         /* AT:WHO */      \
	X(RESTART, "restart")     /* AT:WHO+FOR */  \
	X(PAUSE, "pause")         /* AT:WHO+FOR */  \
	X(LEAVE, "leave")         /* AT:WHO+FOR */  \
	X(CUT, "cut")             /* AT:WHO+FOR */  \
	X(PARTITION, "partition") /* AT:SALT+FOR */ \
	X(RDV, "rdv")             /* AT+FOR */      \
	X(STORM, "storm")         /* AT:COUNT+FOR */

enum fault_kind {
#define FAULT_VALUE(name, word) FAULT_##name,
	FAULTS(FAULT_VALUE)
#undef FAULT_VALUE
		FAULT_KINDS
};

enum { WHO_ROOT = UINT32_MAX }; /* whoever is the root then */

struct fault {
	enum fault_kind kind;
	uint32_t who; /* a member, a number of members, or which half */
	int64_t at_ns, for_ns;
};

struct faults {
	struct fault *list;
	size_t count, room;
};

void faults_done(struct faults *faults);

/* False if memory is short. */
bool faults_add(struct faults *faults, const struct fault *fault);

/* Draws one of this kind, which begins and ends before end_ns. */
struct fault fault_draw(enum fault_kind kind, uint32_t members, int64_t end_ns,
			struct random *random);

/* Draws members that leave and come back, half of them without a word, a number of them a second.
 * False if memory is short. */
bool faults_draw_churn(struct faults *faults, uint32_t members, double rate, int64_t end_ns,
		       struct random *random);

/* Adds what a text says: words with commas between them, each KIND, KIND*COUNT, `all` or one fault
 * as fault_write() writes it. What it leaves open is drawn. */
int faults_read(struct faults *faults, const char *text, uint32_t members, int64_t end_ns,
		struct random *random, struct error *error);

/* "crash@12.5:3", "pause@20:root+7.25", "rdv@30+60". */
void fault_write(struct text *text, const struct fault *fault);

const char *fault_name(enum fault_kind kind);

/* When the last one is over; 0 if there is none. */
int64_t faults_end_ns(const struct faults *faults);

#endif
