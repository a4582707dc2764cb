#include "membership_list.h"

#include "address.h"
#include "base/list.h"

#include <stdlib.h>
#include <string.h>

bool memberships_add(struct memberships *memberships, unsigned interface,
		     const union hostcast_address *group, long users)
{
	struct membership *list =
		list_grow(memberships->list, memberships->count, &memberships->room, sizeof *list);

	if (!list)
		return false;
	memberships->list = list;
	list[memberships->count++] =
		(struct membership){.interface = interface, .group = *group, .users = users};
	return true;
}

bool memberships_add_filter(struct memberships *memberships, unsigned interface,
			    const uint8_t mac[static MAC_SIZE])
{
	struct mac_filter *filters = list_grow(memberships->filters, memberships->filter_count,
					       &memberships->filter_room, sizeof *filters);

	if (!filters)
		return false;
	memberships->filters = filters;
	filters[memberships->filter_count].interface = interface;
	memcpy(filters[memberships->filter_count++].mac, mac, MAC_SIZE);
	return true;
}

bool membership_add_source(struct membership *membership, const struct membership_source *source)
{
	size_t count = membership->source_count;
	struct membership_source *sources =
		reallocarray(membership->sources, count + 1, sizeof *sources);

	if (!sources)
		return false;
	membership->sources = sources;
	sources[membership->source_count++] = *source;
	return true;
}

static int by_place(const void *a, const void *b)
{
	const struct membership *x = a, *y = b;

	if (x->interface != y->interface)
		return x->interface < y->interface ? -1 : 1;
	return address_compare_ip(&x->group, &y->group);
}

static int by_mac(const void *a, const void *b)
{
	const struct mac_filter *x = a, *y = b;

	if (x->interface != y->interface)
		return x->interface < y->interface ? -1 : 1;
	return memcmp(x->mac, y->mac, MAC_SIZE);
}

void memberships_sort(struct memberships *memberships)
{
	size_t kept = 0;

	if (memberships->count > 0)
		qsort(memberships->list, memberships->count, sizeof *memberships->list, by_place);
	for (size_t i = 0; i < memberships->count; i++)
		if (kept == 0 || by_place(&memberships->list[kept - 1], &memberships->list[i]) != 0)
			memberships->list[kept++] = memberships->list[i];
	memberships->count = kept;
}

void memberships_sort_filters(struct memberships *memberships)
{
	if (memberships->filter_count > 0)
		qsort(memberships->filters, memberships->filter_count, sizeof *memberships->filters,
		      by_mac);
}

bool memberships_let_in(const struct memberships *memberships, unsigned interface,
			const uint8_t mac[static MAC_SIZE])
{
	struct mac_filter key = {.interface = interface};

	memcpy(key.mac, mac, MAC_SIZE);
	return memberships->filter_count > 0 &&
	       bsearch(&key, memberships->filters, memberships->filter_count, sizeof key, by_mac);
}

struct membership *memberships_get(struct memberships *memberships, unsigned interface,
				   const union hostcast_address *group)
{
	struct membership key = {.interface = interface, .group = *group};

	if (memberships->count == 0)
		return NULL;
	return bsearch(&key, memberships->list, memberships->count, sizeof key, by_place);
}

const struct membership *memberships_find(const struct memberships *memberships, unsigned interface,
					  const union hostcast_address *group)
{
	struct memberships view = *memberships;

	return memberships_get(&view, interface, group);
}

/* Where it stands, or would have to stand. */
static size_t place_of(const struct memberships *memberships, const struct membership *membership)
{
	size_t low = 0, high = memberships->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_place(&memberships->list[middle], membership) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool memberships_insert(struct memberships *memberships, unsigned interface,
			const union hostcast_address *group, long users)
{
	const struct membership added = {.interface = interface, .group = *group, .users = users};
	size_t place = place_of(memberships, &added);
	struct membership *list;

	if (memberships_get(memberships, interface, group))
		return true;
	list = list_grow(memberships->list, memberships->count, &memberships->room, sizeof *list);
	if (!list)
		return false;
	memberships->list = list;
	memmove(&list[place + 1], &list[place], (memberships->count - place) * sizeof *list);
	list[place] = added;
	memberships->count++;
	return true;
}

void memberships_remove(struct memberships *memberships, unsigned interface,
			const union hostcast_address *group)
{
	struct membership *removed = memberships_get(memberships, interface, group);

	if (!removed)
		return;
	free(removed->sources);
	memberships->count--;
	memmove(removed, removed + 1,
		(size_t)(memberships->list + memberships->count - removed) * sizeof *removed);
}

void memberships_keep(struct memberships *memberships, membership_wanted_fn *is_wanted,
		      void *context)
{
	size_t kept = 0;

	for (size_t i = 0; i < memberships->count; i++) {
		if (is_wanted(context, &memberships->list[i]))
			memberships->list[kept++] = memberships->list[i];
		else
			free(memberships->list[i].sources);
	}
	memberships->count = kept;
}

void memberships_done(struct memberships *memberships)
{
	for (size_t i = 0; i < memberships->count; i++)
		free(memberships->list[i].sources);
	free(memberships->list);
	free(memberships->filters);
	*memberships = (struct memberships){0};
}
