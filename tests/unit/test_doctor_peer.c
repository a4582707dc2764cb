/* What two doctors say to each other, how they count probes, and what the rungs 11 and 14 to 17
 * make of recorded results. */
#include "base/siphash.h"
#include "doctor/peer_budget.h"
#include "doctor/peer_message.h"
#include "doctor/peer_tokens.h"
#include "doctor/probe_sender.h"
#include "doctor/probes.h"
#include "doctor/rung_duplicates.h"
#include "doctor/rung_environment.h"
#include "doctor/rung_fragments.h"
#include "doctor/rung_network.h"
#include "doctor/rung_ttl.h"
#include "net/address.h"
#include "unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static union hostcast_address address_of(const char *text)
{
	union hostcast_address address;

	assert_true(address_parse_with_port(text, 0, &address));
	return address;
}

/* ---- Messages ---- */

static bool reads(struct peer_message *message, const char *text)
{
	return peer_message_read(message, text, strlen(text));
}

static struct peer_message read_of(const char *text)
{
	struct peer_message message;

	assert_true(reads(&message, text));
	return message;
}

static void a_join_is_read(void **state)
{
	struct peer_message m = read_of("JOIN\nsession 7\ntoken 18446744073709551615\n"
					"group 239.1.2.3 5004\nttl 1\nsize 3000\n     ");

	(void)state;
	assert_int_equal(m.type, PEER_JOIN);
	assert_int_equal(m.session, 7);
	assert_true(m.token == UINT64_MAX);
	assert_int_equal(address_port(&m.group), 5004);
	assert_int_equal(m.source.any.sa_family, AF_UNSPEC);
	assert_int_equal(m.ttl, 1);
	assert_int_equal(m.size, 3000);
	m = read_of(
		"JOIN\r\nsession 1\r\ntoken 2\r\ngroup ff3e::1234 6\r\nsource fd00::1\r\nttl 0\r\n"
		"size 0\r\ncolour blue\r\n");
	assert_int_equal(m.source.any.sa_family, AF_INET6);
}

static void what_is_no_message_is_not_read(void **state)
{
	static const char *const TEXTS[] = {
		"",
		"HELO",
		"HELO\n", /* no session */
		"helo\nsession 1\n",
		"HELOsession 1\n",
		"ROOT\nsession 1\n", /* of the tree */
		"HELO\nsession -1\n",
		"HELO\nsession 18446744073709551616\n",
		"HELO\nsession 1\nsession 1\n", /* twice */
		"HELO\nsession 1 2\n",
		"TOKN\nsession 1\n",
		"TOLD\nsession 1\nis_done 1\n", /* anybody could say that */
		"JOIN\nsession 1\ntoken 1\ngroup 10.0.0.1 5\nttl 1\nsize 1\n", /* no group */
		"JOIN\nsession 1\ntoken 1\ngroup 239.1.2.3 0\nttl 1\nsize 1\n",
		"JOIN\nsession 1\ntoken 1\ngroup 239.1.2.3 65536\nttl 1\nsize 1\n",
		"JOIN\nsession 1\ntoken 1\ngroup ff02::1%lo 5\nttl 1\nsize 1\n",
		"JOIN\nsession 1\ntoken 1\ngroup [ff02::1] 5\nttl 1\nsize 1\n",
		"JOIN\nsession 1\ntoken 1\ngroup 239.1.2.3 5\nttl 256\nsize 1\n",
		"JOIN\nsession 1\ntoken 1\ngroup 239.1.2.3 5\nttl 1\nsize 65001\n",
		"JOIN\nsession 1\ntoken 1\ngroup 239.1.2.3 5\nsource 224.0.0.1\nttl 1\nsize 1\n",
		"JOIN\nsession 1\ntoken 1\ngroup 239.1.2.3 5\nsource 0.0.0.0\nttl 1\nsize 1\n",
		"PROB\nsession 1\nfrom nobody\nkind unicast\nnumber 1\n",
		"PROB\nsession 1\nfrom asker\nkind broadcast\nnumber 1\n",
		"PROB\nsession 1\nfrom asker\nkind unicast\nnumber 64\n",
		"TOLD\nsession 1\ntoken 1\nis_done 2\n",
		"TOLD\nsession 1\ntoken 1\nis_done 1\nheard unicast 65 0 0 0\n",
		"TOLD\nsession 1\ntoken 1\nis_done 1\nheard unicast 1 0 0\n",
		"TOLD\nsession 1\ntoken 1\nis_done 1\nsent nothing 1\n",
		"TOLD\nsession 1\ntoken 1\nis_done 1\nrungs 1 fine\n",
		"TOLD\nsession 1\ntoken 1\nis_done 1\nrungs 0 good\n",
		"TOLD\nsession 1\ntoken 1\nis_done 1\nrungs 18 good\n",
		"TOLD\nsession 1\ntoken 1\nis_done 1\nrungs 2 good 2 good\n",
		"TOLD\nsession 1\ntoken 1\nis_done 1\nrungs 2 good 3\n",
		"TOLD\nsession 1\ntoken 1\nis_done 1\npath 10.0.0.1 5 64 02000000000g eth0\n",
		("TOLD\nsession 1\ntoken 1\nis_done 1\npath ::1 5 64 020000000001 "
		 "interface_of_16c\n"),
	};
	struct peer_message message;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(TEXTS); i++)
		if (reads(&message, TEXTS[i]))
			fail_msg("was read: %s", TEXTS[i]);
}

static void a_text_with_nul_is_not_read(void **state)
{
	static const char BYTES[] = "JNOT\nsession 1\ntoken 1\ntext a\0b\n";
	struct peer_message message;

	(void)state;
	assert_false(peer_message_read(&message, BYTES, sizeof BYTES - 1));
}

static void a_long_text_is_cut(void **state)
{
	char bytes[600] = "JNOT\nsession 1\ntoken 1\ntext ";
	struct peer_message message;

	(void)state;
	memset(bytes + strlen(bytes), 'a', 400);
	assert_true(reads(&message, bytes));
	assert_int_equal(strlen(message.text), PEER_TEXT_SIZE - 1);
}

static void fill_text(char text[static PEER_TEXT_SIZE])
{
	memset(text, 'w', PEER_TEXT_SIZE - 1);
}

/* With the longest that each field can be. */
static struct peer_message fullest_report(void)
{
	struct peer_message m = {.type = PEER_TOLD,
				 .session = UINT64_MAX,
				 .token = UINT64_MAX,
				 .is_done = true,
				 .heard = {.is_wire_seen = true}};

