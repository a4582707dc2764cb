/* Ethernet addresses of groups: what a network card filters by, and a switch forwards by. */
#ifndef NET_MAC_H
#define NET_MAC_H

#include "base/mac.h"
#include "hostcast.h"

enum { MAC_TEXT_SIZE = 18, MAC_GROUPS_4 = 32 };

/* 01:00:5e and the low 23 bits of an IPv4 group (RFC 1112 section 6.4), 33:33 and the low 32 bits
 * of an IPv6 one (RFC 2464 section 7). */
void mac_of_group(const union hostcast_address *group, uint8_t mac[static MAC_SIZE]);

/* "01:00:5e:01:01:01" into text; returns text. */
const char *mac_text(const uint8_t mac[static MAC_SIZE], char text[static MAC_TEXT_SIZE]);

/* How many other groups have the same MAC address: 28 bits of IPv4 group are told by 23, so 2^5 -
 * 1; of IPv6 those of the same flags and scope count, 112 bits of group told by 32, so 2^80 - 1. */
double mac_sharers(int family);

/* Of the MAC_GROUPS_4 IPv4 groups that have the MAC address of this one (itself among them) the one
 * of that number, from the lowest on. */
union hostcast_address mac_sharer_4(const union hostcast_address *group, unsigned number);

/* The other group of local network control that has the MAC address of this one: of 224.0.0.0/24,
 * which switches flood, or the permanent link-local one (ff02::) with the same low 32 bits, whether
 * it is assigned or not. False: there is none. */
bool mac_control_sharer(const union hostcast_address *group, union hostcast_address *control);

#endif
