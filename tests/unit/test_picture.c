#include "sim/layout.h"
#include "sim/overlay.h"
#include "sim/picture.h"
#include "xml.h"

#define NONE OVERLAY_NO_PARENT

static size_t occurrences(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)); text++)
		count++;
	return count;
}

static struct text picture_of(enum topology_kind kind, const uint32_t *parent, uint32_t count,
			      uint32_t root)
{
	struct topology *t = topology_new(kind, count, 4);
	struct text out = {0};

	assert_non_null(t);
	assert_true(picture_draw(&out, t, parent, count, root));
	topology_free(t);
	return out;
}

/* Two at depth 1, one at depth 2; 4 and 5 are a circle, 6 is alone. */
static void each_member_edge_and_outsider_is_drawn(void **state)
{
	static const uint32_t parent[] = {NONE, 0, 0, 1, 5, 4, NONE};
	struct text out = picture_of(TOPOLOGY_UNIFORM, parent, COUNT_OF(parent), 0);
	const char *svg = text_string(&out);

	(void)state;
	assert_is_xml(&out);
	assert_non_null(strstr(svg, ">Tree of 4 members on a plane</text>"));
	assert_non_null(strstr(svg, ">4 of 7 hosts in the tree</text>"));
	assert_non_null(strstr(svg, ">1: 2 members</text>"));
	assert_non_null(strstr(svg, ">2: 1 member</text>"));
	assert_null(strstr(svg, ">3: "));
	assert_int_equal(occurrences(svg, "<path class=\"edges\""), 2); /* one for each depth */
	/* 3 members, 3 outsiders, and in the legend one for each depth and one outsider. */
	assert_int_equal(occurrences(svg, "<circle "), 3 + 3 + 2 + 1);
	assert_int_equal(occurrences(svg, "<path class=\"root\""), 2); /* and in the legend */
	text_done(&out);
}

static void links_and_routers_are_drawn_where_there_are_some(void **state)
{
	static const uint32_t parent[] = {1, NONE, 1};
	struct text lan = picture_of(TOPOLOGY_LAN, parent, 3, 1);
	struct text stubs = picture_of(TOPOLOGY_TRANSIT_STUB, parent, 3, 1);

	(void)state;
	assert_is_xml(&lan);
	assert_non_null(strstr(text_string(&lan), "Tree of 3 members on a LAN"));
	assert_non_null(strstr(text_string(&lan), ">switch</text>"));
	assert_int_equal(occurrences(text_string(&lan), "<path class=\"links\""), 2);
	assert_null(strstr(text_string(&lan), "outside the tree"));
	assert_is_xml(&stubs);
	assert_non_null(strstr(text_string(&stubs), "Tree of 3 members on a transit-stub network"));
	assert_non_null(strstr(text_string(&stubs), "; 10,100 routers, 20,"));
	assert_non_null(strstr(text_string(&stubs), ">transit router</text>"));
	/* 100 transit routers, 2 members; in the legend a router and a depth. */
	assert_int_equal(occurrences(text_string(&stubs), "<circle "), 100 + 1 + 2 + 1);
	text_done(&lan);
	text_done(&stubs);
}

static void a_root_alone_is_drawn_too(void **state)
{
	static const uint32_t parent[] = {NONE};

	(void)state;
	for (int kind = 0; kind < TOPOLOGY_KINDS; kind++) {
		struct text out = picture_of((enum topology_kind)kind, parent, 1, 0);

		assert_is_xml(&out);
		assert_non_null(strstr(text_string(&out), "Tree of 1 member on"));
		assert_null(strstr(text_string(&out), "Hops"));
		assert_null(strstr(text_string(&out), "nan"));
		text_done(&out);
	}
}

