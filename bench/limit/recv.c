/* limit recv: hears a group or at an address, and counts. */
#include <stdio.h>

#include "limit.h"

static void receive_singly(struct count *count, int fd)
{
	static char buffer[BUFFER_BYTES];
	ssize_t length;

	while (!count->is_done && (length = recv(fd, buffer, sizeof buffer, 0)) >= 0) {
		count_read(count, fd);
		count_take(count, buffer, (size_t)length, (size_t)length);
	}
}

static void receive_batches(struct count *count, int fd, struct batch batch)
{
	int got;

	while (!count->is_done && (got = batch_read(&batch, fd)) > 0) {
		count_read(count, fd);
		for (int i = 0; i < got; i++)
			count_take(count, batch.vectors[i].iov_base, batch.headers[i].msg_len,
				   batch_segment(&batch, i));
	}
}

int run_recv(const struct settings *settings)
{
	struct count count = {0};
	int fd = open_receiver(settings);

	count_begin(fd);
	if (settings->way == ONE)
		receive_singly(&count, fd);
	else if (settings->way == BATCH || settings->way == URING)
		receive_batches(&count, fd, batch_of_messages(settings));
	else
		receive_batches(&count, fd, batch_of_trains(settings, fd));
	count_end(&count);
	count_show(&count);
	meter_print(count.spent, count.messages);
	return count.messages > 0 ? 0 : 1;
}
