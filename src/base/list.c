#include "list.h"

#include <stdlib.h>

enum { FIRST_ROOM = 16 };

void *list_grow(void *list, size_t count, size_t *room, size_t entry_size)
{
	size_t new_room = *room > 0 ? 2 * *room : FIRST_ROOM;
	void *grown;

	if (count < *room)
		return list;
	grown = reallocarray(list, new_room, entry_size);
	if (grown)
		*room = new_room;
	return grown;
}
