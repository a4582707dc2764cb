/* Frames written in hex, as packet analyzers show them, and what is decoded from them. */
#ifndef TESTS_FRAMES_H
#define TESTS_FRAMES_H

#include "decode/packet.h"

struct decoded {
	struct frame
		frame; /* in memory that ends with it, so that a sanitizer sees a read past it */
	struct packet packet;
};

/* In bytes; blanks do not count, here and below. */
size_t size_of_hex(const char *hex);

struct decoded decode_hex(unsigned link_type, const char *hex);

/* The same, of which only `size` bytes were captured; SIZE_MAX: all. */
struct decoded decode_hex_cut(unsigned link_type, const char *hex, size_t size);
void decoded_done(struct decoded *decoded);

/* "224.1.1.1:5004", "[ff02::1]:0", "-" */
void assert_address(const union hostcast_address *address, const char *text);

/* NULL: there is none. */
void assert_problem(const struct packet *packet, const char *problem);
void assert_bytes(const struct reader *reader, const char *bytes);

#endif
