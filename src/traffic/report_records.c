#include "report_records.h"

#include "net/address.h"

struct report_records report_records_all(const struct membership_message *message)
{
	bool is_report = message->kind == MEMBERSHIP_REPORT;

	return (struct report_records){
		.message = *message,
		.is_old = message->kind == MEMBERSHIP_LEAVE ||
			  message->group.any.sa_family != AF_UNSPEC,
		.is_done = !is_report && message->kind != MEMBERSHIP_LEAVE,
		.has_all = true,
	};
}

struct report_records report_records_of(const struct packet *packet)
{
	const struct membership_message *message = &packet->membership;
	struct report_records records = report_records_all(message);
	bool is_from_nobody = message->is_mld && address_is_any(&packet->source);

	records.is_done = records.is_done || message->checksum == CHECKSUM_BAD || is_from_nobody;
	records.has_all = false;
	return records;
}

/* The group of an older message, as a record. */
static bool take_old(struct report_records *records, struct group_record *record)
{
	const struct membership_message *message = &records->message;

	records->is_done = true;
	*record = (struct group_record){
		.type = message->kind == MEMBERSHIP_LEAVE ? RECORD_TO_INCLUDE : RECORD_IS_EXCLUDE,
		.group = message->group,
	};
	return message->group.any.sa_family != AF_UNSPEC;
}

static bool is_reserved(const struct group_record *record)
{
	return record->type < RECORD_IS_INCLUDE || record->type > RECORD_BLOCK;
}

bool report_records_next(struct report_records *records, struct group_record *record)
{
	if (records->is_done)
		return false;
	if (records->is_old)
		return take_old(records, record);
	while (membership_next_record(&records->message, record))
		if (records->has_all || !is_reserved(record))
			return true;
	return false;
}

bool group_record_ends(const struct group_record *record)
{
	return group_record_meaning(record) == RECORD_LEAVES ||
	       (record->type == RECORD_BLOCK && address_is_source_specific(&record->group));
}
