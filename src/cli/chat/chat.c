#include "chat.h"

#include "chat_show.h"
#include "cli/show.h"
#include "net/address.h"

#include <inttypes.h>
#include <string.h>
#include <sys/epoll.h>

/* A newcomer is answered so soon, and however many come, no sooner than so long after the last
 * announcement. */
#define ANSWER_DELAY_NS    (200 * NS_PER_MS)
#define ANSWER_INTERVAL_NS NS_PER_S

#define LEAVING_MAX_NS     NS_PER_S /* what cannot be sent by then is given up */

static struct span name_span(const char *name)
{
	return (struct span){name, strlen(name)};
}

/* ---- Speaking ---- */

/* In a tree also what waits for a root. */
static bool is_all_sent(const struct chat *chat)
{
	return chat->queue.count == 0 && show_counter(chat->handle, "tree_held") == 0;
}

static void end_when_all_is_sent(struct chat *chat)
{
	if (chat->is_leaving && is_all_sent(chat))
		session_end(&chat->session, EXIT_DONE);
}

/* While the socket is full nothing more is read from the user. */
static bool send_queue(struct chat *chat)
{
	bool is_accepted = true;
	int status;

	while ((status = chat_queue_send(&chat->queue)) < 0) {
		session_error(&chat->session, "%s", hostcast_error_text(chat->handle));
		is_accepted = false;
	}
	if (chat->input && chat->queue.count > 0)
		input_pause(chat->input);
	else if (chat->input)
		input_resume(chat->input);
	end_when_all_is_sent(chat);
	return is_accepted;
}

static int enqueue(struct chat *chat, const union hostcast_address *to, enum chat_kind kind,
		   struct span text)
{
	struct text datagram = {0};
	int status = HOSTCAST_NO_MEMORY;

	chat_build(&datagram, kind, chat->name, text);
	if (!datagram.failed)
		status = chat_queue_add(&chat->queue, to, datagram.bytes, datagram.size);
	text_done(&datagram);
	return status;
}

bool chat_say(struct chat *chat, const union hostcast_address *to, enum chat_kind kind,
	      struct span text)
{
	int status = enqueue(chat, to, kind, text);

	if (status < 0) {
		session_error(&chat->session, "not sent: %s", hostcast_strerror(status));
		return false;
	}
	return send_queue(chat);
}

static void announce(struct chat *chat, enum chat_kind kind)
{
	chat_say(chat, NULL, kind, (struct span){NULL, 0});
}

/* ---- Being here ---- */

static void on_presence(void *context)
{
	struct chat *chat = context;
	struct loop *loop = chat->session.loop;

	chat->announced = loop_now(loop);
	loop_set_timer(loop, &chat->presence,
		       monotime_add(chat->announced, chat->options->presence_ns));
	if (chat->queue.count < CHAT_QUEUE_MAX - 1) /* else the next one makes up for it */
		announce(chat, CHAT_HERE);
}

/* The next announcement comes sooner, so that a newcomer knows who is here. It goes to the group: a
 * unicast answer to a forged source that does not exist would wait for seconds in the kernel, for
 * its link-layer address (ARP, RFC 826), and take the room in the socket that the user's lines
 * need. */
static void answer_newcomer(struct chat *chat)
{
	struct loop *loop = chat->session.loop;
	struct monotime soon = monotime_add(loop_now(loop), ANSWER_DELAY_NS);
	struct monotime allowed = monotime_add(chat->announced, ANSWER_INTERVAL_NS);

	if (monotime_is_before(soon, allowed))
		soon = allowed;
	if (!chat->is_leaving && monotime_is_before(soon, chat->presence.deadline))
		loop_set_timer(loop, &chat->presence, soon);
}

/* ---- Leaving ---- */

static bool is_message(const struct chat_datagram *datagram)
{
	return chat_parse(datagram->data, datagram->size).kind == CHAT_TALK;
}

