#include "member_status.h"

#include "status.h"

bool member_status_answer(const struct member *m, struct monotime now, const struct incoming *in,
			  struct output *output)
{
	struct status status;

	status_begin(&status, m->own, in);
	status_add_word(&status, "role", "node");
	status_add_word(&status, "state", member_state_name(m->state));
	status_add_address(&status, "rendezvous", &m->config->rendezvous);
	status_add_address(&status, "seen_as", &m->seen_as);
	for (size_t i = 0; i < m->path_length; i++)
		status_add_address(&status, "path", &m->path[i]);
	status_add_number(&status, "children_most", m->config->children_most);
	for (size_t i = 0; i < m->children.count; i++) {
		const struct child *child = &m->children.list[i];

		status_add_heard(&status, "child", &child->address, now, child->heard);
	}
#define ADD_COUNT(name) status_add_count(&status, #name, m->counters->name);
	MEMBER_COUNTERS(ADD_COUNT)
#undef ADD_COUNT
#define ADD_COUNT(name) status_add_count(&status, #name, m->counters->origin.name);
	ORIGIN_COUNTERS(ADD_COUNT)
#undef ADD_COUNT
	return status_send(&status, output);
}
