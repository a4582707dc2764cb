#include "picture.h"

#include "base/svg.h"
#include "layout.h"
#include "overlay.h"
#include "wire/protocol.h"

#include <math.h>

#define MARGIN       30.0
#define TITLE_SPACE  70.0
#define LEGEND_SPACE 210.0
#define LEGEND_LINE  20.0

/* Depths that have a colour of their own: a tree of the protocol has no more (T-9). */
enum { DEPTHS_SHOWN = PATH_MAX_LENGTH };

struct picture {
	struct text *out;
	const struct topology *topology;
	struct overlay overlay;
	struct layout layout;
	uint32_t count; /* hosts */
	uint32_t depth_max;
	uint32_t members_at[DEPTHS_SHOWN + 1]; /* at each depth; the last one and deeper */
	double host_radius;
};

struct colour {
	double red, green, blue;
};

/* From near the root to far from it: the darker end of the scale "plasma", which keeps its order in
 * grey and for eyes that see colours differently. */
static struct colour depth_colour(const struct picture *p, uint32_t depth)
{
	static const struct colour scale[] = {
		{13, 8, 135}, {106, 0, 168}, {177, 42, 144}, {225, 100, 98}, {252, 166, 54}};
	double last = sizeof scale / sizeof *scale - 1;
	double at = p->depth_max > 1 ? last * (depth - 1) / (p->depth_max - 1) : 0;
	size_t from = at >= last ? (size_t)last - 1 : (size_t)at;
	double part = at - (double)from;
	struct colour a = scale[from], b = scale[from + 1];

	return (struct colour){a.red + (b.red - a.red) * part, a.green + (b.green - a.green) * part,
			       a.blue + (b.blue - a.blue) * part};
}

static void add_depth_colour(const struct picture *p, uint32_t depth)
{
	struct colour c = depth_colour(p, depth);

	text_addf(p->out, "#%02x%02x%02x", (unsigned)lround(c.red), (unsigned)lround(c.green),
		  (unsigned)lround(c.blue));
}

/* DEPTHS_SHOWN stands for all that are deeper, too. */
static uint32_t shown_depth(const struct picture *p, uint32_t host)
{
	uint32_t depth = p->overlay.depth[host];

	return depth < DEPTHS_SHOWN ? depth : DEPTHS_SHOWN;
}

static void count_depths(struct picture *p)
{
	for (uint32_t i = 0; i < p->overlay.member_count; i++) {
		uint32_t depth = shown_depth(p, p->overlay.members[i]);

		p->members_at[depth]++;
		p->depth_max = depth > p->depth_max ? depth : p->depth_max;
	}
	p->host_radius = fmin(fmax(80 / sqrt(p->count), 2.2), 6);
}

static const char style[] =
	"text{font-family:'DejaVu Sans',Helvetica,Arial,sans-serif;font-size:13px;fill:#222222}\n"
	".title{font-size:22px;font-weight:bold}\n"
	".counts{font-size:14px;fill:#555555}\n"
	".links{fill:none;stroke:#c9ced6;stroke-width:0.6}\n"
	".routers{fill:#b3bac4}\n"
	".edges{fill:none}\n"
	".hosts{stroke:#ffffff;stroke-width:0.6}\n"
	".outside{fill:#ffffff;stroke:#8a929c;stroke-width:1}\n"
	".root{fill:#d7191c;stroke:#ffffff;stroke-width:1.5}\n";

/* As people write it: 10,100. */
static void add_number(struct text *out, uint32_t number)
{
	if (number >= 1000000)
		text_addf(out, "%u,%03u,%03u", number / 1000000, number / 1000 % 1000,
			  number % 1000);
	else if (number >= 1000)
		text_addf(out, "%u,%03u", number / 1000, number % 1000);
	else
		text_addf(out, "%u", number);
}

static const char *what_it_is(enum topology_kind kind)
{
	static const char *const names[TOPOLOGY_KINDS] = {"a plane", "a LAN",
							  "a transit-stub network"};

	return names[kind];
}

static void add_name(struct text *out, const struct picture *p)
{
	text_add_string(out, "Tree of ");
	add_number(out, p->overlay.member_count);
	text_addf(out, " %s on %s", p->overlay.member_count == 1 ? "member" : "members",
		  what_it_is(topology_kind(p->topology)));
}

