#include "chosen_views.h"

#include "cli/write_file.h"

#include <assert.h>

void chosen_add(struct chosen_views *views, const struct view *view, const char *picture)
{
	assert(views->count < VIEWS_MAX);
	views->list[views->count++] = (struct chosen_view){.view = view, .picture = picture};
}

int chosen_begin(struct chosen_views *views, const struct view_options *options,
		 struct error *error)
{
	for (size_t i = 0; i < views->count; i++) {
		views->list[i].state = views->list[i].view->begin(options);
		if (!views->list[i].state)
			return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	}
	return 0;
}

void chosen_done(struct chosen_views *views)
{
	for (size_t i = 0; i < views->count; i++)
		if (views->list[i].state)
			views->list[i].view->free(views->list[i].state);
}

int chosen_take(struct chosen_views *views, const struct view_packet *packet,
		struct session *session, struct error *error)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < views->count; i++) {
		struct chosen_view *chosen = &views->list[i];
		size_t before = session->out.size;

		code = chosen->view->take(chosen->state, packet, &session->out, error);
		if (session->out.size > before)
			session_result(session);
	}
	return code;
}

void chosen_take_other(struct chosen_views *views, const struct view_packet *packet)
{
	for (size_t i = 0; i < views->count; i++)
		if (views->list[i].view->take_other)
			views->list[i].view->take_other(views->list[i].state, packet);
}

static int end_shown(struct chosen_view *chosen, struct session *session, struct error *error)
{
	size_t before = session->out.size;
	int code = chosen->view->end(chosen->state, &session->out, error);

	if (session->out.size > before)
		session_result(session);
	return code;
}

static int end_picture(struct chosen_view *chosen, struct session *session, struct error *error)
{
	struct text picture = {0};
	int code = chosen->view->end(chosen->state, &picture, error);

	if (code == VIEW_EMPTY)
		session_notice(session, "%s is empty: %s", chosen->picture,
			       chosen->view->why_empty);
	if (code >= 0)
		code = write_file(chosen->picture, &picture, error);
	text_done(&picture);
	return code;
}

void chosen_end(struct chosen_views *views, struct session *session)
{
	struct error error;

	for (size_t i = 0; i < views->count; i++) {
		struct chosen_view *chosen = &views->list[i];
		int code = chosen->picture ? end_picture(chosen, session, &error)
					   : end_shown(chosen, session, &error);

		if (code < 0)
			session_fail(session, &error);
	}
}

void chosen_summary_json(const struct chosen_views *views, struct text *out)
{
	for (size_t i = 0; i < views->count; i++)
		if (views->list[i].view->summary_json)
			views->list[i].view->summary_json(views->list[i].state, out);
}

void chosen_summary_text(const struct chosen_views *views, struct text *line)
{
	for (size_t i = 0; i < views->count; i++)
		if (views->list[i].view->summary_text)
			views->list[i].view->summary_text(views->list[i].state, line);
}
