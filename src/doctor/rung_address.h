/* Rung 2: no address on the interface, or no IPv6 link-local one yet. Reports of memberships need
 * one (IGMP: RFC 3376 section 4; MLD: RFC 3810 section 5, link-local), and so does whoever sends.
 */
#ifndef DOCTOR_RUNG_ADDRESS_H
#define DOCTOR_RUNG_ADDRESS_H

#include "finding.h"
#include "net/interface.h"
#include "net/link_local.h"

struct address_facts {
	const struct interface *interface;
	int family;
	enum link_local_state link_local; /* of IPv6 */
	bool is_ipv6_disabled;            /* net.ipv6.conf.INTERFACE.disable_ipv6 */
};

/* Adds what is to be said of one interface. */
void judge_address(const struct address_facts *facts, struct finding *finding);

#endif
