#include "address.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

static const uint8_t V4_PREFIX[12] = {[10] = 0xff, 0xff};
enum { V4_AT = sizeof V4_PREFIX };

struct wire_address wire_address_v4(uint32_t ip, uint16_t port)
{
	struct wire_address address = {.port = port};

	memcpy(address.ip, V4_PREFIX, sizeof V4_PREFIX);
	for (size_t i = 0; i < 4; i++)
		address.ip[V4_AT + i] = (uint8_t)(ip >> (24 - 8 * i));
	return address;
}

bool wire_address_is_none(const struct wire_address *address)
{
	return address->port == 0;
}

bool wire_address_equal(const struct wire_address *a, const struct wire_address *b)
{
	return a->port == b->port && memcmp(a->ip, b->ip, IP_SIZE) == 0;
}

static bool is_v4(const uint8_t ip[static IP_SIZE])
{
	return memcmp(ip, V4_PREFIX, sizeof V4_PREFIX) == 0;
}

bool wire_address_is_v4(const struct wire_address *address)
{
	return is_v4(address->ip);
}

bool wire_address_same_family(const struct wire_address *a, const struct wire_address *b)
{
	return is_v4(a->ip) == is_v4(b->ip);
}

bool wire_address_is_loopback(const struct wire_address *address)
{
	static const uint8_t V6_LOOPBACK[IP_SIZE] = {[15] = 1};

	return is_v4(address->ip) ? address->ip[V4_AT] == 127
				  : memcmp(address->ip, V6_LOOPBACK, IP_SIZE) == 0;
}

static bool is_usable_v4(const uint8_t *ip)
{
	bool is_link_local = ip[0] == 169 && ip[1] == 254; /* RFC 3927 */

	return ip[0] != 0 && ip[0] < 224 && !is_link_local; /* groups and reserved: from 224 on */
}

static bool is_usable_v6(const uint8_t *ip)
{
	static const uint8_t NOT_MAPPED[12];
	bool is_link_local = ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80;
	bool is_group = ip[0] == 0xff;
	/* ::, and the IPv4-compatible addresses that RFC 4291 has given up; ::1 is well. */
	bool is_wildcard = memcmp(ip, NOT_MAPPED, sizeof NOT_MAPPED) == 0 &&
			   !(ip[12] == 0 && ip[13] == 0 && ip[14] == 0 && ip[15] == 1);

	return !is_link_local && !is_group && !is_wildcard;
}

bool wire_address_is_usable(const struct wire_address *address)
{
	if (address->port == 0)
		return false;
	return is_v4(address->ip) ? is_usable_v4(address->ip + V4_AT) : is_usable_v6(address->ip);
}

bool wire_network_has(const struct wire_network *network, const uint8_t ip[static IP_SIZE])
{
	size_t bytes = network->prefix / 8u;
	unsigned bits = network->prefix % 8u;

	assert(network->prefix <= 8 * IP_SIZE);
	if (memcmp(network->ip, ip, bytes) != 0)
		return false;
	return bits == 0 || (network->ip[bytes] ^ ip[bytes]) >> (8 - bits) == 0;
}

static void read_v4(struct reader *reader, uint8_t *ip)
{
	for (size_t i = 0; i < 4; i++) {
		if (i > 0)
			reader_expect(reader, '.');
		ip[i] = (uint8_t)reader_decimal(reader, 255);
	}
}

static void read_v6(struct reader *reader, uint8_t *ip)
{
	char text[INET6_ADDRSTRLEN];
	size_t size = 0;

	while (reader_peek(reader) > ' ' && size < sizeof text - 1)
		text[size++] = (char)*reader->at++;
	text[size] = '\0';
	if (inet_pton(AF_INET6, text, ip) != 1 ||
	    is_v4(ip)) /* T-1: a mapped one is written as IPv4 */
		reader->failed = true;
}

void wire_address_read(struct reader *reader, struct wire_address *address)
{
	struct wire_address read = {.port = 0};
	bool is_v6 = memchr(reader->at, ':', reader_left(reader)) != NULL;

	if (is_v6) {
		read_v6(reader, read.ip);
	} else {
		memcpy(read.ip, V4_PREFIX, sizeof V4_PREFIX);
		read_v4(reader, read.ip + V4_AT);
	}
	reader_expect(reader, ' ');
	read.port = (uint16_t)reader_decimal(reader, UINT16_MAX);
	if (reader_left(reader) > 0 || !wire_address_is_usable(&read))
		reader->failed = true;
	if (!reader->failed)
		*address = read;
}

static void write_v4(struct writer *writer, const uint8_t *ip)
{
	for (size_t i = 0; i < 4; i++) {
		if (i > 0)
			writer_byte(writer, '.');
		writer_decimal(writer, ip[i]);
	}
}

void wire_address_write(struct writer *writer, const struct wire_address *address)
{
	char text[INET6_ADDRSTRLEN];

	if (is_v4(address->ip))
		write_v4(writer, address->ip + V4_AT);
	else
		writer_string(writer, inet_ntop(AF_INET6, address->ip, text, sizeof text));
	writer_byte(writer, ' ');
	writer_decimal(writer, address->port);
}
