#include "planted.h"

static bool is_type(const struct incoming *in, enum message_type type)
{
	struct message message;

	return message_decode(in->bytes, in->size, &message) == DECODED && message.type == type;
}

/* One in eight, always the same ones. */
static bool is_unlucky(const struct incoming *in)
{
	return in->size > HEADER_SIZE && in->bytes[in->size - 1] % 8 == 0;
}

/* Who the receiver is, and no more: a path of the sender alone. */
static void cut_path(struct incoming *in)
{
	struct message message;
	struct wire_address address;

	message_decode(in->bytes, in->size, &message);
	if (message_next_address(&message, &address))
		in->size = (size_t)(message.body.at - in->bytes);
}

bool planted_receive(const struct world *world, const struct node *node, struct incoming *in)
{
	switch (world->scenario->planted) {
	case PLANTED_STRANGERS:
		if (node->member.state == MEMBER_ATTACHED && is_type(in, MESSAGE_DATA))
			in->from = node->member.path[0];
		return true;
	case PLANTED_SILENT_DROP:
		return !(is_type(in, MESSAGE_DATA) && is_unlucky(in));
	case PLANTED_SHORT_PATHS:
		if (is_type(in, MESSAGE_YJOI))
			cut_path(in);
		return true;
	case PLANTED_TWO_ROOTS:
		return !(node->member.state == MEMBER_ROOT && is_type(in, MESSAGE_NREG));
	default:
		return true;
	}
}

unsigned planted_times(const struct world *world, const struct incoming *in)
{
	bool is_twice = world->scenario->planted == PLANTED_TWICE && is_type(in, MESSAGE_DATA) &&
			is_unlucky(in);

	return is_twice ? 2 : 1;
}

void planted_after(const struct world *world, struct node *node)
{
	struct children *children = &node->member.children;

	if (world->scenario->planted != PLANTED_IMMORTALS)
		return;
	for (size_t i = 0; i < children->count; i++)
		children->list[i].heard = world_clock(node, world->now_ns);
}
