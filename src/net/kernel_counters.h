/* The kernel's counters of what it has dropped, from /proc/net/snmp, netstat and snmp6. They are of
 * the whole network namespace, since it is there. */
#ifndef NET_KERNEL_COUNTERS_H
#define NET_KERNEL_COUNTERS_H

#include "base/error.h"

enum { COUNTER_UNKNOWN = -1 };

struct kernel_counters {
	int64_t ip_discards;            /* IP: no room */
	int64_t ip_reassembly_failures; /* IP: fragments of which others never came */
	int64_t udp_buffer_errors;      /* UDP: the socket's receive buffer was full */
	int64_t udp_no_ports;           /* UDP: nobody listens at that port */
	int64_t udp_bad_checksums;      /* UDP: a wrong checksum */
	int64_t reverse_path_filtered;  /* IPv4: IPReversePathFilter; IPv6 has no such filter */
};

/* Those of one family. What the system does not tell is COUNTER_UNKNOWN. */
void kernel_counters_read(int family, struct kernel_counters *counters);

/* How much each has grown; COUNTER_UNKNOWN where one of the two is. */
struct kernel_counters kernel_counters_growth(const struct kernel_counters *before,
					      const struct kernel_counters *after);

/* The value in the text of a file that has, for each protocol, a line of names and one of values:
 * "Udp: InDatagrams NoPorts ...", "Udp: 5 0 ..."; or, without a protocol (NULL), lines "NAME
 * value". COUNTER_UNKNOWN: there is none of that name. */
int64_t kernel_counter_find(const char *text, const char *protocol, const char *name);

#endif
