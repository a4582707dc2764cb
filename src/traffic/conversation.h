/* A conversation: what two sockets said to each other over TCP or UDP, packet by packet, and what
 * can be told of why. Also one that asked a group over UDP, with all that answered by unicast. */
#ifndef TRAFFIC_CONVERSATION_H
#define TRAFFIC_CONVERSATION_H

#include "decode/packet.h"

/* The client is who began: whose SYN, or whose datagram, came first. Where a capture begins in the
 * middle of a TCP conversation it is the end with the higher port. */
enum side { SIDE_CLIENT, SIDE_SERVER, SIDES };

static inline enum side side_other(enum side side)
{
	return side == SIDE_CLIENT ? SIDE_SERVER : SIDE_CLIENT;
}

/* What is noteworthy about a packet, as bits. */
#define STEP_MARKS(X)                                                                             \
	X(RETRANSMISSION, "retransmission") /* of bytes that were sent before */                  \
	X(FAST, "fast")                     /* ... because duplicate ACKs or SACK asked for it */ \
	X(SPURIOUS, "spurious")     /* ... although their acknowledgement had passed already */   \
	X(SENT_AGAIN, "sent_again") /* later, as if this one, or its acknowledgement, was lost */ \
	X(OUT_OF_ORDER, "out_of_order")     /* it comes later than what was sent after it */      \
	X(GAP, "gap")                       /* bytes before it were not seen */                   \
	X(DUPLICATE_ACK, "duplicate_ack")   /* nothing new arrived in order */                    \
	X(UNSEEN_ACK, "unseen_ack")         /* of bytes that the capture does not have */         \
	X(DUPLICATE_SACK, "duplicate_sack") /* it got bytes twice (RFC 2883) */                   \
	X(KEEP_ALIVE, "keep_alive")                                                               \
	X(KEEP_ALIVE_ANSWER, "keep_alive_answer")                                                 \
	X(WINDOW_PROBE, "window_probe") /* is the window still closed? */                         \
	X(WINDOW_UPDATE, "window_update")                                                         \
	X(WINDOW_ZERO, "window_zero")                                                             \
	X(WINDOW_FULL, "window_full")       /* nothing more may be sent until there is an ACK */  \
	X(BAD_CHECKSUM, "bad_checksum")     /* which its receiver drops */                        \
	X(CHECKSUM_LATER, "checksum_later") /* a bad one, but such ones arrive */                 \
	X(ICMP_ERROR, "icmp_error")         /* is about it: it did not get there */               \
	X(REFUSAL, "refusal")               /* a RST that answers a SYN: nobody listens */        \
	X(STRAY, "stray")                   /* the RST of a host that knows of no such connection */

enum step_mark_number {
#define STEP_MARK_NUMBER(name, text) MARK_NUMBER_##name,
	STEP_MARKS(STEP_MARK_NUMBER)
#undef STEP_MARK_NUMBER
		STEP_MARK_COUNT
};

enum step_mark {
#define STEP_MARK_BIT(name, text) MARK_##name = 1 << MARK_NUMBER_##name,
	STEP_MARKS(STEP_MARK_BIT)
#undef STEP_MARK_BIT
};

/* What programs do with their sockets, at the end where it stands, as bits. */
enum socket_call {
	CALL_LISTEN = 1 << 0, /* had been called, or the SYN would be refused */
	CALL_CONNECT = 1 << 1,
	CALL_CONNECT_RETURNS = 1 << 2,
	CALL_CONNECT_FAILS = 1 << 3, /* refused, or ICMP says that it cannot be */
	CALL_ACCEPT = 1 << 4,        /* can return */
	CALL_SEND = 1 << 5,          /* step->sent bytes; of UDP sendto() */
	CALL_SEND_GOES_ON = 1 << 6,  /* the system cuts the bytes of one send() into segments */
	CALL_RECV = 1 << 7,          /* can return step->received bytes; of UDP recvfrom() */
	CALL_RECV_END = 1 << 8,      /* returns 0: the other side sends no more */
	CALL_RECV_FAILS = 1 << 9,    /* ECONNRESET; of UDP what ICMP says */
	CALL_SEND_FAILS = 1 << 10,   /* EPIPE */
	CALL_FINISH = 1 << 11,   /* close() or shutdown(SHUT_WR): the wire does not tell which */
	CALL_SHUTDOWN = 1 << 12, /* shutdown(SHUT_WR): it went on receiving */
	CALL_CLOSE = 1 << 13,
	CALL_ABORT = 1 << 14,         /* close() with unread bytes, or SO_LINGER of 0 s */
	CALL_NOBODY = 1 << 15,        /* no socket listens, or is bound there */
	CALL_CLOSED_BEFORE = 1 << 16, /* no socket is there any more */
	CALL_NOT_READ = 1 << 17,      /* recv() is not called: the receive buffer is full */
	CALL_READ_AGAIN = 1 << 18,    /* recv() was called: the buffer has room again */
};

