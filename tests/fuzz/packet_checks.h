/* What must hold of every packet that was decoded, whatever its bytes are. */
#ifndef FUZZ_PACKET_CHECKS_H
#define FUZZ_PACKET_CHECKS_H

#include "decode/packet.h"

/* Everything that was found is within the frame; lists have an end. */
void check_packet(const struct frame *frame, const struct packet *packet);

/* A checksum is good exactly where a calculation of its own comes to the same, and is good once it
 * was put right. */
void check_checksums(const struct frame *frame, const struct packet *packet);

/* Of the first `size` bytes nothing is found that is not found of all, and what is missing is
 * said. */
void check_prefix(const struct frame *frame, const struct packet *whole, size_t size);

#endif
