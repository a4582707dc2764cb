/* Which sources of a group a member wants to hear, as its records tell one after the other. Pure.
 */
#ifndef TRAFFIC_SOURCE_FILTER_H
#define TRAFFIC_SOURCE_FILTER_H

#include "decode/membership_message.h"

enum { FILTER_SOURCES_MAX = 16 };

/* These sources, or all but these. All zero: none. */
struct source_filter {
	bool is_exclude;
	bool has_more; /* than there is room for, or than was captured */
	union hostcast_address list[FILTER_SOURCES_MAX];
	size_t count;
	int64_t part_until_ns; /* until then a query for sources of the group is answered */
};

/* RFC 3376 section 6.4. An answer to a query for sources may tell of these alone (section 5.2).
 * Returns how many sources there was no room for. */
size_t source_filter_apply(struct source_filter *filter, const struct membership_message *message,
			   const struct group_record *record, int64_t time_ns);

/* A query came that is for the group, or for sources of it. */
void source_filter_note_query(struct source_filter *filter, const struct membership_message *query,
			      int64_t time_ns);

/* Has its member to answer that query? Where it names sources, who wants none of these says nothing
 * (RFC 3376 section 5.2). False also where that is not known. */
bool source_filter_is_asked(const struct source_filter *filter,
			    const struct membership_message *query);

bool source_filter_wants_nothing(const struct source_filter *filter);

/* The same sources, in whatever order? */
bool source_filter_equal(const struct source_filter *a, const struct source_filter *b);

#endif
