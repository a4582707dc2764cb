#include "run/tree/held.h"
#include "unit.h"

static bool add(struct held *held, const char *text, size_t count_most, size_t bytes_most)
{
	return held_add(held, text, strlen(text), 0, count_most, bytes_most);
}

static void payloads_keep_their_order(void **state)
{
	static const char *const TEXTS[] = {"one", "", "three"};
	struct held held = {.count = 0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(TEXTS); i++)
		assert_true(held_add(&held, TEXTS[i], strlen(TEXTS[i]), (unsigned)i, 9, 99));
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
	assert_true(add(&held, "again", 9, 99));
	held_clear(&held);
}

static void number_and_bytes_are_bounded(void **state)
{
	struct held held = {.count = 0};

	(void)state;
	assert_true(add(&held, "12345", 2, 8));
	assert_false(add(&held, "6789", 2, 8));
	assert_true(add(&held, "678", 2, 8));
	assert_false(add(&held, "", 2, 8));
	free(held_take(&held));
	assert_true(add(&held, "12345", 2, 8));
	held_clear(&held);
	assert_null(held.first);
}

static void payloads_move_from_list_to_list(void **state)
{
	struct held from = {.count = 0}, to = {.count = 0};

	(void)state;
	add(&from, "one", 9, 99);
	add(&from, "two", 9, 99);
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
		cmocka_unit_test(payloads_move_from_list_to_list),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
