/* IP addresses with their ports: text to binary and back, and what kind they are. */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include "base/error.h"

/* The whole address at text (no port, brackets allowed, IPv6 zone allowed) as binary, port 0.
 * Returns false, quietly, if it is none: the caller knows what it was meant to be. */
bool address_parse(const char *text, union hostcast_address *address);

/* ADDRESS[:PORT], where an IPv6 address with a port is in brackets. */
bool address_parse_with_port(const char *text, uint16_t default_port,
			     union hostcast_address *address);

/* A decimal port, least to 65535; the whole string must be digits. */
bool port_parse(const char *text, unsigned least, uint16_t *port);

socklen_t address_size(const union hostcast_address *address);
uint16_t address_port(const union hostcast_address *address);
void address_set_port(union hostcast_address *address, uint16_t port);

bool address_is_multicast(const union hostcast_address *address);
bool address_is_loopback(const union hostcast_address *address);
bool address_is_any(const union hostcast_address *address); /* 0.0.0.0 or :: */

/* IPv6 addresses that mean something else on each link, so that they need a zone: link-local and
 * interface-local, unicast and multicast (RFC 4007). Never IPv4. */
bool address_needs_zone(const union hostcast_address *address);

/* 169.254.0.0/16 (RFC 3927) and fe80::/10: of one host, and another one on each link. */
bool address_is_link_local(const union hostcast_address *address);

/* Groups that no router forwards: 224.0.0.0/24 (RFC 5771 section 4), and IPv6 ones of link scope
 * (RFC 4291 section 2.7). Narrower IPv6 scopes are none. */
bool address_is_link_scope_group(const union hostcast_address *address);

/* Groups that are joined for a source (RFC 4607): 232.0.0.0/8, and ff3x::/32, of which section 1
 * takes ff3x::/96 into use. */
bool address_is_source_specific(const union hostcast_address *address);

/* Same family and IP, whatever the port and zone. */
bool address_same_ip(const union hostcast_address *a, const union hostcast_address *b);

/* Their order: IPv4 before IPv6, then by IP, whatever the port and zone. Below, equal to or above 0
 * as memcmp() has it. */
int address_compare_ip(const union hostcast_address *a, const union hostcast_address *b);

/* Adds family and IP to a hash (base/hash): the same for those that address_same_ip(). */
uint64_t address_hash_ip(uint64_t hash, const union hostcast_address *address);

/* Same family, IP, port, and zone. */
bool address_equal(const union hostcast_address *a, const union hostcast_address *b);

/* ADDRESS[%ZONE] alone, without brackets or port, into text of HOSTCAST_TEXT_SIZE; returns text. */
const char *address_ip_text(const union hostcast_address *address, char text[HOSTCAST_TEXT_SIZE]);

/* The same without the zone. */
const char *address_plain_text(const union hostcast_address *address,
			       char text[HOSTCAST_TEXT_SIZE]);

/* The address `steps` after this one (225.1.2.3 + 2 is 225.1.2.5). False if it leaves the family's
 * multicast range. */
bool address_advance(union hostcast_address *address, unsigned steps);

#endif
