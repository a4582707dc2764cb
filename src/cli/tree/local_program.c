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
	train_path_init(&program->path, program->fd, false);
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

/* An error may be that of an earlier datagram, which nobody took: what stands first is tried once
 * more before it counts as lost. */
static void send_all(struct local_program *program, struct trains *trains)
{
	const struct way way = {0}; /* connected */
	int status;

	while ((status = trains_send(trains, program->fd, &way, &program->path)) < 0) {
		if (status == -ECONNREFUSED) {
			program->is_refused = true;
			program->failed++; /* that earlier one, which was counted as passed */
			program->passed--;
			status = trains_send(trains, program->fd, &way, &program->path);
		}
		if (status < 0)
			program->failed += trains_skip(trains);
	}
	program->passed += trains->sent;
	trains_clear(trains);
}

static void give(struct local_program *program, struct trains *trains,
		 const struct arrival *delivery)
{
	for (size_t i = 0, count = arrival_count(delivery); i < count; i++) {
		struct iovec payload = arrival_payload(delivery, i);

		if (trains_add(trains, NO_HEAD, payload))
			continue;
		send_all(program, trains);
		trains_add(trains, NO_HEAD, payload);
	}
}

void local_program_give(struct local_program *program, const struct arrival *deliveries,
			size_t count)
{
	struct trains trains;

	if (program->fd < 0)
		return;
	trains_clear(&trains);
	for (size_t i = 0; i < count; i++)
		give(program, &trains, &deliveries[i]);
	send_all(program, &trains);
}
