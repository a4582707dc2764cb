/* Which steps of a conversation a ladder draws, each in a row: long runs of plain data become one
 * row, and time that passes without a packet is shown. */
#ifndef CLI_DECODE_LADDER_ROWS_H
#define CLI_DECODE_LADDER_ROWS_H

#include "traffic/conversation.h"

enum { LADDER_ROWS_MAX = 160 };

enum ladder_row_kind {
	LADDER_STEP,  /* steps[first] */
	LADDER_RUN,   /* steps[first] to steps[last] */
	LADDER_PAUSE, /* before steps[first] */
	LADDER_REST,  /* steps[first] to steps[last], for which there is no room */
};

struct ladder_row {
	enum ladder_row_kind kind;
	size_t first, last;
};

struct ladder_rows {
	struct ladder_row rows[LADDER_ROWS_MAX];
	size_t count;
};

void ladder_rows_find(struct ladder_rows *rows, const struct conversation *conversation);

#endif
