/* The options of a handle: checked, and kept for the targets that are opened after them. */
#include "handle.h"
#include "net/address.h"
#include "net/interface.h"

enum { BUFFER_MAX = 1 << 30 };

int hostcast_set_interface(struct hostcast *h, const char *text)
{
	struct options *o = &h->options;
	struct interfaces interfaces;
	unsigned index;
	int status;

	if (o->interface_count == INTERFACES_MAX)
		return error_set(&h->error, HOSTCAST_INVALID, "more than %d interfaces",
				 INTERFACES_MAX);
	status = interfaces_read(&interfaces, &h->error);
	if (status < 0)
		return status;
	status = interface_find(&interfaces, text, &index, &h->error);
	interfaces_done(&interfaces);
	if (status < 0)
		return status;
	if (!interface_is_listed(o->interfaces, o->interface_count, index))
		o->interfaces[o->interface_count++] = index;
	return 0;
}

int hostcast_set_family(struct hostcast *h, int family)
{
	if (family != AF_UNSPEC && family != AF_INET && family != AF_INET6)
		return error_set(&h->error, HOSTCAST_INVALID,
				 "family %d is none of AF_INET, AF_INET6 and AF_UNSPEC", family);
	h->options.family = family;
	return 0;
}

int hostcast_set_port(struct hostcast *h, int port)
{
	if (port < 1 || port > UINT16_MAX)
		return error_set(&h->error, HOSTCAST_INVALID, "port %d must be 1 to %d", port,
				 UINT16_MAX);
	h->options.port = (uint16_t)port;
	return 0;
}

static int set_in_range(struct hostcast *h, int *option, int value, int most, const char *what)
{
	if (value < 0 || value > most)
		return error_set(&h->error, HOSTCAST_INVALID, "%s %d must be 0 to %d", what, value,
				 most);
	*option = value;
	h->setting++;
	return 0;
}

int hostcast_set_ttl(struct hostcast *h, int ttl)
{
	return set_in_range(h, &h->options.ttl, ttl, 255, "TTL");
}

int hostcast_set_dscp(struct hostcast *h, int dscp)
{
	return set_in_range(h, &h->options.dscp, dscp, 63, "DSCP");
}

int hostcast_set_loop(struct hostcast *h, bool loop)
{
	h->options.loop = loop;
	h->setting++;
	return 0;
}

int hostcast_set_details(struct hostcast *h, bool details)
{
	h->options.details = details;
	return 0;
}

int hostcast_set_trains(struct hostcast *h, bool trains)
{
	h->options.trains = trains;
	return 0;
}

int hostcast_set_busy_poll(struct hostcast *h, bool busy_poll)
{
	h->options.busy_poll = busy_poll;
	return 0;
}

int hostcast_set_no_fragment(struct hostcast *h, bool no_fragment)
{
	h->options.no_fragment = no_fragment;
	h->setting++;
	return 0;
}

int hostcast_set_source(struct hostcast *h, const char *source)
{
	union hostcast_address address;

	if (!address_parse_with_port(source, 0, &address) || address_is_multicast(&address))
		return error_set(&h->error, HOSTCAST_INVALID,
				 "source '%.80s' must be ADDRESS[:PORT] of this host", source);
	h->options.source = address;
	h->setting++;
	return 0;
}

int hostcast_set_buffers(struct hostcast *h, size_t send_bytes, size_t receive_bytes)
{
	if (send_bytes > BUFFER_MAX || receive_bytes > BUFFER_MAX)
		return error_set(&h->error, HOSTCAST_INVALID,
				 "a socket buffer of %zu bytes is too large, at most %d",
				 send_bytes > receive_bytes ? send_bytes : receive_bytes,
				 BUFFER_MAX);
	h->options.send_buffer = send_bytes;
	h->options.receive_buffer = receive_bytes;
	h->setting++;
	return 0;
}

int hostcast_set_receive_size(struct hostcast *h, size_t bytes)
{
	if (bytes < 1 || bytes > DATAGRAM_MAX)
		return error_set(&h->error, HOSTCAST_INVALID,
				 "receive size %zu must be 1 to %d bytes", bytes, DATAGRAM_MAX);
	if (h->datagrams)
		return error_set(&h->error, HOSTCAST_INVALID,
				 "the receive size cannot change after the first receive");
	h->options.receive_size = bytes;
	return 0;
}

int hostcast_set_blocked(struct hostcast *h, const char *source)
{
	struct options *o = &h->options;
	union hostcast_address address;

	if (!address_parse(source, &address) || address_is_multicast(&address))
		return error_set(&h->error, HOSTCAST_INVALID,
				 "'%.80s' cannot be blocked: it is not the address of a host",
				 source);
	if (o->blocked_count == BLOCKED_MAX)
		return error_set(&h->error, HOSTCAST_INVALID, "more than %d blocked sources",
				 BLOCKED_MAX);
	o->blocked[o->blocked_count++] = address;
	return 0;
}

int hostcast_set_allowed(struct hostcast *h, const char *text)
{
	struct options *o = &h->options;
	struct network network;
	int status = network_parse(text, &network, &h->error);

	if (status < 0)
		return status;
	if (o->allowed_count == ALLOWED_MAX)
		return error_set(&h->error, HOSTCAST_INVALID, "more than %d allowed networks",
				 ALLOWED_MAX);
	o->allowed[o->allowed_count++] = network;
	return 0;
}
