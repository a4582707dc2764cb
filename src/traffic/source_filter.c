#include "source_filter.h"

#include "net/address.h"

/* Of a query this many sources are compared with those of each member, lest one packet keep the
 * processor busy; whether the rest is wanted is not known. */
enum { ASKED_MOST = 16 };

static size_t find(const struct source_filter *filter, const union hostcast_address *source)
{
	size_t i = 0;

	while (i < filter->count && !address_same_ip(&filter->list[i], source))
		i++;
	return i;
}

/* False: no room. */
static bool add(struct source_filter *filter, const union hostcast_address *source)
{
	if (find(filter, source) < filter->count)
		return true;
	if (filter->count == FILTER_SOURCES_MAX)
		return false;
	filter->list[filter->count++] = *source;
	return true;
}

static void take_away(struct source_filter *filter, const union hostcast_address *source)
{
	size_t at = find(filter, source);

	if (at < filter->count)
		filter->list[at] = filter->list[--filter->count];
}

static size_t add_all(struct source_filter *filter, const struct membership_message *message,
		      const struct group_record *record)
{
	struct reader sources = record->sources;
	union hostcast_address source;
	size_t read = 0, refused = 0;

	for (; membership_next_source(message, &sources, &source); read++)
		refused += !add(filter, &source);
	if (refused > 0 || read < record->count)
		filter->has_more = true;
	return refused;
}

static void take_all_away(struct source_filter *filter, const struct membership_message *message,
			  const struct group_record *record)
{
	struct reader sources = record->sources;
	union hostcast_address source;

	while (membership_next_source(message, &sources, &source))
		take_away(filter, &source);
}

static size_t replace(struct source_filter *filter, bool is_exclude,
		      const struct membership_message *message, const struct group_record *record)
{
	*filter = (struct source_filter){
		.is_exclude = is_exclude,
		.part_until_ns = filter->part_until_ns,
	};
	return add_all(filter, message, record);
}

static size_t change(struct source_filter *filter, bool adds,
		     const struct membership_message *message, const struct group_record *record)
{
	if (adds)
		return add_all(filter, message, record);
	take_all_away(filter, message, record);
	return 0;
}

size_t source_filter_apply(struct source_filter *filter, const struct membership_message *message,
			   const struct group_record *record, int64_t time_ns)
{
	switch (record->type) {
	case RECORD_IS_INCLUDE: /* a part is taken as routers take it (RFC 3376 section 6.4.1) */
		return time_ns < filter->part_until_ns
			       ? change(filter, !filter->is_exclude, message, record)
			       : replace(filter, false, message, record);
	case RECORD_TO_INCLUDE:
		return replace(filter, false, message, record);
	case RECORD_IS_EXCLUDE:
	case RECORD_TO_EXCLUDE:
		return replace(filter, true, message, record);
	case RECORD_ALLOW:
		return change(filter, !filter->is_exclude, message, record);
	case RECORD_BLOCK:
		return change(filter, filter->is_exclude, message, record);
	default: /* reserved: to be passed over (RFC 3376 section 4.2.12) */
		return 0;
	}
}

void source_filter_note_query(struct source_filter *filter, const struct membership_message *query,
			      int64_t time_ns)
{
	if (query->count > 0)
		filter->part_until_ns = time_ns + query->response_ns;
}

bool source_filter_is_asked(const struct source_filter *filter,
			    const struct membership_message *query)
{
	struct reader sources = query->sources;
	union hostcast_address source;

	if (query->count == 0)
		return true;
	for (size_t i = 0; i < ASKED_MOST && membership_next_source(query, &sources, &source);
	     i++) {
		bool is_listed = find(filter, &source) < filter->count;

		if (filter->is_exclude ? !is_listed && !filter->has_more : is_listed)
			return true;
	}
	return false;
}

bool source_filter_wants_nothing(const struct source_filter *filter)
{
	return !filter->is_exclude && filter->count == 0 && !filter->has_more;
}

bool source_filter_equal(const struct source_filter *a, const struct source_filter *b)
{
	if (a->is_exclude != b->is_exclude || a->count != b->count || a->has_more != b->has_more)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (find(b, &a->list[i]) == b->count)
			return false;
	return true;
}