static void on_leaving_over(void *context)
{
	struct chat *chat = context;
	size_t unsent = 0;

	for (size_t i = 0; i < chat->queue.count; i++) {
		const struct chat_datagram *datagram = &chat->queue.list[i];

		if (!is_message(datagram))
			continue;
		unsent++;
		*(datagram->to.any.sa_family ? &chat->private_sent : &chat->sent) -= 1;
	}
	chat->refused += unsent;
	if (chat->queue.count > 0)
		session_error(&chat->session,
			      "the socket was full for %d s: not sent are %zu of your lines, and "
			      "that you have left",
			      (int)(LEAVING_MAX_NS / NS_PER_S), unsent);
	if (show_counter(chat->handle, "tree_held") > 0)
		session_error(&chat->session,
			      "no root of the tree is known: %" PRIu64 " of your lines and "
			      "announcements are lost",
			      show_counter(chat->handle, "tree_held"));
	session_end(&chat->session, EXIT_PARTIAL);
}

void chat_leave(struct chat *chat)
{
	if (chat->is_leaving)
		return;
	chat->is_leaving = true;
	loop_stop_timer(chat->session.loop, &chat->presence);
	loop_set_timer(chat->session.loop, &chat->leaving,
		       monotime_add(loop_now(chat->session.loop), LEAVING_MAX_NS));
	announce(chat, CHAT_LEFT);
	end_when_all_is_sent(chat); /* also if there was no memory to announce it */
}

/* ---- Showing ---- */

bool chat_shares_name(const struct chat *chat, struct span name,
		      const union hostcast_address *address)
{
	bool is_own =
		name.size == strlen(chat->name) && memcmp(name.bytes, chat->name, name.size) == 0;

	return (is_own && address) || chat_members_share_name(&chat->members, name, address);
}

static void show(struct chat *chat, struct chat_event event)
{
	event.needs_address =
		chat->options->common.verbose || chat_shares_name(chat, event.name, event.source) ||
		(event.kind == EVENT_RENAME && chat_shares_name(chat, event.text, event.source));
	if (chat->options->common.json)
		chat_show_json(&chat->session.out, &event);
	else
		chat_show_text(&chat->session.out, &event);
	session_result(&chat->session);
}

static void show_malformed(struct chat *chat, const struct hostcast_message *message)
{
	chat->malformed++;
	if (chat->options->common.json)
		chat_show_malformed_json(&chat->session.out, message);
	else
		chat_show_malformed_text(&chat->session.out, message);
	session_result(&chat->session);
}

/* ---- Silence ---- */

static int64_t silence_limit(const struct chat *chat)
{
	return CHAT_MISSED_MAX * chat->options->presence_ns;
}

static void watch_silence(struct chat *chat)
{
	struct monotime when;

	if (chat_members_next_silent(&chat->members, silence_limit(chat), &when))
		loop_set_timer(chat->session.loop, &chat->silence, when);
}

static void on_silence(void *context)
{
	struct chat *chat = context;
	struct monotime now = loop_now(chat->session.loop);
	struct chat_member silent;

	while (chat_members_take_silent(&chat->members, now, silence_limit(chat), &silent))
		show(chat, (struct chat_event){.kind = EVENT_GONE,
					       .name = name_span(silent.name),
					       .source = &silent.address,
					       .silent_ns = silence_limit(chat)});
	watch_silence(chat);
}

/* ---- Hearing ---- */

static void tell_overflow(struct chat *chat)
{
	if (chat->is_overflow_told)
		return;
	chat->is_overflow_told = true;
	session_notice(&chat->session,
		       "more than %d are here: what the others say is shown, but /who "
		       "and /msg do not know them",
		       CHAT_MEMBERS_MAX);
}

/* Announced or not, a new name for an address is shown once. */
static void hear_name(struct chat *chat, const struct chat_line *line,
		      const union hostcast_address *source, enum chat_news news, const char *former)
{
	struct chat_event event = {.source = source, .name = line->name};

	if (line->kind == CHAT_JOINED) {
		event.kind = EVENT_JOIN;
	} else if (news == CHAT_NAMED) {
		event.kind = EVENT_RENAME;
		event.name = name_span(former);
		event.text = line->kind == CHAT_RENAMED ? line->text : line->name;
	} else if (line->kind == CHAT_RENAMED && news != CHAT_KNOWN) {
		event.kind = EVENT_RENAME;
		event.text = line->text;
	} else if (line->kind == CHAT_HERE && news == CHAT_NEW) {
		event.kind = EVENT_HERE;
	} else {
		return;
	}
	show(chat, event);
}

