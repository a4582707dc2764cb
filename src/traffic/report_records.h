/* Reports and leaves of every version as records, as IGMPv3 and MLDv2 routers read them (RFC 3376
 * section 7.3.2, RFC 3810 section 8.3.2): so whoever follows memberships knows records only. Pure.
 */
#ifndef TRAFFIC_REPORT_RECORDS_H
#define TRAFFIC_REPORT_RECORDS_H

#include "decode/packet.h"

struct report_records {
	struct membership_message message;
	bool is_old; /* IGMPv1, v2, MLDv1: one group, which stands in the message itself */
	bool is_done;
	bool has_all; /* also records of reserved types */
};

/* Those that routers take in, of any membership message; a query has none, and none is taken from a
 * message with a wrong checksum, or of a reserved type (RFC 3376 sections 4.1.2 and 4.2.12), or, in
 * MLD, from a host that has no address yet (RFC 3810 section 5.2.13): it reports again when it has
 * one. */
struct report_records report_records_of(const struct packet *packet);

/* All that are there, for who shows messages rather than believes them. */
struct report_records report_records_all(const struct membership_message *message);

/* The next record; its sources are read with membership_next_source(). False: there is none left.
 */
bool report_records_next(struct report_records *records, struct group_record *record);

/* Does a record say that its sender has left, where nothing else is known of it? To block sources
 * is the end only in groups that are joined by source (RFC 4607): else it may want all others. */
bool group_record_ends(const struct group_record *record);

#endif
