/* Rung 12: a switch that snoops (RFC 4541) and nobody who asks. It forgets who has joined, and from
 * then on the group gets nowhere, unless the switch floods what it does not know. A bridge of this
 * host is read; of switches elsewhere only the queries tell, and what happens when this host
 * reports anew. */
#ifndef DOCTOR_RUNG_SNOOPING_H
#define DOCTOR_RUNG_SNOOPING_H

#include "finding.h"
#include "net/bridge.h"

struct snooping_facts {
	char interface[IF_NAMESIZE];
	union hostcast_address group;
	bool is_flooded;           /* a group that every switch floods (224.0.0.x, ff02::1) */
	bool is_loopback;          /* there is no switch */
	bool was_joined;           /* a program of this host had joined before doctor did */
	struct bridge_view bridge; /* of this host, before doctor joined, */
	int bridge_errno;          /* or why the system did not tell of it */

	bool is_wire_seen;
	int64_t lasted_ns;
	uint64_t queries;               /* that were heard, */
	union hostcast_address querier; /* of whom; family 0: of nobody */
	unsigned querier_version;
	int64_t querier_interval_ns; /* 0: not known */

	/* Datagrams of others on the wire, before and after the report that doctor made this host
	 * send. */
	bool is_report_sent;
	uint64_t data_before, data_after;
	int64_t delay_ns;   /* from the report to the first datagram after it, */
	int64_t lasting_ns; /* and from that one to the last */
};

/* Adds to the finding. */
void judge_snooping(const struct snooping_facts *facts, struct finding *finding);

#endif
