#include "faults.h"

#include "base/list.h"
#include "base/monotime.h"
#include "seconds.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const NAMES[] = {
#define FAULT_NAME(name, word) [FAULT_##name] = word,
	FAULTS(FAULT_NAME)
#undef FAULT_NAME
};

const char *fault_name(enum fault_kind kind)
{
	return NAMES[kind];
}

void faults_done(struct faults *faults)
{
	free(faults->list);
	*faults = (struct faults){0};
}

bool faults_add(struct faults *faults, const struct fault *fault)
{
	struct fault *list = list_grow(faults->list, faults->count, &faults->room, sizeof *list);

	if (!list)
		return false;
	faults->list = list;
	list[faults->count++] = *fault;
	return true;
}

int64_t faults_end_ns(const struct faults *faults)
{
	int64_t end_ns = 0;

	for (size_t i = 0; i < faults->count; i++) {
		int64_t over_ns = faults->list[i].at_ns + faults->list[i].for_ns;

		if (over_ns > end_ns)
			end_ns = over_ns;
	}
	return end_ns;
}

/* ---- Drawn ---- */

/* Milliseconds are enough, and are short to write. */
static int64_t draw_ms(struct random *random, int64_t below_ns)
{
	int64_t below_ms = below_ns / NS_PER_MS;

	return below_ms > 0 ? (int64_t)random_below(random, (uint64_t)below_ms) * NS_PER_MS : 0;
}

/* As many short ones as long ones: 0.5 s to 256 s. */
static int64_t draw_duration(struct random *random)
{
	int64_t least_ns = (NS_PER_S / 2) << random_below(random, 9);

	return least_ns + draw_ms(random, least_ns);
}

static uint32_t draw_who(enum fault_kind kind, uint32_t members, struct random *random)
{
	uint32_t who = (uint32_t)random_below(random, members);
	bool is_root = random_below(random, 4) == 0; /* the most interesting member */

	if (kind == FAULT_STORM)
		return who + 1;
	if (kind == FAULT_RDV)
		return 0;
	return is_root && kind != FAULT_PARTITION ? WHO_ROOT : who;
}

struct fault fault_draw(enum fault_kind kind, uint32_t members, int64_t end_ns,
			struct random *random)
{
	struct fault fault = {.kind = kind, .who = draw_who(kind, members, random)};

	fault.at_ns = draw_ms(random, end_ns);
	fault.for_ns = draw_duration(random);
	if (kind == FAULT_CRASH)
		fault.for_ns = 0;
	else if (fault.for_ns > end_ns - fault.at_ns)
		fault.for_ns = end_ns - fault.at_ns;
	return fault;
}

bool faults_draw_churn(struct faults *faults, uint32_t members, double rate, int64_t end_ns,
		       struct random *random)
{
	uint64_t count = (uint64_t)(rate * (double)end_ns / (double)NS_PER_S);

	for (uint64_t i = 0; i < count; i++) {
		bool is_silent = random_below(random, 2) == 0;
		struct fault fault = fault_draw(is_silent ? FAULT_RESTART : FAULT_LEAVE, members,
						end_ns, random);

		if (!faults_add(faults, &fault))
			return false;
	}
	return true;
}

/* ---- As text ---- */

void fault_write(struct text *text, const struct fault *fault)
{
	text_addf(text, "%s@", NAMES[fault->kind]);
	seconds_write(text, fault->at_ns);
	if (fault->kind != FAULT_RDV && fault->who == WHO_ROOT)
		text_add_string(text, ":root");
	else if (fault->kind != FAULT_RDV)
		text_addf(text, ":%" PRIu32, fault->who);
	if (fault->kind != FAULT_CRASH) {
		text_add_string(text, "+");
		seconds_write(text, fault->for_ns);
	}
}

static bool read_who(const char **at, uint32_t *who)
{
	char *end;
	unsigned long value;

	if (strncmp(*at, "root", 4) == 0) {
		*who = WHO_ROOT;
		*at += 4;
		return true;
	}
	value = strtoul(*at, &end, 10);
	if (end == *at || **at == '-' || **at == '+' || value >= WHO_ROOT)
		return false;
	*who = (uint32_t)value;
	*at = end;
	return true;
}

