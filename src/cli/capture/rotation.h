/* --rotate SIZE[,FILES]: when a capture goes on in another file, how many are kept, and their
 * names. */
#ifndef CLI_CAPTURE_ROTATION_H
#define CLI_CAPTURE_ROTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROTATION_FILES_MAX = 99999, ROTATION_SIZE_MIN = 4096 };

struct rotation {
	uint64_t size;  /* bytes; 0: one file */
	uint64_t files; /* that are kept; 0: all */
};

/* How it is written, for errors. */
#define ROTATION_FORM                                                                            \
	"SIZE or SIZE,FILES: bytes from 4096 on, as 500k, 10M or 1G (powers of 1024), and 1 to " \
	"99999 files"

bool rotation_parse(const char *text, struct rotation *rotation);

/* "trace-00002.pcapng" of "trace.pcapng" and 2. False if it does not fit. */
bool rotation_name(const char *path, uint64_t number, char *name, size_t size);

/* 2 of "trace-00002.pcapng", which is without its folder, where the path ends with "trace.pcapng";
 * 0: it is none of its files. */
uint64_t rotation_number(const char *path, const char *name);

#endif
