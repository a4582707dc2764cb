/* A conversation as text for people, and as JSON objects. */
#ifndef CLI_DECODE_CONVERSATIONS_SHOW_H
#define CLI_DECODE_CONVERSATIONS_SHOW_H

#include "traffic/conversation.h"
#include "views.h"

/* number: of the conversation, from 1. */
void conversation_show(struct text *out, const struct conversation *conversation, size_t number,
		       const struct view_options *options);

/* An object for it, and then one for each step. */
void conversation_show_json(struct text *out, const struct conversation *conversation,
			    size_t number, const struct view_options *options);

#endif
