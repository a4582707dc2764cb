/* What `hostcast decode` can show of a file: its views. Each takes every packet in the file's order
 * and keeps what it needs of it, in bounded room; at the end it shows the rest. Several may run
 * over one file at once. */
#ifndef CLI_DECODE_VIEWS_H
#define CLI_DECODE_VIEWS_H

#include "base/error.h"
#include "base/text.h"
#include "capture/capture_file.h"
#include "decode/packet.h"

enum { VIEW_EMPTY = 1 };

struct view_options {
	bool json;
	bool relative_time;              /* since the first packet, rather than of the clock */
	int64_t only;                    /* the number of one conversation; 0: all */
	const struct capture_file *file; /* for the names of its interfaces */
};

/* A packet, valid until the next one. */
struct view_packet {
	uint64_t number; /* in the file, from 1 */
	int64_t since_first_ns;
	const struct frame *frame;
	const struct packet *packet;
};

struct view {
	const char *option; /* "groups" */

	/* The state of a new view, whose options outlive it; NULL: no memory. */
	void *(*begin)(const struct view_options *options);

	/* May add to `out`, which is then shown at once: whole lines or JSON objects (cli/json.h).
	 * An error's code ends the run; what there is no room for is none, but counted. */
	int (*take)(void *state, const struct view_packet *packet, struct text *out,
		    struct error *error);

	/* A packet that does not concern the groups that are named. NULL: no such one matters. */
	void (*take_other)(void *state, const struct view_packet *packet);

	/* All packets were there: adds what is to be shown. Of a picture the whole SVG, which is
	 * written into the file that the option names; VIEW_EMPTY if there was nothing to draw. */
	int (*end)(void *state, struct text *out, struct error *error);

	/* Of a picture: why there was nothing to draw. */
	const char *why_empty;

	/* Members for the JSON summary: above all what there was no room for. NULL: none. */
	void (*summary_json)(const void *state, struct text *out);

	/* The same for the line of the summary: "; what: number" (show_nonzero()). NULL: nothing.
	 */
	void (*summary_text)(const void *state, struct text *line);

	void (*free)(void *state);
};

extern const struct view packets_view, groups_view;
extern const struct view conversations_view, ladder_view, timeline_view;

#endif