	fill_text(m.text);
	fill_text(m.ladder.cause);
	for (unsigned i = 1; i <= PEER_RUNGS; i++) { /* the others take another host */
		m.ladder.is_told[i] = i != 11 && (i < 14 || i > 16);
		m.ladder.states[i] = m.ladder.is_told[i] ? RUNG_UNKNOWN : RUNG_GOOD;
	}
	for (unsigned i = 0; i < PROBE_KINDS; i++) {
		m.sent[i] = PROBE_NUMBERS;
		m.heard.counts[i] = (struct probe_count){.arrived = PROBE_NUMBERS,
							 .repeated = 1000000,
							 .ttl_least = 200,
							 .ttl_most = 255};
	}
	for (size_t i = 0; i < PROBE_PATHS; i++) {
		m.heard.paths[i] = (struct probe_path){
			.source = address_of("[fd00:1111:2222:3333:4444:5555:6666:7777]:65535"),
			.interface = "an_interface_15",
			.ttl = 255,
			.mac = {2, 0xff, 0xfe, 0, 0xab, 9},
		};
	}
	return m;
}

static void a_report_comes_out_as_it_went_in(void **state)
{
	struct peer_message m = fullest_report(), read;
	uint8_t bytes[PEER_MESSAGE_SIZE];
	size_t size = peer_message_write(&m, 0, bytes, sizeof bytes);

	(void)state;
	assert_true(size > 0); /* or the answer would be larger than the request */
	assert_true(peer_message_read(&read, bytes, size));
	assert_memory_equal(read.heard.counts, m.heard.counts, sizeof m.heard.counts);
	assert_memory_equal(read.sent, m.sent, sizeof m.sent);
	assert_string_equal(read.ladder.cause, m.ladder.cause);
	assert_memory_equal(read.ladder.is_told, m.ladder.is_told, sizeof m.ladder.is_told);
	assert_memory_equal(read.ladder.states, m.ladder.states, sizeof m.ladder.states);
	assert_string_equal(read.text, m.text);
	assert_string_equal(read.heard.join_error, m.heard.join_error);
	for (size_t i = 0; i < PROBE_PATHS; i++) {
		assert_true(address_equal(&read.heard.paths[i].source, &m.heard.paths[i].source));
		assert_string_equal(read.heard.paths[i].interface, "an_interface_15");
		assert_memory_equal(read.heard.paths[i].mac, m.heard.paths[i].mac, MAC_SIZE);
	}
	assert_true(read.is_done && read.heard.is_wire_seen && read.token == m.token);
}

/* Of the three sentences a report has two at the most (peer_session_report). */
static void a_report_of_who_could_not_join_has_room(void **state)
{
	struct peer_message m = fullest_report();
	uint8_t bytes[PEER_MESSAGE_SIZE];

	(void)state;
	fill_text(m.heard.join_error);
	m.text[0] = '\0';
	assert_true(peer_message_write(&m, 0, bytes, sizeof bytes) > 0);
}

static void a_message_is_filled_up(void **state)
{
	const struct peer_message m = {.type = PEER_HELO, .session = 1};
	struct peer_message read;
	uint8_t bytes[4000];

	(void)state;
	assert_int_equal(peer_message_write(&m, 4000, bytes, sizeof bytes), 4000);
	assert_true(peer_message_read(&read, bytes, 4000));
	assert_int_equal(bytes[3999], ' ');
	assert_int_equal(peer_message_write(&m, 4001, bytes, sizeof bytes), 0);
}

static void only_long_requests_are_answered(void **state)
{
	const struct peer_message hello = read_of("HELO\nsession 1\n");
	const struct peer_message part = read_of("PART\nsession 1\ntoken 1\n");

	(void)state;
	assert_true(peer_message_may_be_answered(&hello, PEER_MESSAGE_SIZE));
	assert_false(peer_message_may_be_answered(&hello, PEER_MESSAGE_SIZE - 1));
	assert_false(peer_message_may_be_answered(&part, PEER_MESSAGE_SIZE));
}

/* ---- Tokens ---- */

/* The example of the paper's appendix A: 15 bytes, each one more than the one before. */
static void siphash_is_as_its_paper_has_it(void **state)
{
	uint8_t bytes[16];

	(void)state;
	for (uint8_t i = 0; i < 16; i++)
		bytes[i] = i;
	assert_true(siphash(bytes, bytes, 15) == UINT64_C(0xa129ca6149be45e5));
	assert_true(siphash(bytes, bytes, 8) == UINT64_C(0x93f5f5799a932462));
	assert_true(siphash(bytes, bytes, 0) == UINT64_C(0x726fdb47dd0e0e31));
}

static uint64_t give(const struct peer_tokens *tokens, const char *asker, uint64_t session)
{
	union hostcast_address address = address_of(asker);

	return peer_tokens_give(tokens, &address, session, tokens->began);
}

static bool has(const struct peer_tokens *tokens, const char *asker, uint64_t session,
		uint64_t token, int64_t seconds)
{
	union hostcast_address address = address_of(asker);

	return peer_tokens_have(tokens, &address, session, token,
				monotime_add(tokens->began, seconds * NS_PER_S));
}

static void a_token_is_of_one_address_and_session(void **state)
{
	struct peer_tokens tokens, others;
	uint64_t token;

	(void)state;
	assert_true(peer_tokens_init(&tokens, (struct monotime){7 * NS_PER_S}));
	assert_true(peer_tokens_init(&others, (struct monotime){7 * NS_PER_S}));
	token = give(&tokens, "10.0.0.1:1", 7);
	assert_true(has(&tokens, "10.0.0.1:1", 7, token, 0));
	assert_false(has(&tokens, "10.0.0.1:1", 7, token + 1, 0));
	assert_false(has(&tokens, "10.0.0.1:1", 8, token, 0));
	assert_false(has(&tokens, "10.0.0.1:2", 7, token, 0));
	assert_false(has(&tokens, "10.0.0.2:1", 7, token, 0));
	assert_false(has(&tokens, "[fd00::1]:1", 7, token, 0));
	assert_false(has(&others, "10.0.0.1:1", 7, token, 0)); /* another secret */
	token = give(&tokens, "[fd00::1]:1", 7);
	assert_true(has(&tokens, "[fd00::1]:1", 7, token, 0));
	assert_false(has(&tokens, "[fd00::2]:1", 7, token, 0));
}

static void a_token_gets_old(void **state)
{
	struct peer_tokens tokens;
	uint64_t token;

	(void)state;
	assert_true(peer_tokens_init(&tokens, (struct monotime){7 * NS_PER_S}));
	token = give(&tokens, "10.0.0.1:1", 7);
	assert_true(has(&tokens, "10.0.0.1:1", 7, token, 119));
	assert_false(has(&tokens, "10.0.0.1:1", 7, token, 120));
}

/* ---- Answers ---- */

static unsigned answers_to(struct peer_budget *budget, const char *asker, bool is_served, int64_t s)
{
	union hostcast_address address = address_of(asker);
	unsigned count = 0;

	for (unsigned i = 0; i < 100; i++)
		count += peer_budget_take(budget, &address, is_served,
					  (struct monotime){s * NS_PER_S});
	return count;
}

