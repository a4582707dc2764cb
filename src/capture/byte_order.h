/* Numbers in files whose writer chose the byte order. The caller knows that the bytes are there. */
#ifndef CAPTURE_BYTE_ORDER_H
#define CAPTURE_BYTE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

static inline uint16_t ordered_16(const uint8_t *at, bool is_big_endian)
{
	unsigned first = at[0], second = at[1];

	return (uint16_t)(is_big_endian ? first << 8 | second : second << 8 | first);
}

static inline uint32_t ordered_32(const uint8_t *at, bool is_big_endian)
{
	uint32_t first = ordered_16(at, is_big_endian), second = ordered_16(at + 2, is_big_endian);

	return is_big_endian ? first << 16 | second : second << 16 | first;
}

static inline uint64_t ordered_64(const uint8_t *at, bool is_big_endian)
{
	uint64_t first = ordered_32(at, is_big_endian), second = ordered_32(at + 4, is_big_endian);

	return is_big_endian ? first << 32 | second : second << 32 | first;
}

#endif
