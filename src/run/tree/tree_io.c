#include "tree_io.h"

#include <errno.h>

int tree_io_open(struct tree_io *io, struct error *error)
{
	int status = ready_open(&io->ready);

	io->count = 0;
	if (status < 0)
		return error_system(error, HOSTCAST_REFUSED, -status,
				    "cannot wait for more than one socket");
	status = alarm_open(&io->alarm);
	if (status < 0) {
		ready_close(&io->ready);
		return error_system(error, HOSTCAST_REFUSED, -status, "cannot make a timer");
	}
	status = tree_io_add(io, io->alarm.fd, error);
	if (status < 0)
		tree_io_close(io);
	return status;
}

void tree_io_close(struct tree_io *io)
{
	alarm_close(&io->alarm);
	ready_close(&io->ready);
}

int tree_io_add(struct tree_io *io, int fd, struct error *error)
{
	int status = ready_add(&io->ready, fd, io->count);

	if (status < 0)
		return error_system(error, HOSTCAST_SYSTEM, -status, "cannot watch a socket");
	io->sources[io->count] = (struct tree_source){.fd = fd, .is_watched = true};
	return (int)io->count++;
}

/* Room to send is found out by sending. */
static void has_room(void *context, size_t index)
{
	(void)context;
	(void)index;
}

int tree_io_collect(struct tree_io *io, struct error *error)
{
	int status;

	io->ready.count = 0;
	status = ready_collect(&io->ready, has_room, NULL);
	if (status < 0)
		return error_system(error, HOSTCAST_SYSTEM, -status, "cannot wait for datagrams");
	for (size_t i = 0; i < io->ready.count; i++) {
		struct tree_source *source = &io->sources[io->ready.list[i]];

		source->has_more = true;
		source->is_watched = false;
	}
	io->ready.count = 0;
	return 0;
}

static void watch(struct tree_io *io, size_t index)
{
	struct tree_source *source = &io->sources[index];

	if (!source->has_more && !source->is_watched) {
		ready_watch(&io->ready, source->fd, index, false);
		source->is_watched = true;
	}
}

void tree_io_rest(struct tree_io *io, struct monotime deadline, bool has_work, int full)
{
	io->sources[TREE_ALARM].has_more = false;
	alarm_set(&io->alarm, deadline);
	for (size_t i = 0; i < io->count; i++) {
		if (full < 0 || i == TREE_ALARM)
			watch(io, i);
		has_work = has_work || io->sources[i].has_more;
	}
	if (full >= 0) {
		ready_watch_room(&io->ready, io->sources[full].fd, (size_t)full);
		io->sources[full].is_watched = false;
	}
	ready_tell(&io->ready, has_work && full < 0);
}
