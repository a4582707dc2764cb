#include "lanes.h"

#include "net/error_queue.h"
#include "net/socket.h"

#include <linux/filter.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	QUEUE_BYTES = 4 << 20,
	SPARE_DESCRIPTORS = 8, /* which are left to others */
};

/* ---- Opening ---- */

/* A packet filter (socket(7), SO_ATTACH_FILTER) that says 0. Of the sockets that share an address
 * (SO_REUSEPORT) this chooses the first one for each datagram, which is the listener; as a filter
 * of a lane it lets nothing in, not even broadcasts, which go to all of them. */
static int attach_zero(int fd, int option)
{
	struct sock_filter zero = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = {.len = 1, .filter = &zero};

	return setsockopt(fd, SOL_SOCKET, option, &program, sizeof program);
}

static bool is_spare(int fd)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	       (rlim_t)fd + SPARE_DESCRIPTORS < limit.rlim_cur;
}

/* The listener was bound without SO_REUSEPORT, so that a second node at its port is refused. */
static int open_one(int listener, const union hostcast_address *local, struct error *error)
{
	int family = local->any.sa_family;
	int fd = socket_open(family, SOCK_DGRAM, error);
	int status;

	if (fd < 0)
		return fd;
	status = socket_set(fd, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT", error);
	if (status == 0)
		status = error_queue_enable(fd, family, error);
	if (status == 0 && attach_zero(fd, SO_ATTACH_FILTER) < 0)
		status = HOSTCAST_SYSTEM;
	if (status == 0)
		status = socket_bind(fd, local, error);
	if (status == 0 && attach_zero(listener, SO_ATTACH_REUSEPORT_CBPF) < 0)
		status = HOSTCAST_SYSTEM;
	if (status < 0 || !is_spare(fd)) {
		close(fd);
		return HOSTCAST_REFUSED;
	}
	socket_set_buffer(fd, SO_SNDBUF, QUEUE_BYTES);
	return fd;
}

/* Whatever fails, the node works without: its children then share a queue. */
void lanes_open(struct lanes *lanes, int listener, size_t count, bool are_trains_refused)
{
	union hostcast_address local;
	struct error error;
	bool is_shared =
		count == 0 ||
		socket_set(listener, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT", &error) < 0 ||
		socket_local_address(listener, &local, &error) < 0;

	*lanes = (struct lanes){listener, are_trains_refused, .count = count};
	for (size_t i = 0; i < count; i++) {
		struct lane *lane = &lanes->list[i];

		lane->fd = is_shared ? -1 : open_one(listener, &local, &error);
		if (lane->fd < 0) {
			lane->fd = listener;
			is_shared = true;
		}
		train_path_init(&lane->path, lane->fd, are_trains_refused);
	}
}

void lanes_close(struct lanes *lanes)
{
	for (size_t i = 0; i < lanes->count; i++)
		if (lanes->list[i].fd != lanes->listener)
			close(lanes->list[i].fd);
	lanes->count = 0;
}

/* ---- Who has which ---- */

/* The number of lanes: it has none. */
static size_t index_of(const struct lanes *lanes, const struct wire_address *child)
{
	size_t i = 0;

	while (i < lanes->count && !wire_address_equal(&lanes->list[i].to, child))
		i++;
	return i;
}

const struct lane *lanes_of(const struct lanes *lanes, const struct wire_address *child)
{
	size_t index = index_of(lanes, child);

	return index < lanes->count ? &lanes->list[index] : NULL;
}

static bool is_of_any(const struct lane *lane, const struct destination *children, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (wire_address_equal(&lane->to, &children[i].to))
			return true;
	return false;
}

static struct lane *find_free(struct lanes *lanes, const struct destination *children, size_t count)
{
	struct lane *lane = lanes->list;

	while (is_of_any(lane, children, count))
		lane++;
	return lane;
}

struct lane *lanes_find(struct lanes *lanes, const struct destination *children, size_t count,
			const struct destination *child)
{
	size_t index = index_of(lanes, &child->to);
	struct lane *lane = &lanes->list[index];

	if (index == lanes->count) {
		lane = find_free(lanes, children, count);
		train_path_init(&lane->path, lane->fd, lanes->are_trains_refused);
		lane->copies = lane->dropped = 0;
		lane->to = child->to;
	}
	return lane;
}
