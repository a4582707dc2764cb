/* What the pictures share: an SVG document that needs nothing else, and text in it. */
#ifndef BASE_SVG_H
#define BASE_SVG_H

#include "text.h"

/* A character's width as a part of the font's size: of a monospaced font exactly, of others
 * mostly less. */
#define SVG_MONO 0.602
#define SVG_SANS 0.58

/* Up to the background, which is white. `style`: CSS, beyond the fonts, and stronger than those. */
void svg_begin(struct text *out, double width, double height, const char *title, const char *style);
void svg_end(struct text *out);

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

/* Any text, at most so many characters of it, with "…" in place of what is cut off; 0: all. */
void svg_text(struct text *out, const char *class_name, double x, double y, enum svg_anchor anchor,
	      const struct text *raw, size_t most);

/* The same with a string. */
void svg_string(struct text *out, const char *class_name, double x, double y,
		enum svg_anchor anchor, const char *string);

void svg_line(struct text *out, const char *class_name, double x1, double y1, double x2, double y2);

/* How many of the text's first bytes go on one line of so many characters: up to a space, if there
 * is one. The space is not counted; who goes on passes it over. */
size_t svg_line_break(const char *bytes, size_t size, size_t most);

#endif
