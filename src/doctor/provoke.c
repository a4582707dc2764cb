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
	REPORT_SIZE = 8,
	REPORT_TYPE = 0x22,
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

static int send_inside(int fd, const union hostcast_address *to, unsigned interface,
		       bool is_heard_here, const void *bytes, size_t size)
{
	int status = keep_inside(fd, interface, is_heard_here);

	if (status == 0 && sendto(fd, bytes, size, MSG_DONTWAIT, &to->any, address_size(to)) < 0)
		status = -errno;
	return status;
}

/* A report of no group, which nobody hears, goes where this host's own go (RFC 3376 section
 * 4.2.14). */
static int try_report(int fd, unsigned interface)
{
	uint8_t report[REPORT_SIZE] = {REPORT_TYPE};
	union hostcast_address routers;

	address_parse("224.0.0.22", &routers);
	put_checksum(report, sizeof report);
	return send_inside(fd, &routers, interface, false, report, sizeof report);
}

/* About the group, and sent to all hosts, as a querier asks again and again: what drops the group
 * itself does not drop these. */
int provoke_report(const union hostcast_address *group, unsigned interface)
{
	uint8_t query[QUERY_SIZE] = {QUERY_TYPE, QUERY_RESPONSE, [8] = QUERY_ROBUSTNESS,
				     QUERY_INTERVAL};
	union hostcast_address hosts;
	int fd, status;

	if (group->any.sa_family != AF_INET)
		return -EAFNOSUPPORT;
	address_parse("224.0.0.1", &hosts);
	memcpy(query + 4, &group->v4.sin_addr, 4);
	put_checksum(query, sizeof query);
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_IGMP);
	if (fd < 0)
		return -errno;
	status = send_inside(fd, &hosts, interface, true, query, sizeof query);
	if (status == -EPERM && try_report(fd, interface) == 0)
		status = -EACCES;
	close(fd);
	return status;
}

int provoke_send(const union hostcast_address *group, unsigned interface)
{
	int fd, status;

	if (group->any.sa_family != AF_INET)
		return -EAFNOSUPPORT;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	status = send_inside(fd, group, interface, false, NULL, 0);
	close(fd);
	return status;
}
