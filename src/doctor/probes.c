#include "probes.h"

#include "net/address.h"

#include <stdio.h>
#include <string.h>

const char *probe_kind_name(enum probe_kind kind)
{
	static const char *const names[] = {
#define PROBE_KIND_NAME(value, name) [value] = name,
		PROBE_KIND_LIST(PROBE_KIND_NAME)
#undef PROBE_KIND_NAME
	};

	return names[kind];
}

unsigned probe_ttl(enum probe_kind kind, unsigned user_ttl)
{
	switch (kind) {
	case PROBE_GROUP_NEAR:
		return 1;
	case PROBE_GROUP_CHOSEN:
		return user_ttl < PROBE_TTL ? user_ttl : PROBE_TTL;
	default: /* farther than this nobody has probes sent */
		return PROBE_TTL;
	}
}

bool probe_is_large(enum probe_kind kind)
{
	return kind == PROBE_UNICAST_LARGE || kind == PROBE_GROUP_LARGE;
}

bool probe_is_to_group(enum probe_kind kind)
{
	return kind != PROBE_UNICAST && kind != PROBE_UNICAST_LARGE;
}

/* ---- Counting ---- */

static void take_ttl(struct probe_count *count, int ttl)
{
	if (ttl < 0)
		return;
	if (count->ttl_least == 0 || (unsigned)ttl < count->ttl_least)
		count->ttl_least = (unsigned)ttl;
	if ((unsigned)ttl > count->ttl_most)
		count->ttl_most = (unsigned)ttl;
}

static void take_number(struct probe_tally *tally, enum probe_kind kind, unsigned number)
{
	struct probe_count *count = &tally->way.counts[kind];
	uint64_t bit = UINT64_C(1) << number;

	if (tally->seen[kind] & bit) {
		count->repeated++;
		return;
	}
	tally->seen[kind] |= bit;
	count->arrived++;
}

bool probe_tally_take(struct probe_tally *tally, const struct peer_message *probe,
		      const struct hostcast_message *message, const char *interface)
{
	struct probe_path path = {
		.source = message->source,
		.ttl = message->ttl > 0 ? (unsigned)message->ttl : 0,
	};

	if (probe_is_to_group(probe->kind) != address_is_multicast(&message->destination))
		return false;
	take_number(tally, probe->kind, probe->number);
	take_ttl(&tally->way.counts[probe->kind], message->ttl);
	snprintf(path.interface, sizeof path.interface, "%s", interface);
	if (probe->kind == PROBE_GROUP) /* the others have other TTLs, or fragments */
		probe_tally_add_path(tally, &path);
	return true;
}

/* ---- Paths ---- */

/* Where one of them does not know the MAC address they may be the same. */
static bool is_same_path(const struct probe_path *a, const struct probe_path *b)
{
	return address_equal(&a->source, &b->source) && a->ttl == b->ttl &&
	       strcmp(a->interface, b->interface) == 0 &&
	       (mac_is_none(a->mac) || mac_is_none(b->mac) ||
		memcmp(a->mac, b->mac, sizeof a->mac) == 0);
}

void probe_tally_take_captured(struct probe_tally *tally, const struct peer_message *probe,
			       unsigned ttl)
{
	if (!probe_is_to_group(probe->kind) || probe_is_large(probe->kind))
		return;
	take_number(tally, probe->kind, probe->number);
	take_ttl(&tally->way.counts[probe->kind], (int)ttl);
}

void probe_tally_add_path(struct probe_tally *tally, const struct probe_path *path)
{
	for (size_t i = 0; i < PROBE_PATHS; i++) {
		struct probe_path *known = &tally->way.paths[i];

		if (known->source.any.sa_family == AF_UNSPEC) {
			*known = *path;
			return;
		}
		if (is_same_path(known, path)) {
			if (mac_is_none(known->mac))
				*known = *path;
			return;
		}
	}
}
