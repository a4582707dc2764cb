#include "cli/status/tree_drawing.h"
#include "cli/status/tree_picture.h"
#include "xml.h"

#define UNKNOWN DRAWN_PARENT_UNKNOWN

static const struct drawn_node family[] = {
	{"10.0.0.1:10000", "root", DRAWN_ROOT},
	{"10.0.0.2:10000", NULL, 0},
	{"10.0.0.3:10000", "", 0},
	{"10.0.0.5:10000", NULL, 1},
};

/* a and b stand on a cycle, d is one by itself, and c hangs below it; the parents of e and f are
 * not there; the root comes last in the list. */
static const struct drawn_node lost[] = {
	{"a", NULL, 1},         {"b", NULL, 0},  {"c", "hangs", 3}, {"d", NULL, 3},
	{"e", "seen", UNKNOWN}, {"f", NULL, 99}, {"g", NULL, 4},    {"r", NULL, DRAWN_ROOT},
};

static void assert_drawn(const struct drawn_node *nodes, size_t count, const char *expected)
{
	struct text out = {0};

	assert_true(tree_drawing_add(&out, nodes, count));
	assert_string_equal(text_string(&out), expected);
	text_done(&out);
}

static void a_tree_is_drawn_one_node_a_line(void **state)
{
	(void)state;
	assert_drawn(family, COUNT_OF(family),
		     "10.0.0.1:10000  root\n"
		     "├─ 10.0.0.2:10000\n"
		     "│  └─ 10.0.0.5:10000\n"
		     "└─ 10.0.0.3:10000\n");
	assert_drawn(family, 1, "10.0.0.1:10000  root\n");
	assert_drawn(family, 0, "");
}

static void branches_go_on_only_where_children_follow(void **state)
{
	static const struct drawn_node nodes[] = {
		{"a", NULL, DRAWN_ROOT}, {"b", NULL, 0},          {"c", NULL, 0},
		{"d", NULL, 2},          {"e", NULL, 3},          {"f", NULL, 2},
		{"g", NULL, 5},          {"s", NULL, DRAWN_ROOT}, {"t", NULL, 7},
	};

	(void)state;
	assert_drawn(nodes, COUNT_OF(nodes),
		     "a\n"
		     "├─ b\n"
		     "└─ c\n"
		     "   ├─ d\n"
		     "   │  └─ e\n"
		     "   └─ f\n"
		     "      └─ g\n"
		     "s\n"
		     "└─ t\n");
}

static void lost_nodes_and_cycles_are_shown_and_named(void **state)
{
	(void)state;
	assert_drawn(lost, COUNT_OF(lost),
		     "r\n"
		     "e  seen  (parent unknown)\n"
		     "└─ g\n"
		     "f  (parent unknown)\n"
		     "a  (cycle: its parent is below it)\n"
		     "└─ b\n"
		     "d  (cycle: its parent is below it)\n"
		     "└─ c  hangs\n");
}

static void names_and_notes_do_no_harm_to_a_terminal(void **state)
{
	static const struct drawn_node nodes[] = {{"a\033[31m", "b\nc\xff", DRAWN_ROOT}};

	(void)state;
	assert_drawn(nodes, 1, "a\\x1b[31m  b\\nc\\xff\n");
}

/* Every node once; children after their parents, one deeper; a node at depth 0 says why. */
static void check_rows(const struct drawn_node *nodes, size_t count)
{
	struct tree_row *rows = tree_rows(nodes, count);
	bool *seen = calloc(count, sizeof *seen);

	assert_non_null(rows);
	assert_non_null(seen);
	for (size_t i = 0; i < count; i++) {
		const struct tree_row *row = &rows[i];

		assert_true(row->node < count);
		assert_false(seen[row->node]);
		seen[row->node] = true;
		assert_int_equal(row->depth == 0, row->top != TREE_NO_TOP);
		assert_int_equal(row->depth == 0, row->parent_row == SIZE_MAX);
		if (row->depth == 0)
			continue;
		assert_true(row->parent_row < i);
		assert_int_equal(row->depth, rows[row->parent_row].depth + 1);
		assert_int_equal(nodes[row->node].parent, rows[row->parent_row].node);
	}
	free(seen);
	free(rows);
}

/* Among them long cycles, tails that lead into them, and many roots. */
static void whatever_the_parents_each_node_is_shown_once(void **state)
{
	struct random random = {17};
	struct drawn_node nodes[40];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t count = 1 + (size_t)random_below(&random, COUNT_OF(nodes));
		size_t others = (size_t)random_below(&random, 4);

		for (size_t i = 0; i < count; i++) {
			size_t parent = (size_t)random_below(&random, count + others);

			nodes[i] = (struct drawn_node){"x", NULL, parent};
			if (parent == count)
				nodes[i].parent = DRAWN_ROOT;
		}
		check_rows(nodes, count);
	}
}

static void dot_has_each_node_and_each_edge(void **state)
{
	struct text out = {0};

	(void)state;
	assert_true(tree_drawing_add_dot(&out, family, COUNT_OF(family)));
	assert_string_equal(text_string(&out),
			    "digraph tree {\n"
			    "\trankdir=LR;\n"
			    "\tnode [shape=box, style=rounded, fontname=\"monospace\"];\n"
			    "\tn0 [label=\"10.0.0.1:10000\\nroot\", penwidth=2];\n"
			    "\tn1 [label=\"10.0.0.2:10000\"];\n"
			    "\tn3 [label=\"10.0.0.5:10000\"];\n"
			    "\tn2 [label=\"10.0.0.3:10000\"];\n"
			    "\tn0 -> n1;\n"
			    "\tn1 -> n3;\n"
			    "\tn0 -> n2;\n"
			    "}\n");
	text_done(&out);
}

