#include "watch_state.h"

#include "net/address.h"
#include "net/memberships.h"

bool watch_wants_group(const struct watch *watch, const union hostcast_address *group)
{
	for (size_t i = 0; i < watch->groups.count; i++)
		if (address_same_ip(&watch->groups.list[i].group, group))
			return true;
	return watch->groups.count == 0 &&
	       (watch->options->common.verbose || !membership_is_of_kernel(group));
}

bool watch_wants_interface(const struct watch *watch, unsigned interface)
{
	return watch->chosen_count == 0 ||
	       interface_is_listed(watch->chosen, watch->chosen_count, interface);
}

uint64_t watch_dropped(const struct watch *watch)
{
	if (watch->wire)
		return wire_dropped(watch->wire);
	return watch->sockets ? sockets_dropped(watch->sockets) : 0;
}

uint64_t watch_forgotten(const struct watch *watch)
{
	return watch->senders.senders.forgotten + watch->senders.refused_streams +
	       watch->members.forgotten + watch->feeds.refused;
}
