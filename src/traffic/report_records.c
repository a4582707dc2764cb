#include "report_records.h"

struct report_records report_records_of(const struct membership_message *message)
{
	bool is_report = message->kind == MEMBERSHIP_REPORT;

	return (struct report_records){
		.message = *message,
		.is_old = message->kind == MEMBERSHIP_LEAVE ||
			  message->group.any.sa_family != AF_UNSPEC,
		.is_done = !is_report && message->kind != MEMBERSHIP_LEAVE,
	};
}

bool report_records_next(struct report_records *records, struct group_record *record)
{
	const struct membership_message *message = &records->message;

	if (records->is_done)
		return false;
	if (!records->is_old)
		return membership_next_record(&records->message, record);
	records->is_done = true;
	*record = (struct group_record){
		.type = message->kind == MEMBERSHIP_LEAVE ? RECORD_TO_INCLUDE : RECORD_IS_EXCLUDE,
		.group = message->group,
	};
	return message->group.any.sa_family != AF_UNSPEC;
}
