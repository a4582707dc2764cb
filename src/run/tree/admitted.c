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
	admitted->is_default = allowed_count == 0;
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

/* Does one that stands before it admit all that it does? */
static bool is_repeated(const struct admitted *admitted, size_t index)
{
	const struct wire_network *network = &admitted->networks[index];

	for (size_t i = 0; i < index; i++)
		if (admitted->networks[i].prefix <= network->prefix &&
		    wire_network_has(&admitted->networks[i], network->ip))
			return true;
	return false;
}

/* Networks that the user chooses take the place of the default ones: those are named too. */
static size_t write_defaults(const struct admitted *admitted, int family, char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < admitted->count && used < size; i++) {
		struct network network = network_of_wire(&admitted->networks[i]);
		char name[HOSTCAST_TEXT_SIZE];

		if (network.address.any.sa_family != family || is_repeated(admitted, i))
			continue;
		used += (size_t)snprintf(text + used, size - used, " --allow %s",
					 network_text(&network, name));
	}
	return used;
}

static void write_refusal(const struct admitted *admitted, const char *who,
			  const struct network *network, char *text, size_t size)
{
	char name[HOSTCAST_TEXT_SIZE];
	size_t used = (size_t)snprintf(
		text, size, "%s is not served, its network is not allowed; to admit it: --allow %s",
		who, network_text(network, name));

	if (admitted->is_default && used < size) {
		used += (size_t)snprintf(text + used, size - used, " and, to keep those of now,");
		used += used < size ? write_defaults(admitted, network->address.any.sa_family,
						     text + used, size - used)
				    : 0;
	}
	if (admitted->refused_count == REFUSED_MAX && used < size)
		snprintf(text + used, size - used, "; further networks are only counted");
}

bool admitted_refuse(struct admitted *admitted, const struct wire_address *from, char *text,
		     size_t size)
{
	const struct admission admission = admitted_admission(admitted);
	union hostcast_address address = address_of_wire(from);
	struct network network;
	char who[HOSTCAST_TEXT_SIZE];

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
		write_refusal(admitted, who, &network, text, size);
	return true;
}
