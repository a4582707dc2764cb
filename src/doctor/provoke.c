#include "provoke.h"

#include "decode/checksum.h"
#include "net/address.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

/* RFC 3376 section 4.1: what a querier says that has the defaults of section 8. */
enum {
	QUERY_SIZE = 12,
	QUERY_TYPE = 0x11,
	QUERY_RESPONSE = 1, /* tenths of a second */
	QUERY_ROBUSTNESS = 2,
	QUERY_INTERVAL = 125,
};

static void put_checksum(uint8_t *bytes, size_t size)
{
	uint16_t sum = (uint16_t)~checksum_fold(checksum_add(0, bytes, size));

	bytes[2] = (uint8_t)(sum >> 8);
	bytes[3] = (uint8_t)sum;
}

/* Everything that is sent stays inside. */
static int keep_inside(int fd, unsigned interface, int is_heard_here)
{
	struct ip_mreqn by = {.imr_ifindex = (int)interface};
	int ttl = 0;

	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &is_heard_here, sizeof is_heard_here) <
		    0 ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof by) < 0)
		return -errno;
	return 0;
}

static int send_inside(int fd, const union hostcast_address *group, unsigned interface,
		       const void *bytes, size_t size)
{
	int status = keep_inside(fd, interface, size > 0);

	if (status == 0 &&
	    sendto(fd, bytes, size, MSG_DONTWAIT, &group->any, address_size(group)) < 0)
		status = -errno;
	close(fd);
	return status;
}

int provoke_report(const union hostcast_address *group, unsigned interface)
{
	uint8_t query[QUERY_SIZE] = {QUERY_TYPE, QUERY_RESPONSE, [8] = QUERY_ROBUSTNESS,
				     QUERY_INTERVAL};
	int fd;

	if (group->any.sa_family != AF_INET)
		return -EAFNOSUPPORT;
	memcpy(query + 4, &group->v4.sin_addr, 4);
	put_checksum(query, sizeof query);
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_IGMP);
	return fd < 0 ? -errno : send_inside(fd, group, interface, query, sizeof query);
}

int provoke_send(const union hostcast_address *group, unsigned interface)
{
	int fd;

	if (group->any.sa_family != AF_INET)
		return -EAFNOSUPPORT;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd < 0 ? -errno : send_inside(fd, group, interface, NULL, 0);
}
