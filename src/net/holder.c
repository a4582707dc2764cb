#include "holder.h"

#include "address.h"
#include "process.h"
#include "socket_table.h"

#include <stdio.h>

enum { INODES_MAX = 16 };

struct search {
	int protocol;
	const union hostcast_address *wanted;
	uint64_t inodes[INODES_MAX]; /* of the sockets that are in the way */
	size_t inode_count;
	pid_t last; /* the process named last */
	struct text found;
};

/* Two sockets are in each other's way on one IP, or where one of them has the wildcard. */
static bool collides(const union hostcast_address *bound, const union hostcast_address *wanted)
{
	if (address_port(bound) != address_port(wanted))
		return false;
	if (bound->any.sa_family != wanted->any.sa_family)
		return address_is_any(bound); /* :: serves IPv4 as well */
	return address_is_any(bound) || address_is_any(wanted) || address_same_ip(bound, wanted);
}

static void keep_row(void *context, const struct socket_row *row)
{
	struct search *search = context;

	if (search->protocol == IPPROTO_TCP && row->state != SOCKET_ROW_LISTENS)
		return;
	if (collides(&row->local, search->wanted) && search->inode_count < INODES_MAX)
		search->inodes[search->inode_count++] = row->inode;
}

static void name_holder(void *context, const struct process_socket *socket)
{
	struct search *search = context;

	if (socket->pid == search->last)
		return;
	for (size_t i = 0; i < search->inode_count; i++) {
		if (search->inodes[i] != socket->inode)
			continue;
		text_add_string(&search->found, search->found.size > 0 ? ", " : "");
		process_describe(&search->found, socket->pid);
		search->last = socket->pid;
		return;
	}
}

bool holder_of_port(int protocol, const union hostcast_address *address, char *text, size_t size)
{
	struct search search = {.protocol = protocol, .wanted = address};
	bool is_tcp = protocol == IPPROTO_TCP;

	text[0] = '\0';
	if (address->any.sa_family == AF_INET)
		socket_table_read(is_tcp ? "/proc/net/tcp" : "/proc/net/udp", keep_row, &search);
	socket_table_read(is_tcp ? "/proc/net/tcp6" : "/proc/net/udp6", keep_row, &search);
	if (search.inode_count > 0)
		process_walk_sockets(name_holder, &search);
	snprintf(text, size, "%s", text_string(&search.found));
	text_done(&search.found);
	return text[0] != '\0';
}
