/* What came by while doctor listened: on the wire of the interfaces that it listened on
 * (capture/live), and at a socket of its own that has joined the group there. The difference
 * between the two is what this host drops. Pure: packets, datagrams and the time go in; the
 * listening is the observer's (observer.h). */
#ifndef DOCTOR_OBSERVATION_H
#define DOCTOR_OBSERVATION_H

#include "assembly.h"
#include "base/error.h"
#include "copies.h"
#include "decode/packet.h"
#include "net/bridge.h"
#include "net/firewall.h"
#include "net/kernel_counters.h"
#include "net/mac.h"
#include "net/networks.h"
#include "traffic/queriers.h"

/* Strangers fill these tables; what does not fit is counted (`forgotten`). */
enum { SEEN_SOURCES_MAX = 256, SEEN_INTERFACES_MAX = 64 };

/* Anybody can forge a packet, and some are damaged: what fewer of them say is noted at most. And of
 * very many some are lost on any network: a smaller share says nothing. */
enum { TELLING_LEAST = 3, TELLING_PERCENT = 10 };

/* A source of the group, on one interface. */
struct seen_source {
	union hostcast_address source; /* port 0 */
	unsigned interface;
	bool is_own; /* this host sends it here itself: it is its address, or it forwards it */
	uint64_t
		on_wire; /* datagrams of the group and port; of one in fragments the first counts */
	uint64_t at_socket;     /* of them, those that doctor's socket got */
	uint64_t in_fragments;  /* of those on the wire */
	uint64_t fragments;     /* that were no first ones */
	uint64_t incomplete;    /* datagrams in fragments of which some never came */
	uint64_t merged;        /* copies of datagrams in fragments: of the fragments of both the
				   kernel may make one datagram */
	uint64_t bad_checksums; /* datagrams whose UDP checksum is wrong: the kernel drops them */
	uint64_t other_ports;   /* datagrams to the group at another port */
	uint16_t other_port;    /* the last of these ports */
	uint64_t wrong_mac;     /* datagrams to a MAC address that is neither the group's nor this
				   host's, */
	uint64_t foreign_mac;   /* and of these, to another host's alone: the kernel drops them */
	uint8_t mac[MAC_SIZE];  /* the last of these addresses */
	unsigned ttl_most; /* but for the probes that two doctors send each other; 0: no others */
	size_t size_most;  /* of a payload */
	uint64_t repeated; /* datagrams that came once more (copies.h), where expected, */
	struct copy_way ways[2]; /* and by which two ways the last of them did */
};

struct seen_interface {
	unsigned interface;
	bool has_mac; /* it has this one; else what comes to a single host is taken for its own */
	uint8_t mac[MAC_SIZE];
	bool is_wire_seen;     /* it could be captured on */
	bool is_joined;        /* doctor's socket joined the group here */
	bool was_joined;       /* a program of this host had, before doctor did */
	bool is_aside;         /* nobody expects the group here: it tells where it comes in, and no
				  more */
	int64_t joined_ns;     /* when doctor did: what was on the wire before does not count */
	uint64_t wire_dropped; /* packets that the capture lost, because doctor was too slow */

	int64_t provoked_ns; /* when doctor made this host report its membership; 0: not yet */
	int64_t reported_ns; /* when that report was on the wire; 0: not yet */

	/* Datagrams of others to the group on the wire, before and after that report; until then
	 * all count as before. Those that two doctors send each other count neither way: they come
	 * when they come. */
	uint64_t data_before, data_after;
	int64_t after_ns, last_ns; /* when the first and the last of those after it came */

	uint64_t reports_expected; /* of this group, that doctor has provoked, */
	int report_errno;          /* or why it could not; 0: it could */
	uint64_t reports_sent;     /* by this host */
	unsigned report_version;   /* of this host's last one; 0: none seen */

	uint64_t void_queries;   /* of MLD, that hosts must pass over */
	uint64_t queries;        /* that ask for this group, sources of it, or for all */
	uint64_t unanswered;     /* of them, those that this host had to answer, and did not in time
				  */
	bool is_asked;           /* the last one is not answered yet, */
	int64_t answer_until_ns; /* and this is its time */

	struct bridge_view bridge; /* before doctor joined, */
	int bridge_errno;          /* or why that is not known; 0: it is */
};

/* Why packets of the group, of IGMP or MLD are passed over, as if they had not come: most as every
 * kernel does, for they say nothing of this host. A wrong UDP checksum and a wrong MAC address are
 * counted for each source, because a sender can make all its datagrams so. */
