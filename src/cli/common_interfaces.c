#include "common_interfaces.h"

#include "net/interface.h"

int common_interfaces(const struct common_options *options, unsigned list[static LIST_MAX],
		      size_t *count, struct error *error)
{
	const struct text_list *names = &options->interfaces;
	struct interfaces interfaces = {0};
	int status = names->count > 0 ? interfaces_read(&interfaces, error) : 0;
	unsigned index;

	*count = 0;
	for (size_t i = 0; status == 0 && i < names->count; i++) {
		status = interface_find(&interfaces, names->list[i], &index, error);
		if (status == 0 && !interface_is_listed(list, *count, index))
			list[(*count)++] = index;
	}
	interfaces_done(&interfaces);
	return status;
}
