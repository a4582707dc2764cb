#include "layers.h"

#include <arpa/inet.h>

void read_ipv4_address(struct reader *reader, union hostcast_address *address)
{
	*address = (union hostcast_address){.v4.sin_family = AF_INET};
	reader_copy(reader, &address->v4.sin_addr, sizeof address->v4.sin_addr);
}

void read_ipv6_address(struct reader *reader, union hostcast_address *address)
{
	*address = (union hostcast_address){.v6.sin6_family = AF_INET6};
	reader_copy(reader, &address->v6.sin6_addr, sizeof address->v6.sin6_addr);
}

static void set_port(union hostcast_address *address, uint16_t port)
{
	if (address->any.sa_family == AF_INET6)
		address->v6.sin6_port = htons(port);
	else
		address->v4.sin_port = htons(port);
}

void read_ports(struct reader *reader, struct packet *packet)
{
	set_port(&packet->source, reader_be16(reader));
	set_port(&packet->destination, reader_be16(reader));
}
