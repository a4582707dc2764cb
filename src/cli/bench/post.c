#include "post.h"

#include "net/address.h"
#include "net/socket.h"
#include "net/target.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

/* The dynamic ports (RFC 6335, section 6), of which some may be in use. */
enum { PORT_FIRST = 49152, PORTS = 16384, TRIES = 32 };

/* The address that this host has towards another one; nothing is sent. */
static int own_address_to(const union hostcast_address *other, union hostcast_address *own,
			  struct error *error)
{
	int fd = socket_open(other->any.sa_family, SOCK_DGRAM, error);
	int status;

	if (fd < 0)
		return fd;
	status = connect(fd, &other->any, address_size(other)) == 0
			 ? socket_local_address(fd, own, error)
			 : socket_send_error(errno, fd, other, 0, error);
	close(fd);
	return status;
}

static int choose_address(struct post *post, const struct target *target, const char *report_to,
			  struct error *error)
{
	union hostcast_address *address = &post->hello.address;

	if (target->kind != TARGET_TREE)
		return 0; /* receivers see it */
	if (!report_to)
		return own_address_to(&target->address, address, error);
	if (!address_parse_with_port(report_to, 0, address) || address_is_any(address) ||
	    address_is_multicast(address))
		return error_set(error, HOSTCAST_INVALID,
				 "--report-to '%s' must be an address of this host, with or "
				 "without a port",
				 report_to);
	post->hello.port = address_port(address);
	return 0;
}

static int listen_at(struct post *post, int family, uint16_t port)
{
	char text[32];

	snprintf(text, sizeof text, "%s:%u", family == AF_INET6 ? "[::]" : "0.0.0.0", port);
	return session_open_target(post->handle, text, HOSTCAST_RECEIVE);
}

static int listen_anywhere(struct post *post, int family)
{
	int code = HOSTCAST_REFUSED;

	for (int i = 0; i < TRIES && code == HOSTCAST_REFUSED; i++) {
		uint16_t number = 0;

		if (getrandom(&number, sizeof number, 0) != sizeof number)
			break;
		post->hello.port = (uint16_t)(PORT_FIRST + number % PORTS);
		code = listen_at(post, family, post->hello.port);
	}
	return code;
}

int post_open(struct post *post, struct session *session, const struct target *target,
	      const char *report_to)
{
	int family = target->address.any.sa_family;
	struct error error;
	int code;

	*post = (struct post){.handle = hostcast_new()};
	if (!post->handle) {
		session_error(session, "out of memory");
		session_end(session, EXIT_REFUSED);
		return EXIT_REFUSED;
	}
	if (choose_address(post, target, report_to, &error) < 0)
		return session_fail(session, &error);
	hostcast_set_details(post->handle, false);
	hostcast_set_busy_poll(post->handle, session->common->busy_poll);
	code = post->hello.port > 0 ? listen_at(post, family, post->hello.port)
				    : listen_anywhere(post, family);
	address_set_port(&post->hello.address, 0);
	return code < 0 ? session_fail_handle(session, post->handle, code) : EXIT_DONE;
}

void post_close(struct post *post)
{
	hostcast_free(post->handle);
	post->handle = NULL;
}
