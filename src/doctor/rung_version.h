/* Rung 13: hosts and queriers that speak different versions of IGMP or MLD, reports of this host
 * that do not leave it, and queries that it does not hear. */
#ifndef DOCTOR_RUNG_VERSION_H
#define DOCTOR_RUNG_VERSION_H

#include "finding.h"
#include "net/firewall.h"
#include "net/membership_version.h"

#include "hostcast.h"

#include <net/if.h>

struct version_facts {
	char interface[IF_NAMESIZE];
	union hostcast_address group;
	bool has_source;    /* one was asked for */
	bool is_unreported; /* nobody reports this group (RFC 3376 section 6, RFC 3810 section 6) */
	bool is_loopback;

	struct membership_version version;
	union hostcast_address old_querier; /* that speaks an older version; family 0: none */
	unsigned old_version;

	bool is_wire_seen;
	uint64_t data_seen; /* datagrams of others, on the wire or at the socket */
	uint64_t reports_expected, reports_sent;
	unsigned report_version;  /* of the last one sent; 0: none was seen */
	bool are_reports_refused; /* the system refused doctor to send one; */
	bool is_query_refused;    /* only what would have made this host report */
	uint64_t queries, unanswered, void_queries;

	const struct firewall_rule *report_rule; /* the likeliest to drop reports; NULL: none */
	const struct firewall_rule *query_rule;  /* and queries */
};

/* Adds to the finding. */
void judge_version(const struct version_facts *facts, struct finding *finding);

#endif
