/* One message after another goes to an echo server, and its answer comes back: over TCP or UDP, by
 * the same functions. */
#ifndef CLI_ECHO_CLIENT_H
#define CLI_ECHO_CLIENT_H

#include "base/error.h"
#include "run/loop.h"

struct echo_message {
	const char *bytes; /* stay until the answer is over */
	size_t size;
	bool is_line; /* ends in LF, and so does its answer */
	bool is_last;
};

enum echo_ending {
	ECHO_WHOLE,
	ECHO_END_OF_FILE, /* the server closed the connection */
	ECHO_TIMEOUT,     /* nothing came for as long as --wait says */
	ECHO_BROKEN,      /* the connection was lost */
	ECHO_TOO_LONG,    /* more came than is kept */
};

struct echo_answer {
	const char *bytes; /* as far as it came */
	size_t size;
	int64_t rtt_ns; /* from the sending of the message to the last byte */
	enum echo_ending ending;
	const char *reason; /* of ECHO_BROKEN and ECHO_TOO_LONG */
};

struct echo_client_events {
	/* A message can be sent. */
	void (*ready)(void *context);
	/* The answer to the message is over. Over TCP no other message can be sent unless it is
	 * whole: what came later could not be told from the next answer. */
	void (*answered)(void *context, const struct echo_answer *answer);
	/* Bytes came while no answer was awaited. */
	void (*unexpected)(void *context, size_t size);
	/* No message can be sent any more; none waits for an answer. */
	void (*failed)(void *context, const struct error *error);
};

struct echo_client_settings {
	struct loop *loop;
	union hostcast_address server;
	int64_t wait_ns; /* for the connection, and for the next bytes of an answer */
	const struct echo_client_events *events;
	void *context;
};

/* A transport: echo_tcp or echo_udp. What open() returns is the first argument of the others; the
 * settings outlive it. */
struct echo_transport {
	const char *name;
	void *(*open)(const struct echo_client_settings *settings, struct error *error);
	/* Can a message of this size be sent at all? */
	int (*check)(void *client, size_t size, struct error *error);
	/* Connects. `ready` or `failed` follows, perhaps within the call. */
	int (*start)(void *client, struct error *error);
	/* Only when ready, and when the last answer was whole (over UDP: was over). */
	void (*send)(void *client, const struct echo_message *message);
	void (*free)(void *client); /* NULL is allowed */
};

extern const struct echo_transport echo_tcp, echo_udp;

/* Text for `no answer`: how long was waited, in seconds. */
static inline double echo_seconds(int64_t ns)
{
	return (double)ns / (double)NS_PER_S;
}

#endif
