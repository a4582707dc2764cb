#include "words.h"

#include "cli/json.h"
#include "cli/show.h"
#include "net/address.h"

#include <stdio.h>

const char *protocol_text(bool is_mld)
{
	return is_mld ? "MLD" : "IGMP";
}

void add_endpoint(struct text *out, const union hostcast_address *address)
{
	char text[HOSTCAST_TEXT_SIZE];

	if (address_port(address) == 0)
		show_ip(out, address);
	else
		text_add_string(out, hostcast_address_text(address, text));
}

bool wants_sources_only(const struct member *member)
{
	return !member->wanted.is_exclude && (member->wanted.count > 0 || member->wanted.has_more);
}

void add_sources(struct text *out, const struct member *member)
{
	for (size_t i = 0; i < member->wanted.count; i++) {
		if (i > 0)
			text_add_string(out, " ");
		show_ip(out, &member->wanted.list[i]);
	}
}

void add_sources_text(struct text *out, const struct member *member)
{
	add_sources(out, member);
	if (member->wanted.has_more)
		text_add_string(out, member->wanted.count > 0 ? " and more" : "some sources");
}

void json_interface(struct text *out, const struct names *names, unsigned interface)
{
	char name[INTERFACE_TEXT_SIZE];

	json_string(out, "interface", interface_text(names, interface, name));
}

void json_vlan(struct text *out, uint16_t vlan)
{
	if (vlan > 0)
		json_integer(out, "vlan", vlan);
}

void json_ssrc(struct text *out, uint32_t ssrc)
{
	char text[16];

	snprintf(text, sizeof text, "0x%08x", ssrc);
	json_string(out, "ssrc", text);
}

void json_sources(struct text *out, const struct member *member)
{
	char text[HOSTCAST_TEXT_SIZE];

	if (!wants_sources_only(member))
		return;
	json_begin_array(out, "sources");
	for (size_t i = 0; i < member->wanted.count; i++)
		json_array_string(out, address_ip_text(&member->wanted.list[i], text));
	json_end_array(out);
	if (member->wanted.has_more)
		json_bool(out, "more", true);
}

static void json_endpoint(struct text *out, const char *key, const union hostcast_address *address)
{
	if (address_port(address) == 0)
		json_ip(out, key, address);
	else
		json_address(out, key, address);
}

void json_sender(struct text *out, const struct sender *sender)
{
	json_endpoint(out, "source", &sender->source);
	json_endpoint(out, "group", &sender->group);
	json_vlan(out, sender->vlan);
}