static void one_address_cannot_have_all_answers(void **state)
{
	struct peer_budget budget = {.share_count = 0};

	(void)state;
	assert_int_equal(answers_to(&budget, "10.0.0.1:1", false, 5), PEER_ANSWERS_EACH);
	assert_int_equal(answers_to(&budget, "10.0.0.1:2", false, 5), 0);
	assert_int_equal(answers_to(&budget, "10.0.0.2:1", false, 5), PEER_ANSWERS_EACH);
	assert_int_equal(answers_to(&budget, "10.0.0.1:1", false, 6), PEER_ANSWERS_EACH);
}

static void some_answers_are_kept_for_who_is_served(void **state)
{
	struct peer_budget budget = {.share_count = 0};
	unsigned count = 0;
	char asker[32];

	(void)state;
	for (unsigned i = 1; i < 100; i++) {
		snprintf(asker, sizeof asker, "10.0.0.%u:1", i);
		count += answers_to(&budget, asker, false, 5);
	}
	assert_int_equal(count, PEER_ANSWERS_OTHERS);
	assert_int_equal(answers_to(&budget, "10.0.0.1:1", true, 5), PEER_ANSWERS_SERVED);
}

/* ---- Probes ---- */

static bool take(struct probe_tally *tally, enum probe_kind kind, unsigned number, int ttl,
		 const char *destination, const char *interface)
{
	const struct peer_message probe = {.type = PEER_PROB, .kind = kind, .number = number};
	const struct hostcast_message message = {
		.source = address_of("10.0.0.1:4000"),
		.destination = address_of(destination),
		.ttl = ttl,
	};

	return probe_tally_take(tally, &probe, &message, interface);
}

static void probes_are_counted(void **state)
{
	struct probe_tally tally = {.seen = {0}};
	const struct probe_count *count = &tally.way.counts[PROBE_GROUP];

	(void)state;
	assert_true(take(&tally, PROBE_GROUP, 0, 63, "239.1.2.3:5004", "eth0"));
	assert_true(take(&tally, PROBE_GROUP, 63, 62, "239.1.2.3:5004", "eth0"));
	assert_true(take(&tally, PROBE_GROUP, 0, 62, "239.1.2.3:5004", "eth1"));
	assert_true(take(&tally, PROBE_GROUP, 0, 62, "239.1.2.3:5004", "eth1"));
	assert_int_equal(count->arrived, 2);
	assert_int_equal(count->repeated, 2);
	assert_int_equal(count->ttl_least, 62);
	assert_int_equal(count->ttl_most, 63);
	assert_string_equal(tally.way.paths[0].interface, "eth0");
	assert_int_equal(tally.way.paths[0].ttl, 63);
	assert_string_equal(tally.way.paths[1].interface, "eth0"); /* there is room for two only */
	assert_int_equal(tally.way.paths[1].ttl, 62);
}

static void a_probe_is_what_it_says(void **state)
{
	struct probe_tally tally = {.seen = {0}};

	(void)state;
	assert_false(take(&tally, PROBE_GROUP, 0, 64, "10.0.0.2:10002", "eth0"));
	assert_false(take(&tally, PROBE_UNICAST, 0, 64, "239.1.2.3:5004", "eth0"));
	assert_int_equal(tally.way.counts[PROBE_GROUP].arrived, 0);
	assert_int_equal(tally.way.counts[PROBE_UNICAST].arrived, 0);
}

/* The socket does not know it; who captures does. */
static void a_mac_address_makes_a_path_of_its_own(void **state)
{
	struct probe_tally tally = {.seen = {0}};
	struct probe_path path = {
		.source = address_of("10.0.0.1:4000"), .interface = "eth0", .ttl = 63};

	(void)state;
	take(&tally, PROBE_GROUP, 0, 63, "239.1.2.3:5004", "eth0");
	path.mac[0] = 2;
	probe_tally_add_path(&tally, &path);
	assert_int_equal(tally.way.paths[0].mac[0], 2);
	assert_int_equal(tally.way.paths[1].source.any.sa_family, AF_UNSPEC);
	path.mac[5] = 1;
	probe_tally_add_path(&tally, &path);
	assert_int_equal(tally.way.paths[1].mac[5], 1);
	take(&tally, PROBE_GROUP, 1, 63, "239.1.2.3:5004", "eth0"); /* one of the two */
	assert_int_equal(tally.way.paths[0].mac[5], 0);
	assert_int_equal(tally.way.paths[1].mac[5], 1);
}

static void probes_leave_with_their_ttl(void **state)
{
	(void)state;
	assert_int_equal(probe_ttl(PROBE_GROUP_NEAR, 9), 1);
	assert_int_equal(probe_ttl(PROBE_GROUP_CHOSEN, 9), 9);
	assert_int_equal(probe_ttl(PROBE_GROUP, 9), 64);
	assert_int_equal(probe_ttl(PROBE_UNICAST, 200), 64);
	assert_int_equal(probe_ttl(PROBE_GROUP_CHOSEN, 200), 64);
}

static void large_probes_do_not_fit(void **state)
{
	(void)state;
	assert_int_equal(probe_large_size(1500), 3000);
	assert_int_equal(probe_large_size(0), 3000);
	assert_int_equal(probe_large_size(65536), PROBE_SIZE_MOST);
	assert_true(probe_large_size(1280) >= PEER_MESSAGE_SIZE);
}

/* ---- Rungs: recorded results ---- */

struct bench {
	struct peer_results results;
	struct observation *observation; /* large; made where it is used */
	struct peer_facts facts;
	struct finding finding;
};

/* Ten of each arrived, both ways, over so many routers. */
static void fill_way(struct one_way *way, unsigned routers, unsigned user_ttl)
{
	*way = (struct one_way){.mtu = 1500};
	for (unsigned i = 0; i < PROBE_KINDS; i++) {
		unsigned ttl = probe_ttl((enum probe_kind)i, user_ttl);

		way->counts[i].sent = 10;
		if (ttl <= routers && probe_is_to_group((enum probe_kind)i))
			continue;
		way->counts[i].arrived = 10;
		way->counts[i].ttl_least = way->counts[i].ttl_most = ttl - routers;
	}
}

static struct bench *bench_of(unsigned routers, unsigned user_ttl)
{
	struct bench *b = calloc(1, sizeof *b);

	assert_non_null(b);
	b->results = (struct peer_results){
		.peer = address_of("10.2.0.2:10002"),
		.is_answering = true,
		.is_complete = true,
		.user_ttl = user_ttl,
		.large_size = 3000,
	};
	fill_way(&b->results.to_peer, routers, user_ttl);
	fill_way(&b->results.from_peer, routers, user_ttl);
	b->facts.group = address_of("239.1.2.3:5004");
	b->facts.peer = &b->results;
	return b;
}

/* As if doctor had listened, too, and heard this source. */
static struct seen_source *observe(struct bench *b)
{
	struct seen_source *source;

