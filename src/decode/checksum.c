#include "checksum.h"

#include "layers.h"

#include <arpa/inet.h>
#include <string.h>

enum { RIGHT = 0xffff }; /* the sum of words among which there is the right checksum */

uint64_t checksum_add(uint64_t sum, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint32_t word;

	/* Two words at once: the upper one counts 2^16 times, which folds into the same. */
	for (; size >= sizeof word; size -= sizeof word, at += sizeof word) {
		memcpy(&word, at, sizeof word);
		sum += ntohl(word);
	}
	for (; size > 1; size -= 2, at += 2)
		sum += (unsigned)(at[0] << 8 | at[1]);
	if (size > 0)
		sum += (unsigned)(at[0] << 8);
	return sum;
}

uint16_t checksum_fold(uint64_t sum)
{
	while (sum > UINT16_MAX)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t)sum;
}

static bool is_there(const struct packet *packet, const struct body *body, size_t size)
{
	return !packet->ip.is_fragment && reader_left(&body->bytes) >= size;
}

enum checksum checksum_alone(const struct packet *packet, const struct body *body)
{
	if (!is_there(packet, body, body->size))
		return CHECKSUM_UNKNOWN;
	return checksum_fold(checksum_add(0, body->bytes.at, body->size)) == RIGHT ? CHECKSUM_GOOD
										   : CHECKSUM_BAD;
}

static uint64_t pseudo_header(const struct packet *packet, size_t size)
{
	uint64_t sum = (uint64_t)packet->ip.protocol + size;

	if (packet->ip.version == 6) {
		sum = checksum_add(sum, &packet->source.v6.sin6_addr, 16);
		return checksum_add(sum, &packet->destination.v6.sin6_addr, 16);
	}
	sum = checksum_add(sum, &packet->source.v4.sin_addr, 4);
	return checksum_add(sum, &packet->destination.v4.sin_addr, 4);
}

/* What is left to an interface has the sum of the pseudo-header in its place, from where the
 * interface goes on; without the length if the interface is to cut it into segments. */
static bool is_left(const struct packet *packet, size_t size, uint16_t field)
{
	return field == checksum_fold(pseudo_header(packet, size)) ||
	       field == checksum_fold(pseudo_header(packet, 0));
}

enum checksum checksum_with_addresses(const struct packet *packet, const struct body *body,
				      size_t size, uint16_t field)
{
	uint64_t pseudo;

	if (!is_there(packet, body, size) || packet->ip.is_source_routed)
		return CHECKSUM_UNKNOWN;
	pseudo = pseudo_header(packet, size);
	if (checksum_fold(checksum_add(pseudo, body->bytes.at, size)) == RIGHT)
		return CHECKSUM_GOOD;
	return is_left(packet, size, field) ? CHECKSUM_LEFT : CHECKSUM_BAD;
}
