#include "socket.h"

#include "address.h"
#include "holder.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int no_descriptor(struct error *error)
{
	struct rlimit limit = {0};

	getrlimit(RLIMIT_NOFILE, &limit);
	return error_set(
		error, HOSTCAST_REFUSED,
		"no descriptor left for another socket: this process may have %llu, and each "
		"group takes one; raise the limit (ulimit -n)",
		(unsigned long long)limit.rlim_cur);
}

int socket_open(int family, int type, struct error *error)
{
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int status;

	if (fd < 0 && (errno == EMFILE || errno == ENFILE))
		return no_descriptor(error);
	if (fd < 0 && errno == EAFNOSUPPORT)
		return error_set(error, HOSTCAST_ADDRESS, "this host has no IPv%c",
				 family == AF_INET ? '4' : '6');
	if (fd < 0)
		return error_system(error, HOSTCAST_SYSTEM, errno, "cannot open a socket");
	if (family == AF_INET6) {
		status = socket_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1, "IPV6_V6ONLY", error);
		if (status < 0) {
			close(fd);
			return status;
		}
	}
	return fd;
}

static int in_use(int fd, const union hostcast_address *address, const char *text,
		  const char *option, struct error *error)
{
	int type = SOCK_DGRAM;
	socklen_t size = sizeof type;
	char holder[200];

	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
	if (holder_of_port(type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP, address, holder,
			   sizeof holder))
		return error_set(error, HOSTCAST_REFUSED,
				 "%s is in use by %s; stop it or choose another port (%s)", text,
				 holder, option);
	return error_set(error, HOSTCAST_REFUSED,
			 "%s is in use by a program that this user may not see (as root: ss -anp); "
			 "choose another port (%s)",
			 text, option);
}

int socket_bind(int fd, const union hostcast_address *address, struct error *error)
{
	return socket_bind_chosen(fd, address, "--port", error);
}

int socket_bind_chosen(int fd, const union hostcast_address *address, const char *option,
		       struct error *error)
{
	char text[HOSTCAST_TEXT_SIZE];

	if (bind(fd, &address->any, address_size(address)) == 0)
		return 0;
	hostcast_address_text(address, text);
	switch (errno) {
	case EADDRINUSE:
		return in_use(fd, address, text, option, error);
	case EADDRNOTAVAIL:
		return error_set(
			error, HOSTCAST_ADDRESS,
			"%s is not an address of this host ('ip address' lists those that are)",
			text);
	case EACCES:
		return error_set(
			error, HOSTCAST_REFUSED,
			"binding to %s is not permitted: ports below "
			"net.ipv4.ip_unprivileged_port_start (1024) need CAP_NET_BIND_SERVICE; "
			"run as root or choose a higher port (%s)",
			text, option);
	default:
		return error_system(error, HOSTCAST_SYSTEM, errno, "cannot bind to %s", text);
	}
}

int socket_set(int fd, int level, int option, int value, const char *what, struct error *error)
{
	if (setsockopt(fd, level, option, &value, sizeof value) == 0)
		return 0;
	return error_system(error,
			    errno == EPERM || errno == EACCES ? HOSTCAST_REFUSED : HOSTCAST_SYSTEM,
			    errno, "cannot set %s to %d", what, value);
}

int socket_set_no_fragment(int fd, int family, bool no_fragment, struct error *error)
{
	if (family == AF_INET)
		return socket_set(fd, IPPROTO_IP, IP_MTU_DISCOVER,
				  no_fragment ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT,
				  "IP_MTU_DISCOVER", error);
	return socket_set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER,
			  no_fragment ? IPV6_PMTUDISC_DO : IPV6_PMTUDISC_DONT, "IPV6_MTU_DISCOVER",
			  error);
}

int socket_send_by(int fd, int family, unsigned interface, struct error *error)
{
	struct ip_mreqn v4 = {.imr_ifindex = (int)interface};

	if (interface == 0)
		return 0;
	if (family == AF_INET6)
		return socket_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)interface,
				  "the sending interface", error);
	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &v4, sizeof v4) == 0)
		return 0;
	return error_system(error, HOSTCAST_INTERFACE, errno, "cannot send on the interface %u",
			    interface);
}

/* Only a connected socket has a path. */
unsigned socket_path_mtu(const union hostcast_address *to, unsigned interface)
{
	bool is_v4 = to->any.sa_family == AF_INET;
	struct error error;
	int fd = socket_open(to->any.sa_family, SOCK_DGRAM, &error), mtu = 0;
	socklen_t size = sizeof mtu;

	if (fd < 0)
		return 0;
	if (socket_send_by(fd, to->any.sa_family, interface, &error) < 0 ||
	    connect(fd, &to->any, address_size(to)) < 0 ||
	    getsockopt(fd, is_v4 ? IPPROTO_IP : IPPROTO_IPV6, is_v4 ? IP_MTU : IPV6_MTU, &mtu,
		       &size) < 0)
		mtu = 0;
	close(fd);
	return (unsigned)mtu;
}