	b->observation = calloc(1, sizeof *b->observation);
	assert_non_null(b->observation);
	b->facts.observation = b->observation;
	source = &b->observation->sources[b->observation->source_count++];
	source->source = address_of("10.0.0.7");
	source->on_wire = 10;
	source->ttl_most = 64;
	return source;
}

static void bench_done(struct bench *b)
{
	finding_done(&b->finding);
	free(b->observation);
	free(b);
}

static void nobody_arrives(struct one_way *way, enum probe_kind kind)
{
	way->counts[kind] = (struct probe_count){.sent = 10};
}

static void no_group_arrives(struct one_way *way)
{
	for (unsigned i = 0; i < PROBE_KINDS; i++)
		if (probe_is_to_group((enum probe_kind)i))
			nobody_arrives(way, (enum probe_kind)i);
}

#define assert_has(text, part)                                                    \
	do {                                                                      \
		if (!strstr(text_string(text), part))                             \
			fail_msg("'%s' is not in '%s'", part, text_string(text)); \
	} while (false)

#define assert_has_not(text, part)                                            \
	do {                                                                  \
		if (strstr(text_string(text), part))                          \
			fail_msg("'%s' is in '%s'", part, text_string(text)); \
	} while (false)

static void judge_all(struct bench *b, enum rung_state state)
{
	const struct duplicates_facts duplicates = {.peer = b->facts};

	judge_ttl(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, state);
	judge_network(&b->facts, "", &b->finding);
	assert_int_equal(b->finding.state, state);
	judge_duplicates(&duplicates, &b->finding);
	assert_int_equal(b->finding.state, state);
	judge_fragments(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, state);
}

static void a_healthy_path_has_no_fault(void **state)
{
	struct bench *b = bench_of(0, 1);

	(void)state;
	judge_all(b, RUNG_GOOD);
	assert_has(&b->finding.saw, "TTL 1 is enough: 0 routers");
	bench_done(b);
	b = bench_of(3, 4);
	judge_all(b, RUNG_GOOD);
	assert_has(&b->finding.saw, "3 routers");
	bench_done(b);
}

static void a_ttl_is_too_small(void **state)
{
	struct bench *b = bench_of(2, 2);

	(void)state;
	judge_ttl(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_CAUSE);
	assert_has(&b->finding.saw,
		   "between here and 10.2.0.2, both ways, datagrams to the group with TTL 2 do not "
		   "arrive, those with TTL 64 do: 2 routers on the way");
	assert_has(&b->finding.remedy, "on both hosts: hostcast send -t 3 239.1.2.3:5004");
	bench_done(b);
}

static void a_ttl_is_too_small_one_way(void **state)
{
	struct bench *b = bench_of(1, 2);

	(void)state;
	nobody_arrives(&b->results.from_peer, PROBE_GROUP_CHOSEN);
	judge_ttl(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_CAUSE);
	assert_has(&b->finding.saw, "from here to 10.2.0.2 TTL 2 is enough");
	assert_has(&b->finding.remedy, "there: hostcast send -t 2 ");
	assert_has_not(&b->finding.remedy, "\nhere: ");
	bench_done(b);
}

/* What is seen of programs counts more than what they might do. */
static void a_ttl_that_is_seen_is_judged(void **state)
{
	struct bench *b = bench_of(2, 1);
	struct seen_source *own = observe(b), *theirs = own + 1;

	(void)state;
	b->observation->source_count++;
	*own = (struct seen_source){.is_own = true, .on_wire = 1, .ttl_most = 5};
	*theirs = (struct seen_source){
		.source = address_of("10.2.0.2"), .on_wire = 1, .ttl_most = 14};
	judge_ttl(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_GOOD);
	assert_has(&b->finding.saw, "from here to 10.2.0.2 TTL 5 is enough: 2 routers");
	assert_has(&b->finding.saw, "from 10.2.0.2 to here TTL 16 is enough: 2 routers");
	finding_done(&b->finding);
	own->ttl_most = 2;
	judge_ttl(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_CAUSE);
	assert_has(&b->finding.saw,
		   "from here to 10.2.0.2 datagrams to the group with TTL 2 do not");
	finding_done(&b->finding);
	finding_clear(&b->finding);
	own->ttl_most = 5;
	b->results.is_ttl_given = true;
	judge_ttl(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_CAUSE);
	assert_has(&b->finding.saw, "both ways, datagrams to the group with TTL 1 do not");
	bench_done(b);
}

static void no_ttl_at_all_is_another_rung(void **state)
{
	struct bench *b = bench_of(1, 1);

	(void)state;
	no_group_arrives(&b->results.to_peer);
	no_group_arrives(&b->results.from_peer);
	judge_ttl(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_UNKNOWN);
	bench_done(b);
}

static void the_last_hop_is_noted(void **state)
{
	struct bench *b = bench_of(0, 1);
	struct seen_source *source = observe(b);

	(void)state;
	b->facts.peer = NULL;
	judge_ttl(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_UNKNOWN);
	finding_done(&b->finding);
	finding_clear(&b->finding);
	source->ttl_most = 1;
	judge_ttl(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_NOTED);
	assert_has(&b->finding.saw, "10.0.0.7 sends has TTL 1");
	bench_done(b);
}

static void the_network_does_not_carry_it(void **state)
{
	struct bench *b = bench_of(1, 1);

	(void)state;
	no_group_arrives(&b->results.to_peer);
	no_group_arrives(&b->results.from_peer);
	judge_network(&b->facts, "this is a machine of a cloud", &b->finding);
	assert_int_equal(b->finding.state, RUNG_CAUSE);
	assert_has(&b->finding.saw,
		   "between here and 10.2.0.2, both ways, unicast passes (10 of 10 datagrams, 1 "
		   "router between), the group does not (0 of 10 with TTL 64)");
	assert_has(&b->finding.saw, "machine of a cloud");
	assert_has(&b->finding.remedy, "smcroutectl add IN 239.1.2.3 OUT");
	assert_has(&b->finding.remedy, "or 10.2.0.2 itself drops it");
	assert_has(&b->finding.instead, "tree://10.2.0.2");
	bench_done(b);
}

/* Where the other host captures, it is sure. */
static void the_wire_of_the_other_host_tells(void **state)
{
	struct bench *b = bench_of(0, 1);

	(void)state;
	no_group_arrives(&b->results.to_peer);
	b->results.to_peer.is_wire_seen = true;
	judge_network(&b->facts, "", &b->finding);
	assert_has(&b->finding.saw, "with TTL 64), nor is it on the wire of 10.2.0.2");
	assert_has_not(&b->finding.remedy, "itself drops it");
	bench_done(b);
}

