#include "tree_hooks.h"

enum { NOTICE_MAX = 600 };

void tree_hooks_notice(const struct tree_hooks *hooks, const char *text)
{
	if (hooks->notice)
		hooks->notice(hooks->context, text);
}

static void tell_refusal(const struct tree_hooks *hooks, struct admitted *admitted,
			 const struct wire_address *from)
{
	char text[NOTICE_MAX];

	if (admitted_refuse(admitted, from, text, sizeof text))
		tree_hooks_notice(hooks, text);
}

void tree_hooks_events(const struct tree_hooks *hooks, struct admitted *admitted,
		       const struct output *output)
{
	for (size_t i = 0; i < output->event_count; i++) {
		const struct event *event = &output->events[i];

		if (event->type == EVENT_NOT_ALLOWED)
			tell_refusal(hooks, admitted, &event->address);
		else if (hooks->event)
			hooks->event(hooks->context, event);
	}
}
