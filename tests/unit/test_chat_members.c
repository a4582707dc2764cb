#include "cli/chat/members.h"
#include "net/address.h"
#include "unit.h"

#define LIMIT (180 * NS_PER_S)

static struct span span(const char *text)
{
	return (struct span){text, strlen(text)};
}

static union hostcast_address at(unsigned number)
{
	union hostcast_address address = {.v4 = {.sin_family = AF_INET}};

	address.v4.sin_addr.s_addr = htonl(0x0a000000 + number / 10);
	address.v4.sin_port = htons((uint16_t)(5000 + number % 10));
	return address;
}

static struct monotime second(int64_t s)
{
	return (struct monotime){s * NS_PER_S};
}

static char former[CHAT_NAME_SIZE];

static enum chat_news hear(struct chat_members *members, unsigned number, const char *name,
			   int64_t s)
{
	union hostcast_address address = at(number);

	return chat_members_hear(members, (struct chat_speaker){&address, span(name)}, second(s),
				 former);
}

static enum chat_news hear_talk(struct chat_members *members, unsigned number, const char *name,
				int64_t s)
{
	union hostcast_address address = at(number);

	return chat_members_hear_talk(members, (struct chat_speaker){&address, span(name)},
				      second(s), former);
}

static int begin(void **state)
{
	static struct chat_members members;

	*state = &members;
	return chat_members_init(&members) ? 0 : -1;
}

static int end(void **state)
{
	chat_members_done(*state);
	return 0;
}

static void knows_members_by_address_and_port(void **state)
{
	struct chat_members *members = *state;

	assert_int_equal(hear(members, 1, "Ada", 0), CHAT_NEW);
	assert_int_equal(hear(members, 1, "Ada", 1), CHAT_KNOWN);
	assert_int_equal(hear(members, 2, "Ada", 1), CHAT_NEW); /* the same host, another port */
	assert_int_equal(hear(members, 11, "Ada", 1), CHAT_NEW);
	assert_int_equal(members->count, 3);
}

static void who_only_talks_is_no_member(void **state)
{
	struct chat_members *members = *state;
	union hostcast_address script = at(1), ada = at(2);

	assert_int_equal(hear_talk(members, 1, "Script", 0), CHAT_SPEAKER);
	assert_int_equal(members->count, 0);
	assert_false(chat_members_share_name(members, span("Script"), &ada));
	hear(members, 2, "Ada", 0);
	assert_int_equal(hear_talk(members, 1, "Ada", 1), CHAT_SPEAKER);
	assert_true(chat_members_share_name(members, span("Ada"), &script));
	assert_false(chat_members_share_name(members, span("Ada"), &ada));
}

static void a_member_who_talks_is_heard(void **state)
{
	struct chat_members *members = *state;
	struct monotime when;

	hear(members, 1, "Ada", 0);
	assert_int_equal(hear_talk(members, 1, "Ada", 10), CHAT_KNOWN);
	assert_true(chat_members_next_silent(members, LIMIT, &when));
	assert_int_equal(when.ns, 190 * NS_PER_S);
	assert_int_equal(hear_talk(members, 1, "Grace", 20), CHAT_NAMED);
	assert_string_equal(former, "Ada");
}

static void tells_a_new_name(void **state)
{
	struct chat_members *members = *state;
	union hostcast_address address = at(1);

	hear(members, 1, "Ada Lovelace", 0);
	assert_int_equal(hear(members, 1, "Ada", 1), CHAT_NAMED);
	assert_string_equal(former, "Ada Lovelace");
	assert_string_equal(chat_members_find(members, &address)->name, "Ada");
	assert_int_equal(hear(members, 1, "Ada", 2), CHAT_KNOWN);
}

static void forgets_the_silent_at_the_limit(void **state)
{
	struct chat_members *members = *state;
	struct chat_member silent;
	struct monotime when;

	hear(members, 1, "Ada", 0);
	hear(members, 2, "Bob", 10);
	hear(members, 1, "Ada", 60);
	assert_true(chat_members_next_silent(members, LIMIT, &when));
	assert_int_equal(when.ns, 190 * NS_PER_S);
	assert_false(
		chat_members_take_silent(members, (struct monotime){when.ns - 1}, LIMIT, &silent));
	assert_true(chat_members_take_silent(members, when, LIMIT, &silent));
	assert_string_equal(silent.name, "Bob");
	assert_false(chat_members_take_silent(members, when, LIMIT, &silent));
	assert_true(chat_members_next_silent(members, LIMIT, &when));
	assert_int_equal(when.ns, 240 * NS_PER_S);
	assert_true(chat_members_take_silent(members, second(1000), LIMIT, &silent));
	assert_string_equal(silent.name, "Ada");
	assert_false(chat_members_next_silent(members, LIMIT, &when));
}

static void all_who_fell_silent_are_told(void **state)
{
	struct chat_members *members = *state;
	struct chat_member silent;
	int count = 0;

	for (unsigned i = 0; i < 5; i++)
		hear(members, i, "Ada", i == 3 ? 100 : 0);
	while (chat_members_take_silent(members, second(180), LIMIT, &silent))
		count++;
	assert_int_equal(count, 4);
	assert_int_equal(members->count, 1);
}

static void removes_who_leaves(void **state)
{
	struct chat_members *members = *state;
	union hostcast_address ada = at(1), bob = at(2);

	hear(members, 1, "Ada", 0);
	hear(members, 2, "Bob", 0);
	assert_true(chat_members_remove(members, (struct chat_speaker){&ada, span("Ada")}));
	assert_false(chat_members_remove(members, (struct chat_speaker){&ada, span("Ada")}));
	assert_null(chat_members_find(members, &ada));
	assert_string_equal(chat_members_find(members, &bob)->name, "Bob");
}