static void hear_talk(struct chat *chat, const struct chat_line *line,
		      const struct hostcast_message *message)
{
	bool is_private_talk =
		!chat->options->is_tree && !address_is_multicast(&message->destination);

	*(is_private_talk ? &chat->private_received : &chat->received) += 1;
	show(chat, (struct chat_event){.kind = is_private_talk ? EVENT_PRIVATE : EVENT_MESSAGE,
				       .name = line->name,
				       .source = &message->source,
				       .text = line->text});
}

static void hear_leaving(struct chat *chat, const struct chat_line *line,
			 const union hostcast_address *source)
{
	chat_members_remove(&chat->members, (struct chat_speaker){source, line->name});
	show(chat, (struct chat_event){.kind = EVENT_LEAVE, .name = line->name, .source = source});
}

/* Who only talks, like a script with a new port each time, is no member. */
static enum chat_news hear_member(struct chat *chat, const struct chat_line *line,
				  const union hostcast_address *source, char former[CHAT_NAME_SIZE])
{
	struct monotime now = loop_now(chat->session.loop);
	struct chat_speaker speaker = {source, line->name};

	if (line->kind == CHAT_TALK)
		return chat_members_hear_talk(&chat->members, speaker, now, former);
	if (line->kind == CHAT_JOINED || line->kind == CHAT_HERE)
		return chat_members_hear(&chat->members, speaker, now, former);
	speaker.name = line->text;
	return chat_members_rename(&chat->members, speaker, line->name, now, former);
}

static void hear(struct chat *chat, const struct hostcast_message *message)
{
	const union hostcast_address *source = &message->source;
	struct chat_line line = chat_parse(message->data, message->size);
	char former[CHAT_NAME_SIZE] = "";
	enum chat_news news;

	if (line.kind == CHAT_OTHER || message->flags & HOSTCAST_CUT_OFF) {
		show_malformed(chat, message);
		return;
	}
	if (line.kind == CHAT_LEFT) {
		hear_leaving(chat, &line, source);
		return;
	}
	news = hear_member(chat, &line, source, former);
	if (news == CHAT_NO_ROOM)
		tell_overflow(chat);
	if (!chat->silence.is_set)
		watch_silence(chat);
	hear_name(chat, &line, source, news, former);
	if (line.kind == CHAT_TALK)
		hear_talk(chat, &line, message);
	if (line.kind == CHAT_JOINED)
		answer_newcomer(chat);
}

static void on_ready(void *context, uint32_t events)
{
	struct hostcast_message messages[HOSTCAST_BATCH];
	struct chat *chat = context;
	int count = hostcast_receive(chat->handle, messages, HOSTCAST_BATCH);

	(void)events;
	if (count < 0 &&
	    count != HOSTCAST_ADDRESS) { /* that: a member's host refuses, she is gone */
		session_fail_handle(&chat->session, chat->handle, count);
		return;
	}
	for (int i = 0; i < count; i++)
		if (!(messages[i].flags & HOSTCAST_OWN))
			hear(chat, &messages[i]);
	if (chat->queue.count > 0)
		send_queue(chat);
	session_print_notices(&chat->session, chat->handle);
	end_when_all_is_sent(chat);
}

int chat_join(struct chat *chat)
{
	struct loop *loop = chat->session.loop;
	struct error error;
	int status;

	chat->presence = (struct loop_timer){.function = on_presence, .context = chat};
	chat->silence = (struct loop_timer){.function = on_silence, .context = chat};
	chat->leaving = (struct loop_timer){.function = on_leaving_over, .context = chat};
	if (loop_watch(loop, hostcast_fd(chat->handle), EPOLLIN, on_ready, chat, &error) < 0)
		return session_fail(&chat->session, &error);
	status = enqueue(chat, NULL, CHAT_JOINED, (struct span){NULL, 0});
	if (status == 0)
		status = chat_queue_send(&chat->queue);
	if (status < 0)
		return session_fail_handle(&chat->session, chat->handle, status);
	loop_set_timer(loop, &chat->presence,
		       monotime_add(loop_now(loop), chat->options->presence_ns));
	return EXIT_DONE;
}