static void add_counts(struct text *out, const struct picture *p)
{
	uint32_t routers = topology_router_count(p->topology);

	add_number(out, p->overlay.member_count);
	text_add_string(out, " of ");
	add_number(out, p->count);
	text_add_string(out, p->count == 1 ? " host in the tree" : " hosts in the tree");
	if (routers > 1) {
		text_add_string(out, "; ");
		add_number(out, routers);
		text_add_string(out, " routers, ");
		add_number(out, topology_link_count(p->topology));
		text_add_string(out, " links");
	}
}

static void add_head(const struct picture *p)
{
	double width = LAYOUT_SIZE + LEGEND_SPACE + 2 * MARGIN;
	double height = LAYOUT_SIZE + TITLE_SPACE + 2 * MARGIN;
	struct text line = {0};

	add_name(&line, p);
	svg_begin(p->out, width, height, text_string(&line), style);
	svg_text(p->out, "title", MARGIN, MARGIN + 16, SVG_START, &line, 0);
	text_clear(&line);
	add_counts(&line, p);
	svg_text(p->out, "counts", MARGIN, MARGIN + 42, SVG_START, &line, 0);
	text_done(&line);
}

static void add_links(const struct picture *p)
{
	if (topology_link_count(p->topology) == 0)
		return;
	text_add_string(p->out, "<path class=\"links\" d=\"");
	for (uint32_t i = 0; i < topology_link_count(p->topology); i++) {
		struct topology_link link = topology_link(p->topology, i);
		struct place a = p->layout.places[link.node_a], b = p->layout.places[link.node_b];

		text_addf(p->out, "M%.1f %.1fL%.1f %.1f", a.x, a.y, b.x, b.y);
	}
	text_add_string(p->out, "\"/>\n");
}

static void add_circle(const struct picture *p, struct place place, double radius)
{
	text_addf(p->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>\n", place.x, place.y,
		  radius);
}

/* A switch, and routers: those of transit domains are the first ones and stand out, the others are
 * seen as corners of their links. */
static void add_routers(const struct picture *p)
{
	enum { MOST = 100 };
	uint32_t routers = topology_router_count(p->topology);

	text_add_string(p->out, "<g class=\"routers\">\n");
	for (uint32_t i = 0; i < routers && i < MOST; i++)
		add_circle(p, p->layout.places[i], routers == 1 ? 8 : 2.5);
	text_add_string(p->out, "</g>\n");
}

static void add_edge(const struct picture *p, uint32_t host)
{
	uint32_t parent = p->overlay.parent[host];
	struct place from = layout_host(&p->layout, parent), to = layout_host(&p->layout, host);
	struct place bend[2];

	layout_bend(&p->layout, parent, host, bend);
	text_addf(p->out, "M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f", from.x, from.y, bend[0].x,
		  bend[0].y, bend[1].x, bend[1].y, to.x, to.y);
}

/* The edges to members at this depth, as one path. Nearer to the root they are thicker. */
static void add_edges(const struct picture *p, uint32_t depth)
{
	double crowd = 13 / sqrt(p->count); /* the more edges, the finer and fainter they are */
	double width = fmin(fmax(crowd, 0.35), 0.9) + 2.0 / depth;
	double opacity = fmin(fmax(crowd, 0.4) + 0.4 / depth, 0.85);

	text_add_string(p->out, "<path class=\"edges\" stroke=\"");
	add_depth_colour(p, depth);
	text_addf(p->out, "\" stroke-width=\"%.2f\" stroke-opacity=\"%.2f\" d=\"", width, opacity);
	for (uint32_t i = 1; i < p->overlay.member_count; i++)
		if (shown_depth(p, p->overlay.members[i]) == depth)
			add_edge(p, p->overlay.members[i]);
	text_add_string(p->out, "\"/>\n");
}

static void add_hosts(const struct picture *p, uint32_t depth)
{
	text_add_string(p->out, "<g class=\"hosts\" fill=\"");
	add_depth_colour(p, depth);
	text_add_string(p->out, "\">\n");
	for (uint32_t i = 1; i < p->overlay.member_count; i++) {
		uint32_t host = p->overlay.members[i];

		if (shown_depth(p, host) == depth)
			add_circle(p, layout_host(&p->layout, host), p->host_radius);
	}
	text_add_string(p->out, "</g>\n");
}

static void add_outsiders(const struct picture *p)
{
	text_add_string(p->out, "<g class=\"outside\">\n");
	for (uint32_t host = 0; host < p->count; host++)
		if (p->overlay.depth[host] == OVERLAY_OUTSIDE)
			add_circle(p, layout_host(&p->layout, host), p->host_radius);
	text_add_string(p->out, "</g>\n");
}