static void the_network_carries_it_one_way(void **state)
{
	struct bench *b = bench_of(0, 1);

	(void)state;
	no_group_arrives(&b->results.to_peer);
	judge_network(&b->facts, "", &b->finding);
	assert_int_equal(b->finding.state, RUNG_CAUSE);
	assert_has(&b->finding.saw, "from here to 10.2.0.2 unicast passes");
	assert_has(&b->finding.saw, "from 10.2.0.2 to here the group passes (10 of 10)");
	assert_has(&b->finding.remedy, "no router is between");
	bench_done(b);
}

/* What strangers say is shown, harmlessly. */
static void an_end_of_the_way_is_no_network(void **state)
{
	struct bench *b = bench_of(0, 1);

	(void)state;
	no_group_arrives(&b->results.to_peer);
	strcpy(b->results.to_peer.join_error, "cannot join\x1b[31m");
	judge_network(&b->facts, "", &b->finding);
	assert_int_equal(b->finding.state, RUNG_CAUSE);
	assert_has(&b->finding.saw, "10.2.0.2 says: cannot join\\x1b[31m");
	assert_has(&b->finding.remedy, "on 10.2.0.2: hostcast doctor 239.1.2.3:5004");
	assert_has_not(&b->finding.saw, "unicast passes");
	bench_done(b);

	b = bench_of(0, 1);
	no_group_arrives(&b->results.to_peer);
	strcpy(b->results.to_peer.send_error, "not permitted");
	judge_network(&b->facts, "", &b->finding);
	assert_has(&b->finding.saw, "this host says: not permitted");
	bench_done(b);
}

/* It was captured there. */
static void what_is_dropped_there_was_carried(void **state)
{
	struct bench *b = bench_of(0, 1);

	(void)state;
	no_group_arrives(&b->results.to_peer);
	b->results.to_peer.paths[0] = (struct probe_path){
		.source = address_of("10.0.0.1:4000"), .interface = "eth7", .ttl = 64};
	judge_network(&b->facts, "", &b->finding);
	assert_int_equal(b->finding.state, RUNG_CAUSE);
	assert_has(&b->finding.saw, "reach eth7 of 10.2.0.2 and not its socket");
	assert_has_not(&b->finding.saw, "unicast passes");
	assert_int_equal(b->finding.instead.size, 0);
	bench_done(b);
}

static void a_cause_at_the_peer_comes_first(void **state)
{
	struct bench *b = bench_of(0, 1);

	(void)state;
	no_group_arrives(&b->results.from_peer);
	strcpy(b->results.ladder.cause, "route: no route leads to 239.1.2.3");
	judge_network(&b->facts, "", &b->finding);
	assert_has(&b->finding.saw, "10.2.0.2 has a cause of its own: route: no route");
	assert_has(&b->finding.remedy, "first, on 10.2.0.2: hostcast doctor 239.1.2.3:5004");
	bench_done(b);
}

/* All probes came to doctor's own socket. */
static void a_cause_at_the_peer_counts_where_all_passes(void **state)
{
	struct bench *b = bench_of(0, 1);

	(void)state;
	b->facts.is_sender = true;
	strcpy(b->results.ladder.cause, "binding: x is bound to 10.2.0.2:5004");
	judge_network(&b->facts, "", &b->finding);
	assert_int_equal(b->finding.state, RUNG_CAUSE);
	assert_has(&b->finding.saw, "10.2.0.2 has a cause of its own: binding: x is bound");
	assert_has(&b->finding.saw, "from here to 10.2.0.2 the group passes (10 of 10)");
	assert_string_equal(text_string(&b->finding.remedy),
			    "first, on 10.2.0.2: hostcast doctor 239.1.2.3:5004");
	bench_done(b);
}

/* Its remedy stands before that of the network, and once. */
static void a_cause_at_the_peer_is_mended_first(void **state)
{
	static const char first[] = "first, on 10.2.0.2, while somebody sends to it: hostcast";
	struct bench *b = bench_of(1, 1);

	(void)state;
	no_group_arrives(&b->results.to_peer);
	no_group_arrives(&b->results.from_peer);
	b->results.to_peer.paths[0] = (struct probe_path){
		.source = address_of("10.0.0.1:4000"), .interface = "eth7", .ttl = 64};
	strcpy(b->results.ladder.cause, "firewall: a rule");
	judge_network(&b->facts, "", &b->finding);
	assert_memory_equal(text_string(&b->finding.remedy), first, strlen(first));
	assert_has(&b->finding.remedy, "smcroutectl");
	bench_done(b);
	b = bench_of(0, 1);
	no_group_arrives(&b->results.to_peer);
	strcpy(b->results.to_peer.join_error, "cannot join 239.1.2.3");
	strcpy(b->results.ladder.cause, "joining: refused");
	judge_network(&b->facts, "", &b->finding);
	assert_string_equal(text_string(&b->finding.remedy),
			    "first, on 10.2.0.2: hostcast doctor 239.1.2.3:5004");
	bench_done(b);
}

/* Most of what is routed goes one way only. */
static void the_way_back_to_a_sender_is_only_noted(void **state)
{
	struct bench *b = bench_of(1, 2);

	(void)state;
	b->facts.is_sender = true;
	no_group_arrives(&b->results.from_peer);
	judge_network(&b->facts, "", &b->finding);
	judge_ttl(&b->facts, &b->finding);
	judge_fragments(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_NOTED);
	assert_int_equal(b->finding.remedy.size + b->finding.instead.size, 0);
	assert_has(&b->finding.saw, "from 10.2.0.2 to here unicast passes");
	assert_has(&b->finding.saw, "which matters to nobody if this host only sends");
	bench_done(b);
}

/* The wrong one of the two must not hide it. */
static void the_way_of_a_sender_is_a_cause(void **state)
{
	struct bench *b = bench_of(1, 1);

	(void)state;
	b->facts.is_sender = true;
	no_group_arrives(&b->results.to_peer);
	judge_ttl(&b->facts, &b->finding);
	assert_int_not_equal(b->finding.state, RUNG_CAUSE);
	judge_network(&b->facts, "", &b->finding);
	assert_int_equal(b->finding.state, RUNG_CAUSE);
	assert_has(&b->finding.remedy, "smcroutectl add IN 239.1.2.3 OUT");
	bench_done(b);
	b = bench_of(1, 1);
	b->facts.is_sender = true;
	judge_ttl(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_CAUSE);
	assert_has(&b->finding.remedy, "here: hostcast send -t 2");
	assert_has_not(&b->finding.remedy, "there");
	bench_done(b);
}

/* A program there has the port for itself; to join would be possible. */
static void a_port_in_use_there_is_no_cause(void **state)
{
	struct bench *b = bench_of(0, 1);

	(void)state;
	strcpy(b->results.to_peer.join_error, "239.1.2.3:5004 is in use by rx");
	b->results.ladder.is_told[5] = true;
	b->results.ladder.states[5] = RUNG_GOOD;
	no_group_arrives(&b->results.to_peer);
	judge_network(&b->facts, "", &b->finding);
	assert_int_equal(b->finding.state, RUNG_UNKNOWN);
	assert_has(&b->finding.saw, "10.2.0.2 says: 239.1.2.3:5004 is in use by rx");
	assert_int_equal(b->finding.remedy.size, 0);
	bench_done(b);
}

