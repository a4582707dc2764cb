/* What two doctors say to each other (docs/doctor.md), from bytes and to bytes. A message is a type
 * of four letters, LF, and lines "KEY VALUE", of which unknown ones are passed over; the grammar is
 * that of the tree (T-1). All of it travels over UDP, and nothing is believed.
 *
 *   type  from      body                           meaning
 *   HELO  asker     session, padding               may I?
 *   TOKN  listener  session, token                 say this, so that I know that it is you
 *   JOIN  asker     session, token, group, source  join this group with me
 *                   (if only its datagrams are wanted), ttl, size (of large probes), padding
 *   JYES  listener  session, token, source, mtu    I have joined; my datagrams come from there
 *   JNOT  listener  session, token, again_ms, text no, and why; perhaps later
 *   PROB  both      session, from, kind, number,   a probe
 *                   padding
 *   TELL  asker     session, token, padding        what arrived? and now it is your turn
 *   TOLD  listener  session, token, is_done, sent, this; and this I have sent
 *                   heard and path of each kind, ...
 *   PART  asker     session, token                 I know all that I wanted
 */
#ifndef DOCTOR_PEER_MESSAGE_H
#define DOCTOR_PEER_MESSAGE_H

#include "peer_results.h"

enum {
	DOCTOR_PORT = 10002,
	/* Bytes of a request, and room for any answer: so none is larger than what asked for it. It
	 * fits any path (RFC 8200 section 5: 1,280 bytes, with the headers of IPv6 and UDP). */
	PEER_MESSAGE_SIZE = 1200,
	PROBE_NUMBERS = 64, /* a probe's number is below this */
	PROBE_SIZE_MOST = 65000,
};

#define PEER_MESSAGE_TYPES(X) \
	X(HELO) X(TOKN) X(JOIN) X(JYES) X(JNOT) X(PROB) X(TELL) X(TOLD) X(PART)

enum peer_message_type {
#define PEER_MESSAGE_VALUE(name) PEER_##name,
	PEER_MESSAGE_TYPES(PEER_MESSAGE_VALUE)
#undef PEER_MESSAGE_VALUE
};

/* Zero it before it is filled in for writing. */
struct peer_message {
	enum peer_message_type type;
	uint64_t session; /* the asker's choice */
	uint64_t token;   /* the listener's: who has it gets what is sent to its address; and
			   * what has it comes from who has given it */
	union hostcast_address group;  /* with its port */
	union hostcast_address source; /* port 0; family 0: none */
	unsigned ttl, size, mtu;
	unsigned again_ms; /* when to ask again; 0: there is no use */
	bool is_from_asker;
	enum probe_kind kind;
	unsigned number;
	bool is_done;               /* the listener has sent all its probes */
	unsigned sent[PROBE_KINDS]; /* by the listener */
	struct one_way heard;       /* by the listener; sent and mtu are not in it */
	char text[PEER_TEXT_SIZE];  /* JNOT: why; TOLD: why not all could be sent */
	struct peer_ladder ladder;  /* TOLD: the listener's */
};

/* Is it a message, with all that its type needs? What it does not have is zero. Any bytes may be
 * given; texts have no NUL within and an end, and are otherwise what a stranger says. */
bool peer_message_read(struct peer_message *message, const void *bytes, size_t size);

/* Writes the message, with spaces behind it up to `size` bytes (0: none), into room for at least
 * PEER_MESSAGE_SIZE and `size`. Returns how many bytes it has; 0 if there is no room. */
size_t peer_message_write(const struct peer_message *message, size_t size, void *bytes,
			  size_t room);

/* Is it one that an asker sends to be answered, and long enough to be? */
bool peer_message_may_be_answered(const struct peer_message *message, size_t size);

#endif
