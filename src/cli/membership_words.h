/* IGMP and MLD messages in words: parts of a line or a comment. */
#ifndef CLI_MEMBERSHIP_WORDS_H
#define CLI_MEMBERSHIP_WORDS_H

#include "base/text.h"
#include "decode/membership_message.h"

/* "IGMPv3 report: joins 224.1.1.1, wants 10.0.0.1@232.1.1.1" */
void membership_words(struct text *out, const struct membership_message *message);

/* "leaves 224.1.1.1": one record of a report. */
void membership_words_of_record(struct text *out, const struct membership_message *message,
				const struct group_record *record);

#endif