static void what_was_counted_on_the_wire_has_come(void **state)
{
	struct bench *b = bench_of(0, 1);

	(void)state;
	strcpy(b->results.to_peer.join_error, "239.1.2.3:5004 is in use by rx");
	nobody_arrives(&b->results.to_peer, PROBE_GROUP_LARGE);
	judge_network(&b->facts, "", &b->finding);
	judge_fragments(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_NOTED);
	assert_has(&b->finding.saw, "(10 of 10), counted on the wire alone: 239.1.2.3:5004 is in");
	bench_done(b);
}

static void the_captured_count_but_for_fragments(void **state)
{
	struct probe_tally tally = {.seen = {0}};
	struct peer_message probe = {.type = PEER_PROB, .kind = PROBE_GROUP};

	(void)state;
	probe_tally_take_captured(&tally, &probe, 64);
	probe_tally_take_captured(&tally, &probe, 63);
	probe.kind = PROBE_GROUP_LARGE;
	probe_tally_take_captured(&tally, &probe, 64);
	assert_int_equal(tally.way.counts[PROBE_GROUP].arrived, 1);
	assert_int_equal(tally.way.counts[PROBE_GROUP].repeated, 1);
	assert_int_equal(tally.way.counts[PROBE_GROUP].ttl_least, 63);
	assert_int_equal(tally.way.counts[PROBE_GROUP_LARGE].arrived, 0);
}

/* That it left by another interface is for rung 3 to tell. */
static void what_left_elsewhere_the_network_did_not_drop(void **state)
{
	struct bench *b = bench_of(0, 1);

	(void)state;
	b->facts.is_sender = true;
	strcpy(b->facts.left_by, "eth1");
	strcpy(b->facts.at, "eth0");
	no_group_arrives(&b->results.to_peer);
	judge_network(&b->facts, "", &b->finding);
	assert_int_equal(b->finding.state, RUNG_UNKNOWN);
	assert_has(&b->finding.saw, "left by eth1, but 10.2.0.2 is at eth0: try -i eth0");
	bench_done(b);
}

static void some_loss_is_noted(void **state)
{
	struct bench *b = bench_of(0, 1);

	(void)state;
	b->results.to_peer.counts[PROBE_GROUP].arrived = 7;
	judge_network(&b->facts, "", &b->finding);
	assert_int_equal(b->finding.state, RUNG_NOTED);
	assert_has(&b->finding.saw, "7 of 10");
	bench_done(b);
}

static void without_an_answer_nothing_is_known(void **state)
{
	struct bench *b = bench_of(0, 1);
	struct text *saw = &b->finding.saw;

	(void)state;
	b->results.is_complete = false;
	no_group_arrives(&b->results.to_peer);
	strcpy(b->results.peer_error, "10.2.0.2:10002 does not answer");
	judge_network(&b->facts, "", &b->finding);
	assert_int_equal(b->finding.state, RUNG_UNKNOWN);
	assert_has(saw, "does not answer");
	judge_ttl(&b->facts, &b->finding);
	judge_fragments(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_UNKNOWN);
	b->facts.peer = NULL;
	judge_network(&b->facts, "", &b->finding);
	assert_has(saw, "needs a second host");
	bench_done(b);
}

/* ---- Duplicates ---- */

static void repeat(struct one_way *way, unsigned copies)
{
	way->counts[PROBE_GROUP].repeated = copies;
	for (size_t i = 0; i < PROBE_PATHS; i++)
		way->paths[i] = (struct probe_path){
			.source = address_of("10.0.0.1:4000"), .interface = "eth0", .ttl = 63};
}

static void judge_copies(struct bench *b)
{
	const struct duplicates_facts facts = {.peer = b->facts};

	judge_duplicates(&facts, &b->finding);
}

static void two_routers_put_it_on_the_link(void **state)
{
	struct bench *b = bench_of(1, 2);
	struct one_way *way = &b->results.from_peer;

	(void)state;
	repeat(way, 10);
	memcpy(way->paths[0].mac, "\x02\x00\x00\x00\x00\x0a", MAC_SIZE);
	memcpy(way->paths[1].mac, "\x02\x00\x00\x00\x00\x0b", MAC_SIZE);
	judge_copies(b);
	assert_int_equal(b->finding.state, RUNG_CAUSE);
	assert_has(&b->finding.saw, "from 10.2.0.2 to here the group's datagrams arrive more than "
				    "once: 10 different ones, and 10 copies");
	assert_has(&b->finding.saw, "on eth0 from 10.0.0.1 with TTL 63 by 02:00:00:00:00:0a and on "
				    "eth0 from 10.0.0.1 with TTL 63 by 02:00:00:00:00:0b");
	assert_has(&b->finding.remedy, "two routers or relays put it onto this link");
	bench_done(b);
}

static void two_interfaces_lead_to_it(void **state)
{
	struct bench *b = bench_of(0, 1);

	(void)state;
	repeat(&b->results.to_peer, 10);
	strcpy(b->results.to_peer.paths[1].interface, "eth1");
	judge_copies(b);
	assert_has(&b->finding.remedy, "hostcast recv -i eth0");
	bench_done(b);
}

static void two_relays_send_it(void **state)
{
	struct bench *b = bench_of(0, 1);

	(void)state;
	repeat(&b->results.to_peer, 10);
	b->results.to_peer.paths[1].source = address_of("10.0.0.9:4000");
	judge_copies(b);
	assert_has(&b->finding.remedy, "under addresses of their own");
	bench_done(b);
}

static void copies_by_unknown_ways_are_a_cause_too(void **state)
{
	struct bench *b = bench_of(0, 1);

	(void)state;
	b->results.to_peer.counts[PROBE_GROUP].repeated = 10;
	judge_copies(b);
	assert_int_equal(b->finding.state, RUNG_CAUSE);
	assert_true(b->finding.remedy.size > 0);
	bench_done(b);
}

static void one_copy_is_noted(void **state)
{
	struct bench *b = bench_of(0, 1);

	(void)state;
	repeat(&b->results.to_peer, 1);
	judge_copies(b);
	assert_int_equal(b->finding.state, RUNG_NOTED);
	bench_done(b);
}

static void copies_are_heard_without_a_peer(void **state)
{
	struct bench *b = bench_of(0, 1);
	struct seen_source *source = observe(b);

	(void)state;
	b->facts.peer = NULL;
	source->on_wire = 20;
	source->repeated = 10;
	source->ways[0] = (struct copy_way){.ttl = 63, .has_mac = true, .mac = {2, 0, 0, 0, 0, 1}};
	source->ways[1] = (struct copy_way){.ttl = 63, .has_mac = true, .mac = {2, 0, 0, 0, 0, 2}};
	judge_copies(b);
	assert_int_equal(b->finding.state, RUNG_CAUSE);
	assert_has(&b->finding.saw, "10 of 20 datagrams of 10.0.0.7 came once more");
	assert_has(&b->finding.saw, "by 02:00:00:00:00:02");
	bench_done(b);
}

