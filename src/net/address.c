#include "address.h"

#include "base/hash.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A zone is an interface's name or index; 0 if there is none such. */
static unsigned zone_index(const char *zone)
{
	unsigned index = if_nametoindex(zone);
	char name[IF_NAMESIZE];
	char *end;
	unsigned long number;

	if (index > 0)
		return index;
	number = strtoul(zone, &end, 10);
	if (*zone < '0' || *zone > '9' || *end || number == 0 || number > INT32_MAX)
		return 0;
	return if_indextoname((unsigned)number, name) ? (unsigned)number : 0;
}

bool address_parse(const char *text, union hostcast_address *address)
{
	char copy[HOSTCAST_TEXT_SIZE];
	size_t size = strlen(text);
	char *zone;
	union hostcast_address a = {0};

	if (size >= 2 && text[0] == '[' && text[size - 1] == ']') {
		text++;
		size -= 2;
	}
	if (size == 0 || size >= sizeof copy)
		return false;
	memcpy(copy, text, size);
	copy[size] = '\0';
	if (inet_pton(AF_INET, copy, &a.v4.sin_addr) == 1) {
		a.v4.sin_family = AF_INET;
		*address = a;
		return true;
	}
	zone = strchr(copy, '%');
	if (zone)
		*zone++ = '\0';
	if (inet_pton(AF_INET6, copy, &a.v6.sin6_addr) != 1)
		return false;
	if (zone) {
		a.v6.sin6_scope_id = zone_index(zone);
		if (a.v6.sin6_scope_id == 0)
			return false;
	}
	a.v6.sin6_family = AF_INET6;
	*address = a;
	return true;
}

bool port_parse(const char *text, unsigned least, uint16_t *port)
{
	unsigned long value;
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 5 || text[digits])
		return false;
	value = strtoul(text, NULL, 10);
	if (value < least || value > UINT16_MAX)
		return false;
	*port = (uint16_t)value;
	return true;
}

bool address_parse_with_port(const char *text, uint16_t default_port,
			     union hostcast_address *address)
{
	char copy[HOSTCAST_TEXT_SIZE];
	const char *bracket = strrchr(text, ']');
	const char *colon = strrchr(text, ':');
	uint16_t port = default_port;
	bool has_port = colon && (bracket ? colon == bracket + 1 : strchr(text, ':') == colon);

	if (strlen(text) >= sizeof copy)
		return false;
	strcpy(copy, text);
	if (has_port) {
		copy[colon - text] = '\0';
		if (!port_parse(colon + 1, 0, &port))
			return false;
	}
	if (!address_parse(copy, address))
		return false;
	address_set_port(address, port);
	return true;
}

socklen_t address_size(const union hostcast_address *address)
{
	return address->any.sa_family == AF_INET6 ? sizeof address->v6 : sizeof address->v4;
}

uint16_t address_port(const union hostcast_address *address)
{
	return ntohs(address->any.sa_family == AF_INET6 ? address->v6.sin6_port
							: address->v4.sin_port);
}

void address_set_port(union hostcast_address *address, uint16_t port)
{
	if (address->any.sa_family == AF_INET6)
		address->v6.sin6_port = htons(port);
	else
		address->v4.sin_port = htons(port);
}

