/* The values in messages of two doctors: read, where each fails as a cursor does on what its line
 * may not say, and written. */
#ifndef DOCTOR_PEER_VALUES_H
#define DOCTOR_PEER_VALUES_H

#include "base/cursor.h"
#include "peer_results.h"

/* A decimal number of 0 to below - 1. */
unsigned value_read_below(struct reader *line, unsigned below);

/* Up to the next space, or the end: at least one byte, and fewer than there is room for. */
void value_read_word(struct reader *line, char *word, size_t room);

/* An address without a zone, which would be one of another host; "ADDRESS PORT". */
void value_read_ip(struct reader *line, union hostcast_address *address);
void value_read_ip_and_port(struct reader *line, union hostcast_address *address);

/* The rest of the line; what is longer than there is room for is cut off. It does not end with a
 * CR, which would be taken for a part of the line's end when it is told further. */
void value_read_text(struct reader *line, char *text, size_t room);

/* Twelve hexadecimal digits. */
void value_read_mac(struct reader *line, uint8_t mac[static MAC_SIZE]);

void value_write_ip(struct writer *writer, const union hostcast_address *address);
void value_write_ip_and_port(struct writer *writer, const union hostcast_address *address);
void value_write_mac(struct writer *writer, const uint8_t mac[static MAC_SIZE]);

#endif
