/* What the packets of a file were, in numbers. */
#ifndef CLI_DECODE_COUNTS_H
#define CLI_DECODE_COUNTS_H

#include "base/text.h"
#include "cli/packet_kind.h"

struct counts {
	uint64_t packets; /* of the file, as far as it was read, */
	uint64_t shown;   /* and those of them that --group lets through: of these */
	uint64_t kinds[PACKET_KIND_COUNT];
	uint64_t cut_off;        /* captured in part */
	uint64_t bad_checksums;  /* packets, not layers */
	uint64_t not_understood; /* though they were captured whole */
	int64_t first_ns, last_ns;
};

void counts_take(struct counts *counts, const struct frame *frame, const struct packet *packet);

/* Members of an object that is open; the line of a summary. */
void counts_show_json(struct text *out, const struct counts *counts);
void counts_show(struct text *out, const struct counts *counts);

#endif
