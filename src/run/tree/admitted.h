/* Who may speak to a node or RP (T-14), and who was refused: each network is told once. */
#ifndef RUN_ADMITTED_H
#define RUN_ADMITTED_H

#include "core/admission.h"
#include "net/networks.h"

enum { REFUSED_MAX = 64 };

struct admitted {
	struct wire_network *networks;
	size_t count;
	bool is_default; /* nobody has chosen them */
	struct network refused[REFUSED_MAX];
	size_t refused_count;
};

/* The networks that are allowed; with none: loopback, and the attached ones. 0 or
 * HOSTCAST_NO_MEMORY. */
int admitted_init(struct admitted *admitted, const struct wire_network *allowed,
		  size_t allowed_count, const struct attachment *attachments,
		  size_t attachment_count, struct error *error);
void admitted_done(struct admitted *admitted);

struct admission admitted_admission(const struct admitted *admitted);

/* Somebody was refused: writes what the user should be told. False: nothing new. */
bool admitted_refuse(struct admitted *admitted, const struct wire_address *from, char *text,
		     size_t size);

#endif
