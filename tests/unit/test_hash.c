#include "base/hash.h"
#include "unit.h"

enum { COUNT = 500, PLACES = 2 * COUNT };

static bool is_number(const void *list, size_t index, const void *key)
{
	return ((const uint32_t *)list)[index] == *(const uint32_t *)key;
}

/* Of 500 numbers, whatever their hashes are: so many bits of them count. */
static void assert_each_is_found(uint64_t mask)
{
	static uint32_t list[COUNT];
	hash_place places[PLACES] = {0}, *place;

	for (uint32_t i = 0; i < COUNT; i++) {
		list[i] = i * 7;
		place = hash_find(places, PLACES, list[i] & mask, is_number, list, &list[i]);
		assert_int_equal(*place, 0);
		*place = (hash_place)(i + 1);
	}
	for (uint32_t i = 0; i < COUNT; i++) {
		uint32_t other = i * 7 + 1;

		place = hash_find(places, PLACES, list[i] & mask, is_number, list, &list[i]);
		assert_int_equal(*place, i + 1);
		place = hash_find(places, PLACES, other & mask, is_number, list, &other);
		assert_int_equal(*place, 0);
	}
}

static void each_is_found_and_no_other(void **state)
{
	(void)state;
	assert_each_is_found(UINT64_MAX);
}

static void keys_of_one_hash_are_told_apart(void **state)
{
	(void)state;
	assert_each_is_found(0);
	assert_each_is_found(3);
}

/* As in draft-eastlake-fnv: "foobar" */
static void it_is_fnv_1a(void **state)
{
	uint64_t hash = hash_bytes(HASH_BEGIN, "foo", 3);

	(void)state;
	assert_true(hash_bytes(hash, "bar", 3) == UINT64_C(0x85944171f73967e8));
	assert_true(hash_bytes(HASH_BEGIN, "", 0) == HASH_BEGIN);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_found_and_no_other),
		cmocka_unit_test(keys_of_one_hash_are_told_apart),
		cmocka_unit_test(it_is_fnv_1a),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
