/* An error as it travels upwards: a code and one sentence that names the value, the limit and what
 * to do. Whoever finds the error writes the sentence; nobody below main() prints it. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "hostcast.h"

enum { ERROR_TEXT_SIZE = 512 };

struct error {
	int code; /* enum hostcast_error, 0: none */
	char text[ERROR_TEXT_SIZE];
};

/* Fills in the error and returns its code, for `return error_set(...)`. */
__attribute__((format(printf, 3, 4))) int error_set(struct error *error, int code,
						    const char *format, ...);

/* The same for a system call that failed: the text of errno number `system` is appended. */
__attribute__((format(printf, 4, 5))) int error_system(struct error *error, int code, int system,
						       const char *format, ...);

#endif
