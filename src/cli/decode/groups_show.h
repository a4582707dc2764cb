/* What is known of groups, as text and as JSON. */
#ifndef CLI_DECODE_GROUPS_SHOW_H
#define CLI_DECODE_GROUPS_SHOW_H

#include "traffic/group_history.h"
#include "views.h"

/* One group: members, senders. */
void group_show(struct text *out, const struct group_history *history,
		const struct history_group *group, const struct view_options *options);
void group_show_json(struct text *out, const struct group_history *history,
		     const struct history_group *group, const struct view_options *options);

/* All queriers: a paragraph, or an object each. */
void queriers_show(struct text *out, const struct group_history *history,
		   const struct view_options *options);
void queriers_show_json(struct text *out, const struct group_history *history,
			const struct view_options *options);

#endif
