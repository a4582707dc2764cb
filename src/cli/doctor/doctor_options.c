#include "doctor_options.h"

#include "net/interface.h"

int doctor_find_interfaces(const struct text_list *names, unsigned list[static LIST_MAX],
			   struct error *error)
{
	struct interfaces interfaces = {0};
	int status = names->count > 0 ? interfaces_read(&interfaces, error) : 0;

	for (size_t i = 0; status == 0 && i < names->count; i++)
		status = interface_find(&interfaces, names->list[i], &list[i], error);
	interfaces_done(&interfaces);
	return status;
}
