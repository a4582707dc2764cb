#include "tree_picture.h"

#include "base/svg.h"

#include <stdlib.h>
#include <string.h>

/* In pixels. */
#define TITLE_SIZE  16.0 /* as in the style below */
#define NAME_SIZE   13.0
#define NOTE_SIZE   11.0
#define PADDING     12.0
#define LINE        15.0 /* from one line in a box to the next */
#define ROW_GAP     10.0
#define TREE_GAP    0.5 /* between two trees, as a part of what a box takes */
#define COLUMN_GAP  64.0
#define MARGIN      24.0
#define WIDTH_LEAST 180.0
#define TITLE_SPACE 56.0

struct layout {
	const struct drawn_node *nodes;
	const struct tree_row *rows;
	size_t count, depth;
	double *y; /* of each row: the middle of its box, counted in rows of boxes */
	double slots;
	double box_width, box_height;
};

static double width_of(const char *string, double size)
{
	return (double)text_escaped_length(string, strlen(string)) * size * SVG_MONO;
}

static double wider(double width, const char *string, double size)
{
	double needed = string ? width_of(string, size) : 0;

	return needed > width ? needed : width;
}

static void find_box_size(struct layout *l)
{
	double width = 0;
	size_t most_lines = 1;

	for (size_t i = 0; i < l->count; i++) {
		const struct drawn_node *node = &l->nodes[l->rows[i].node];
		const char *remark = tree_top_remark(l->rows[i].top);
		bool has_note = node->note && *node->note;
		size_t lines = 1U + has_note + (remark != NULL);

		width = wider(width, node->name, NAME_SIZE);
		width = wider(width, node->note, NOTE_SIZE);
		width = wider(width, remark, NOTE_SIZE);
		most_lines = lines > most_lines ? lines : most_lines;
	}
	l->box_width = width + 2 * PADDING;
	l->box_height = (double)most_lines * LINE + PADDING;
}

static bool is_leaf(const struct layout *l, size_t row)
{
	return row + 1 == l->count || l->rows[row + 1].parent_row != row;
}

/* Each leaf has a slot of its own, from top to bottom; whoever has children stands in the middle
 * between the first and the last of them. */
static void place(struct layout *l)
{
	double *first = l->y, *last = l->y + l->count;

	for (size_t i = 0; i < l->count; i++) {
		if (i > 0 && l->rows[i].depth == 0)
			l->slots += TREE_GAP;
		if (is_leaf(l, i))
			first[i] = last[i] = l->slots++;
	}
	for (size_t i = l->count;
	     i-- > 0;) { /* children before their parents, the last one first */
		size_t parent = l->rows[i].parent_row;
		double middle = (first[i] + last[i]) / 2;

		if (l->rows[i].depth > l->depth)
			l->depth = l->rows[i].depth;
		first[i] = middle;
		if (parent == SIZE_MAX)
			continue;
		if (l->rows[i].is_last)
			last[parent] = middle;
		first[parent] = middle;
	}
}

static double left_of(const struct layout *l, size_t row)
{
	return MARGIN + (double)l->rows[row].depth * (l->box_width + COLUMN_GAP);
}

static double middle_of(const struct layout *l, size_t row)
{
	return TITLE_SPACE + MARGIN + l->box_height / 2 + l->y[row] * (l->box_height + ROW_GAP);
}

static void add_edge(struct text *out, const struct layout *l, size_t row)
{
	size_t parent = l->rows[row].parent_row;
	double x = left_of(l, row), from_x, bend;

	if (parent == SIZE_MAX)
		return;
	from_x = left_of(l, parent) + l->box_width;
	bend = (from_x + x) / 2;
	text_addf(out, "<path d=\"M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f\"/>\n", from_x,
		  middle_of(l, parent), bend, middle_of(l, parent), bend, middle_of(l, row), x,
		  middle_of(l, row));
}

static void add_box(struct text *out, const struct layout *l, size_t row)
{
	static const char *const classes[] = {"node", "root", "lost", "lost"};
	const struct drawn_node *node = &l->nodes[l->rows[row].node];
	const char *remark = tree_top_remark(l->rows[row].top);
	bool has_note = node->note && *node->note;
	size_t lines = 1U + has_note + (remark != NULL);
	double x = left_of(l, row), middle = middle_of(l, row);
	double y = middle - (double)(lines - 1) * LINE / 2 + NAME_SIZE * 0.36;

	text_addf(out, "<g class=\"%s\">\n", classes[l->rows[row].top]);
	text_addf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"6\"/>\n", x,
		  middle - l->box_height / 2, l->box_width, l->box_height);
	svg_string(out, "name", x + PADDING, y, SVG_START, node->name);
	if (has_note)
		svg_string(out, "note", x + PADDING, y += LINE, SVG_START, node->note);
	if (remark)
		svg_string(out, "note", x + PADDING, y + LINE, SVG_START, remark);
	text_add_string(out, "</g>\n");
}

static const char style[] = "text{font-family:'DejaVu Sans Mono',monospace;fill:#1b2733}\n"
			    ".title{font-size:16px;font-weight:bold}\n"
			    ".count,.note{font-size:11px;fill:#5b6b7a}\n"
			    ".name{font-size:13px}\n"
			    "rect{fill:#f4f8fb;stroke:#5f8fb0}\n"
			    "path{fill:none;stroke:#8aa9bf;stroke-width:1.5}\n"
			    ".root rect{fill:#1f4e79;stroke:#1f4e79}\n"
			    ".root .name{fill:#ffffff}\n"
			    ".root .note{fill:#cfe0ee}\n"
			    ".lost rect{fill:#fff6ec;stroke:#c8641e;stroke-dasharray:5 3}\n";

static double larger(double a, double b)
{
	return a > b ? a : b;
}

static void add_head(struct text *out, const struct layout *l, const char *title)
{
	double columns = (double)l->depth + 1;
	double width = columns * (l->box_width + COLUMN_GAP) - COLUMN_GAP;
	double height = l->slots * (l->box_height + ROW_GAP) - ROW_GAP;
	struct text count = {0};

	width = larger(width, width_of(title, TITLE_SIZE));
	width = larger(width, WIDTH_LEAST) + 2 * MARGIN;
	height = larger(height, 0) + TITLE_SPACE + 2 * MARGIN;
	svg_begin(out, width, height, title, style);
	svg_string(out, "title", MARGIN, MARGIN + 14, SVG_START, title);
	text_addf(&count, "%zu %s, depth %zu", l->count, l->count == 1 ? "node" : "nodes",
		  l->depth);
	svg_text(out, "count", MARGIN, MARGIN + 34, SVG_START, &count, 0);
	text_done(&count);
}

static void draw(struct text *out, struct layout *l, const char *title)
{
	find_box_size(l);
	place(l);
	add_head(out, l, title);
	for (size_t i = 0; i < l->count; i++)
		add_edge(out, l, i);
	for (size_t i = 0; i < l->count; i++)
		add_box(out, l, i);
	svg_end(out);
}

bool tree_picture_add(struct text *out, const char *title, const struct drawn_node *nodes,
		      size_t count)
{
	struct tree_row *rows = tree_rows(nodes, count);
	struct layout layout = {
		.nodes = nodes,
		.rows = rows,
		.count = count,
		.y = calloc(2 * count + 1, sizeof *layout.y),
	};
	bool done = rows && layout.y;

	if (done)
		draw(out, &layout, title);
	free(layout.y);
	free(rows);
	return done && !out->failed;
}
