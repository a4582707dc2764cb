/* Rung 8: the reverse-path filter (RFC 3704). The kernel drops what comes in by another interface
 * than the one by which it would answer (strict, 1), or what it could not answer at all (loose, 2).
 * IPv6 has no such setting. */
#ifndef DOCTOR_RUNG_REVERSE_H
#define DOCTOR_RUNG_REVERSE_H

#include "case.h"
#include "finding.h"

enum { FILTER_OFF = 0, FILTER_STRICT = 1, FILTER_LOOSE = 2 };

/* Of the settings of `all` and of the interface Linux takes the larger (ip-sysctl.rst). */
static inline int64_t filter_in_force(int64_t all, int64_t interface)
{
	return all > interface ? all : interface;
}

/* Of one source, on the interface where its datagrams come in. */
struct reverse_facts {
	union hostcast_address source;
	char interface[IF_NAMESIZE];
	char back[IF_NAMESIZE];               /* the interface of the way back; "": there is none */
	int64_t filter_all, filter_interface; /* rp_filter of `all` and of the interface */
	uint64_t on_wire, at_socket;          /* 0 where doctor could not look */
	bool is_heard_elsewhere; /* its datagrams reach the socket by another interface */
	int64_t filtered; /* what the filter dropped meanwhile, of whatever source; COUNTER_UNKNOWN
			   */
};

/* The settings and routes that apply to a source; what was seen of it is 0. */
void reverse_facts_of(const struct doctor_case *c, const union hostcast_address *source,
		      unsigned interface, struct reverse_facts *facts);

/* Would the filter drop what this source sends? */
bool reverse_drops(const struct reverse_facts *facts);

/* Adds to the finding. */
void judge_reverse(const struct reverse_facts *facts, struct finding *finding);

#endif