int socket_bind_interface(int fd, unsigned index, struct error *error)
{
	char name[IF_NAMESIZE];

	if (!if_indextoname(index, name))
		return error_set(error, HOSTCAST_INTERFACE, "the interface with index %u is gone",
				 index);
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name)) == 0)
		return 0;
	return error_system(error, HOSTCAST_REFUSED, errno, "cannot bind a socket to interface %s",
			    name);
}

static int force_option(int option)
{
	return option == SO_RCVBUF ? SO_RCVBUFFORCE : SO_SNDBUFFORCE;
}

size_t socket_set_buffer(int fd, int option, size_t bytes)
{
	int value = (int)bytes;
	socklen_t size = sizeof value;

	/* The second call needs CAP_NET_ADMIN and is tried only where the first was cut to a limit.
	 */
	setsockopt(fd, SOL_SOCKET, option, &value, sizeof value);
	if (getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 && (size_t)value / 2 < bytes) {
		value = (int)bytes;
		setsockopt(fd, SOL_SOCKET, force_option(option), &value, sizeof value);
	}
	/* The kernel doubles what is asked, for its own bookkeeping (socket(7)). */
	if (getsockopt(fd, SOL_SOCKET, option, &value, &size) < 0)
		return 0;
	return (size_t)value / 2;
}

void socket_buffer_notice(int option, size_t got, size_t wanted, char text[BUFFER_NOTICE_SIZE])
{
	bool is_receive = option == SO_RCVBUF;

	snprintf(text, BUFFER_NOTICE_SIZE,
		 "the system gives a %s buffer of %zu bytes instead of %zu; to allow more: sysctl "
		 "net.core.%s=%zu",
		 is_receive ? "receive" : "send", got, wanted, is_receive ? "rmem_max" : "wmem_max",
		 wanted);
}

int socket_local_address(int fd, union hostcast_address *address, struct error *error)
{
	socklen_t size = sizeof *address;

	*address = (union hostcast_address){0};
	if (getsockname(fd, &address->any, &size) == 0)
		return 0;
	return error_system(error, HOSTCAST_SYSTEM, errno, "cannot tell where a socket is bound");
}

/* Linux: icmp_err_convert */
bool socket_is_icmp_error(int system)
{
	static const int errors[] = {ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EMSGSIZE, ENOPROTOOPT,
				     EHOSTDOWN,    ENONET,       EOPNOTSUPP,  EPROTO,   EACCES};

	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
		if (errors[i] == system)
			return true;
	return false;
}

int socket_icmp_error(int system, const union hostcast_address *to, struct error *error)
{
	char text[HOSTCAST_TEXT_SIZE];

	hostcast_address_text(to, text);
	if (system == ECONNREFUSED)
		return error_set(error, HOSTCAST_ADDRESS, "%s refuses: nobody listens at that port",
				 text);
	if (system == EMSGSIZE)
		return error_set(error, HOSTCAST_ADDRESS,
				 "the path to %s did not carry a datagram as large as one that was "
				 "sent; what follows is fragmented",
				 text);
	return error_system(error, HOSTCAST_ADDRESS, system, "%s cannot be reached", text);
}

int socket_send_error(int system, int fd, const union hostcast_address *to, size_t size,
		      struct error *error)
{
	char text[HOSTCAST_TEXT_SIZE];
	int buffer = 0;
	socklen_t buffer_size = sizeof buffer;

	hostcast_address_text(to, text);
	if (system == ENETUNREACH && to->any.sa_family == AF_INET6 && address_is_multicast(to))
		return error_set(
			error, HOSTCAST_ADDRESS,
			"%s cannot be reached: this interface has no route for IPv6 groups (lo "
			"never "
			"has at first); as root: ip -6 route add local ff00::/8 dev lo, or for "
			"another "
			"interface: ip -6 route add multicast ff00::/8 dev NAME table local",
			text);
	switch (system) {
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case ENODEV:
	case EADDRNOTAVAIL:
		return error_system(error, HOSTCAST_ADDRESS, system, "%s cannot be reached", text);
	case ECONNREFUSED:
		return socket_icmp_error(system, to, error);
	case EPERM:
	case EACCES:
		return error_system(
			error, HOSTCAST_REFUSED, system,
			"sending to %s is not permitted (a firewall rule, or a broadcast "
			"address)",
			text);
	case ENOBUFS:
	case EMSGSIZE:
		getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, &buffer_size);
		return error_system(
			error, HOSTCAST_REFUSED, system,
			"a message of %zu bytes to %s does not fit the socket's send buffer "
			"of %d bytes or the interface; raise the buffer (--sndbuf)",
			size, text, buffer / 2);
	default:
		return error_system(error, HOSTCAST_SYSTEM, system, "cannot send to %s", text);
	}
}
