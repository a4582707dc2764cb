/* What passing payloads on costs a node, without the system: to be counted in instructions
 * (callgrind).
 *
 * forward_cost core|singles|trains COUNT
 *
 * `singles` and `trains` are a node with three children that gets so many payloads from its parent,
 * one by one or 60 together. Once it is attached its calls of recvmmsg() and sendmmsg() do not
 * reach the system. `core` is what core/ alone has to do for as many, and the measure for the
 * others.
 */
#include "net/address.h"
#include "run/clock.h"
#include "run/tree/node.h"
#include "run/tree/tree_address.h"

#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHILDREN = 3, SIZE = 1005, PER_TRAIN = 60 };

static void fail(const char *what)
{
	fprintf(stderr, "forward_cost: %s\n", what);
	exit(EXIT_FAILURE);
}

/* ---- The system ---- */

static struct {
	bool is_idle; /* as it really is */
	size_t left;  /* payloads that still come */
	size_t per_arrival;
	union hostcast_address parent;
	size_t sent; /* bytes */
} sys = {.is_idle = true};

int __real_recvmmsg(int fd, struct mmsghdr *headers, unsigned count, int flags,
		    struct timespec *limit);
int __wrap_recvmmsg(int fd, struct mmsghdr *headers, unsigned count, int flags,
		    struct timespec *limit);
int __real_sendmmsg(int fd, struct mmsghdr *headers, unsigned count, int flags);
int __wrap_sendmmsg(int fd, struct mmsghdr *headers, unsigned count, int flags);

/* The buffers are the node's own and stay: each is written once. */
static void write_payloads(struct iovec *buffer, size_t count)
{
	char *bytes = buffer->iov_base;

	if (memcmp(bytes, "DATA\n", 5) == 0)
		return;
	for (size_t i = 0; i < count; i++)
		memcpy(bytes + i * SIZE, "DATA\n", 5);
}

static void arrive(struct mmsghdr *header, size_t count)
{
	struct msghdr *head = &header->msg_hdr;
	struct cmsghdr *control = CMSG_FIRSTHDR(head);
	int segment = SIZE;

	write_payloads(head->msg_iov, count);
	header->msg_len = (unsigned)(count * SIZE);
	memcpy(head->msg_name, &sys.parent, address_size(&sys.parent));
	head->msg_namelen = address_size(&sys.parent);
	head->msg_flags = 0;
	head->msg_controllen = 0;
	if (count == 1)
		return;
	control->cmsg_level = IPPROTO_UDP;
	control->cmsg_type = UDP_GRO;
	control->cmsg_len = CMSG_LEN(sizeof segment);
	memcpy(CMSG_DATA(control), &segment, sizeof segment);
	head->msg_controllen = CMSG_SPACE(sizeof segment);
}

int __wrap_recvmmsg(int fd, struct mmsghdr *headers, unsigned count, int flags,
		    struct timespec *limit)
{
	unsigned got = 0;

	if (sys.is_idle)
		return __real_recvmmsg(fd, headers, count, flags, limit);
	for (; got < count && sys.left > 0; got++) {
		size_t payloads = sys.left < sys.per_arrival ? sys.left : sys.per_arrival;

		arrive(&headers[got], payloads);
		sys.left -= payloads;
	}
	return (int)got;
}

int __wrap_sendmmsg(int fd, struct mmsghdr *headers, unsigned count, int flags)
{
	if (sys.is_idle)
		return __real_sendmmsg(fd, headers, count, flags);
	for (unsigned i = 0; i < count; i++)
		for (size_t j = 0; j < headers[i].msg_hdr.msg_iovlen; j++)
			sys.sent += headers[i].msg_hdr.msg_iov[j].iov_len;
	return (int)count;
}

/* ---- A node ---- */

static int open_plain(union hostcast_address *at)
{
	socklen_t size = sizeof *at;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	address_parse_with_port("127.0.0.1:0", 0, at);
	if (fd < 0 || bind(fd, &at->any, address_size(at)) < 0 ||
	    getsockname(fd, &at->any, &size) < 0)
		fail("cannot open a socket");
	return fd;
}

static void work(struct node *node)
{
	struct arrival deliveries[HOSTCAST_BATCH];
	struct pollfd ready = {.fd = node_fd(node), .events = POLLIN};
	struct error error;

	if (poll(&ready, 1, -1) < 0 || node_work(node, deliveries, HOSTCAST_BATCH, &error) < 0)
		fail("the node does not work");
}

