/* Who sends to groups: how many datagrams, how large, how fast, with which TTL. Pure. */
#ifndef TRAFFIC_SENDERS_H
#define TRAFFIC_SENDERS_H

#include "base/hash.h"
#include "decode/packet.h"

enum { SENDERS_MAX = 1024, SENDER_PLACES = 2 * SENDERS_MAX };

/* A source and port that sends to a group and port, on one link. */
struct sender {
	union hostcast_address source, group; /* with their ports; 0: the protocol has none, or the
						 first fragment was not seen */
	uint8_t protocol;                     /* of IP */
	unsigned interface;                   /* as frames number them */
	uint32_t cooked_interface; /* of the device `any`, as its host numbers it; else 0 */
	uint16_t vlan;             /* 0: none */
	uint64_t datagrams;        /* those in fragments by their first one */
	uint64_t fragments;        /* that were no first ones */
	int64_t in_fragments;      /* identification of its last datagram in fragments; -1: none */
	uint64_t bytes; /* of payload: UDP's, else IP's; as the headers say, without later fragments
			 */
	size_t size_least, size_most; /* of the payload of one datagram */
	unsigned ttl_least, ttl_most;
	int64_t first_ns, last_ns;        /* a datagram */
	int64_t longest_silence_ns;       /* between two datagrams */
	uint64_t wrong_mac;               /* packets to a MAC address that is not the group's, */
	uint8_t wrong_mac_last[MAC_SIZE]; /* the last of these addresses */
	uint64_t bad_checksums;
};

struct senders {
	struct sender list[SENDERS_MAX];
	size_t count;
	hash_place places[SENDER_PLACES]; /* in the list, by all that tells senders apart */
	size_t last;        /* that a packet was of: a later fragment mostly is, too */
	uint64_t forgotten; /* packets of those that there was no room for */
};

/* Takes any packet. The sender that it is of; NULL: it is not to a group, or a membership message,
 * or there is no room. */
struct sender *senders_take(struct senders *senders, const struct frame *frame,
			    const struct packet *packet);

/* Some were taken out of the list, or moved in it. */
void senders_reindex(struct senders *senders);

/* Datagrams a second, from the first to the last; 0: there were not two, or all at one time. */
double sender_rate(const struct sender *sender);

#endif
