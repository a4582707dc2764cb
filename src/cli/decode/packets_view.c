/* --packets: each packet as a line, or as a JSON object. */
#include "cli/json.h"
#include "cli/packet_show.h"
#include "view_link.h"
#include "view_time.h"

#include <inttypes.h>
#include <stdlib.h>

struct packets_state {
	const struct view_options *options;
};

static void *begin(const struct view_options *options)
{
	struct packets_state *state = malloc(sizeof *state);

	if (state)
		*state = (struct packets_state){.options = options};
	return state;
}

static void show_object(const struct packets_state *state, const struct view_packet *p,
			struct text *out)
{
	json_begin_event(out, "packet");
	json_integer(out, "number", (int64_t)p->number);
	/* its index stands with the link layer */
	view_interface_json(out, state->options, p->frame->interface, 0);
	packet_show_json(out, p->frame, p->packet);
	json_end_event(out);
}

static void show_line(const struct packets_state *state, const struct view_packet *p,
		      struct text *out)
{
	const struct frame *frame = p->frame;

	text_addf(out, "%5" PRIu64 " ", p->number);
	view_time(out, state->options, frame->time_ns, p->since_first_ns);
	view_interface(out, " ", state->options, frame->interface,
		       p->packet->link.cooked_interface);
	text_add_string(out, " ");
	packet_show_line(out, frame, p->packet);
	text_add_string(out, "\n");
}

static int take(void *context, const struct view_packet *packet, struct text *out,
		struct error *error)
{
	const struct packets_state *state = context;

	(void)error;
	if (state->options->json)
		show_object(state, packet, out);
	else
		show_line(state, packet, out);
	return 0;
}

static int end(void *context, struct text *out, struct error *error)
{
	(void)context;
	(void)out;
	(void)error;
	return 0;
}

const struct view packets_view = {
	.option = "packets",
	.begin = begin,
	.take = take,
	.end = end,
	.free = free,
};