bool address_is_multicast(const union hostcast_address *address)
{
	if (address->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_MULTICAST(&address->v6.sin6_addr);
	return IN_MULTICAST(ntohl(address->v4.sin_addr.s_addr));
}

bool address_is_loopback(const union hostcast_address *address)
{
	if (address->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
	return ntohl(address->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

bool address_is_any(const union hostcast_address *address)
{
	if (address->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr);
	return address->v4.sin_addr.s_addr == htonl(INADDR_ANY);
}

bool address_needs_zone(const union hostcast_address *address)
{
	const struct in6_addr *ip = &address->v6.sin6_addr;

	return address->any.sa_family == AF_INET6 &&
	       (IN6_IS_ADDR_LINKLOCAL(ip) || IN6_IS_ADDR_MC_LINKLOCAL(ip) ||
		IN6_IS_ADDR_MC_NODELOCAL(ip));
}

bool address_is_link_local(const union hostcast_address *address)
{
	if (address->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LINKLOCAL(&address->v6.sin6_addr);
	return ntohl(address->v4.sin_addr.s_addr) >> 16 == 0xa9fe;
}

bool address_is_link_scope_group(const union hostcast_address *address)
{
	if (address->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_MC_LINKLOCAL(&address->v6.sin6_addr);
	return ntohl(address->v4.sin_addr.s_addr) >> 8 == 0xe00000;
}

bool address_is_source_specific(const union hostcast_address *address)
{
	const uint8_t *bytes = address->v6.sin6_addr.s6_addr;

	if (address->any.sa_family == AF_INET6)
		return bytes[0] == 0xff && bytes[1] >> 4 == 3 && bytes[2] == 0 && bytes[3] == 0;
	return ntohl(address->v4.sin_addr.s_addr) >> 24 == 232;
}

bool address_same_ip(const union hostcast_address *a, const union hostcast_address *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	if (a->any.sa_family == AF_INET6)
		return IN6_ARE_ADDR_EQUAL(&a->v6.sin6_addr, &b->v6.sin6_addr);
	return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
}

int address_compare_ip(const union hostcast_address *a, const union hostcast_address *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return a->any.sa_family == AF_INET ? -1 : 1;
	if (a->any.sa_family == AF_INET)
		return memcmp(&a->v4.sin_addr, &b->v4.sin_addr, sizeof a->v4.sin_addr);
	return memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr);
}

uint64_t address_hash_ip(uint64_t hash, const union hostcast_address *address)
{
	if (address->any.sa_family == AF_INET)
		return hash_bytes(hash, &address->v4.sin_addr, sizeof address->v4.sin_addr);
	return hash_bytes(hash, &address->v6.sin6_addr, sizeof address->v6.sin6_addr);
}

bool address_equal(const union hostcast_address *a, const union hostcast_address *b)
{
	return address_same_ip(a, b) && address_port(a) == address_port(b) &&
	       (a->any.sa_family != AF_INET6 || a->v6.sin6_scope_id == b->v6.sin6_scope_id);
}

const char *address_ip_text(const union hostcast_address *address, char text[HOSTCAST_TEXT_SIZE])
{
	char ip[INET6_ADDRSTRLEN];
	char name[IF_NAMESIZE];
	unsigned zone;

	if (address->any.sa_family == AF_INET) {
		inet_ntop(AF_INET, &address->v4.sin_addr, text, HOSTCAST_TEXT_SIZE);
		return text;
	}
	if (address->any.sa_family != AF_INET6) {
		strcpy(text, "-");
		return text;
	}
	inet_ntop(AF_INET6, &address->v6.sin6_addr, ip, sizeof ip);
	zone = address->v6.sin6_scope_id;
	if (zone == 0)
		strcpy(text, ip);
	else if (if_indextoname(zone, name))
		snprintf(text, HOSTCAST_TEXT_SIZE, "%s%%%s", ip, name);
	else
		snprintf(text, HOSTCAST_TEXT_SIZE, "%s%%%u", ip, zone);
	return text;
}

const char *address_plain_text(const union hostcast_address *address, char text[HOSTCAST_TEXT_SIZE])
{
	union hostcast_address plain = *address;

	if (plain.any.sa_family == AF_INET6)
		plain.v6.sin6_scope_id = 0;
	return address_ip_text(&plain, text);
}

const char *hostcast_address_text(const union hostcast_address *address,
				  char text[HOSTCAST_TEXT_SIZE])
{
	char ip[HOSTCAST_TEXT_SIZE];

	address_ip_text(address, ip);
	if (address->any.sa_family == AF_INET6)
		snprintf(text, HOSTCAST_TEXT_SIZE, "[%.70s]:%u", ip, address_port(address));
	else if (address->any.sa_family == AF_INET)
		snprintf(text, HOSTCAST_TEXT_SIZE, "%.70s:%u", ip, address_port(address));
	else
		strcpy(text, "-");
	return text;
}

static bool advance_v6(struct in6_addr *ip, unsigned steps)
{
	unsigned carry = steps;

	for (int i = 15; i >= 0 && carry > 0; i--) {
		carry += ip->s6_addr[i];
		ip->s6_addr[i] = (uint8_t)carry;
		carry >>= 8;
	}
	return carry == 0;
}

bool address_advance(union hostcast_address *address, unsigned steps)
{
	if (address->any.sa_family == AF_INET6) {
		if (!advance_v6(&address->v6.sin6_addr, steps))
			return false;
	} else {
		uint32_t ip = ntohl(address->v4.sin_addr.s_addr);

		if (steps > UINT32_MAX - ip)
			return false;
		address->v4.sin_addr.s_addr = htonl(ip + steps);
	}
	return address_is_multicast(address);
}
