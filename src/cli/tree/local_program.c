#include "local_program.h"

#include "net/address.h"
#include "net/socket.h"

#include <errno.h>
#include <unistd.h>

int local_program_open(struct local_program *program, const union hostcast_address *address,
		       struct error *error)
{
	program->address = *address;
	program->fd = socket_open(address->any.sa_family, SOCK_DGRAM, error);
	if (program->fd < 0)
		return program->fd;
	if (connect(program->fd, &address->any, address_size(address)) == 0)
		return 0;
	return socket_send_error(errno, program->fd, address, 0, error);
}

void local_program_close(struct local_program *program)
{
	if (program->fd >= 0)
		close(program->fd);
	program->fd = -1;
}

/* An error may be that of an earlier datagram, which nobody took: the first one of the list is
 * tried once more before it counts as lost. */
static size_t send_some(struct local_program *program, const struct datagram_out *list,
			size_t count)
{
	int sent = datagrams_send(program->fd, list, count);

	if (sent == -ECONNREFUSED) {
		program->is_refused = true;
		program->failed++; /* that earlier one, which was counted as passed */
		program->passed--;
		sent = datagrams_send(program->fd, list, count);
	}
	if (sent < 0) {
		program->failed++;
		return 1;
	}
	program->passed += (uint64_t)sent;
	return (size_t)sent;
}

void local_program_give(struct local_program *program, const struct delivery *deliveries,
			size_t count)
{
	struct datagram_out list[HOSTCAST_BATCH];

	if (program->fd < 0)
		return;
	for (size_t i = 0; i < count; i++)
		list[i] = (struct datagram_out){
			.payload = {(void *)(uintptr_t)deliveries[i].data, deliveries[i].size}};
	for (size_t done = 0; done < count;)
		done += send_some(program, list + done, count - done);
}
