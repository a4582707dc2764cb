#include "admitted.h"

#include "net/address.h"
#include "tree_address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct wire_network LOOPBACK[] = {
	{.ip = {[10] = 0xff, [11] = 0xff, [12] = 127}, .prefix = 104},
	{.ip = {[15] = 1}, .prefix = 128},
};

enum { LOOPBACKS = sizeof LOOPBACK / sizeof LOOPBACK[0] };

/* A prefix of 0 would be everybody, which is not what being attached means. */
static size_t add_attached(struct wire_network *networks, const struct attachment *attachments,
			   size_t count)
{
	size_t added = LOOPBACKS;

	memcpy(networks, LOOPBACK, sizeof LOOPBACK);
	for (size_t i = 0; i < count; i++)
		if (attachments[i].network.prefix > 0)
			networks[added++] = wire_of_network(&attachments[i].network);
	return added;
}

int admitted_init(struct admitted *admitted, const struct wire_network *allowed,
		  size_t allowed_count, const struct attachment *attachments,
		  size_t attachment_count, struct error *error)
{
	size_t room = allowed_count > 0 ? allowed_count : LOOPBACKS + attachment_count;

	*admitted = (struct admitted){.networks = calloc(room, sizeof *admitted->networks)};
	if (!admitted->networks)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	admitted->count = allowed_count;
	if (allowed_count > 0)
		memcpy(admitted->networks, allowed, allowed_count * sizeof *allowed);
	else
		admitted->count = add_attached(admitted->networks, attachments, attachment_count);
	return 0;
}

void admitted_done(struct admitted *admitted)
{
	free(admitted->networks);
	admitted->networks = NULL;
}

struct admission admitted_admission(const struct admitted *admitted)
{
	return (struct admission){admitted->networks, admitted->count};
}

static bool is_known(const struct admitted *admitted, const struct network *network)
{
	for (size_t i = 0; i < admitted->refused_count; i++)
		if (address_equal(&admitted->refused[i].address, &network->address))
			return true;
	return false;
}

bool admitted_refuse(struct admitted *admitted, const struct wire_address *from, char *text,
		     size_t size)
{
	const struct admission admission = admitted_admission(admitted);
	union hostcast_address address = address_of_wire(from);
	struct network network;
	char who[HOSTCAST_TEXT_SIZE], around[HOSTCAST_TEXT_SIZE];

	if (address.any.sa_family == AF_UNSPEC || admitted->refused_count == REFUSED_MAX ||
	    admission_has(&admission, from)) /* refused for another reason */
		return false;
	network = network_around(&address);
	if (is_known(admitted, &network))
		return false;
	admitted->refused[admitted->refused_count++] = network;
	address_ip_text(&address, who);
	if (!wire_address_is_usable(from))
		snprintf(text, size,
			 "%s is not served: addresses in a tree must mean the same everywhere, "
			 "which link-local ones do not",
			 who);
	else
		snprintf(text, size,
			 "%s is not served, its network is not allowed; to admit it: --allow %s%s",
			 who, network_text(&network, around),
			 admitted->refused_count < REFUSED_MAX
				 ? ""
				 : " (further networks are only counted)");
	return true;
}
