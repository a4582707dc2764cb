#include "svg.h"

#include <string.h>

static const char fonts[] = "text{font-family:'DejaVu Sans',Helvetica,Arial,sans-serif;"
			    "font-size:12px;fill:#1b2733}\n"
			    ".mono{font-family:'DejaVu Sans Mono',Menlo,Consolas,monospace}\n"
			    ".title{font-size:16px;font-weight:bold}\n"
			    ".about{font-size:13px;fill:#44525f}\n"
			    ".small{font-size:11px;fill:#5b6b7a}\n";

void svg_begin(struct text *out, double width, double height, const char *title, const char *style)
{
	text_addf(out,
		  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
		  "viewBox=\"0 0 %.0f %.0f\">\n<title>",
		  width, height, width, height);
	text_add_xml(out, title, strlen(title));
	text_addf(out, "</title>\n<style>\n%s%s</style>\n", fonts, style);
	text_addf(out, "<path d=\"M0 0H%.0fV%.0fH0Z\" style=\"fill:#ffffff;stroke:none\"/>\n",
		  width, height);
}

void svg_end(struct text *out)
{
	text_add_string(out, "</svg>\n");
}

static bool is_continuation(char byte)
{
	return (byte & 0xc0) == 0x80;
}

static size_t character_size(const char *bytes, size_t size)
{
	size_t taken = 1;

	while (taken < size && is_continuation(bytes[taken]))
		taken++;
	return taken;
}

/* The most of the first bytes that make so many characters. */
static size_t bytes_of(const char *bytes, size_t size, size_t most)
{
	size_t taken = 0, length = 0;

	if (text_escaped_length(bytes, size) <= most)
		return size;
	while (taken < size) {
		size_t next = character_size(bytes + taken, size - taken);

		length += text_escaped_length(bytes + taken, next);
		if (length > most)
			break;
		taken += next;
	}
	return taken;
}

void svg_text(struct text *out, const char *class_name, double x, double y, enum svg_anchor anchor,
	      const struct text *raw, size_t most)
{
	static const char *const anchors[] = {"", " text-anchor=\"middle\"",
					      " text-anchor=\"end\""};
	size_t size = raw->size;

	out->failed |= raw->failed;
	if (size == 0)
		return;
	if (most > 0 && text_escaped_length(raw->bytes, size) > most)
		size = bytes_of(raw->bytes, size, most - 1);
	text_addf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\"%s xml:space=\"preserve\">",
		  class_name, x, y, anchors[anchor]);
	text_add_xml(out, raw->bytes, size);
	text_add_string(out, size < raw->size ? "…</text>\n" : "</text>\n");
}

void svg_string(struct text *out, const char *class_name, double x, double y,
		enum svg_anchor anchor, const char *string)
{
	struct text raw = {0};

	text_add_string(&raw, string);
	svg_text(out, class_name, x, y, anchor, &raw, 0);
	text_done(&raw);
}

void svg_line(struct text *out, const char *class_name, double x1, double y1, double x2, double y2)
{
	text_addf(out, "<path class=\"%s\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n", class_name, x1, y1, x2,
		  y2);
}

size_t svg_line_break(const char *bytes, size_t size, size_t most)
{
	size_t fits = bytes_of(bytes, size, most);
	size_t at = fits;

	if (fits == size)
		return size;
	while (at > 0 && bytes[at] != ' ')
		at--;
	if (at > 0)
		return at;
	return fits > 0 ? fits : 1;
}
