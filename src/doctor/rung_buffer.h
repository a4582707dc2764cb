/* Rung 10: a program's receive buffer overflows, because it does not read, or not fast enough; or
 * it loses what comes in otherwise. */
#ifndef DOCTOR_RUNG_BUFFER_H
#define DOCTOR_RUNG_BUFFER_H

#include "finding.h"
#include "net/process.h"

enum { BUFFER_USERS_MAX = 16 };

/* A socket that gets the group. */
struct buffer_user {
	char name[PROCESS_NAME_SIZE]; /* of the program, not escaped; "": not visible to us */
	pid_t pid;
	unsigned uid;
	uint64_t drops;         /* datagrams it lost meanwhile, for whatever reason, */
	uint64_t drops_before;  /* and before */
	size_t buffer, waiting; /* bytes, with the kernel's own; 0: it could not be asked */
};

struct buffer_facts {
	struct buffer_user users[BUFFER_USERS_MAX];
	size_t count, forgotten; /* forgotten: there was no room for them */
	int64_t most;            /* net.core.rmem_max; -1: not known */
	int64_t all_drops;       /* UdpRcvbufErrors meanwhile, of all sockets; COUNTER_UNKNOWN */
	int64_t bad_checksums;   /* and UdpInCsumErrors */
	uint64_t at_socket;      /* datagrams of the group that doctor's own socket got */
	int64_t lasted_ns;
	uint16_t port;
};

void judge_buffer(const struct buffer_facts *facts, struct finding *finding);

#endif
