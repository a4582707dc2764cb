/* What tells hosts apart, and so their clocks. */
#ifndef BENCH_HOST_CLOCK_H
#define BENCH_HOST_CLOCK_H

#include <stdint.h>

/* A number made of the boot id of the running kernel: two programs that have the same one read the
 * same CLOCK_REALTIME, also from different containers. 0: unknown. */
uint32_t host_clock(void);

#endif
