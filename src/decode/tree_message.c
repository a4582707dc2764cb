#include "layers.h"

#include <arpa/inet.h>

/* Nodes may listen at any port, so a message is told by what it says, and four letters are said
 * easily. Therefore:
 * - The tree speaks to hosts, so what goes to a group is no message of it.
 * - At MCAST_PORT whatever the protocol takes for a message is one.
 * - At other ports the LF of T-1 must be there, and a type that has no body must have none. DATA
 *   carries any payload, and STAT any padding; all other bodies have a grammar.
 * - Of a datagram that is not all there a list of addresses is not read: it could end in another
 *   address than the one that was sent. */

static bool goes_to_group(const union hostcast_address *to)
{
	if (to->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_MULTICAST(&to->v6.sin6_addr);
	return IN_MULTICAST(ntohl(to->v4.sin_addr.s_addr));
}

static bool is_at_port(const union hostcast_address *address, uint16_t port)
{
	in_port_t at =
		address->any.sa_family == AF_INET6 ? address->v6.sin6_port : address->v4.sin_port;

	return ntohs(at) == port;
}

static bool is_at_tree_port(const struct packet *packet)
{
	return is_at_port(&packet->source, MCAST_PORT) ||
	       is_at_port(&packet->destination, MCAST_PORT);
}

static bool has_list(enum message_type type)
{
	return type == MESSAGE_TOOR || type == MESSAGE_YJOI || type == MESSAGE_NJOI ||
	       type == MESSAGE_TATS;
}

static bool has_body(enum message_type type)
{
	return has_list(type) || type == MESSAGE_DATA || type == MESSAGE_NDAT ||
	       type == MESSAGE_STAT;
}

/* Behind the four letters. */
static bool has_line_end(const struct message *message)
{
	return message->body.at[-1] == '\n';
}

static bool is_unlike_text(const struct message *message, const struct udp_datagram *udp)
{
	size_t head = (size_t)(message->body.at - udp->payload.at);

	return has_line_end(message) && (has_body(message->type) || udp->size == head);
}

bool read_tree_message(const struct packet *packet, const struct udp_datagram *udp,
		       struct message *message)
{
	size_t left = reader_left(&udp->payload);
	bool is_cut_off = left < udp->size;
	struct message read;

	if (goes_to_group(&packet->destination) ||
	    message_decode(udp->payload.at, left, &read) != DECODED)
		return false;
	if (is_cut_off && (has_list(read.type) || !has_line_end(&read)))
		return false;
	if (!is_at_tree_port(packet) && !is_unlike_text(&read, udp))
		return false;
	*message = read;
	return true;
}
