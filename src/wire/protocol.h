/* The tree protocol on one page: ports, messages, limits and timers. docs/protocol.md explains it,
 * by the clauses T-1 to T-16 that the code cites. All of it travels over UDP. */
#ifndef WIRE_PROTOCOL_H
#define WIRE_PROTOCOL_H

#include "base/monotime.h"

enum {
	MCAST_PORT = 10000, /* rendezvous point and nodes, among themselves */
	DATA_PORT = 10001,  /* programs on its own host, to a node (T-10) */
};

/* A message is a type of four letters, LF, and a body (T-1). ADDRESS stands for "IP SP PORT".
 *
 *   type  from, to            body                                   meaning
 *   ROOT  any, RP             -                                      who is the root?
 *   TOOR  RP                  [ADDRESS]                              this one; none
 *   RREG  orphan or root, RP  -                                      let me be the root
 *   YREG  RP                  -                                      you are
 *   NREG  RP                  -                                      somebody else is
 *   RJOI  node, node          -                                      let me be your child
 *   YJOI  node, node          the receiver's ADDRESS, the root path  you are my child
 *   NJOI  node, node          ADDRESS of each child, one a line      I am full, try these
 *   DATA  node, node          payload                                for everybody
 *   NDAT  node, node          [ADDRESS of the root] LF payload       I am not the root
 *   LEAV  node, node or RP    -                                      we part
 *   STAT  any, RP or node     padding                                how are you?
 *   TATS  RP or node          "KEY VALUE", one a line                so I am
 */
#define MESSAGE_TYPES(X) \
	X(ROOT)          \
	X(TOOR)          \
	X(RREG) X(YREG) X(NREG) X(RJOI) X(YJOI) X(NJOI) X(DATA) X(NDAT) X(LEAV) X(STAT) X(TATS)

enum message_type {
#define MESSAGE_TYPE_VALUE(name) MESSAGE_##name,
	MESSAGE_TYPES(MESSAGE_TYPE_VALUE)
#undef MESSAGE_TYPE_VALUE
};

enum {
	CHILDREN_MAX = 16,     /* children of one node, at the most (T-6) */
	CHILDREN_DEFAULT = 3,  /* unless it is told otherwise */
	PATH_MAX_LENGTH = 32,  /* entries of a root path; a longer one is a cycle (T-9) */
	ATTEMPTS = 3,          /* unanswered requests in a row make somebody unreachable (T-8) */
	NDAT_ATTEMPTS = 3,     /* times that a refused payload is sent again (T-11) */
	AMPLIFICATION_MAX = 4, /* TOOR and NJOI against their request, with IP and UDP headers */
	HEADER_SIZE = 5,       /* "DATA" and LF */
	IP_AND_UDP_4 = 28,     /* bytes of headers around a message, IPv4 (20 and 8) */
	IP_AND_UDP_6 = 48,     /* and IPv6 (40 and 8) */
	UDP_MAX_4 = 65507,     /* bytes that a UDP datagram carries over IPv4, and over IPv6 */
	UDP_MAX_6 = 65527,
	PAYLOAD_MAX_4 = UDP_MAX_4 - HEADER_SIZE, /* T-10 */
	PAYLOAD_MAX_6 = UDP_MAX_6 - HEADER_SIZE,
};

/* Timers, as they are by default (T-13). */
#define REFRESH_NS  (120 * NS_PER_S) /* a child to its parent, the root to the RP (T-5, T-8) */
#define HOLD_NS     (180 * NS_PER_S) /* a child or a root not heard for so long is forgotten */
#define RETRY_NS    (1 * NS_PER_S)   /* until an unanswered request is sent again (T-8) */
#define CACHE_NS    (60 * NS_PER_S)  /* the root's address may be remembered (T-10) */
#define BACK_OFF_NS (30 * NS_PER_S)  /* until a walk begins again, at the most (T-7) */
#define SECOND_WORD_NS                                                           \
	(1 * NS_PER_S) /* between two YJOI to a child that asked for none (T-9), \
			  and two LEAV to one that will not hear (T-11) */

#endif
