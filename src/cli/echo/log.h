/* The log of an echo server: who connected, what came, what went, as lines or as JSON, and counted.
 * It is the server's result, on standard output. */
#ifndef CLI_ECHO_LOG_H
#define CLI_ECHO_LOG_H

#include "cli/session.h"

struct echo_log {
	struct session *session;
	bool is_udp;
	bool has_time;  /* a time stamp before each line */
	bool has_local; /* this host's address in each line of TCP too, as always of UDP */
	uint64_t connections, messages, message_bytes, answers, answer_bytes;
	uint64_t errors; /* connections lost, answers that could not be sent */
};

/* Both ends of a conversation. */
struct echo_peer {
	union hostcast_address client;
	union hostcast_address local; /* the address of this host that the client speaks to */
};

/* What went over one connection. */
struct echo_count {
	uint64_t messages, message_bytes, answers, answer_bytes;
	uint64_t unanswered_bytes;
};

/* The server is ready; says who can reach it. */
void echo_log_listening(struct echo_log *log, const union hostcast_address *address);

void echo_log_connection(struct echo_log *log, const struct echo_peer *peer);

void echo_log_message(struct echo_log *log, const struct echo_peer *peer, const void *bytes,
		      size_t size);

/* An answer went whole. Ends the session when as many did as --count wants. */
void echo_log_answer(struct echo_log *log, const struct echo_peer *peer, const void *bytes,
		     size_t size);

void echo_log_closed(struct echo_log *log, const struct echo_peer *peer, const char *reason,
		     const struct echo_count *count);

/* Counts an error, and tells of the first one. */
__attribute__((format(printf, 2, 3))) void echo_log_error(struct echo_log *log, const char *format,
							  ...);

/* kernel_drops: datagrams lost before the server could read them, of UDP. */
void echo_log_summary(struct echo_log *log, uint64_t kernel_drops);

#endif
