/* Conversations in words, for text, JSON and pictures alike. What is added here may hold anything
 * that came from the network: whoever shows it escapes it. */
#ifndef CLI_DECODE_CONVERSATION_WORDS_H
#define CLI_DECODE_CONVERSATION_WORDS_H

#include "base/text.h"
#include "traffic/conversation.h"

/* "SYN-SENT"; "" if it is not known. */
const char *tcp_state_name(enum tcp_state state);

/* "client", "server"; of UDP to a group "members" for the latter. */
const char *side_name(const struct conversation *conversation, enum side side);

/* Who sent this step, with its port. */
const union hostcast_address *step_sender(const struct conversation *conversation,
					  const struct step *step);

/* The socket calls at one end: "accept() can return, recv() can return 6". Nothing if there are
 * none. */
void add_calls(struct text *out, const struct conversation *conversation, const struct step *step,
	       enum side side);

/* The state of the socket at one end after this step, if it is another one than before; "". */
const char *new_state(const struct conversation *conversation, size_t index, enum side side);

/* The calls, and in brackets the new state. */
void add_end_column(struct text *out, const struct conversation *conversation, size_t index,
		    enum side side);

/* What the packet is: "PSH ACK  seq 1  ack 1  len 6  “hello”" */
void add_packet_label(struct text *out, const struct conversation *conversation,
		      const struct step *step);

/* The next sentence on what is noteworthy about a step; *at is 0 before the first one. False: there
 * is none left. */
bool add_next_note(struct text *out, const struct conversation *conversation,
		   const struct step *step, unsigned *at);

/* "nobody listens at ADDRESS: ..." */
void add_refusal(struct text *out, const struct conversation *conversation);

/* To three digits or so: 3600 s, 1.05 s, 12.3 ms, 57 µs. */
void add_duration(struct text *out, double ns);
void add_elapsed(struct text *out, const struct step *earlier, const struct step *later);

/* With its port, and without. */
void add_address(struct text *out, const union hostcast_address *address);
void add_ip(struct text *out, const union hostcast_address *address);

#endif
