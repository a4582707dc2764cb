#include "handle.h"

#include "base/list.h"
#include "net/address.h"
#include "net/interface.h"
#include "net/socket.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER_MAX = 1 << 30, DATAGRAM_MAX = 65535 };

struct hostcast *hostcast_new(void)
{
	struct hostcast *h = calloc(1, sizeof *h);

	if (!h)
		return NULL;
	h->options = (struct options){
		.port = HOSTCAST_PORT,
		.ttl = -1,
		.loop = true,
		.details = true,
		.receive_size = DATAGRAM_MAX,
	};
	if (ready_open(&h->ready) < 0) {
		free(h);
		return NULL;
	}
	return h;
}

void hostcast_free(struct hostcast *h)
{
	if (!h)
		return;
	handle_close_from(h, 0);
	ready_close(&h->ready);
	datagrams_free(h->datagrams);
	free(h->sockets);
	free(h->routes);
	free(h);
}

void handle_close_from(struct hostcast *h, size_t first)
{
	for (size_t i = first; i < h->socket_count; i++)
		close(h->sockets[i].fd);
	h->socket_count = first;
	ready_forget_from(&h->ready, first);
}

int handle_add_socket(struct hostcast *h, const struct handle_socket *socket)
{
	void *list = list_grow(h->sockets, h->socket_count, &h->socket_room, sizeof *h->sockets);
	int refusal;

	if (!list) {
		close(socket->fd);
		return error_set(&h->error, HOSTCAST_NO_MEMORY, "out of memory");
	}
	h->sockets = list;
	refusal = ready_add(&h->ready, socket->fd, h->socket_count);
	if (refusal < 0) {
		close(socket->fd);
		return error_system(&h->error, HOSTCAST_SYSTEM, -refusal, "cannot watch a socket");
	}
	h->sockets[h->socket_count] = *socket;
	return (int)h->socket_count++;
}

int handle_add_route(struct hostcast *h, size_t socket, const union hostcast_address *to)
{
	void *list = list_grow(h->routes, h->route_count, &h->route_room, sizeof *h->routes);

	if (!list)
		return error_set(&h->error, HOSTCAST_NO_MEMORY, "out of memory");
	h->routes = list;
	h->routes[h->route_count++] = (struct route){socket, *to};
	return 0;
}

void handle_set_buffer(struct hostcast *h, int fd, int option, size_t asked, size_t fallback)
{
	bool is_receive = option == SO_RCVBUF;
	size_t bytes = asked ? asked : fallback;
	size_t got;

	if (bytes == 0)
		return;
	got = socket_set_buffer(fd, option, bytes);
	if (asked && got < asked)
		handle_notice(
			h,
			"the system gives a %s buffer of %zu bytes instead of %zu; to allow more: "
			"sysctl net.core.%s=%zu",
			is_receive ? "receive" : "send", got, asked,
			is_receive ? "rmem_max" : "wmem_max", asked);
}

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
	for (size_t i = 0; i < o->interface_count; i++)
		if (o->interfaces[i] == index)
			return 0;
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

int hostcast_fd(const struct hostcast *h)
{
	return h->ready.epoll;
}

void handle_notice(struct hostcast *h, const char *format, ...)
{
	char *last = h->notices[(h->notice_first + h->notice_count) % NOTICES_MAX];
	va_list arguments;

	if (h->notice_count == NOTICES_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(last, NOTICE_SIZE, format, arguments);
	va_end(arguments);
	for (size_t i = 0; i < h->notice_count; i++)
		if (strcmp(h->notices[(h->notice_first + i) % NOTICES_MAX], last) == 0)
			return;
	h->notice_count++;
}

const char *hostcast_notice(struct hostcast *h)
{
	const char *notice = h->notices[h->notice_first];

	if (h->notice_count == 0)
		return NULL;
	h->notice_first = (h->notice_first + 1) % NOTICES_MAX;
	h->notice_count--;
	return notice;
}

static const char *const counter_names[COUNTERS] = {
	[COUNT_RECEIVED] = "received", [COUNT_RECEIVED_BYTES] = "received_bytes",
	[COUNT_CUT_OFF] = "cut_off",   [COUNT_KERNEL_DROPS] = "kernel_drops",
	[COUNT_SENT] = "sent",         [COUNT_SENT_BYTES] = "sent_bytes",
	[COUNT_REFUSED] = "refused",
};

const char *hostcast_counter_name(unsigned index)
{
	return index < COUNTERS ? counter_names[index] : NULL;
}

uint64_t hostcast_counter(const struct hostcast *h, unsigned index)
{
	uint64_t drops = 0;

	if (index >= COUNTERS)
		return 0;
	if (index != COUNT_KERNEL_DROPS)
		return h->counters[index];
	for (size_t i = 0; i < h->socket_count; i++)
		drops += datagrams_dropped(h->sockets[i].fd);
	return drops;
}

const char *hostcast_error_text(const struct hostcast *h)
{
	return h->error.text;
}

const char *hostcast_strerror(int error)
{
	switch (error) {
#define ERROR_CASE(name, value, text) \
	case name:                    \
		return text;
		HOSTCAST_ERRORS(ERROR_CASE)
#undef ERROR_CASE
	default:
		return error >= 0 ? "no error" : "unknown error";
	}
}

const char *hostcast_version(void)
{
	return HOSTCAST_VERSION;
}
