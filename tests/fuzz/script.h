/* An input of the fuzzer as a script: steps with a ';' between two, each a letter that says what
 * happens and what belongs to it. All of it is text, so that a person can write one, and so that a
 * change of one byte changes one thing.
 *
 *   <WHO AT MESSAGE   a datagram: from WHO, to own address AT (0, 1, ...; else it is not known)
 *   .                 time passes until the deadline
 *   +MS               so many milliseconds pass
 *
 * There are no spaces between the parts. WHO is one letter, and each stands for an address; in a
 * MESSAGE "@" and a letter is the address as text, and "@=" is the body so far once more, which
 * makes long ones. */
#ifndef FUZZ_SCRIPT_H
#define FUZZ_SCRIPT_H

#include "core/own.h"
#include "wire/protocol.h"

enum { OWN_COUNT = 3, ADMITTED_COUNT = 3, LETTERS = 128 };

/* Who there is: lower-case letters are neighbours, 10.0.0.11 and so on. */
struct cast {
	uint8_t own_ips[OWN_COUNT][IP_SIZE];
	struct own own;
	struct wire_network admitted[ADMITTED_COUNT];
	struct wire_address hosts[LETTERS]; /* none: the letter stands for nobody */
};

/* The target's own address is M; R is the RP, S an outsider whom T-14 does not admit, T on
 * loopback, V and W on IPv6 (W not admitted), X another program on our own host, Z nobody that can
 * be. */
void cast_init(struct cast *cast);

struct wire_address cast_address(const struct cast *cast, int letter);

/* False at the end. */
bool script_next(struct reader *script, struct reader *step);

/* A datagram from what is left of a step, in memory of exactly its size, which becomes the
 * caller's to free. */
struct incoming script_datagram(struct reader *step, const struct cast *cast);

/* A text with its addresses filled in, likewise; not larger than a UDP datagram. */
struct reader script_text(struct reader *step, const struct cast *cast, size_t most);

/* Milliseconds, at most an hour; 0 if the step has none. */
int64_t script_duration_ns(struct reader *step);

#endif
