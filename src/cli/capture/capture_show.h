/* What a capture shows: each packet, and the summary. */
#ifndef CLI_CAPTURE_CAPTURE_SHOW_H
#define CLI_CAPTURE_CAPTURE_SHOW_H

#include "capture_state.h"

/* Adds a line, or a JSON object, to the session's results. */
void capture_show_packet(struct capturing *capturing, const struct frame *frame,
			 const struct packet *packet);

/* The event of its session. */
void capture_show_summary(void *context);

/* "eth0, eth1" */
void capture_show_interfaces(struct text *out, const struct intake *intake);

#endif
