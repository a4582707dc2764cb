#include "selection.h"

#include "net/address.h"
#include "wire/message.h"

#include <netinet/in.h>

int selection_parse(struct selection *selection, const struct text_list *groups, bool tree,
		    struct error *error)
{
	*selection = (struct selection){.tree = tree};
	return wanted_groups_parse(&selection->groups, groups->list, groups->count, AF_UNSPEC,
				   error);
}

bool selection_is_all(const struct selection *selection)
{
	return selection->groups.count == 0 && !selection->tree;
}

/* ---- The kernel's part ---- */

static void add_or(struct text *filter, const char *term)
{
	if (filter->size > 0)
		text_add_string(filter, " or ");
	text_add_string(filter, term);
}

/* libpcap knows no zones. */
static void add_host(struct text *filter, const char *which, const union hostcast_address *host)
{
	char text[HOSTCAST_TEXT_SIZE];

	text_addf(filter, "%s host %s", which, address_plain_text(host, text));
}

static void add_group(struct text *filter, const struct wanted_group *group)
{
	add_or(filter, "(");
	add_host(filter, "dst", &group->group);
	if (group->source.any.sa_family != AF_UNSPEC) {
		text_add_string(filter, " and ");
		add_host(filter, "src", &group->source);
	}
	text_add_string(filter, ")");
}

static bool has_family(const struct selection *selection, int family)
{
	for (size_t i = 0; i < selection->groups.count; i++)
		if (selection->groups.list[i].group.any.sa_family == family)
			return true;
	return false;
}

/* The first four letters of a payload that begins at this place, as a number. */
static void add_types(struct text *filter, const char *place)
{
#define TYPE_NAME(name) #name,
	static const char *const types[] = {MESSAGE_TYPES(TYPE_NAME)};
#undef TYPE_NAME

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		text_addf(filter, "%s%s = 0x%02x%02x%02x%02x", i > 0 ? " or " : "", place,
			  types[i][0], types[i][1], types[i][2], types[i][3]);
}

/* Later fragments do not tell what they are of, and a message may be in some. */
static void add_tree(struct text *filter)
{
	add_or(filter, "(ip and udp and (");
	add_types(filter, "udp[8:4]");
	text_add_string(filter,
			")) or (ip[9] = 17 and ip[6:2] & 0x1fff != 0) or (ip6[6] = 17 and (");
	add_types(filter, "ip6[48:4]");
	text_add_string(filter, ")) or ip6[6] = 44");
}

/* MLD stands behind a hop-by-hop header (0), which libpcap does not look behind in the kernel. */
void selection_filter(const struct selection *selection, struct text *filter)
{
	for (size_t i = 0; i < selection->groups.count; i++)
		add_group(filter, &selection->groups.list[i]);
	if (has_family(selection, AF_INET))
		add_or(filter, "igmp or icmp");
	if (has_family(selection, AF_INET6))
		add_or(filter, "ip6[6] = 0 or icmp6");
	if (selection->tree)
		add_tree(filter);
}

/* ---- The decoder's part ---- */

static bool is_of_tree(const struct packet *packet)
{
	if (packet->transport == TRANSPORT_UDP)
		return packet->udp.is_tree;
	return packet->ip.protocol == IPPROTO_UDP && packet->ip.offset > 0;
}

bool selection_has(const struct selection *selection, const struct frame *frame,
		   const struct packet *packet)
{
	bool is_cut_off = packet->problem && frame->size < frame->wire_size;

	if (selection_is_all(selection) || is_cut_off)
		return true;
	if (selection->groups.count > 0 && wanted_groups_match(&selection->groups, packet))
		return true;
	return selection->tree && is_of_tree(packet);
}
