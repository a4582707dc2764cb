#include "querier_json.h"

#include "json.h"

const char *querier_protocol_name(bool is_mld)
{
	return is_mld ? "mld" : "igmp";
}

/* Nothing of what is not known. */
static void add_positive(struct text *out, const char *key, int64_t value)
{
	if (value > 0)
		json_integer(out, key, value);
}

void querier_json(struct text *out, const struct querier *querier)
{
	json_ip(out, "address", &querier->address);
	add_positive(out, "vlan", querier->vlan);
	json_string(out, "protocol", querier_protocol_name(querier->is_mld));
	json_integer(out, "version", querier->version);
	json_integer(out, "general_queries", (int64_t)querier->general);
	json_integer(out, "specific_queries", (int64_t)querier->specific);
	json_integer(out, "first_ns", querier->first_ns);
	json_integer(out, "last_ns", querier->last_ns);
	add_positive(out, "told_interval_ns", querier->told_interval_ns);
	add_positive(out, "seen_interval_ns", querier->seen_interval_ns);
	add_positive(out, "response_ns", querier->response_ns);
	add_positive(out, "robustness", querier->robustness);
}
