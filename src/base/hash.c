#include "hash.h"

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
	for (const uint8_t *at = bytes; size > 0; at++, size--)
		hash = (hash ^ *at) * UINT64_C(0x100000001b3);
	return hash;
}

hash_place *hash_find(hash_place *places, size_t count, uint64_t hash, hash_has_fn *has,
		      const void *list, const void *key)
{
	size_t at = (size_t)(hash ^ hash >> 32) % count;

	while (places[at] > 0 && !has(list, places[at] - 1u, key))
		at = (at + 1) % count;
	return &places[at];
}
