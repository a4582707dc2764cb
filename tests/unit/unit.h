/* What every unit test includes: cmocka with what it needs, and random numbers that are the same in
 * every run. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
