#include "layers.h"

enum { OPTION_END = 0, OPTION_NOTHING = 1 }; /* these have no length */

bool option_next(struct reader *options, uint8_t *kind, struct reader *value)
{
	uint8_t length;

	while (reader_peek(options) == OPTION_NOTHING)
		reader_skip(options, 1);
	if (reader_left(options) == 0 || reader_peek(options) == OPTION_END)
		return false;
	*kind = reader_byte(options);
	length = reader_byte(
		options); /* counts kind and length, too: below 2 it asks for too much */
	*value = reader_take(options, length - 2u);
	return !options->failed;
}
