#include "packet_show.h"

#include "membership_words.h"
#include "net/address.h"
#include "net/mac.h"
#include "traffic/group_mac.h"
#include "traffic/report_records.h"
#include "tree_words.h"

enum { RECORDS_COMMENTED = 4 };

/* Between two things that are said. */
static void separate(struct text *out, size_t before)
{
	text_add_string(out, out->size > before ? "; " : "");
}

static void add_group_mac(struct text *out, const union hostcast_address *group)
{
	uint8_t mac[MAC_SIZE];
	char text[MAC_TEXT_SIZE], ip[HOSTCAST_TEXT_SIZE];

	mac_of_group(group, mac);
	text_addf(out, "the MAC address of %s is %s", address_ip_text(group, ip),
		  mac_text(mac, text));
}

/* Its first records, and the MAC address of each group that is spoken of. */
static void comment_on_report(struct text *out, const struct membership_message *message)
{
	struct report_records records = report_records_all(message);
	struct group_record record;
	size_t before = out->size;

	for (unsigned i = 0; i < RECORDS_COMMENTED && report_records_next(&records, &record); i++) {
		separate(out, before);
		membership_words_of_record(out, message, &record);
		if (!address_is_multicast(&record.group))
			continue;
		text_add_string(out, "; ");
		add_group_mac(out, &record.group);
	}
}

static void comment_on_tree(struct text *out, const struct message *message)
{
	text_addf(out, "%s ", message_type_name(message->type));
	tree_words(out, message);
}

static void comment_on_wrong_mac(struct text *out, const struct packet *packet)
{
	text_add_string(out, "the destination MAC address is not the group's: ");
	add_group_mac(out, &packet->destination);
}

void packet_show_comment(struct text *out, const struct packet *packet)
{
	size_t before = out->size;

	if (packet->transport == TRANSPORT_MEMBERSHIP)
		comment_on_report(out, &packet->membership);
	else if (packet->transport == TRANSPORT_UDP && packet->udp.is_tree)
		comment_on_tree(out, &packet->udp.tree);
	if (group_mac_is_wrong(packet_group_mac(packet))) {
		separate(out, before);
		comment_on_wrong_mac(out, packet);
	}
}
