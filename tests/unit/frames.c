#include "frames.h"

#include "unit.h"

size_t size_of_hex(const char *hex)
{
	size_t digits = 0;

	for (; *hex; hex++)
		digits += *hex != ' ';
	return digits / 2;
}

static unsigned digit_of(char digit)
{
	static const char DIGITS[] = "0123456789abcdef";
	const char *at = strchr(DIGITS, digit);

	assert_true(at && digit != '\0');
	return (unsigned)(at - DIGITS);
}

static size_t read_hex(const char *hex, uint8_t *bytes)
{
	size_t digits = 0;

	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		if (digits % 2 == 0)
			bytes[digits / 2] = (uint8_t)(digit_of(*hex) << 4);
		else
			bytes[digits / 2] |= (uint8_t)digit_of(*hex);
		digits++;
	}
	assert_true(digits % 2 == 0);
	return digits / 2;
}

struct decoded decode_hex_cut(unsigned link_type, const char *hex, size_t size)
{
	struct decoded decoded = {.frame = {.link_type = link_type}};
	uint8_t *all = malloc(strlen(hex) + 1), *bytes;

	assert_non_null(all);
	decoded.frame.wire_size = read_hex(hex, all);
	decoded.frame.size = size < decoded.frame.wire_size ? size : decoded.frame.wire_size;
	bytes = malloc(decoded.frame.size + (decoded.frame.size == 0));
	assert_non_null(bytes);
	memcpy(bytes, all, decoded.frame.size);
	decoded.frame.bytes = bytes;
	packet_decode(&decoded.frame, &decoded.packet);
	free(all);
	return decoded;
}

struct decoded decode_hex(unsigned link_type, const char *hex)
{
	return decode_hex_cut(link_type, hex, SIZE_MAX);
}

void decoded_done(struct decoded *decoded)
{
	free((void *)(uintptr_t)decoded->frame.bytes);
}

void assert_address(const union hostcast_address *address, const char *text)
{
	char got[HOSTCAST_TEXT_SIZE];

	assert_string_equal(hostcast_address_text(address, got), text);
}

void assert_problem(const struct packet *packet, const char *problem)
{
	if (problem && packet->problem)
		assert_string_equal(packet->problem, problem);
	else if (problem || packet->problem)
		fail_msg("the problem is '%s' and not '%s'",
			 packet->problem ? packet->problem : "none", problem ? problem : "none");
}

void assert_bytes(const struct reader *reader, const char *bytes)
{
	assert_int_equal(reader_left(reader), strlen(bytes));
	assert_memory_equal(reader->at, bytes, strlen(bytes));
}
