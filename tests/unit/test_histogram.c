#include "base/histogram.h"
#include "unit.h"

#include <math.h>

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The stupid twin: all the values, sorted. */
static int64_t exact_percentile(const int64_t *sorted, size_t count, double fraction)
{
	size_t rank = (size_t)ceil(fraction * (double)count);

	return sorted[rank > 0 ? rank - 1 : 0];
}

static void is_empty_at_first(void **state)
{
	struct histogram h = {0};

	(void)state;
	assert_int_equal(histogram_percentile(&h, 0.5), 0);
	assert_true(histogram_mean(&h) == 0);
}

/* Of every magnitude up to 2^42 ns: more than an hour. */
static void compare_with_twin(struct random *random, size_t count)
{
	static const double fractions[] = {0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1};
	int64_t *values = calloc(count, sizeof *values);
	struct histogram *h = calloc(1, sizeof *h);
	double sum = 0;

	assert_non_null(values);
	assert_non_null(h);
	for (size_t i = 0; i < count; i++) {
		values[i] = (int64_t)(random_next(random) >> (22 + random_below(random, 42)));
		sum += (double)values[i];
		histogram_add(h, values[i]);
	}
	qsort(values, count, sizeof *values, compare);
	assert_int_equal(h->least, values[0]);
	assert_int_equal(h->most, values[count - 1]);
	assert_int_equal(h->count, count);
	assert_true(fabs(histogram_mean(h) - sum / (double)count) <= sum * 1e-9);
	for (size_t i = 0; i < COUNT_OF(fractions); i++) {
		int64_t exact = exact_percentile(values, count, fractions[i]);
		int64_t got = histogram_percentile(h, fractions[i]);

		assert_in_range(got, exact - exact / 64, exact + exact / 64);
		assert_in_range(got, h->least, h->most);
	}
	free(h);
	free(values);
}

static void percentiles_are_within_a_64th_of_the_exact_ones(void **state)
{
	struct random random = {7};

	(void)state;
	for (int round = 0; round < 300; round++)
		compare_with_twin(&random, 1 + random_below(&random, 1000));
}

static void small_values_are_exact(void **state)
{
	struct histogram h = {0};

	(void)state;
	for (int i = 1; i <= 100; i++)
		histogram_add(&h, i);
	for (int i = 1; i <= 100; i++)
		assert_int_equal(histogram_percentile(&h, (i - 0.5) / 100), i);
}

static void takes_extreme_values(void **state)
{
	struct histogram h = {0};

	(void)state;
	histogram_add(&h, INT64_MIN);
	assert_int_equal(h.most, 0);
	histogram_add(&h, INT64_MAX);
	histogram_add(&h, INT64_C(1) << 43);
	assert_int_equal(h.least, 0);
	assert_int_equal(h.most, INT64_MAX);
	assert_int_equal(histogram_percentile(&h, 0.1), 0);
	assert_int_equal(histogram_percentile(&h, 1), INT64_MAX);
	/* Beyond the last bucket there is else only "at least so much". */
	assert_in_range(histogram_percentile(&h, 0.6), INT64_C(1) << 42, INT64_C(1) << 43);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_empty_at_first),
		cmocka_unit_test(percentiles_are_within_a_64th_of_the_exact_ones),
		cmocka_unit_test(small_values_are_exact),
		cmocka_unit_test(takes_extreme_values),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