/* A diamond. */
static void add_root_mark(const struct picture *p, struct place place, double radius)
{
	text_addf(p->out,
		  "<path class=\"root\" d=\"M%.1f %.1fl%.1f %.1fl%.1f %.1fl%.1f %.1fZ\"/>\n",
		  place.x, place.y - radius, radius, radius, -radius, radius, -radius, -radius);
}

/* What is farther from the root first, so that what is nearer lies on top of it. */
static void add_tree(const struct picture *p)
{
	for (uint32_t depth = p->depth_max; depth > 0; depth--)
		add_edges(p, depth);
	add_outsiders(p);
	for (uint32_t depth = p->depth_max; depth > 0; depth--)
		add_hosts(p, depth);
	add_root_mark(p, layout_host(&p->layout, p->overlay.root), p->host_radius + 6);
}

static void add_legend_text(const struct picture *p, double y, const char *text)
{
	text_addf(p->out, "<text x=\"36\" y=\"%.0f\">%s</text>\n", y + 4.5, text);
}

static void add_depth_legend(const struct picture *p, uint32_t depth, double y)
{
	uint32_t members = p->members_at[depth];

	text_add_string(p->out, "<g fill=\"");
	add_depth_colour(p, depth);
	text_add_string(p->out, "\" stroke=\"");
	add_depth_colour(p, depth);
	text_addf(p->out, "\"><path d=\"M0 %.0fh24\" stroke-width=\"2\"/>", y);
	text_addf(p->out, "<circle cx=\"24\" cy=\"%.0f\" r=\"4\"/></g>\n", y);
	text_addf(p->out, "<text x=\"36\" y=\"%.0f\">%u%s: ", y + 4.5, depth,
		  depth == DEPTHS_SHOWN ? " and more" : "");
	add_number(p->out, members);
	text_add_string(p->out, members == 1 ? " member</text>\n" : " members</text>\n");
}

static double add_depths_legend(const struct picture *p, double y)
{
	text_addf(p->out,
		  "<text x=\"0\" y=\"%.0f\" font-weight=\"bold\">Hops from the root</text>\n", y);
	for (uint32_t depth = 1; depth <= p->depth_max; depth++)
		add_depth_legend(p, depth, y += LEGEND_LINE);
	return y + 1.8 * LEGEND_LINE;
}

static void add_network_legend(const struct picture *p, double y)
{
	if (p->overlay.member_count < p->count) {
		text_addf(p->out, "<circle class=\"outside\" cx=\"12\" cy=\"%.0f\" r=\"4\"/>\n", y);
		add_legend_text(p, y, "host outside the tree");
		y += LEGEND_LINE;
	}
	if (topology_router_count(p->topology) > 0) {
		text_addf(p->out, "<circle class=\"routers\" cx=\"12\" cy=\"%.0f\" r=\"4\"/>\n", y);
		add_legend_text(
			p, y, topology_router_count(p->topology) > 1 ? "transit router" : "switch");
		y += LEGEND_LINE;
		text_addf(p->out,
			  "<path class=\"links\" style=\"stroke-width:1.5\" d=\"M0 %.0fh24\"/>\n",
			  y);
		add_legend_text(p, y, "link of the network");
	}
}

static void add_legend(const struct picture *p)
{
	double y = 0;

	text_addf(p->out, "<g transform=\"translate(%.0f %.0f)\">\n", 2 * MARGIN + LAYOUT_SIZE,
		  TITLE_SPACE + 2 * MARGIN);
	add_root_mark(p, (struct place){12, y}, 8);
	add_legend_text(p, y, "root");
	y += 1.8 * LEGEND_LINE;
	if (p->depth_max > 0)
		y = add_depths_legend(p, y);
	add_network_legend(p, y);
	text_add_string(p->out, "</g>\n");
}

static void draw(struct picture *p)
{
	count_depths(p);
	add_head(p);
	text_addf(p->out, "<g transform=\"translate(%.0f %.0f)\">\n", MARGIN, TITLE_SPACE + MARGIN);
	add_links(p);
	add_routers(p);
	add_tree(p);
	text_add_string(p->out, "</g>\n");
	add_legend(p);
	svg_end(p->out);
}

bool picture_draw(struct text *out, const struct topology *topology, const uint32_t *parent,
		  uint32_t count, uint32_t root)
{
	struct picture picture = {.out = out, .topology = topology, .count = count};

	if (!overlay_init(&picture.overlay, parent, count, root))
		return false;
	if (!layout_init(&picture.layout, topology)) {
		overlay_done(&picture.overlay);
		return false;
	}
	draw(&picture);
	layout_done(&picture.layout);
	overlay_done(&picture.overlay);
	return !out->failed;
}
