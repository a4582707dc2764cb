/* Where packets of a view were captured. */
#ifndef CLI_DECODE_VIEW_LINK_H
#define CLI_DECODE_VIEW_LINK_H

#include "views.h"

/* `before` and the interface: "eth0", as the file calls it; "if 3", its number on the host that
 * captured the device `any`; or both. Nothing if neither is known. */
void view_interface(struct text *out, const char *before, const struct view_options *options,
		    unsigned interface, uint32_t cooked_interface);

/* The members interface and interface_index. */
void view_interface_json(struct text *out, const struct view_options *options, unsigned interface,
			 uint32_t cooked_interface);

#endif
