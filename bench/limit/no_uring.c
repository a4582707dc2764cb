/* Where liburing is not installed. */
#include <errno.h>

#include "limit.h"

unsigned uring_send(int fd, struct mmsghdr *headers, unsigned count)
{
	(void)fd;
	(void)headers;
	(void)count;
	must(-ENOSYS, "compiled without liburing");
	return 0;
}

void uring_prepare(struct batch *batch)
{
	(void)batch;
	must(-ENOSYS, "compiled without liburing");
}

int uring_read(struct batch *batch, int fd)
{
	(void)batch;
	(void)fd;
	return 0;
}
