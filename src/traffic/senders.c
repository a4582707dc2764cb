#include "senders.h"

#include "base/monotime.h"
#include "group_mac.h"
#include "net/address.h"

#include <string.h>

static bool is_later_fragment(const struct packet *packet)
{
	return packet->ip.is_fragment && packet->ip.offset > 0;
}

static bool has_same_ends(const struct sender *a, const struct sender *b)
{
	return a->interface == b->interface && a->cooked_interface == b->cooked_interface &&
	       a->vlan == b->vlan && a->protocol == b->protocol &&
	       address_same_ip(&a->group, &b->group) && address_same_ip(&a->source, &b->source);
}

static bool has_same_ports(const struct sender *a, const struct sender *b)
{
	return address_port(&a->source) == address_port(&b->source) &&
	       address_port(&a->group) == address_port(&b->group);
}

/* A later fragment has no ports: it is of whoever sent the first one, and else of a sender whose
 * ports are not known. */
static bool has_fragment(const struct sender *sender, const struct sender *wanted)
{
	return has_same_ends(sender, wanted) &&
	       (sender->in_fragments == wanted->in_fragments || has_same_ports(sender, wanted));
}

static uint64_t hash_of(const struct sender *sender)
{
	uint16_t ports[2] = {address_port(&sender->source), address_port(&sender->group)};
	uint64_t hash = address_hash_ip(HASH_BEGIN, &sender->source);

	hash = address_hash_ip(hash, &sender->group);
	hash = hash_bytes(hash, ports, sizeof ports);
	hash = hash_bytes(hash, &sender->protocol, sizeof sender->protocol);
	hash = hash_bytes(hash, &sender->interface, sizeof sender->interface);
	hash = hash_bytes(hash, &sender->cooked_interface, sizeof sender->cooked_interface);
	return hash_bytes(hash, &sender->vlan, sizeof sender->vlan);
}

static bool has_key(const void *list, size_t index, const void *key)
{
	const struct sender *sender = (const struct sender *)list + index, *wanted = key;

	return has_same_ports(sender, wanted) && has_same_ends(sender, wanted);
}

static hash_place *find_place(struct senders *senders, const struct sender *wanted)
{
	return hash_find(senders->places, SENDER_PLACES, hash_of(wanted), has_key, senders->list,
			 wanted);
}

/* Its first fragment has mostly come just before. Else all are gone through, for which of them it
 * is of shows in no key. */
static struct sender *find_by_fragment(struct senders *senders, const struct sender *wanted)
{
	if (senders->last < senders->count && has_fragment(&senders->list[senders->last], wanted))
		return &senders->list[senders->last];
	for (size_t i = 0; i < senders->count; i++)
		if (has_fragment(&senders->list[i], wanted))
			return &senders->list[i];
	return NULL;
}

/* NULL: there is no room. */
static struct sender *add(struct senders *senders, const struct sender *wanted)
{
	if (senders->count == SENDERS_MAX) {
		senders->forgotten++;
		return NULL;
	}
	*find_place(senders, wanted) = (hash_place)(senders->count + 1);
	senders->list[senders->count] = *wanted;
	return &senders->list[senders->count++];
}

static struct sender *find_or_add(struct senders *senders, const struct sender *wanted)
{
	struct sender *sender = NULL;
	hash_place place;

	if (wanted->in_fragments >= 0) {
		sender = find_by_fragment(senders, wanted);
	} else {
		place = *find_place(senders, wanted);
		sender = place > 0 ? &senders->list[place - 1] : NULL;
	}
	if (!sender)
		sender = add(senders, wanted);
	if (sender)
		senders->last = (size_t)(sender - senders->list);
	return sender;
}

void senders_reindex(struct senders *senders)
{
	memset(senders->places, 0, sizeof senders->places);
	for (size_t i = 0; i < senders->count; i++)
		*find_place(senders, &senders->list[i]) = (hash_place)(i + 1);
}

static size_t payload_size(const struct packet *packet)
{
	if (packet->transport == TRANSPORT_UDP)
		return packet->udp.size;
	return packet->ip.size > packet->ip.header_size ? packet->ip.size - packet->ip.header_size
							: 0;
}

static bool has_bad_checksum(const struct packet *packet)
{
	return packet->ip.checksum == CHECKSUM_BAD ||
	       (packet->transport == TRANSPORT_UDP && packet->udp.checksum == CHECKSUM_BAD) ||
	       (packet->transport == TRANSPORT_ICMP && packet->icmp.checksum == CHECKSUM_BAD);
}

static void take_times(struct sender *sender, int64_t time_ns)
{
	int64_t silence_ns = time_ns - sender->last_ns;

	if (sender->datagrams == 0)
		sender->first_ns = time_ns;
	else if (silence_ns > sender->longest_silence_ns)
		sender->longest_silence_ns = silence_ns;
	sender->last_ns = time_ns;
}

static void take_datagram(struct sender *sender, const struct frame *frame,
			  const struct packet *packet)
{
	size_t size = payload_size(packet);
	bool is_first = sender->datagrams == 0;

	take_times(sender, frame->time_ns);
	sender->bytes += size;
	if (is_first || size < sender->size_least)
		sender->size_least = size;
	if (size > sender->size_most)
		sender->size_most = size;
	sender->datagrams++;
	if (packet->ip.is_fragment)
		sender->in_fragments = packet->ip.identification;
}

/* Of every packet, fragments included. */
static void take_headers(struct sender *sender, const struct packet *packet)
{
	bool is_first = sender->datagrams + sender->fragments == 0;
	unsigned ttl = packet->ip.ttl;

	if (is_first || ttl < sender->ttl_least)
		sender->ttl_least = ttl;
	if (ttl > sender->ttl_most)
		sender->ttl_most = ttl;
	if (group_mac_is_wrong(packet_group_mac(packet))) {
		sender->wrong_mac++;
		memcpy(sender->wrong_mac_last, packet->link.destination, MAC_SIZE);
	}
	sender->bad_checksums += has_bad_checksum(packet);
}

struct sender *senders_take(struct senders *senders, const struct frame *frame,
			    const struct packet *packet)
{
	struct sender *sender;

	if (packet->ip.version == 0 || packet->transport == TRANSPORT_MEMBERSHIP ||
	    !address_is_multicast(&packet->destination))
		return NULL;
	sender = find_or_add(senders,
			     &(struct sender){
				     .source = packet->source,
				     .group = packet->destination,
				     .protocol = packet->ip.protocol,
				     .interface = frame->interface,
				     .cooked_interface = packet->link.cooked_interface,
				     .vlan = packet_vlan(packet),
				     .in_fragments = is_later_fragment(packet)
							     ? (int64_t)packet->ip.identification
							     : -1,
			     });
	if (!sender)
		return NULL;
	take_headers(sender, packet);
	if (is_later_fragment(packet))
		sender->fragments++;
	else
		take_datagram(sender, frame, packet);
	return sender;
}

double sender_rate(const struct sender *sender)
{
	int64_t lasted_ns = sender->last_ns - sender->first_ns;

	if (sender->datagrams < 2 || lasted_ns <= 0)
		return 0;
	return (double)(sender->datagrams - 1) * (double)NS_PER_S / (double)lasted_ns;
}
