#include "tree_options.h"

#include "hostcast.h"
#include "net/networks.h"
#include "run/tree/tree_address.h"

bool tree_options_are_given(const struct tree_options *options)
{
	return options->listen || options->allowed.count > 0;
}

int tree_options_apply(const struct tree_options *options, struct hostcast *handle)
{
	int code = options->listen ? hostcast_set_source(handle, options->listen) : 0;

	for (size_t i = 0; code == 0 && i < options->allowed.count; i++)
		code = hostcast_set_allowed(handle, options->allowed.list[i]);
	return code;
}

int parse_allowed(const struct text_list *texts, struct wire_network *networks, struct error *error)
{
	for (size_t i = 0; i < texts->count; i++) {
		struct network network;
		int status = network_parse(texts->list[i], &network, error);

		if (status < 0)
			return status;
		networks[i] = wire_of_network(&network);
	}
	return 0;
}