/* What stands behind the kind: @AT, :WHO unless it is the RP, +FOR. */
static bool read_one(const char *at, struct fault *fault)
{
	if (*at++ != '@' || !seconds_read(&at, &fault->at_ns))
		return false;
	if (fault->kind != FAULT_RDV && (*at++ != ':' || !read_who(&at, &fault->who)))
		return false;
	if (fault->kind != FAULT_CRASH && (*at++ != '+' || !seconds_read(&at, &fault->for_ns)))
		return false;
	return *at == '\0';
}

static bool is_somebody(const struct fault *fault, uint32_t members)
{
	switch (fault->kind) {
	case FAULT_PARTITION:
	case FAULT_RDV:
		return true;
	case FAULT_STORM:
		return fault->who >= 1 && fault->who <= members;
	default:
		return fault->who < members || fault->who == WHO_ROOT;
	}
}

static bool find_kind(const char *word, size_t size, enum fault_kind *kind)
{
	for (unsigned i = 0; i < FAULT_KINDS; i++) {
		if (strlen(NAMES[i]) == size && memcmp(NAMES[i], word, size) == 0) {
			*kind = (enum fault_kind)i;
			return true;
		}
	}
	return false;
}

static bool add_drawn(struct faults *faults, enum fault_kind kind, unsigned long count,
		      uint32_t members, int64_t end_ns, struct random *random)
{
	for (unsigned long i = 0; i < count; i++) {
		struct fault fault = fault_draw(kind, members, end_ns, random);

		if (!faults_add(faults, &fault))
			return false;
	}
	return true;
}

static int no_memory(struct error *error)
{
	return error_set(error, HOSTCAST_NO_MEMORY, "out of memory for the list of faults");
}

static int read_word(struct faults *faults, const char *word, uint32_t members, int64_t end_ns,
		     struct random *random, struct error *error)
{
	size_t size = strcspn(word, "@*");
	struct fault fault = {.kind = FAULT_CRASH};
	unsigned long count = 1;
	char *end = "";

	if (!find_kind(word, size, &fault.kind))
		return error_set(error, HOSTCAST_INVALID,
				 "there is no fault '%.*s': crash, restart, pause, leave, cut, "
				 "partition, rdv, storm or all",
				 (int)size, word);
	if (word[size] == '@') {
		if (!read_one(word + size, &fault))
			return error_set(error, HOSTCAST_INVALID,
					 "'%s' is no fault: write it as pause@12.5:3+60, that is "
					 "KIND@SECONDS:MEMBER+SECONDS; rdv has no member and crash "
					 "no end",
					 word);
		if (!is_somebody(&fault, members))
			return error_set(error, HOSTCAST_INVALID,
					 "'%s': there are %" PRIu32 " members, from 0 on", word,
					 members);
		return faults_add(faults, &fault) ? 0 : no_memory(error);
	}
	if (word[size] == '*')
		count = strtoul(word + size + 1, &end, 10);
	if (*end || count == 0 || count > 1000000)
		return error_set(error, HOSTCAST_INVALID,
				 "'%s': a number of faults, 1 to 1000000, follows the *", word);
	return add_drawn(faults, fault.kind, count, members, end_ns, random) ? 0 : no_memory(error);
}

static int add_all(struct faults *faults, uint32_t members, int64_t end_ns, struct random *random,
		   struct error *error)
{
	for (unsigned kind = 0; kind < FAULT_KINDS; kind++)
		if (!add_drawn(faults, (enum fault_kind)kind, 1, members, end_ns, random))
			return no_memory(error);
	return 0;
}

int faults_read(struct faults *faults, const char *text, uint32_t members, int64_t end_ns,
		struct random *random, struct error *error)
{
	char *copy = strdup(text), *state = NULL;
	int status = copy ? 0 : no_memory(error);

	for (char *word = copy ? strtok_r(copy, ",", &state) : NULL; word && status == 0;
	     word = strtok_r(NULL, ",", &state))
		status = strcmp(word, "all") == 0
				 ? add_all(faults, members, end_ns, random, error)
				 : read_word(faults, word, members, end_ns, random, error);
	free(copy);
	return status;
}
