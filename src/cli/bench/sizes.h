/* How large messages are: one size, or a mix in which each has its share, evenly spread. */
#ifndef BENCH_SIZES_H
#define BENCH_SIZES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIZES_MAX = 1000 };

struct sizes {
	uint32_t list[SIZES_MAX]; /* over and over */
	size_t count;
	uint32_t least, most;
};

/* SIZE[xSHARE][,SIZE[xSHARE]]..., as 64x7,594x4,1500x1. False if it is not understood, a size is
 * over 65,535, or the shares add up to more than SIZES_MAX. */
bool sizes_parse(struct sizes *sizes, const char *text);

double sizes_mean(const struct sizes *sizes);

#endif
