/* The views that a user has asked for, one after the other over the same packets. */
#ifndef CLI_DECODE_CHOSEN_VIEWS_H
#define CLI_DECODE_CHOSEN_VIEWS_H

#include "cli/session.h"
#include "views.h"

enum { VIEWS_MAX = 5 };

struct chosen_view {
	const struct view *view;
	const char *picture; /* the file that it writes; NULL: it is shown */
	void *state;
};

struct chosen_views {
	struct chosen_view list[VIEWS_MAX];
	size_t count;
};

void chosen_add(struct chosen_views *views, const struct view *view, const char *picture);

/* HOSTCAST_NO_MEMORY. Whether it succeeds or not, chosen_done() frees what it made. */
int chosen_begin(struct chosen_views *views, const struct view_options *options,
		 struct error *error);
void chosen_done(struct chosen_views *views);

/* What is to be shown at once goes to session->out. */
int chosen_take(struct chosen_views *views, const struct view_packet *packet,
		struct session *session, struct error *error);

/* One that does not concern the groups that are named. */
void chosen_take_other(struct chosen_views *views, const struct view_packet *packet);

/* Shows the rest, and writes the pictures; what fails fails the session. */
void chosen_end(struct chosen_views *views, struct session *session);

void chosen_summary_json(const struct chosen_views *views, struct text *out);
void chosen_summary_text(const struct chosen_views *views, struct text *line);

#endif
