/* What the programs of the firewalls show, as rules. Pure. */
#ifndef NET_FIREWALL_PARSE_H
#define NET_FIREWALL_PARSE_H

#include "firewall.h"

/* Each adds the rules that have a verdict, and the policies that drop. False: out of memory. */

/* What `nft -a list ruleset` prints (nft(8)). */
bool firewall_parse_nft(const char *text, struct firewall *firewall);

/* What `iptables-save -c` prints; family "ip", or "ip6" of ip6tables-save. */
bool firewall_parse_iptables(const char *text, const char *family, struct firewall *firewall);

#endif
