/* Ethernet addresses (IEEE 802). */
#ifndef BASE_MAC_H
#define BASE_MAC_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { MAC_SIZE = 6 };

/* All 0: no address. */
static inline bool mac_is_none(const uint8_t mac[static MAC_SIZE])
{
	static const uint8_t none[MAC_SIZE] = {0};

	return memcmp(mac, none, MAC_SIZE) == 0;
}

/* To all hosts. */
static inline bool mac_is_broadcast(const uint8_t mac[static MAC_SIZE])
{
	static const uint8_t all[MAC_SIZE] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	return memcmp(mac, all, MAC_SIZE) == 0;
}

#endif
