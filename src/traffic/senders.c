#include "senders.h"

#include "base/monotime.h"
#include "group_mac.h"
#include "net/address.h"
#include "queriers.h"

#include <string.h>

static bool is_later_fragment(const struct packet *packet)
{
	return packet->ip.is_fragment && packet->ip.offset > 0;
}

/* A later fragment has no ports: it is of whoever sent the first one, and else of a sender whose
 * ports are not known. */
static bool has_ports_of(const struct sender *sender, const struct sender *wanted)
{
	if (wanted->in_fragments >= 0 && sender->in_fragments == wanted->in_fragments)
		return true;
	return address_port(&sender->source) == address_port(&wanted->source) &&
	       address_port(&sender->group) == address_port(&wanted->group);
}

static bool is_same(const struct sender *sender, const struct sender *wanted)
{
	return sender->interface == wanted->interface && sender->vlan == wanted->vlan &&
	       sender->protocol == wanted->protocol &&
	       address_same_ip(&sender->group, &wanted->group) &&
	       address_same_ip(&sender->source, &wanted->source) && has_ports_of(sender, wanted);
}

static struct sender *find(struct senders *senders, const struct sender *wanted)
{
	if (senders->last < senders->count && is_same(&senders->list[senders->last], wanted))
		return &senders->list[senders->last];
	for (size_t i = 0; i < senders->count; i++)
		if (is_same(&senders->list[i], wanted)) {
			senders->last = i;
			return &senders->list[i];
		}
	return NULL;
}

static struct sender *find_or_add(struct senders *senders, const struct sender *wanted)
{
	struct sender *sender = find(senders, wanted);

	if (sender)
		return sender;
	if (senders->count == SENDERS_MAX) {
		senders->forgotten++;
		return NULL;
	}
	sender = &senders->list[senders->count++];
	*sender = *wanted;
	return sender;
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
		memcpy(sender->wrong_mac_last, packet->link.destination, MAC_BYTES);
	}
	sender->bad_checksums += has_bad_checksum(packet);
}

struct sender *senders_take(struct senders *senders, const struct frame *frame,
			    const struct packet *packet)
{
	struct sender wanted = {
		.source = packet->source,
		.group = packet->destination,
		.protocol = packet->ip.protocol,
		.interface = frame->interface,
		.vlan = packet_vlan(packet),
		.in_fragments = is_later_fragment(packet) ? (int64_t)packet->ip.identification : -1,
	};
	struct sender *sender;

	if (packet->ip.version == 0 || packet->transport == TRANSPORT_MEMBERSHIP ||
	    !address_is_multicast(&packet->destination))
		return NULL;
	sender = find_or_add(senders, &wanted);
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
