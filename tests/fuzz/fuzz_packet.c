/* Any frame, as it was captured and cut off. The first byte chooses the link type, the second how
 * much longer the frame was on the wire, the third where it is cut off once more. */
#include "must.h"
#include "packet_checks.h"
#include "target.h"

#include <string.h>

enum { HEAD = 3 };

static const unsigned LINK_TYPES[] = {LINK_NULL, LINK_ETHERNET, LINK_RAW,  LINK_LOOP,
				      LINK_SLL,  LINK_IPV4,     LINK_IPV6, LINK_SLL2};

static struct frame frame_of(const uint8_t *data, size_t size, uint8_t *bytes)
{
	struct frame frame = {
		.link_type = LINK_TYPES[data[0] % (sizeof LINK_TYPES / sizeof LINK_TYPES[0])],
		.bytes = bytes,
		.size = size - HEAD,
		.wire_size = size - HEAD + data[1],
	};

	memcpy(bytes, data + HEAD, frame.size);
	return frame;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame frame;
	struct packet *packet;
	uint8_t *bytes;

	if (size < HEAD)
		return 0;
	bytes = malloc(size); /* ends with the frame, but for the room of an empty one */
	packet = malloc(sizeof *packet);
	must(bytes && packet, "there is memory");
	frame = frame_of(data, size, bytes + HEAD);
	packet_decode(&frame, packet);
	check_packet(&frame, packet);
	check_checksums(&frame, packet);
	check_prefix(&frame, packet, frame.size * data[2] / UINT8_MAX);
	free(packet);
	free(bytes);
	return 0;
}
