/* What one step of the core wants done: datagrams to be sent, a payload to be delivered or kept,
 * and what there is to be told. The core does none of it. An output belongs to the caller, who
 * carries it out before the next step; each step begins by clearing it. */
#ifndef CORE_OUTPUT_H
#define CORE_OUTPUT_H

#include "own.h"
#include "wire/message.h"

enum {
	OUTPUT_DATAGRAMS = 2 * CHILDREN_MAX + 8, /* more than any step sends */
	OUTPUT_BYTES = 64 * 1024,                /* more than all of them together have */
	OUTPUT_EVENTS = 2 * CHILDREN_MAX + 8,
};

/* Who gets a datagram, and from which of our addresses: the one by which the receiver knows us. */
struct destination {
	struct wire_address to;
	uint8_t from; /* index in struct own, or OWN_ANY */
};

struct output_datagram {
	struct destination destination;
	const uint8_t *bytes; /* in the output */
	size_t size;
	struct reader tail; /* goes after the bytes: a part of the datagram that was received */
};

/* What happened, for those who keep a log. The address is that of the other side; none: nobody. */
#define EVENTS(X)                                                                                 \
	X(WALK_BEGUN, "walk_begun", "looks for a parent")                                         \
	X(RDV_SILENT, "rdv_silent", "gets no answer from the rendezvous point")                   \
	X(TRYING, "trying", "asks to be a child of")                                              \
	X(DECLINED, "declined", "does not become a child, because it would close a circle, of")   \
	X(NO_PLACE, "no_place", "has found no place in the tree, and tries again")                \
	X(SENT_ON, "sent_on", "is sent on to the children of")                                    \
	X(UNREACHABLE, "unreachable", "gets no answer from")                                      \
	X(ATTACHED, "attached", "is now a child of")                                              \
	X(PATH_CHANGED, "path_changed", "has another root path, by way of")                       \
	X(PARENT_LOST, "parent_lost", "is no child any more of")                                  \
	X(ROOT_GAINED, "root_gained", "is now the root")                                          \
	X(ROOT_LOST, "root_lost", "is the root no more")                                          \
	X(CHILD_JOINED, "child_joined", "has a new child,")                                       \
	X(CHILD_LEFT, "child_left", "was left by its child")                                      \
	X(CHILD_EXPIRED, "child_expired", "forgets a child that was not heard,")                  \
	X(CHILD_REMOVED, "child_removed", "sends away a child that stands on its own root path,") \
	X(CHILD_REFUSED, "child_refused", "has no room for")                                      \
	X(ROOT_FOUND, "root_found", "sends its payloads to the root,")                            \
	X(NOT_ALLOWED, "not_allowed", "does not serve")                                           \
	X(REGISTERED, "registered", "the root is now")                                            \
	X(REFRESHED, "refreshed", "the root was heard again:")                                    \
	X(REFUSED, "refused", "there is a root, so it cannot be")                                 \
	X(EXPIRED, "expired", "the root was not heard and is forgotten:")                         \
	X(LEFT, "left", "the root has left:")

enum event_type {
#define EVENT_VALUE(name, word, text) EVENT_##name,
	EVENTS(EVENT_VALUE)
#undef EVENT_VALUE
};

struct event {
	enum event_type type;
	struct wire_address address;
};

/* What becomes of a payload that is ours to send (T-10). */
enum fate {
	FATE_NONE,
	FATE_SENT, /* it goes to the copies, after the letters DATA and LF */
	FATE_HELD, /* keep it; offer it again, with these attempts, when `release` is set */
	FATE_LOST, /* it was refused too often: it is counted and gone */
};

struct output {
	struct output_datagram datagrams[OUTPUT_DATAGRAMS];
	size_t datagram_count;
	uint8_t bytes[OUTPUT_BYTES];
	size_t size;

	struct event events[OUTPUT_EVENTS];
	size_t event_count;

	/* Of a payload that came or is to be sent: whether it is delivered here, and who gets a
	 * copy of the datagram, byte for byte. */
	struct reader payload;
	bool is_delivered;
	struct destination copies[CHILDREN_MAX];
	size_t copy_count;

	enum fate fate;
	unsigned attempts;
	bool release; /* the root may be known now: offer what is held */
};

void output_clear(struct output *output);

/* Begins a datagram of this type; its body is written next, then it is ended. */
struct writer output_begin(struct output *output, enum message_type type);
struct output_datagram *output_end(struct output *output, const struct writer *writer,
				   struct destination to);

/* A datagram without a body. */
void output_send(struct output *output, enum message_type type, struct destination to);

void output_event(struct output *output, enum event_type type, const struct wire_address *address);

/* The event as a word for programs, and as words for people. */
const char *event_word(enum event_type type);
const char *event_text(enum event_type type);

#endif
