#include "membership_words.h"

#include "base/monotime.h"
#include "show.h"

enum { SOURCES_SHOWN = 8, RECORDS_SHOWN = 16 };

static void add_seconds(struct text *out, int64_t ns)
{
	text_addf(out, "%g s", (double)ns / (double)NS_PER_S);
}

/* "10.0.0.1,10.0.0.2", the first of them. */
static void add_sources(struct text *out, const struct membership_message *message,
			struct reader sources, unsigned count)
{
	union hostcast_address source;
	unsigned shown = 0;

	for (; shown < SOURCES_SHOWN && membership_next_source(message, &sources, &source);
	     shown++) {
		text_add_string(out, shown > 0 ? "," : "");
		show_ip(out, &source);
	}
	if (count > shown)
		text_addf(out, "%s%u more", shown > 0 ? "," : "", count - shown);
}

/* "10.0.0.1@232.1.1.1" */
static void add_wanted(struct text *out, const char *verb, const struct membership_message *message,
		       const struct group_record *record)
{
	text_addf(out, "%s ", verb);
	add_sources(out, message, record->sources, record->count);
	text_add_string(out, "@");
	show_ip(out, &record->group);
}

static void add_excluding(struct text *out, const char *verb,
			  const struct membership_message *message,
			  const struct group_record *record)
{
	text_addf(out, "%s ", verb);
	show_ip(out, &record->group);
	if (record->count == 0)
		return;
	text_add_string(out, " except from ");
	add_sources(out, message, record->sources, record->count);
}

static void add_including(struct text *out, const char *verb, const char *verb_of_none,
			  const struct membership_message *message,
			  const struct group_record *record)
{
	if (record->count > 0) {
		add_wanted(out, verb, message, record);
		return;
	}
	text_addf(out, "%s ", verb_of_none);
	show_ip(out, &record->group);
}

void membership_words_of_record(struct text *out, const struct membership_message *message,
				const struct group_record *record)
{
	switch (record->type) {
	case RECORD_IS_INCLUDE:
		add_including(out, "is in", "is not in", message, record);
		break;
	case RECORD_IS_EXCLUDE:
		add_excluding(out, "is in", message, record);
		break;
	case RECORD_TO_INCLUDE:
		add_including(out, "wants only", "leaves", message, record);
		break;
	case RECORD_TO_EXCLUDE:
		add_excluding(out, "joins", message, record);
		break;
	case RECORD_ALLOW:
		add_including(out, "wants", "wants no more sources of", message, record);
		break;
	case RECORD_BLOCK:
		add_including(out, "no longer wants", "gives up no source of", message, record);
		break;
	default:
		text_addf(out, "record of unknown type %u about ", record->type);
		show_ip(out, &record->group);
	}
}

static void add_records(struct text *out, const struct membership_message *message)
{
	struct membership_message left = *message;
	struct group_record record;
	unsigned shown = 0;

	for (; shown < RECORDS_SHOWN && membership_next_record(&left, &record); shown++) {
		text_add_string(out, shown > 0 ? ", " : "");
		membership_words_of_record(out, message, &record);
	}
	if (message->count > shown)
		text_addf(out, "%s%u %s", shown > 0 ? ", " : "", message->count - shown,
			  shown > 0 ? "more records" : "records");
	else if (message->count == 0)
		text_add_string(out, "no records");
}

static void add_report(struct text *out, const struct membership_message *message)
{
	text_add_string(out, " report: ");
	if (message->group.any.sa_family == AF_UNSPEC) {
		add_records(out, message);
		return;
	}
	text_add_string(out, "is in ");
	show_ip(out, &message->group);
}

static void add_query(struct text *out, const struct membership_message *message)
{
	text_add_string(out, " query: who is in ");
	if (message->count > 0) {
		add_sources(out, message, message->sources, message->count);
		text_add_string(out, "@");
	}
	if (message->group.any.sa_family == AF_UNSPEC)
		text_add_string(out, "any group");
	else
		show_ip(out, &message->group);
	text_add_string(out, "? answer within ");
	add_seconds(out, message->response_ns);
	if (message->interval_ns > 0) {
		text_add_string(out, ", asks every ");
		add_seconds(out, message->interval_ns);
	}
	if (message->robustness > 0)
		text_addf(out, ", robustness %u", message->robustness);
	if (message->suppresses)
		text_add_string(out, ", other routers need not act");
}

/* "IGMPv3", "MLDv1", "IGMP" */
static void add_protocol(struct text *out, const struct membership_message *message)
{
	text_add_string(out, message->is_mld ? "MLD" : "IGMP");
	if (message->version > 0)
		text_addf(out, "v%u", message->version);
}

void membership_words(struct text *out, const struct membership_message *message)
{
	add_protocol(out, message);
	switch (message->kind) {
	case MEMBERSHIP_QUERY:
		add_query(out, message);
		break;
	case MEMBERSHIP_REPORT:
		add_report(out, message);
		break;
	case MEMBERSHIP_LEAVE:
		text_add_string(out, message->is_mld ? " done: leaves " : " leave: leaves ");
		show_ip(out, &message->group);
		break;
	case MEMBERSHIP_OTHER:
		text_addf(out, " message of type 0x%02x", message->type);
	}
}
