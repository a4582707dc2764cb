#include "tree_options.h"

#include "hostcast.h"

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
