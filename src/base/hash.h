/* Finding an entry of a list by its key: open addressing, in places that are found by a hash. The
 * list, its keys and the places are the caller's. Pure. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* FNV-1a over one piece after the other, the first with HASH_BEGIN. No secret is in it: where keys
 * come from the network, a list must be bounded so that it may be searched whole. */
#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size);

/* Of each place: the index of an entry, from 1; 0: it is free. All zero at the beginning. There are
 * more places than entries, best twice as many. */
typedef uint16_t hash_place;

/* Does entry `index` of the list have this key? */
typedef bool hash_has_fn(const void *list, size_t index, const void *key);

/* The place of the entry that has the key, or the free one where that of such an entry belongs. */
hash_place *hash_find(hash_place *places, size_t count, uint64_t hash, hash_has_fn *has,
		      const void *list, const void *key);

#endif
