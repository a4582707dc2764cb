#include "ready.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const uint64_t MORE = UINT64_MAX; /* in place of an index: the eventfd */

int ready_open(struct ready *ready)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = MORE};

	*ready = (struct ready){.epoll = epoll_create1(EPOLL_CLOEXEC), .more = -1};
	if (ready->epoll < 0)
		return -errno;
	ready->more = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (ready->more < 0 || epoll_ctl(ready->epoll, EPOLL_CTL_ADD, ready->more, &event) < 0) {
		int system = errno;

		ready_close(ready);
		return -system;
	}
	return 0;
}

void ready_close(struct ready *ready)
{
	if (ready->more >= 0)
		close(ready->more);
	close(ready->epoll);
}

static struct epoll_event event_of(size_t index, bool is_full)
{
	uint32_t events = EPOLLIN | EPOLLONESHOT | (is_full ? EPOLLOUT : 0u);

	return (struct epoll_event){.events = events, .data.u64 = index};
}

int ready_add(struct ready *ready, int fd, size_t index)
{
	struct epoll_event event = event_of(index, false);

	return epoll_ctl(ready->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

void ready_watch(struct ready *ready, int fd, size_t index, bool is_full)
{
	struct epoll_event event = event_of(index, is_full);

	epoll_ctl(ready->epoll, EPOLL_CTL_MOD, fd, &event);
}

void ready_watch_room(struct ready *ready, int fd, size_t index)
{
	struct epoll_event event = {.events = EPOLLOUT | EPOLLONESHOT, .data.u64 = index};

	epoll_ctl(ready->epoll, EPOLL_CTL_MOD, fd, &event);
}

void ready_forget_from(struct ready *ready, size_t first)
{
	size_t kept = 0;

	for (size_t i = 0; i < ready->count; i++)
		if (ready->list[i] < first)
			ready->list[kept++] = ready->list[i];
	ready->count = kept;
}

/* It may be, if it was watched again for room to send. */
static bool is_listed(const struct ready *ready, size_t index)
{
	for (size_t i = 0; i < ready->count; i++)
		if (ready->list[i] == index)
			return true;
	return false;
}

int ready_collect(struct ready *ready, void (*has_room)(void *context, size_t index), void *context)
{
	struct epoll_event events[HOSTCAST_BATCH];
	int most = HOSTCAST_BATCH - (int)ready->count; /* one of them may be `more` */
	int count = most > 0 ? epoll_wait(ready->epoll, events, most, 0) : 0;

	if (count < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < count; i++) {
		size_t index = (size_t)events[i].data.u64;

		if (events[i].data.u64 == MORE)
			continue;
		if (events[i].events & EPOLLOUT)
			has_room(context, index);
		if (!is_listed(ready, index))
			ready->list[ready->count++] = index;
	}
	return 0;
}

void ready_tell(struct ready *ready, bool has_more)
{
	uint64_t value = 1;
	ssize_t done;

	if (has_more == ready->is_more_told)
		return;
	done = has_more ? write(ready->more, &value, sizeof value)
			: read(ready->more, &value, sizeof value);
	ready->is_more_told = done == sizeof value ? has_more : !has_more;
}