#define PASSED_OVER_LIST(X)                                         \
	X(bad_checksum, "with a wrong checksum of IP, IGMP or MLD") \
	X(cut_off, "cut off by the capture")                        \
	X(malformed, "that cannot be understood")                   \
	X(martian, "from addresses that no sender has")             \
	X(foreign_query, "queries to other hosts")                  \
	X(other_vlan, "of other VLANs")

struct passed_over {
#define PASSED_OVER_COUNTER(name, text) uint64_t name;
	PASSED_OVER_LIST(PASSED_OVER_COUNTER)
#undef PASSED_OVER_COUNTER
};

struct observation {
	union hostcast_address group, source; /* family 0: any source */
	const struct attachment *own;         /* addresses of this host; the caller's */
	size_t own_count;

	int64_t lasted_ns;
	int64_t finished_ns;                  /* when, on the clock of the frames */
	bool is_finished;                     /* the time is over, and all that came was taken */
	char no_wire_reason[ERROR_TEXT_SIZE]; /* why nothing could be captured on any interface; ""
						if it could on some */
	char no_socket_reason[ERROR_TEXT_SIZE]; /* why doctor's socket could join nowhere where the
						   group is expected; "" if it did */
	uint64_t socket_dropped; /* datagrams that doctor's own socket had no room for */

	struct seen_source sources[SEEN_SOURCES_MAX];
	size_t source_count;
	struct seen_interface interfaces[SEEN_INTERFACES_MAX];
	size_t interface_count;
	struct queriers queriers; /* their `interface` is the index of one */

	struct kernel_counters counters; /* how much they grew while it lasted */
	struct firewall firewall;        /* rules that drop, and how much each one's counter grew */
	int send_errno; /* what the system said to a datagram to the group that stays inside this
			   host: EPERM: a rule refuses it; 0: nothing, -1: it was not tried */

	uint64_t forgotten; /* sources and interfaces there was no room for, each packet counted */
	struct passed_over passed_over;
	uint64_t early; /* packets of the group before doctor's socket had joined: what is told
			   begins then, so that they are none that were passed over */
	struct assembly assembly;
	struct copies copies;
};

/* All else is 0. */
void observation_begin(struct observation *o, const union hostcast_address *group,
		       const union hostcast_address *source, const struct attachment *own,
		       size_t own_count);
void observation_done(struct observation *o);

/* NULL: there is no room for another one. */
struct seen_interface *observation_add_interface(struct observation *o, unsigned interface);

/* NULL: doctor did not listen there. */
const struct seen_interface *observation_interface(const struct observation *o, unsigned interface);

/* A packet on the wire, frame->interface being the interface's index; any packet may be given. */
void observation_take_frame(struct observation *o, const struct frame *frame,
			    const struct packet *packet);

/* A datagram that doctor's socket got. */
void observation_take_datagram(struct observation *o, const struct hostcast_message *message);

/* This host was made to report now, on the clock of the frames: what comes on this interface from
 * now on came after that. */
void observation_report_provoked(struct observation *o, unsigned interface, int64_t now_ns);

/* The end, at this time on the clock of the frames: what has not come until now is missing. */
void observation_finish(struct observation *o, int64_t now_ns);

/* ---- Questions ---- */

/* Is it somebody else's, and of the source that is wanted, if one is? */
bool observation_counts(const struct observation *o, const struct seen_source *source);

/* Does it count, and on an interface where the group is expected? */
bool observation_is_expected(const struct observation *o, const struct seen_source *source);

/* And did a socket of doctor's join there, so that it tells what programs get? */
bool observation_is_comparable(const struct observation *o, const struct seen_source *source);

/* Is next to nothing missing of what came in here, because the socket got it by another interface
 * where the group is expected? Of fragments that come by two the kernel makes one datagram. */
bool observation_is_heard_elsewhere(const struct observation *o, const struct seen_source *source);

/* Of datagrams of others (and of the source that is wanted), on an interface or (0) on any: those
 * on the wire, those at the socket. */
uint64_t observation_on_wire(const struct observation *o, unsigned interface);
uint64_t observation_at_socket(const struct observation *o, unsigned interface);

/* Packets that the captures lost, on all interfaces. */
uint64_t observation_wire_dropped(const struct observation *o);

/* Of those on the wire, those that were whole and right, and addressed to the group or this host,
 * and did not reach the socket all the same.
 */
uint64_t seen_source_missing(const struct seen_source *source);

#endif
