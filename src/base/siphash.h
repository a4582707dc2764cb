/* SipHash-2-4: a keyed hash. Who does not know the key can neither guess what it gives for other
 * bytes nor make two agree (Aumasson, Bernstein: "SipHash: a fast short-input PRF"). Pure. */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

enum { SIPHASH_KEY_SIZE = 16 };

uint64_t siphash(const uint8_t key[static SIPHASH_KEY_SIZE], const void *bytes, size_t size);

#endif