/* ---- Fragments ---- */

static void large_datagrams_are_lost(void **state)
{
	struct bench *b = bench_of(1, 2);

	(void)state;
	nobody_arrives(&b->results.to_peer, PROBE_UNICAST_LARGE);
	nobody_arrives(&b->results.to_peer, PROBE_GROUP_LARGE);
	judge_fragments(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_CAUSE);
	assert_has(&b->finding.saw,
		   "from here to 10.2.0.2 small datagrams arrive, those of 3000 bytes, "
		   "in fragments, do not: by unicast and to the group");
	assert_has(&b->finding.remedy, "at most 1472 bytes");
	assert_has(&b->finding.remedy, "--no-fragment");
	bench_done(b);
}

static void large_datagrams_are_lost_to_the_group(void **state)
{
	struct bench *b = bench_of(0, 1);

	(void)state;
	nobody_arrives(&b->results.from_peer, PROBE_GROUP_LARGE);
	judge_fragments(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_CAUSE);
	assert_has(&b->finding.saw, "do not: to the group");
	bench_done(b);
}

/* What no small one does either is no matter of fragments. */
static void nothing_at_all_is_another_rung(void **state)
{
	struct bench *b = bench_of(0, 1);

	(void)state;
	no_group_arrives(&b->results.from_peer);
	judge_fragments(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_GOOD);
	bench_done(b);
}

static void missing_fragments_are_heard(void **state)
{
	struct bench *b = bench_of(0, 1);
	struct seen_source *source;

	(void)state;
	b->facts.peer = NULL;
	source = observe(b);
	source->incomplete = source->in_fragments = 4;
	judge_fragments(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_CAUSE);
	assert_has(&b->finding.saw, "4 datagrams of 10.0.0.7");
	finding_done(&b->finding);
	finding_clear(&b->finding);
	source->on_wire = source->in_fragments = 0; /* the first ones do not come either */
	judge_fragments(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_CAUSE);
	bench_done(b);
}

static void a_few_lost_fragments_of_many_are_noted(void **state)
{
	struct bench *b = bench_of(0, 1);
	struct seen_source *source = observe(b);

	(void)state;
	b->facts.peer = NULL;
	source->on_wire = source->in_fragments = 432;
	source->at_socket = 428;
	source->incomplete = 4;
	judge_fragments(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_NOTED);
	assert_has(&b->finding.saw, "4 datagrams of 10.0.0.7");
	assert_int_equal(b->finding.remedy.size, 0);
	bench_done(b);
}

static void fragments_that_only_the_capture_missed_are_not_lost(void **state)
{
	struct bench *b = bench_of(0, 1);
	struct seen_source *source = observe(b);

	(void)state;
	b->facts.peer = NULL;
	source->on_wire = source->in_fragments = 400;
	source->at_socket = 430;
	source->incomplete = 100;
	judge_fragments(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_GOOD);
	source->at_socket = 300;
	b->observation->socket_dropped = 100; /* by doctor's own socket */
	judge_fragments(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_GOOD);
	bench_done(b);
}

static void fragments_of_copies_are_left_over(void **state)
{
	struct bench *b = bench_of(0, 1);
	struct seen_source *source = observe(b);

	(void)state;
	source->incomplete = 4;
	source->repeated = 10;
	judge_fragments(&b->facts, &b->finding);
	assert_int_equal(b->finding.state, RUNG_GOOD);
	bench_done(b);
}

/* ---- The environment: what is written in the files of other machines ---- */

struct recorded {
	const char *path; /* below the root; folders are made as needed */
	const char *content;
};

static void write_recorded(const char *root, const struct recorded *file)
{
	char name[512];
	FILE *stream;

	snprintf(name, sizeof name, "%s%s", root, file->path);
	for (char *at = name + strlen(root) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(name, 0700);
		*at = '/';
	}
	stream = fopen(name, "w");
	assert_non_null(stream);
	fputs(file->content, stream);
	fclose(stream);
}

static void judge_machine(const struct recorded *files, size_t count, struct finding *finding)
{
	char root[] = "/tmp/hostcast-environment-XXXXXX", command[80];
	struct environment_facts facts = {.interfaces = {{.name = "wlan0"}, {.name = "eth0"}},
					  .interface_count = 2};

	assert_non_null(mkdtemp(root));
	for (size_t i = 0; i < count; i++)
		write_recorded(root, &files[i]);
	environment_read(root, &facts);
	snprintf(command, sizeof command, "rm -r %s", root);
	assert_int_equal(system(command), 0);
	judge_environment(&facts, finding);
}

static void assert_machine(const struct recorded *files, size_t count, const char *part)
{
	struct finding finding = {.state = RUNG_GOOD};

	judge_machine(files, count, &finding);
	assert_int_equal(finding.state, RUNG_NOTED);
	assert_has(&finding.saw, part);
	finding_done(&finding);
}

static void a_plain_machine_has_nothing_to_tell(void **state)
{
	static const struct recorded files[] = {
		{"/proc/1/cgroup", "0::/init.scope\n"},
		{"/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n"},
		{"/sys/class/dmi/id/sys_vendor", "LENOVO\n"},
		{"/sys/class/dmi/id/product_name", "20XWCTO1WW\n"},
		{"/sys/class/net/eth0/mtu", "1500\n"},
	};
	struct finding finding = {.state = RUNG_GOOD};

	(void)state;
	judge_machine(files, COUNT_OF(files), &finding);
	assert_int_equal(finding.state, RUNG_GOOD);
	finding_done(&finding);
	finding = (struct finding){.state = RUNG_GOOD};
	judge_machine(NULL, 0, &finding);
	assert_int_equal(finding.state, RUNG_GOOD);
	finding_done(&finding);
}

static void containers_are_known(void **state)
{
	static const struct recorded docker[] = {{"/.dockerenv", ""}, {"/proc/1/cgroup", "0::/\n"}};
	static const struct recorded docker_1[] = {
		{"/proc/1/cgroup", "12:pids:/docker/3f4e8a0c5d\n11:memory:/docker/3f4e8a0c5d\n"}};
	static const struct recorded podman[] = {
		{"/run/.containerenv", "engine=\"podman-4.3.1\"\n"}};
	static const struct recorded kubernetes[] = {
		{"/proc/1/cgroup", "0::/kubepods/besteffort/podf5c1\n"}};
	static const struct recorded nspawn[] = {{"/run/systemd/container", "systemd-nspawn"}};
	static const struct recorded lxc[] = {{"/run/systemd/container", "lxc\n"}};

	(void)state;
	assert_machine(docker, COUNT_OF(docker), "container (Docker)");
	assert_machine(docker_1, COUNT_OF(docker_1), "container (Docker)");
	assert_machine(podman, COUNT_OF(podman), "container (Podman)");
	assert_machine(kubernetes, COUNT_OF(kubernetes), "container (Kubernetes)");
	assert_machine(nspawn, COUNT_OF(nspawn), "container (systemd-nspawn)");
	assert_machine(lxc, COUNT_OF(lxc), "container (LXC)");
}

