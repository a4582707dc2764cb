#include "siphash.h"

enum { WORD_SIZE = 8, ROUNDS_EACH = 2, ROUNDS_LAST = 4 };

static uint64_t rotated(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

/* Little-endian, of at most 8 bytes. */
static uint64_t word_of(const uint8_t *bytes, size_t size)
{
	uint64_t word = 0;

	while (size-- > 0)
		word = word << 8 | bytes[size];
	return word;
}

static void mix(uint64_t v[static 4], unsigned rounds)
{
	while (rounds-- > 0) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotated(v[1], 13) ^ v[0];
		v[3] = rotated(v[3], 16) ^ v[2];
		v[0] = rotated(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotated(v[1], 17) ^ v[2];
		v[3] = rotated(v[3], 21) ^ v[0];
		v[2] = rotated(v[2], 32);
	}
}

static void take_word(uint64_t v[static 4], uint64_t word)
{
	v[3] ^= word;
	mix(v, ROUNDS_EACH);
	v[0] ^= word;
}

uint64_t siphash(const uint8_t key[static SIPHASH_KEY_SIZE], const void *bytes, size_t size)
{
	uint64_t k0 = word_of(key, WORD_SIZE), k1 = word_of(key + WORD_SIZE, WORD_SIZE);
	uint64_t v[] = {k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d),
			k0 ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573)};
	const uint8_t *at = bytes;
	size_t left = size;

	for (; left >= WORD_SIZE; at += WORD_SIZE, left -= WORD_SIZE)
		take_word(v, word_of(at, WORD_SIZE));
	take_word(v, word_of(at, left) | (uint64_t)size << 56);
	v[2] ^= 0xff;
	mix(v, ROUNDS_LAST);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
