#include "data_port.h"

#include "net/address.h"
#include "net/interface.h"
#include "net/socket.h"

#include <unistd.h>

static int open_socket(struct data_port *port, size_t index, struct error *error)
{
	union hostcast_address *local = &port->local[index];
	int fd = socket_open(local->any.sa_family, SOCK_DGRAM, error);
	int status;

	if (fd < 0)
		return fd;
	status = socket_bind_chosen(fd, local, "--data-port", error);
	if (status == 0)
		status = socket_local_address(fd, local, error);
	if (status < 0) {
		close(fd);
		return status;
	}
	socket_set_buffer(fd, SO_RCVBUF, SOCKET_RECEIVE_BUFFER);
	port->fds[index] = fd;
	return 0;
}

/* HOSTCAST_ADDRESS says that this host has not that family, which is no fault. */
int data_port_open(struct data_port *port, unsigned number, struct error *error)
{
	int status;

	*port = (struct data_port){.fds = {-1, -1}};
	port->local[0].v4 = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)number),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	status = open_socket(port, 0, error);
	if (status == 0)
		number = address_port(&port->local[0]);
	if (status == 0 || status == HOSTCAST_ADDRESS) {
		port->local[1].v6 = (struct sockaddr_in6){
			.sin6_family = AF_INET6,
			.sin6_port = htons((uint16_t)number),
			.sin6_addr = in6addr_loopback,
		};
		status = open_socket(port, 1, error);
	}
	if (status == HOSTCAST_ADDRESS && port->fds[0] >= 0)
		status = 0;
	if (status < 0)
		data_port_close(port);
	return status;
}

void data_port_close(struct data_port *port)
{
	for (size_t i = 0; i < DATA_SOCKETS; i++) {
		if (port->fds[i] >= 0)
			close(port->fds[i]);
		port->fds[i] = -1;
	}
}

uint16_t data_port_number(const struct data_port *port)
{
	for (size_t i = 0; i < DATA_SOCKETS; i++)
		if (port->fds[i] >= 0)
			return address_port(&port->local[i]);
	return 0;
}

bool data_port_is_from_here(struct data_port *port, const union hostcast_address *source)
{
	if (address_is_loopback(source) || address_same_ip(&port->visitor, source))
		return true;
	if (!is_local_address(source))
		return false;
	port->visitor = *source;
	return true;
}
