/* Packets as they pass an interface, by libpcap: one descriptor for the loop, never waiting. One
 * interface each; who wants several opens several. */
#ifndef CAPTURE_LIVE_H
#define CAPTURE_LIVE_H

#include "base/error.h"
#include "base/monotime.h"
#include "decode/frame.h"

struct live;

struct live_options {
	const char *filter;  /* in libpcap's language (pcap-filter(7)); NULL: all */
	bool with_vlans;     /* it also lets through the same within one or two VLAN tags */
	unsigned number;     /* that its frames carry as `interface` */
	size_t snap;         /* bytes of each packet that are captured; 0: all */
	size_t buffer;       /* bytes in the kernel; 0: LIVE_BUFFER */
	int64_t delay_ns;    /* at most of packets in the kernel; 0: LIVE_DELAY_NS */
	bool is_promiscuous; /* what the interface would filter out, too */
};

enum { LIVE_BUFFER = 16 * 1024 * 1024, LIVE_SNAP = 262144 };

/* The kernel gives packets in blocks, at the latest so long after the first one in it: then the
 * buffer holds as much as there are bytes. One by one each would take the room of the largest. A
 * block that is given early is lost for others until it is taken, however little is in it: so a
 * program that stands still for the number of blocks (LIVE_BUFFER has 64) times this delay loses
 * packets, also where few come. */
#define LIVE_DELAY_NS (50 * NS_PER_MS)

/* With that delay a packet has been taken so long after it passed, by a loop that turns. The
 * kernel's timer is late where the processor that has it stands still, as on shared machines. */
#define LIVE_LATE_NS  (LIVE_DELAY_NS + 150 * NS_PER_MS)

/* HOSTCAST_REFUSED: not permitted; the text names the capability and how to give it.
 * HOSTCAST_INTERFACE: no such interface, it is down, or it is `any`, which loses the destination
 * MAC address. HOSTCAST_INVALID: the filter; HOSTCAST_SYSTEM: also where this program was built
 * without libpcap. */
struct live *live_open(const char *interface, const struct live_options *options,
		       struct error *error);
void live_close(struct live *live);

/* Readable when there are packets. */
int live_fd(const struct live *live);

/* The next packet, whose bytes are valid until the next call. Returns 1, 0 when there is none now,
 * or an error's code (the interface went down, or is gone). */
int live_next(struct live *live, struct frame *frame, struct error *error);

/* The interface was down when live_next() was last called. Its descriptor tells neither that it is
 * up again nor that it is gone: call live_next() now and then. */
bool live_is_down(const struct live *live);

unsigned live_link_type(const struct live *live);

/* Packets that the filter let through since it was opened, and those of them that were lost because
 * nobody took them in time. */
struct live_counters {
	uint64_t received, dropped;
};
struct live_counters live_counters(struct live *live);

/* Can this process capture at all? HOSTCAST_REFUSED and the reason if not. */
int live_is_permitted(struct error *error);

#endif
