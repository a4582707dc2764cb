#include "state.h"

struct wire_address member_parent(const struct member *m)
{
	return m->path_length > 0 ? m->path[0] : (struct wire_address){.port = 0};
}

bool member_is_parent(const struct member *m, const struct wire_address *address)
{
	return m->path_length > 0 && wire_address_equal(&m->path[0], address);
}

bool member_is_candidate(const struct member *m, const struct wire_address *address)
{
	return m->state == MEMBER_JOINING && wire_address_equal(&m->candidate, address);
}

bool member_is_self(const struct member *m, const struct wire_address *address)
{
	return own_has(m->own, address) || wire_address_equal(&m->seen_as, address);
}

const char *member_state_name(enum member_state state)
{
	static const char *const NAMES[] = {
		[MEMBER_IDLE] = "idle",
		[MEMBER_ASKING] = "asking",
		[MEMBER_REGISTERING] = "registering",
		[MEMBER_JOINING] = "joining",
		[MEMBER_WAITING] = "waiting",
		[MEMBER_ATTACHED] = "attached",
		[MEMBER_ROOT] = "root",
	};

	return NAMES[state];
}

/* ---- What must hold ---- */

static bool is_in(const struct wire_address *list, size_t count, const struct wire_address *address)
{
	for (size_t i = 0; i < count; i++)
		if (wire_address_equal(&list[i], address))
			return true;
	return false;
}

const char *member_check(const struct member *m)
{
	if (m->children.count > m->config->children_most)
		return "more children than allowed";
	for (size_t i = 0; i < m->children.count; i++) {
		const struct child *child = &m->children.list[i];

		if (is_in(m->path, m->path_length, &child->address))
			return "a child stands on the root path";
		if (own_has(m->own, &child->address))
			return "a node is its own child";
		for (size_t j = 0; j < i; j++)
			if (wire_address_equal(&child->address, &m->children.list[j].address))
				return "a child is there twice";
	}
	for (size_t i = 0; i < m->path_length; i++)
		if (!wire_address_is_usable(&m->path[i]))
			return "an address that cannot be used stands on the root path";
	if (m->path_length > PATH_MAX_LENGTH)
		return "the root path is too long";
	if ((m->state == MEMBER_ATTACHED) != (m->path_length > 0))
		return "a root path without a parent, or a parent without a root path";
	if (m->candidate_count > CANDIDATES_MAX)
		return "more candidates than there is room for";
	if (m->state == MEMBER_JOINING && member_is_self(m, &m->candidate))
		return "a node asks itself";
	return NULL;
}
