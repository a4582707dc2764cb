/* Whom a program answers (T-14): this host and the networks that it is attached to, or those of
 * --allow. Others could be hit by answers that a stranger asked for in their name. */
#ifndef CLI_ALLOWED_H
#define CLI_ALLOWED_H

#include "options.h"
#include "run/tree/admitted.h"

struct allowed {
	struct admitted admitted;
	bool is_link_local_told;
	void (*notice)(void *context, const char *text); /* each refused network is told once */
	void *context;
};

/* `networks` as given to --allow; none: the default. notice and context are the caller's to fill in
 * afterwards. 0, HOSTCAST_INVALID, HOSTCAST_SYSTEM or HOSTCAST_NO_MEMORY. */
int allowed_init(struct allowed *allowed, const struct text_list *networks, struct error *error);
void allowed_done(struct allowed *allowed);

bool allowed_has(struct allowed *allowed, const union hostcast_address *address);

#endif
