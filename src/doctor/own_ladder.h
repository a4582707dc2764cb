/* The listener's side of a conversation climbs the ladder, too: what its own rungs say of the group
 * while the other host sends to it. */
#ifndef DOCTOR_OWN_LADDER_H
#define DOCTOR_OWN_LADDER_H

#include "case.h"
#include "run/loop.h"

struct own_ladder;

/* Looks at this host, before the group is joined for the conversation. NULL: doctor itself failed
 * (memory, a system call); nothing of it is told then. */
struct own_ladder *own_ladder_open(const struct case_question *question);

/* Is the group expected there, as case_is_expected() has it? NULL: yes. */
bool own_ladder_expects(const struct own_ladder *own, unsigned interface);

/* Begins to listen, as an observer does (observer.h), before the group is joined for the
 * conversation: of a membership that is there already no report leaves, and it would be missed. It
 * waits for the programs that list the firewall's rules, which the other host bears: it asks again.
 * NULL is allowed. */
void own_ladder_listen(struct own_ladder *own, struct loop *loop);
void own_ladder_close(struct own_ladder *own); /* NULL is allowed */

/* Ends the listening, which takes as long, and examines what takes no other host. NULL is allowed:
 * nothing is told. */
void own_ladder_climb(struct own_ladder *own, struct peer_ladder *ladder);

#endif
