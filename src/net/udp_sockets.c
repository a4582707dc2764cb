#include "udp_sockets.h"

#include "address.h"
#include "base/list.h"
#include "process.h"
#include "socket_table.h"

#include <stdlib.h>

struct reading {
	struct udp_sockets *sockets;
	uint16_t port;
	bool is_out_of_memory;
};

static void keep_row(void *context, const struct socket_row *row)
{
	struct reading *reading = context;
	struct udp_sockets *sockets = reading->sockets;
	struct udp_socket *grown;

	if (reading->port != 0 && address_port(&row->local) != reading->port)
		return;
	grown = list_grow(sockets->list, sockets->count, &sockets->room, sizeof *grown);
	if (!grown) {
		reading->is_out_of_memory = true;
		return;
	}
	sockets->list = grown;
	sockets->list[sockets->count++] = (struct udp_socket){
		.local = row->local, .inode = row->inode, .uid = row->uid, .drops = row->drops};
}

static int by_inode(const void *a, const void *b)
{
	const struct udp_socket *x = a, *y = b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

static struct udp_socket *find(const struct udp_sockets *sockets, uint64_t inode)
{
	struct udp_socket key = {.inode = inode};

	if (sockets->count == 0)
		return NULL;
	return bsearch(&key, sockets->list, sockets->count, sizeof key, by_inode);
}

static void name_process(void *context, const struct process_socket *socket)
{
	struct udp_socket *found = find(context, socket->inode);

	if (!found || found->pid != 0)
		return;
	found->pid = socket->pid;
	found->fd = socket->fd;
}

int udp_sockets_read(uint16_t port, struct udp_sockets *sockets, struct error *error)
{
	struct reading reading = {.sockets = sockets, .port = port};

	*sockets = (struct udp_sockets){0};
	socket_table_read("/proc/net/udp", keep_row, &reading);
	socket_table_read("/proc/net/udp6", keep_row, &reading);
	if (reading.is_out_of_memory)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	if (sockets->count == 0)
		return 0;
	qsort(sockets->list, sockets->count, sizeof *sockets->list, by_inode);
	process_walk_sockets(name_process, sockets);
	return 0;
}

void udp_sockets_done(struct udp_sockets *sockets)
{
	free(sockets->list);
	*sockets = (struct udp_sockets){0};
}

const struct udp_socket *udp_socket_by_inode(const struct udp_sockets *sockets, uint64_t inode)
{
	return find(sockets, inode);
}
