/* Lists that grow: an array, how many entries it has, and for how many it has room. */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stddef.h>

/* Makes room for one entry more in a list of `count` entries of entry_size bytes: the list, perhaps
 * moved, with *room brought up to date; or NULL, the list and *room as they were, if memory is
 * short. A new list is NULL with room for 0. */
void *list_grow(void *list, size_t count, size_t *room, size_t entry_size);

#endif