static void dot_shows_what_is_wrong_and_escapes(void **state)
{
	static const struct drawn_node quoted[] = {{"\"];a\\", "\n", DRAWN_ROOT}};
	struct text out = {0};

	(void)state;
	assert_true(tree_drawing_add_dot(&out, lost, COUNT_OF(lost)));
	assert_non_null(strstr(text_string(&out), "\tn1 -> n0 [style=dashed];\n\tn0 -> n1;\n"));
	assert_non_null(strstr(text_string(&out), "\tn3 -> n3 [style=dashed];\n"));
	assert_non_null(strstr(text_string(&out), "\tn5 [label=\"f\\n(parent unknown)\", "
						  "style=\"rounded,dashed\"];\n"));
	text_clear(&out);
	assert_true(tree_drawing_add_dot(&out, quoted, 1));
	assert_non_null(strstr(text_string(&out), "[label=\"\\\"];a\\\\\\\\\\n\\\\n\","));
	text_done(&out);
}

static size_t occurrences(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)); text++)
		count++;
	return count;
}

static void the_picture_has_a_box_for_each_node(void **state)
{
	struct text out = {0};

	(void)state;
	assert_true(tree_picture_add(&out, "a tree", family, COUNT_OF(family)));
	assert_is_xml(&out);
	assert_int_equal(occurrences(text_string(&out), "<rect "), 4);
	assert_int_equal(occurrences(text_string(&out), "<path d=\"M0 0"), 1); /* background */
	assert_int_equal(occurrences(text_string(&out), "<path "), 4);         /* and 3 edges */
	assert_int_equal(occurrences(text_string(&out), ">10.0.0.5:10000</text>"), 1);
	assert_int_equal(occurrences(text_string(&out), "<g class=\"root\">"), 1);
	assert_non_null(strstr(text_string(&out), ">4 nodes, depth 2</text>"));
	text_clear(&out);
	assert_true(tree_picture_add(&out, "lost ones", lost, COUNT_OF(lost)));
	assert_is_xml(&out);
	assert_int_equal(occurrences(text_string(&out), "<g class=\"lost\">"), 4);
	text_clear(&out);
	assert_true(tree_picture_add(&out, "none", lost, 0));
	assert_is_xml(&out);
	text_done(&out);
}

/* The y of a box, counted from the first one drawn. */
static double y_of(struct text *out, size_t box)
{
	const char *at = text_string(out);

	for (size_t i = 0; i <= box; i++)
		at = strstr(at + 1, "<rect ");
	at = strstr(at, " y=\"");
	return strtod(at + 4, NULL);
}

static void parents_stand_in_the_middle_of_their_children(void **state)
{
	static const struct drawn_node nodes[] = {
		{"a", NULL, DRAWN_ROOT}, {"b", NULL, 0}, {"c", NULL, 1},
		{"d", NULL, 1},          {"e", NULL, 0},
	};
	struct text out = {0};

	(void)state;
	assert_true(
		tree_picture_add(&out, "", nodes, COUNT_OF(nodes))); /* in the order a b c d e */
	assert_true(y_of(&out, 2) < y_of(&out, 3) && y_of(&out, 3) < y_of(&out, 4));
	assert_true(y_of(&out, 1) == (y_of(&out, 2) + y_of(&out, 3)) / 2);
	assert_true(y_of(&out, 0) > y_of(&out, 1) && y_of(&out, 0) < y_of(&out, 4));
	text_done(&out);
}

static void the_picture_is_xml_whatever_the_names(void **state)
{
	static const struct drawn_node nodes[] = {
		{"<b>&amp;\"'</b>]]>", "\033[31m\001\x7f", DRAWN_ROOT},
		{"\xff\xfe\xc0\x80", "\xef\xbf\xbe \xef\xbf\xbf \xed\xa0\x80", 0},
		{"<!-- ", "é €", 1},
	};
	struct text out = {0};

	(void)state;
	assert_true(tree_picture_add(&out, "</title><&", nodes, COUNT_OF(nodes)));
	assert_is_xml(&out);
	assert_non_null(strstr(text_string(&out), ">&lt;b&gt;&amp;amp;\"'&lt;/b&gt;]]&gt;</text>"));
	assert_non_null(strstr(text_string(&out), "é €"));
	text_done(&out);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_is_drawn_one_node_a_line),
		cmocka_unit_test(branches_go_on_only_where_children_follow),
		cmocka_unit_test(lost_nodes_and_cycles_are_shown_and_named),
		cmocka_unit_test(names_and_notes_do_no_harm_to_a_terminal),
		cmocka_unit_test(whatever_the_parents_each_node_is_shown_once),
		cmocka_unit_test(dot_has_each_node_and_each_edge),
		cmocka_unit_test(dot_shows_what_is_wrong_and_escapes),
		cmocka_unit_test(the_picture_has_a_box_for_each_node),
		cmocka_unit_test(parents_stand_in_the_middle_of_their_children),
		cmocka_unit_test(the_picture_is_xml_whatever_the_names),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
