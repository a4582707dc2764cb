/* IGMPv1, v2, v3 (RFC 1112, 2236, 3376) and MLDv1, v2 (RFC 2710, 3810): one structure, because they
 * say the same. */
#ifndef DECODE_MEMBERSHIP_MESSAGE_H
#define DECODE_MEMBERSHIP_MESSAGE_H

#include "base/cursor.h"
#include "checksum.h"
#include "hostcast.h"

enum membership_kind {
	MEMBERSHIP_QUERY,
	MEMBERSHIP_REPORT, /* of one group, or (IGMPv3, MLDv2) of records */
	MEMBERSHIP_LEAVE,  /* IGMPv2's leave, MLDv1's done */
	MEMBERSHIP_OTHER,  /* another type (DVMRP, mtrace, multicast router discovery) */
};

struct membership_message {
	enum membership_kind kind;
	bool is_mld;
	unsigned version;   /* of the protocol: 1 to 3, or 1 and 2; 0 for MEMBERSHIP_OTHER */
	uint8_t type, code; /* as on the wire; of IGMP queries the code is the response time's */
	enum checksum checksum;

	/* That a query asks for (family 0: all, a general query), that a report or leave without
	 * records is of. Port 0. */
	union hostcast_address group;

	int64_t response_ns; /* queries: within so long members answer */
	/* Of queries of IGMPv3 and MLDv2. */
	bool suppresses;       /* S: routers are not to restart timers */
	unsigned robustness;   /* QRV, 0: more than 7 */
	int64_t interval_ns;   /* QQIC: between two general queries; 0: not told */
	uint16_t count;        /* sources that a query names, or records, as the message says */
	struct reader sources; /* of a query */
	struct reader records; /* of a report */
};

/* RFC 3376 section 4.2.12 */
enum record_type {
	RECORD_IS_INCLUDE = 1,
	RECORD_IS_EXCLUDE = 2,
	RECORD_TO_INCLUDE = 3, /* with no sources: leaves the group */
	RECORD_TO_EXCLUDE = 4, /* with no sources: joins the group */
	RECORD_ALLOW = 5,
	RECORD_BLOCK = 6,
};

struct group_record {
	uint8_t type; /* enum record_type, or another number */
	union hostcast_address group;
	uint16_t count;        /* of sources, as it says */
	struct reader sources; /* as many of them as there are */
};

/* The next record of a report, the next source of a record or query; false when there is none left.
 * What was read is gone: read from a copy. */
bool membership_next_record(struct membership_message *message, struct group_record *record);
bool membership_next_source(const struct membership_message *message, struct reader *sources,
			    union hostcast_address *source);

/* "is exclude", "block old sources"; "unknown" for another number. */
const char *record_type_name(uint8_t type);

/* Does a record say that its sender wants (some of) the group, or no more of it? */
enum record_meaning { RECORD_JOINS, RECORD_LEAVES, RECORD_CHANGES };
enum record_meaning group_record_meaning(const struct group_record *record);

#endif