static void wsl_is_known(void **state)
{
	static const struct recorded two[] = {
		{"/proc/sys/kernel/osrelease", "5.15.90.1-microsoft-standard-WSL2\n"}};
	static const struct recorded one[] = {
		{"/proc/sys/kernel/osrelease", "4.4.0-19041-Microsoft\n"}};

	(void)state;
	assert_machine(two, COUNT_OF(two), "networkingMode=mirrored");
	assert_machine(one, COUNT_OF(one), "this is WSL");
}

static void wireless_interfaces_are_known(void **state)
{
	static const struct recorded new[] = {{"/sys/class/net/wlan0/phy80211/name", "phy0\n"}};
	static const struct recorded old[] = {{"/sys/class/net/wlan0/wireless/link", "60\n"}};

	(void)state;
	assert_machine(new, COUNT_OF(new), "wlan0 is Wi-Fi");
	assert_machine(old, COUNT_OF(old), "wlan0 is Wi-Fi");
}

static void clouds_are_known(void **state)
{
	static const struct recorded amazon[] = {{"/sys/class/dmi/id/sys_vendor", "Amazon EC2\n"}};
	static const struct recorded google[] = {
		{"/sys/class/dmi/id/product_name", "Google Compute Engine\n"}};
	static const struct recorded azure[] = {
		{"/sys/class/dmi/id/sys_vendor", "Microsoft Corporation\n"},
		{"/sys/class/dmi/id/chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77\n"},
	};

	(void)state;
	assert_machine(amazon, COUNT_OF(amazon), "transit gateway");
	assert_machine(google, COUNT_OF(google), "machine of Google Cloud");
	assert_machine(azure, COUNT_OF(azure), "machine of Microsoft Azure");
}

/* Hyper-V in an office is no cloud. */
static void other_virtual_machines_are_no_cloud(void **state)
{
	static const struct recorded files[] = {
		{"/sys/class/dmi/id/sys_vendor", "Microsoft Corporation\n"},
		{"/sys/class/dmi/id/product_name", "Virtual Machine\n"},
		{"/sys/class/dmi/id/chassis_asset_tag", "1234\n"},
	};
	struct finding finding = {.state = RUNG_GOOD};

	(void)state;
	judge_machine(files, COUNT_OF(files), &finding);
	assert_int_equal(finding.state, RUNG_GOOD);
	finding_done(&finding);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_join_is_read),
		cmocka_unit_test(what_is_no_message_is_not_read),
		cmocka_unit_test(a_text_with_nul_is_not_read),
		cmocka_unit_test(a_long_text_is_cut),
		cmocka_unit_test(a_report_comes_out_as_it_went_in),
		cmocka_unit_test(a_report_of_who_could_not_join_has_room),
		cmocka_unit_test(a_message_is_filled_up),
		cmocka_unit_test(only_long_requests_are_answered),
		cmocka_unit_test(a_token_is_of_one_address_and_session),
		cmocka_unit_test(siphash_is_as_its_paper_has_it),
		cmocka_unit_test(a_token_gets_old),
		cmocka_unit_test(one_address_cannot_have_all_answers),
		cmocka_unit_test(some_answers_are_kept_for_who_is_served),
		cmocka_unit_test(probes_are_counted),
		cmocka_unit_test(a_probe_is_what_it_says),
		cmocka_unit_test(a_mac_address_makes_a_path_of_its_own),
		cmocka_unit_test(probes_leave_with_their_ttl),
		cmocka_unit_test(large_probes_do_not_fit),
		cmocka_unit_test(a_healthy_path_has_no_fault),
		cmocka_unit_test(a_ttl_is_too_small),
		cmocka_unit_test(a_ttl_is_too_small_one_way),
		cmocka_unit_test(a_ttl_that_is_seen_is_judged),
		cmocka_unit_test(no_ttl_at_all_is_another_rung),
		cmocka_unit_test(the_last_hop_is_noted),
		cmocka_unit_test(the_network_does_not_carry_it),
		cmocka_unit_test(the_wire_of_the_other_host_tells),
		cmocka_unit_test(the_network_carries_it_one_way),
		cmocka_unit_test(an_end_of_the_way_is_no_network),
		cmocka_unit_test(what_is_dropped_there_was_carried),
		cmocka_unit_test(a_cause_at_the_peer_comes_first),
		cmocka_unit_test(a_cause_at_the_peer_counts_where_all_passes),
		cmocka_unit_test(a_cause_at_the_peer_is_mended_first),
		cmocka_unit_test(the_way_back_to_a_sender_is_only_noted),
		cmocka_unit_test(the_way_of_a_sender_is_a_cause),
		cmocka_unit_test(a_port_in_use_there_is_no_cause),
		cmocka_unit_test(what_was_counted_on_the_wire_has_come),
		cmocka_unit_test(the_captured_count_but_for_fragments),
		cmocka_unit_test(what_left_elsewhere_the_network_did_not_drop),
		cmocka_unit_test(some_loss_is_noted),
		cmocka_unit_test(without_an_answer_nothing_is_known),
		cmocka_unit_test(two_routers_put_it_on_the_link),
		cmocka_unit_test(two_interfaces_lead_to_it),
		cmocka_unit_test(two_relays_send_it),
		cmocka_unit_test(copies_by_unknown_ways_are_a_cause_too),
		cmocka_unit_test(one_copy_is_noted),
		cmocka_unit_test(copies_are_heard_without_a_peer),
		cmocka_unit_test(large_datagrams_are_lost),
		cmocka_unit_test(large_datagrams_are_lost_to_the_group),
		cmocka_unit_test(nothing_at_all_is_another_rung),
		cmocka_unit_test(missing_fragments_are_heard),
		cmocka_unit_test(a_few_lost_fragments_of_many_are_noted),
		cmocka_unit_test(fragments_that_only_the_capture_missed_are_not_lost),
		cmocka_unit_test(fragments_of_copies_are_left_over),
		cmocka_unit_test(a_plain_machine_has_nothing_to_tell),
		cmocka_unit_test(containers_are_known),
		cmocka_unit_test(wsl_is_known),
		cmocka_unit_test(wireless_interfaces_are_known),
		cmocka_unit_test(clouds_are_known),
		cmocka_unit_test(other_virtual_machines_are_no_cloud),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
