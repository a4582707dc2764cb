#include "run/tree/held.h"
#include "unit.h"

static bool add(struct held *held, const char *text)
{
	return held_add(held, text, strlen(text), 0);
}

static void payloads_keep_their_order(void **state)
{
	static const char *const TEXTS[] = {"one", "", "three"};
	struct held held = {.count = 0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(TEXTS); i++)
		assert_true(held_add(&held, TEXTS[i], strlen(TEXTS[i]), (unsigned)i));
	assert_int_equal(held.bytes, 8);
	for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
		struct held_payload *payload = held_take(&held);

		assert_int_equal(payload->size, strlen(TEXTS[i]));
		assert_memory_equal(payload->bytes, TEXTS[i], payload->size);
		assert_int_equal(payload->attempts, i);
		free(payload);
	}
	assert_int_equal(held.count, 0);
	assert_int_equal(held.bytes, 0);
	assert_true(add(&held, "again"));
	held_clear(&held);
}

static void number_and_bytes_are_bounded(void **state)
{
	struct held held = {.count = 0};
	static char large[HELD_BYTES / 2];

	(void)state;
	for (size_t i = 0; i < HELD_MAX; i++)
		assert_true(add(&held, "x"));
	assert_false(add(&held, ""));
	free(held_take(&held));
	assert_true(add(&held, "x"));
	held_clear(&held);
	assert_null(held.first);
	assert_true(held_add(&held, large, sizeof large, 0));
	assert_true(held_add(&held, large, sizeof large, 0));
	assert_false(add(&held, "x"));
	assert_true(add(&held, ""));
	held_clear(&held);
}

static void what_is_accepted_is_as_much_as_fits(void **state)
{
	struct held held = {.count = 0};
	char bytes[9] = "";
	const struct iovec payloads[] = {{bytes, 8}, {bytes, 0}, {bytes, 9}, {bytes, 1}};
	struct error error;

	(void)state;
	assert_int_equal(held_accept(&held, payloads, 4, 8, &error), 2);
	assert_int_equal(held_accept(&held, payloads + 2, 2, 8, &error), HOSTCAST_TOO_LARGE);
	assert_string_equal(error.text, "a message of 9 bytes is too large: in this tree one may "
					"have 8");
	while (held.count < HELD_MAX - 1)
		assert_int_equal(held_accept(&held, payloads + 3, 1, 8, &error), 1);
	assert_int_equal(held_accept(&held, payloads, 2, 8, &error), 1);
	assert_int_equal(held_accept(&held, payloads, 2, 8, &error), HOSTCAST_AGAIN);
	held_clear(&held);
}

static void payloads_move_from_list_to_list(void **state)
{
	struct held from = {.count = 0}, to = {.count = 0};

	(void)state;
	add(&from, "one");
	add(&from, "two");
	held_append(&to, held_take(&from));
	held_append(&to, held_take(&from));
	assert_int_equal(to.count, 2);
	assert_int_equal(to.bytes, 6);
	assert_memory_equal(to.first->bytes, "one", 3);
	assert_memory_equal(to.last->bytes, "two", 3);
	assert_null(from.last);
	held_clear(&to);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(payloads_keep_their_order),
		cmocka_unit_test(number_and_bytes_are_bounded),
		cmocka_unit_test(what_is_accepted_is_as_much_as_fits),
		cmocka_unit_test(payloads_move_from_list_to_list),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
