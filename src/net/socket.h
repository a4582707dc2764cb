/* Sockets: opened, bound and set up, with errors that say what to do. */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include "base/error.h"

/* A non-blocking, close-on-exec socket of SOCK_DGRAM or SOCK_STREAM; an IPv6 one carries IPv6 only.
 * Returns the descriptor. HOSTCAST_REFUSED: no descriptor left; HOSTCAST_SYSTEM. */
int socket_open(int family, int type, struct error *error);

/* HOSTCAST_ADDRESS: not an address of this host; HOSTCAST_REFUSED: in use (the text names the
 * holder where it can be found) or not permitted. */
int socket_bind(int fd, const union hostcast_address *address, struct error *error);

/* The same for an address that the user chooses by another option than --port. */
int socket_bind_chosen(int fd, const union hostcast_address *address, const char *option,
		       struct error *error);

/* One integer option; `what` names it in the error's text. */
int socket_set(int fd, int level, int option, int value, const char *what, struct error *error);

/* What is sent to groups leaves by this interface; 0: by the routing table's choice. */
int socket_send_by(int fd, int family, unsigned interface, struct error *error);

/* Whether what does not fit the path's MTU goes in fragments or is refused (EMSGSIZE). */
int socket_set_no_fragment(int fd, int family, bool no_fragment, struct error *error);

/* The MTU of the way to an address, to a group by this interface (0: the routing table's), as far
 * as it is known; 0: it is not. */
unsigned socket_path_mtu(const union hostcast_address *to, unsigned interface);

/* All traffic through this interface only. */
int socket_bind_interface(int fd, unsigned index, struct error *error);

/* What receivers ask for where the user does not: a process that has to wait for its turn of the
 * processor (some milliseconds) must not lose what comes meanwhile. */
enum { SOCKET_RECEIVE_BUFFER = 16 << 20 };

/* Asks for a buffer (SO_SNDBUF or SO_RCVBUF) of so many bytes of payload, past the system's limit
 * where the process may. Gives what it got, 0 if the socket is none. */
size_t socket_set_buffer(int fd, int option, size_t bytes);

/* Should the user know what the system gave? Who asked for more (0: nobody did) wants to; others,
 * where a burst of a millisecond may overflow it (1 MiB hold some 450 datagrams of 1,000 bytes). */
enum { SOCKET_BUFFER_ENOUGH = 1 << 20 };
static inline bool socket_buffer_is_short(size_t got, size_t asked)
{
	return got < (asked ? asked : SOCKET_BUFFER_ENOUGH);
}

/* What to tell the user then, of SO_SNDBUF or SO_RCVBUF. */
enum { BUFFER_NOTICE_SIZE = 160 };
void socket_buffer_notice(int option, size_t got, size_t wanted, char text[BUFFER_NOTICE_SIZE]);

/* Where a socket is bound. */
int socket_local_address(int fd, union hostcast_address *address, struct error *error);

/* Is this what an ICMP error looks like that came back to a connected socket? */
bool socket_is_icmp_error(int system);

/* What an ICMP error says that an earlier datagram to this address brought back: always
 * HOSTCAST_ADDRESS. */
int socket_icmp_error(int system, const union hostcast_address *to, struct error *error);

/* Turns the errno of a send or a connect into a code and a sentence. */
int socket_send_error(int system, int fd, const union hostcast_address *to, size_t size,
		      struct error *error);

#endif
