#include "admission.h"

bool admission_has(const struct admission *admission, const struct wire_address *address)
{
	for (size_t i = 0; i < admission->count; i++)
		if (wire_network_has(&admission->networks[i], address->ip))
			return true;
	return false;
}