/* A chain of 100: far deeper than there are colours. */
static void what_is_very_deep_shares_a_colour(void **state)
{
	uint32_t parent[100] = {NONE};
	struct text out;

	(void)state;
	for (uint32_t i = 1; i < COUNT_OF(parent); i++)
		parent[i] = i - 1;
	out = picture_of(TOPOLOGY_LAN, parent, COUNT_OF(parent), 0);
	assert_is_xml(&out);
	assert_non_null(strstr(text_string(&out), ">31: 1 member</text>"));
	assert_non_null(strstr(text_string(&out), ">32 and more: 68 members</text>"));
	assert_int_equal(occurrences(text_string(&out), "<path class=\"edges\""), 32);
	text_done(&out);
}

static bool is_within(struct place place)
{
	return place.x >= 0 && place.x <= LAYOUT_SIZE && place.y >= 0 && place.y <= LAYOUT_SIZE;
}

static int by_place(const void *a, const void *b)
{
	const struct place *p = a, *q = b;

	return p->x < q->x ? -1 : p->x > q->x ? 1 : (p->y > q->y) - (p->y < q->y);
}

/* No two of them in the same place, as far as a tenth of a pixel tells. */
static void assert_apart(const struct place *places, size_t count)
{
	struct place *sorted = calloc(count, sizeof *sorted);

	assert_non_null(sorted);
	for (size_t i = 0; i < count; i++) {
		assert_true(is_within(places[i]));
		sorted[i].x = (double)(long)(places[i].x * 10);
		sorted[i].y = (double)(long)(places[i].y * 10);
	}
	qsort(sorted, count, sizeof *sorted, by_place);
	for (size_t i = 1; i < count; i++)
		assert_int_not_equal(by_place(&sorted[i - 1], &sorted[i]), 0);
	free(sorted);
}

static void nothing_hides_anything_else(void **state)
{
	enum { HOSTS = 2000 };

	(void)state;
	for (int kind = TOPOLOGY_LAN; kind < TOPOLOGY_KINDS; kind++) {
		struct topology *t = topology_new((enum topology_kind)kind, HOSTS, 8);
		struct layout layout;

		assert_non_null(t);
		assert_true(layout_init(&layout, t));
		assert_apart(layout.places, topology_router_count(t));
		assert_apart(layout.places + topology_router_count(t), HOSTS);
		layout_done(&layout);
		topology_free(t);
	}
}

/* An edge between two parts of the network runs by their transit routers, within one stub domain it
 * does not. */
static void check_bend(const struct layout *layout, uint32_t from, uint32_t to)
{
	enum { FIRST_STUB = 100, STUB = 10, STUBS = 10 };
	uint32_t a = (topology_router_of(layout->topology, from) - FIRST_STUB) / STUB;
	uint32_t b = (topology_router_of(layout->topology, to) - FIRST_STUB) / STUB;
	struct place bend[2];

	layout_bend(layout, from, to, bend);
	assert_int_equal(by_place(&bend[0], &layout->places[a / STUBS]) == 0, a != b);
	assert_int_equal(by_place(&bend[1], &layout->places[b / STUBS]) == 0, a != b);
}

static void edges_run_together_where_their_routes_do(void **state)
{
	enum { HOSTS = 300 };
	struct topology *t = topology_new(TOPOLOGY_TRANSIT_STUB, HOSTS, 8);
	struct layout layout;

	(void)state;
	assert_non_null(t);
	assert_true(layout_init(&layout, t));
	for (uint32_t a = 0; a < HOSTS; a++) /* some 45 pairs of them are in one stub domain */
		for (uint32_t b = a + 1; b < HOSTS; b++)
			check_bend(&layout, a, b);
	layout_done(&layout);
	topology_free(t);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_member_edge_and_outsider_is_drawn),
		cmocka_unit_test(links_and_routers_are_drawn_where_there_are_some),
		cmocka_unit_test(a_root_alone_is_drawn_too),
		cmocka_unit_test(what_is_very_deep_shares_a_colour),
		cmocka_unit_test(nothing_hides_anything_else),
		cmocka_unit_test(edges_run_together_where_their_routes_do),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
