/* Two things that doctor does to learn how this host reacts, and of which nothing leaves the host.
 */
#ifndef DOCTOR_PROVOKE_H
#define DOCTOR_PROVOKE_H

#include "hostcast.h"

/* Makes this host report its membership of an IPv4 group on an interface, as if a querier had
 * asked: an IGMPv3 query about this group alone, to all hosts, with TTL 0, which is heard by this
 * host and sent to no other. A host that has joined already reports nothing when one more program
 * joins. Over IPv6 it can't be done: a query with another hop limit than 1 is not heard (RFC 3810
 * section 5.1.14). Returns 0 or -errno: -EPERM: CAP_NET_RAW is missing, or a firewall rule refuses
 * it and reports as well; -EACCES: one refuses the query alone; -EAFNOSUPPORT: IPv6. */
int provoke_report(const union hostcast_address *group, unsigned interface);

/* Sends to an IPv4 group what is not even looped back: an empty datagram with TTL 0. It shows
 * whether this host's firewall lets out what is sent to it. Not by the loopback interface: whoever
 * has joined there would get it. Returns 0 or -errno: -EPERM: a rule refuses it. */
int provoke_send(const union hostcast_address *group, unsigned interface);

#endif
