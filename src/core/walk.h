/* The walk (T-3, T-4, T-7, T-8): how a member finds a parent, and what it does with the answers to
 * its requests. One request is under way at a time; `due` says when it is sent again. */
#ifndef CORE_WALK_H
#define CORE_WALK_H

#include "state.h"

/* Begins at the rendezvous point. */
void walk_begin(struct member *member, struct monotime now, struct output *output);

/* The state's time has come: an answer is overdue, a refresh is due, a back-off is over. */
void walk_tick(struct member *member, struct monotime now, struct output *output);

/* From the rendezvous point. */
void walk_take_root(struct member *member, struct monotime now, struct message *message,
		    struct output *output);
void walk_take_registration(struct member *member, struct monotime now, bool is_root,
			    struct output *output);

/* From a node. */
void walk_take_yes(struct member *member, struct monotime now, const struct incoming *in,
		   struct message *message, struct output *output);
void walk_take_no(struct member *member, struct monotime now, const struct incoming *in,
		  struct message *message, struct output *output);

/* Leaves the parent and looks for another one. is_gone: it has said goodbye itself. */
void walk_lose_parent(struct member *member, struct monotime now, bool is_gone,
		      struct output *output);

/* One whom we have asked or left within the hold time; NULL: we know nothing of it. */
struct acquaintance *walk_acquaintance(struct member *member, const struct wire_address *address,
				       struct monotime now);

/* LEAV to one that takes us for its child and sends us DATA, at most one a second (T-11). `at`: the
 * own address by which it knows us. */
void walk_part(struct acquaintance *acquaintance, struct monotime now, uint8_t at,
	       struct output *output);

/* The same to one whom we need not know. */
void walk_disown(struct member *member, struct monotime now, const struct incoming *in,
		 struct output *output);

#endif
