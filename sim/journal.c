#include "journal.h"

#include "base/monotime.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const DEED_WORDS[] = {
#define DEED_WORD(name, word) [DEED_##name] = word,
	DEEDS(DEED_WORD)
#undef DEED_WORD
};

/* After Vigna's finalizer of SplitMix64, as in base/random.h. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0xbf58476d1ce4e5b9);
	return hash ^ hash >> 29;
}

void journal_mix(struct journal *journal, const struct journal_entry *entry)
{
	uint64_t hash = mix(journal->hash, (uint64_t)entry->at_ns);

	hash = mix(hash, (uint64_t)entry->kind << 32 | entry->host);
	journal->hash = mix(hash, (uint64_t)entry->about << 32 | entry->detail);
}

static void name_host(const struct journal *journal, uint32_t host, char *name, size_t size)
{
	if (host == journal->rendezvous)
		snprintf(name, size, "rdv");
	else if (host == JOURNAL_NOBODY)
		snprintf(name, size, "-");
	else
		snprintf(name, size, "%" PRIu32, host);
}

struct journal_words journal_words(const struct journal *journal, const struct journal_entry *entry)
{
	bool is_event = entry->kind >= JOURNAL_EVENTS;
	struct journal_words words = {
		.what = is_event ? event_word((enum event_type)(entry->kind - JOURNAL_EVENTS))
				 : DEED_WORDS[entry->kind],
	};

	name_host(journal, entry->host, words.host, sizeof words.host);
	if (entry->about == JOURNAL_NOBODY)
		return words;
	if (is_event)
		name_host(journal, entry->about, words.about, sizeof words.about);
	else
		snprintf(words.about, sizeof words.about, "%" PRIu32, entry->about);
	return words;
}

void journal_write_entry(const struct journal *journal, const struct journal_entry *entry,
			 struct text *text)
{
	struct journal_words words = journal_words(journal, entry);

	text_addf(text, "%" PRId64 ".%09" PRId64 " %s %s%s%s\n", entry->at_ns / NS_PER_S,
		  entry->at_ns % NS_PER_S, words.host, words.what, *words.about ? " " : "",
		  words.about);
}

void journal_add(struct journal *journal, const struct journal_entry *entry)
{
	journal_mix(journal, entry);
	journal->last[journal->count++ % JOURNAL_LAST] = *entry;
	if (journal->tell)
		journal->tell(journal->context, entry);
}

void journal_write_last(const struct journal *journal, struct text *text)
{
	uint64_t first = journal->count > JOURNAL_LAST ? journal->count - JOURNAL_LAST : 0;

	for (uint64_t i = first; i < journal->count; i++)
		journal_write_entry(journal, &journal->last[i % JOURNAL_LAST], text);
}
