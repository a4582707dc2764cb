#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "limit.h"

void die(const char *what)
{
	fputs("limit: ", stderr);
	perror(what);
	exit(4);
}

void must(int status, const char *what)
{
	if (status >= 0)
		return;
	errno = -status;
	die(what);
}

static void set(int fd, int level, int name, const void *value, size_t size, const char *what)
{
	if (setsockopt(fd, level, name, value, (socklen_t)size) < 0)
		die(what);
}

socklen_t resolve(const struct settings *settings, const char *host,
		  struct sockaddr_storage *address)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	};
	struct addrinfo *found;
	socklen_t length;
	int problem = getaddrinfo(host, settings->port, &hints, &found);

	if (problem != 0) {
		fprintf(stderr, "limit: %s %s: %s\n", host, settings->port, gai_strerror(problem));
		exit(2);
	}
	length = found->ai_addrlen;
	memcpy(address, found->ai_addr, length);
	freeaddrinfo(found);
	return length;
}

static int is_group(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;

	if (address->ss_family == AF_INET6)
		return IN6_IS_ADDR_MULTICAST(&in6->sin6_addr);
	return IN_MULTICAST(ntohl(in->sin_addr.s_addr));
}

static int interface_index(const struct settings *settings)
{
	unsigned index = 0;

	if (settings->interface != NULL && (index = if_nametoindex(settings->interface)) == 0)
		die(settings->interface);
	return (int)index;
}

static int open_socket(const struct settings *settings, int family)
{
	int fd = socket(family, SOCK_DGRAM, 0);
	int send_bytes = 4 << 20;

	if (fd < 0)
		die("socket");
	set(fd, SOL_SOCKET, SO_RCVBUF, &settings->receive_bytes, sizeof(int), "SO_RCVBUF");
	set(fd, SOL_SOCKET, SO_SNDBUF, &send_bytes, sizeof send_bytes, "SO_SNDBUF");
	return fd;
}

static void send_by_interface(int fd, int family, int index)
{
	struct ip_mreqn by = {.imr_ifindex = index};

	if (family == AF_INET6)
		set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof index, "IPV6_MULTICAST_IF");
	else
		set(fd, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof by, "IP_MULTICAST_IF");
}

int open_sender(const struct settings *settings, const char *host)
{
	struct sockaddr_storage to;
	socklen_t length = resolve(settings, host, &to);
	int index = interface_index(settings);
	int fd = open_socket(settings, to.ss_family);

	if (index != 0)
		send_by_interface(fd, to.ss_family, index);
	if (connect(fd, (struct sockaddr *)&to, length) < 0)
		die(host);
	return fd;
}

static void join(int fd, const struct sockaddr_storage *group, socklen_t length, int index)
{
	struct group_req member = {.gr_interface = (uint32_t)index};
	int level = group->ss_family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;

	memcpy(&member.gr_group, group, length);
	set(fd, level, MCAST_JOIN_GROUP, &member, sizeof member, "MCAST_JOIN_GROUP");
}

int open_receiver(const struct settings *settings)
{
	struct sockaddr_storage at;
	socklen_t length = resolve(settings, settings->address, &at);
	int fd = open_socket(settings, at.ss_family);
	int one = 1;

	if (is_group(&at)) /* several receivers on one host */
		set(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one, "SO_REUSEADDR");
	if (bind(fd, (struct sockaddr *)&at, length) < 0)
		die(settings->address);
	if (is_group(&at))
		join(fd, &at, length, interface_index(settings));
	return fd;
}

void wait_at_most(int fd, int seconds)
{
	struct timeval limit = {.tv_sec = seconds};

	set(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit, "SO_RCVTIMEO");
}
