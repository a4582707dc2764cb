/* The firewall's rules, as the programs that look after them show them. */
#ifndef DOCTOR_FIREWALL_READ_H
#define DOCTOR_FIREWALL_READ_H

#include "net/firewall.h"

/* Runs nft, and iptables-save where the kernel has such tables, and waits for them: mostly some
 * milliseconds, and at most 5 s for each, after which it is killed. Free with firewall_done(),
 * whatever came of it. */
void firewall_read(struct firewall *firewall);

#endif
