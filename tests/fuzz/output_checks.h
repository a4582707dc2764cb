/* What must hold of any output of the core, whoever made it. */
#ifndef FUZZ_OUTPUT_CHECKS_H
#define FUZZ_OUTPUT_CHECKS_H

#include "core/output.h"

/* Its datagrams are messages that fit into UDP, to somebody else who can be reached. */
void check_output(const struct output *output, const struct own *own);

/* An answer, if there is one, goes back to who asked and from where it was asked, and it is not one
 * to turn on a victim with (T-14). */
void check_answer(const struct output *output, const struct incoming *asked);

enum message_type type_of(const struct output_datagram *datagram);

#endif