/* RFC 9293 section 3.3.2 */
enum tcp_state {
	TCP_STATE_UNKNOWN,
	TCP_STATE_CLOSED,
	TCP_STATE_LISTEN,
	TCP_STATE_SYN_SENT,
	TCP_STATE_SYN_RECEIVED,
	TCP_STATE_ESTABLISHED,
	TCP_STATE_FIN_WAIT_1,
	TCP_STATE_FIN_WAIT_2,
	TCP_STATE_CLOSE_WAIT,
	TCP_STATE_CLOSING,
	TCP_STATE_LAST_ACK,
	TCP_STATE_TIME_WAIT,
};

enum step_kind { STEP_SEGMENT, STEP_DATAGRAM, STEP_ICMP };

/* Sequence numbers count from the SYN, which is 0, and go on beyond 2^32. */
struct tcp_step {
	int64_t sequence, acknowledgement; /* the latter if there is TCP_ACK */
	int64_t sack_left, sack_right;     /* the first block; both 0: none */
	uint32_t window;                   /* in bytes */
	uint16_t mss;                      /* of a SYN; 0: not told */
	uint8_t flags;
	uint8_t states[SIDES]; /* enum tcp_state of both ends after it */
};

/* An error that goes to the end which sent what it is about: step->from is the other one. */
struct icmp_step {
	const char *meaning; /* icmp_meaning() */
	uint8_t type, code;
	bool is_v6;
	unsigned mtu;
};

#define NO_STEP UINT32_MAX
enum { NO_OTHER = UINT16_MAX, HEAD_SIZE = 24 };

/* One packet of a conversation. */
struct step {
	int64_t time_ns;         /* since 1970 */
	uint64_t number;         /* of the packet, as its source counts */
	uint32_t size;           /* bytes of payload */
	uint32_t marks;          /* of enum step_mark */
	uint32_t calls[SIDES];   /* of enum socket_call */
	uint32_t sent, received; /* by these calls */
	/* The step whose bytes this one sends again, and that which does it with those of this one;
	 * for UDP the request that this one answers, and the first answer. NO_STEP */
	uint32_t earlier, later;
	uint16_t other; /* who sent it, in conversation->others; NO_OTHER: the end itself */
	uint8_t kind;   /* enum step_kind */
	uint8_t from;   /* enum side */
	uint8_t head_size;
	uint8_t head[HEAD_SIZE]; /* of the payload */
	union {
		struct tcp_step tcp;
		struct icmp_step icmp;
		uint64_t hash; /* of a datagram's payload, to know an echo by */
	};
};

/* Behind the last number that a segment takes, SYN and FIN included. */
static inline int64_t tcp_step_end(const struct step *step)
{
	return step->tcp.sequence + step->size + !!(step->tcp.flags & TCP_SYN) +
	       !!(step->tcp.flags & TCP_FIN);
}

enum outcome {
	OUTCOME_OPEN,        /* when the capture ended */
	OUTCOME_CLOSED,      /* in order, by both */
	OUTCOME_HALF_CLOSED, /* only `ended_by` said that it sends no more */
	OUTCOME_CLOSING,     /* both said so, and not all of it was acknowledged */
	OUTCOME_RESET,       /* by `ended_by` */
	OUTCOME_REFUSED,     /* TCP: RST; UDP: ICMP port unreachable */
	OUTCOME_UNANSWERED,
	OUTCOME_UNREACHABLE, /* ICMP says so */
	OUTCOME_ANSWERED,    /* UDP: every request */
	OUTCOME_PARTLY,      /* UDP: not every one */
};

struct side_counters {
	uint64_t packets, bytes; /* bytes of payload, each sent once counted once */
	uint64_t retransmissions, out_of_order, duplicate_acks;
	uint64_t unanswered; /* UDP requests */
};

enum { OTHERS_MAX = 64 };

struct conversation {
	enum transport transport;  /* TRANSPORT_TCP or TRANSPORT_UDP */
	unsigned interface;        /* as frames number them */
	uint32_t cooked_interface; /* of the device `any`, as its host numbers it; else 0 */
	union hostcast_address ends[SIDES]; /* with port; the server may be a group */
	bool is_to_group;                   /* UDP: to a group, or broadcast */
	struct step *steps;
	size_t count, room;
	uint64_t not_kept;                         /* packets that there was no room for */
	union hostcast_address others[OTHERS_MAX]; /* that answered for a group, or sent ICMP */
	size_t other_count;
	struct side_counters sides[SIDES];

	/* Known when all packets were there: */
	enum outcome outcome;
	enum side ended_by; /* who said first that it is over */

	/* Of TCP */
	bool is_from_middle;    /* the capture has no SYN of it */
	bool is_opened_by_both; /* RFC 9293 section 3.5, figure 8 */
	bool is_window_known;   /* the scale of the windows is: both SYNs have all their options */
	int64_t handshake_ns;   /* SYN to the ACK of SYN ACK: a round trip; 0: not seen */

	/* Of UDP: from a request to its first answer; 0: none was answered */
	uint64_t answered; /* requests */
	int64_t answer_least_ns, answer_most_ns;
	double answer_sum_ns;
};

/* A stream of datagrams that nobody answers. */
static inline bool conversation_is_one_way(const struct conversation *c)
{
	return c->transport == TRANSPORT_UDP && c->outcome == OUTCOME_UNANSWERED;
}

#endif
