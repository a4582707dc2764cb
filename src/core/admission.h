/* Who may speak to us (T-14): the networks that --allow gives, or those attached to this host. */
#ifndef CORE_ADMISSION_H
#define CORE_ADMISSION_H

#include "wire/address.h"

struct admission {
	const struct wire_network *networks; /* the caller's */
	size_t count;
};

bool admission_has(const struct admission *admission, const struct wire_address *address);

#endif
