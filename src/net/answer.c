#include "answer.h"

#include "address.h"
#include "datagrams.h"

#include <errno.h>

int answer_send(int fd, const struct hostcast_message *message, const void *data, size_t size)
{
	const union hostcast_address *from = &message->destination;
	bool is_of_host = !address_is_any(from) && !address_is_multicast(from);
	struct datagram_out out = {
		.payload = {(void *)(uintptr_t)data, size}, /* only read, but the type says not */
		.to = &message->source,
		.from = is_of_host ? from : NULL,
	};
	int status = datagrams_send(fd, &out, 1);

	/* What the kernel says of a broadcast address, which is no source either. */
	if (out.from && (status == -EINVAL || status == -ENETUNREACH)) {
		out.from = NULL;
		status = datagrams_send(fd, &out, 1);
	}
	if (status < 0)
		return status;
	return out.from ? 0 : ANSWER_FROM_ANY;
}