static void knows_who_shares_a_name(void **state)
{
	struct chat_members *members = *state;
	union hostcast_address one = at(1), two = at(2);

	hear(members, 1, "Ada", 0);
	hear(members, 2, "Ad", 0);
	assert_false(chat_members_share_name(members, span("Ada"), &one));
	assert_true(chat_members_share_name(members, span("Ada"), &two));
	assert_true(chat_members_share_name(members, span("Ada"), NULL));
	hear(members, 2, "Ada", 0);
	assert_true(chat_members_share_name(members, span("Ada"), &one));
}

static void has_room_for_so_many(void **state)
{
	struct chat_members *members = *state;
	union hostcast_address first = at(0);

	for (unsigned i = 0; i < CHAT_MEMBERS_MAX; i++)
		assert_int_equal(hear(members, i, "Ada", 0), CHAT_NEW);
	assert_int_equal(hear(members, CHAT_MEMBERS_MAX, "Eve", 0), CHAT_NO_ROOM);
	assert_int_equal(hear(members, CHAT_MEMBERS_MAX, "Eve", 0), CHAT_NO_ROOM);
	assert_int_equal(members->overflow, 2);
	assert_int_equal(hear(members, 7, "Ada", 0), CHAT_KNOWN);
	chat_members_remove(members, (struct chat_speaker){&first, span("Ada")});
	assert_int_equal(hear(members, CHAT_MEMBERS_MAX, "Eve", 0), CHAT_NEW);
}

/* ---- In a tree, where nobody has an address ---- */

static const union hostcast_address nowhere;

static struct chat_speaker named(const char *name)
{
	return (struct chat_speaker){&nowhere, span(name)};
}

static enum chat_news hear_name(struct chat_members *members, const char *name, int64_t s)
{
	return chat_members_hear(members, named(name), second(s), former);
}

static enum chat_news hear_rename(struct chat_members *members, const char *old_name,
				  const char *new_name, int64_t s)
{
	return chat_members_rename(members, named(new_name), span(old_name), second(s), former);
}

static void without_addresses_the_name_is_the_member(void **state)
{
	struct chat_members *members = *state;

	assert_int_equal(hear_name(members, "Ada", 0), CHAT_NEW);
	assert_int_equal(hear_name(members, "Bob", 0), CHAT_NEW);
	assert_int_equal(hear_name(members, "Ada", 1), CHAT_KNOWN);
	assert_int_equal(chat_members_hear_talk(members, named("Bob"), second(2), former),
			 CHAT_KNOWN);
	assert_int_equal(chat_members_hear_talk(members, named("Eve"), second(2), former),
			 CHAT_SPEAKER);
	assert_int_equal(members->count, 2);
	assert_false(chat_members_remove(members, named("Eve")));
	assert_true(chat_members_remove(members, named("Ada")));
	assert_string_equal(members->list[0].name, "Bob");
}

static void without_addresses_a_new_name_is_the_same_member(void **state)
{
	struct chat_members *members = *state;

	hear_name(members, "Bob", 0);
	hear_name(members, "Ada", 0);
	assert_int_equal(hear_rename(members, "Ada", "Grace", 1), CHAT_NAMED);
	assert_string_equal(former, "Ada");
	assert_int_equal(members->count, 2);
	assert_string_equal(members->list[1].name, "Grace");
	assert_int_equal(members->list[1].heard.ns, NS_PER_S);
	assert_int_equal(hear_rename(members, "Eve", "Mallory", 1), CHAT_NEW); /* never seen */
	assert_int_equal(hear_rename(members, "Ada", "Grace", 2), CHAT_KNOWN); /* said again */
	assert_int_equal(members->count, 3);
}

static void without_addresses_two_of_one_name_are_one(void **state)
{
	struct chat_members *members = *state;
	struct chat_member silent;

	hear_name(members, "Ada", 0);
	hear_name(members, "Bob", 0);
	hear_name(members, "Eve", 5);
	assert_int_equal(hear_rename(members, "Ada", "Bob", 10), CHAT_NAMED);
	assert_string_equal(former, "Ada");
	assert_int_equal(members->count, 2);
	assert_true(chat_members_take_silent(members, second(185), LIMIT, &silent));
	assert_string_equal(silent.name, "Eve");
	assert_false(chat_members_take_silent(members, second(185), LIMIT, &silent));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(knows_members_by_address_and_port, begin, end),
		cmocka_unit_test_setup_teardown(who_only_talks_is_no_member, begin, end),
		cmocka_unit_test_setup_teardown(a_member_who_talks_is_heard, begin, end),
		cmocka_unit_test_setup_teardown(tells_a_new_name, begin, end),
		cmocka_unit_test_setup_teardown(forgets_the_silent_at_the_limit, begin, end),
		cmocka_unit_test_setup_teardown(all_who_fell_silent_are_told, begin, end),
		cmocka_unit_test_setup_teardown(removes_who_leaves, begin, end),
		cmocka_unit_test_setup_teardown(knows_who_shares_a_name, begin, end),
		cmocka_unit_test_setup_teardown(has_room_for_so_many, begin, end),
		cmocka_unit_test_setup_teardown(without_addresses_the_name_is_the_member, begin,
						end),
		cmocka_unit_test_setup_teardown(without_addresses_a_new_name_is_the_same_member,
						begin, end),
		cmocka_unit_test_setup_teardown(without_addresses_two_of_one_name_are_one, begin,
						end),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
