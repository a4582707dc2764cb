/* The firewall's rules, as the programs that look after them show them. */
#ifndef DOCTOR_FIREWALL_READ_H
#define DOCTOR_FIREWALL_READ_H

#include "net/firewall.h"

/* Runs nft, and iptables-save where the kernel has such tables, and waits for them: mostly some
 * milliseconds, and at most so many seconds for all of them, after which they are killed, and the
 * rules not known. Free with firewall_done(), whatever came of it. */
void firewall_read(struct firewall *firewall, int seconds);

#endif
