/* What happened in a run, in order. Everything goes into a hash, which proves that two runs were
 * the same; the last of it is remembered, for when something fails; and all of it can be written.
 */
#ifndef SIM_JOURNAL_H
#define SIM_JOURNAL_H

#include "base/text.h"
#include "core/output.h"

/* What the simulator itself does, beside the events of the core. */
#define DEEDS(X)                             \
	X(BEGINS, "begins")                  \
	X(STOPS, "stops")                    \
	X(LEAVES, "leaves")                  \
	X(PAUSES, "pauses")                  \
	X(RESUMES, "resumes")                \
	X(CUT_OFF, "is_cut_off")             \
	X(REACHED, "is_reached_again")       \
	X(PARTED, "network_is_parted")       \
	X(WHOLE, "network_is_whole")         \
	X(CALM, "all_faults_are_over")       \
	X(SETTLED, "should_be_settled")      \
	X(OFFERS, "offers_payload")          \
	X(DELIVERS, "delivers_payload")      \
	X(REPEATS, "delivers_payload_again") \
	X(DROPS, "drops_payload")            \
	X(SENDS, "sends")

enum deed {
#define DEED_VALUE(name, word) DEED_##name,
	DEEDS(DEED_VALUE)
#undef DEED_VALUE
		DEED_COUNT
};

enum {
	JOURNAL_LAST = 60,           /* entries remembered */
	JOURNAL_EVENTS = DEED_COUNT, /* kinds from here on are events of the core */
	JOURNAL_NOBODY = UINT32_MAX,
};

/* about: another host, for events; a payload; a message type. */
struct journal_entry {
	int64_t at_ns;
	uint32_t kind, host, about, detail;
};

struct journal {
	uint64_t hash, count;
	struct journal_entry last[JOURNAL_LAST];
	uint32_t rendezvous; /* its number, for its name */
	void (*tell)(void *context, const struct journal_entry *entry); /* NULL: nobody listens */
	void *context;
};

void journal_add(struct journal *journal, const struct journal_entry *entry);

/* Like journal_add(), but only for the hash: what happens too often to be read. */
void journal_mix(struct journal *journal, const struct journal_entry *entry);

/* The words of an entry: who ("rdv" is the RP, "-" nobody), what, and to whom or what ("": none).
 */
struct journal_words {
	char host[16], about[16];
	const char *what;
};

struct journal_words journal_words(const struct journal *journal,
				   const struct journal_entry *entry);

/* "12.5 7 attached 3": seconds, host, what happened, to what. */
void journal_write_entry(const struct journal *journal, const struct journal_entry *entry,
			 struct text *text);

/* The last entries, the oldest first, one a line. */
void journal_write_last(const struct journal *journal, struct text *text);

#endif
