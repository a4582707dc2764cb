#include "peer_group.h"

#include "net/address.h"
#include "net/datagrams.h"
#include "net/group.h"
#include "net/socket.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <unistd.h>

static int family_of(const struct peer_group *group)
{
	return group->group.any.sa_family;
}

static void close_and_forget(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* ---- Sending ---- */

/* Connected, so that its source is known: the other side joins for it alone, if it is to. */
static int connect_to_group(struct peer_group *g)
{
	int family = family_of(g);
	int status = socket_send_by(g->out, family, g->send_by, &g->send_error);

	if (status == 0) /* what is larger than the path's MTU goes in fragments */
		status = socket_set_no_fragment(g->out, family, false, &g->send_error);
	if (status < 0)
		return status;
	if (connect(g->out, &g->group.any, address_size(&g->group)) < 0)
		return socket_send_error(errno, g->out, &g->group, 0, &g->send_error);
	status = socket_local_address(g->out, &g->source, &g->send_error);
	address_set_port(&g->source, 0);
	return status;
}

void peer_group_open_out(struct peer_group *g)
{
	g->send_error.code = 0;
	g->out = socket_open(family_of(g), SOCK_DGRAM, &g->send_error);
	g->mtu = socket_path_mtu(&g->group, g->send_by);
	if (g->out >= 0 && connect_to_group(g) < 0)
		close_and_forget(&g->out);
}

/* ---- Hearing ---- */

static int join_error(struct peer_group *g, unsigned interface, int refusal)
{
	char text[HOSTCAST_TEXT_SIZE], name[IF_NAMESIZE] = "?";

	if_indextoname(interface, name);
	return error_system(&g->join_error, HOSTCAST_REFUSED, refusal, "cannot join %s on %s",
			    address_ip_text(&g->group, text), name);
}

/* One interface on which it works is enough. */
static int join(struct peer_group *g, const union hostcast_address *from)
{
	int status = error_set(&g->join_error, HOSTCAST_INTERFACE,
			       "no interface is up, can do multicast and has an address");
	size_t joined = 0;

	for (size_t i = 0; i < g->interface_count; i++) {
		unsigned interface = g->interfaces[i];
		int refusal = from ? group_join_source(g->in, &g->group, from, interface)
				   : group_join(g->in, &g->group, interface);

		if (refusal == 0)
			joined++;
		else
			status = join_error(g, interface, refusal);
	}
	if (joined > 0)
		g->join_error.code = status = 0;
	return status;
}

void peer_group_open_in(struct peer_group *g, const union hostcast_address *from)
{
	int family = family_of(g), status;

	g->join_error.code = 0;
	g->in = socket_open(family, SOCK_DGRAM, &g->join_error);
	if (g->in < 0)
		return;
	status = group_prepare_receiver(g->in, family, &g->join_error);
	if (status == 0)
		status = datagrams_want_details(g->in, family, &g->join_error);
	if (status == 0) {
		status = socket_bind(g->in, &g->group, &g->join_error);
		g->is_port_taken = status < 0;
	}
	if (status == 0)
		status = join(g, from);
	if (status < 0)
		close_and_forget(&g->in);
}

void peer_group_close(struct peer_group *g)
{
	close_and_forget(&g->out);
	close_and_forget(&g->in);
}

void peer_error_text(const struct error *error, char text[static PEER_TEXT_SIZE])
{
	snprintf(text, PEER_TEXT_SIZE, "%.*s", PEER_TEXT_SIZE - 1,
		 error->code != 0 ? error->text : "");
}