static void tell(int plain, const struct node *node, const char *text)
{
	union hostcast_address to = node_address(node);

	if (sendto(plain, text, strlen(text), 0, &to.any, address_size(&to)) < 0)
		fail("cannot send");
}

/* The plain socket is rendezvous point and parent. */
static void attach(struct node *node, int plain)
{
	union hostcast_address address = node_address(node);
	char text[100];

	snprintf(text, sizeof text, "TOOR\n127.0.0.1 %d", address_port(&sys.parent));
	tell(plain, node, text);
	snprintf(text, sizeof text, "YJOI\n127.0.0.1 %d", address_port(&address));
	while (node_member(node)->state != MEMBER_JOINING)
		work(node);
	tell(plain, node, text);
	while (node_member(node)->state != MEMBER_ATTACHED)
		work(node);
}

static void take_children(struct node *node)
{
	for (size_t i = 1; i <= CHILDREN; i++) {
		union hostcast_address at;

		tell(open_plain(&at), node, "RJOI\n");
		while (node_member(node)->children.count < i)
			work(node);
	}
}

/* What was delivered before: the socket stays readable, because nothing is read from it. */
static void forward(size_t count, size_t per_arrival)
{
	int plain = open_plain(&sys.parent);
	const struct tree_hooks hooks = {.context = NULL};
	struct node_options options = {
		.rendezvous = sys.parent,
		.data_port = NODE_NO_DATA_PORT,
		.children_most = CHILDREN,
		.timers = TIMERS_DEFAULT,
	};
	struct error error;
	struct node *node;

	address_parse_with_port("127.0.0.1:0", 0, &options.listen);
	node = node_new(&options, &hooks, &error);
	if (!node)
		fail(error.text);
	attach(node, plain);
	take_children(node);
	tell(plain, node, "XXXX");
	sys.per_arrival = per_arrival;
	sys.left = count;
	sys.is_idle = false;
	while (sys.left > 0)
		work(node);
	work(node);
	if (node_member(node)->counters->data_delivered != count ||
	    sys.sent != count * SIZE * CHILDREN)
		fail("not all was passed on");
	node_free(node);
}

/* ---- The core ---- */

static struct wire_address host(uint16_t port)
{
	union hostcast_address address;

	address_parse_with_port("127.0.0.1:0", 0, &address);
	address.v4.sin_port = htons(port);
	return wire_of_address(&address);
}

static void hear(struct member *m, uint16_t port, const void *text, size_t size,
		 struct output *output)
{
	const struct incoming in = {.from = host(port), .bytes = text, .size = size, .at = OWN_ANY};

	member_receive(m, (struct monotime){1}, &in, output);
}

static void core(size_t count)
{
	static struct output output;
	static const uint8_t DATAGRAM[SIZE] = "DATA\n";
	static const char TOOR[] = "TOOR\n127.0.0.1 1", YJOI[] = "YJOI\n127.0.0.1 9";
	const struct wire_network network = {.prefix = 0};
	const struct member_config config = {
		.rendezvous = host(1),
		.admission = {&network, 1},
		.timers = TIMERS_DEFAULT,
		.children_most = CHILDREN,
	};
	struct member_counters counters = {.data_delivered = 0};
	const struct incoming data = {
		.from = host(1), .bytes = DATAGRAM, .size = sizeof DATAGRAM, .at = OWN_ANY};
	struct own own = {.count = 0};
	struct member member;

	member_init(&member, &config, &own, 1, NULL, 0, &counters);
	member_begin(&member, (struct monotime){1}, &output);
	hear(&member, 1, TOOR, sizeof TOOR - 1, &output);
	hear(&member, 1, YJOI, sizeof YJOI - 1, &output);
	for (uint16_t i = 0; i < CHILDREN; i++)
		hear(&member, 10 + i, "RJOI\n", 5, &output);
	for (size_t i = 0; i < count; i++)
		member_receive(&member, (struct monotime){1}, &data, &output);
	if (counters.data_delivered != count || counters.data_copied != count * CHILDREN)
		fail("the core has not passed all on");
}

int main(int argc, char **argv)
{
	size_t count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

	if (count > 0 && strcmp(argv[1], "core") == 0)
		core(count);
	else if (count > 0 && strcmp(argv[1], "singles") == 0)
		forward(count, 1);
	else if (count > 0 && strcmp(argv[1], "trains") == 0)
		forward(count, PER_TRAIN);
	else
		fail("usage: forward_cost core|singles|trains COUNT");
	return 0;
}
