#include "pattern.h"

#include "base/random.h"

#include <string.h>

void pattern_init(struct pattern *pattern)
{
	struct random random = {1};

	for (size_t i = 0; i < PATTERN_SIZE; i++)
		pattern->bytes[i] = (uint8_t)random_next(&random);
}

static const uint8_t *piece_of(const struct pattern *pattern, const struct packet *packet)
{
	return pattern->bytes + (packet->stream + packet->number) % PATTERN_SHIFTS;
}

void pattern_fill(const struct pattern *pattern, const struct packet *packet, uint8_t *message,
		  size_t size)
{
	memcpy(message + PACKET_HEADER, piece_of(pattern, packet), size - PACKET_HEADER);
}

bool pattern_matches(const struct pattern *pattern, const struct packet *packet,
		     const void *message, size_t size)
{
	return size - PACKET_HEADER <= PATTERN_SIZE - PATTERN_SHIFTS &&
	       memcmp((const uint8_t *)message + PACKET_HEADER, piece_of(pattern, packet),
		      size - PACKET_HEADER) == 0;
}
