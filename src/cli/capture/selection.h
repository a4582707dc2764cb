/* Which packets are wanted: those of groups (--group), those of trees (--tree), or all. The kernel
 * sorts out most of the others, by a filter that lets through whatever may be wanted; the decoder
 * decides. */
#ifndef CLI_CAPTURE_SELECTION_H
#define CLI_CAPTURE_SELECTION_H

#include "base/text.h"
#include "cli/options.h"
#include "cli/wanted_groups.h"

struct selection {
	struct wanted_groups groups;
	bool tree;
};

int selection_parse(struct selection *selection, const struct text_list *groups, bool tree,
		    struct error *error);

bool selection_is_all(const struct selection *selection);

/* In libpcap's language (pcap-filter(7)), for packets without VLAN tags. */
void selection_filter(const struct selection *selection, struct text *filter);

/* Of a packet that was cut off so early that it cannot be told: true. */
bool selection_has(const struct selection *selection, const struct frame *frame,
		   const struct packet *packet);

#endif
