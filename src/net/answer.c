#include "answer.h"

#include "address.h"
#include "trains.h"

#include <errno.h>

int answer_send(int fd, const struct hostcast_message *message, const void *data, size_t size)
{
	const union hostcast_address *from = &message->destination;
	bool is_of_host = !address_is_any(from) && !address_is_multicast(from);
	struct way way = {.to = &message->source, .from = is_of_host ? from : NULL};
	struct iovec payload = iovec_of(data, size);
	int status = datagram_send(fd, &way, NO_HEAD, payload);

	/* What the kernel says of a broadcast address, which is no source either. */
	if (way.from && (status == -EINVAL || status == -ENETUNREACH)) {
		way.from = NULL;
		status = datagram_send(fd, &way, NO_HEAD, payload);
	}
	if (status < 0)
		return status;
	return way.from ? 0 : ANSWER_FROM_ANY;
}
