#include "tell.h"

#include "cli/json.h"
#include "cli/querier_json.h"
#include "cli/show.h"
#include "net/address.h"
#include "net/mac.h"
#include "screen.h"
#include "words.h"

#include <stdio.h>
#include <string.h>

/* ---- Lines and objects ---- */

static bool is_json(const struct watch *watch)
{
	return watch->options->common.json;
}

/* The name in JSON; and, of events that share a sentence, the words between who and what. */
static const struct {
	const char *name, *words;
} events[] = {
	[EVENT_JOIN] = {"join", " joins "},
	[EVENT_LEAVE] = {"leave", " leaves "},
	[EVENT_EXPIRED] = {"expired", " is heard no more as a member of "},
	[EVENT_SENDER] = {"sender", ": a new sender, "},
	[EVENT_SILENT] = {"silent", " has been silent for "},
	[EVENT_RESUMED] = {"resumed", " is heard again, after "},
	[EVENT_WRONG_MAC] = {"wrong_mac", ": a packet to a MAC address that is not the group's, "},
	[EVENT_BAD_CHECKSUM] = {"bad_checksum", ": a packet with a bad checksum"},
	[EVENT_STREAM] = {"stream", NULL},
	[EVENT_LOSS] = {"loss", NULL},
	[EVENT_FEEDS] = {"feeds", NULL},
	[EVENT_QUERIER] = {"querier", NULL},
	[EVENT_QUERIER_SILENT] = {"querier_silent", NULL},
	[EVENT_HOOK] = {"hook", NULL},
};

/* Where the event is written: its JSON object is open, or its line begun. */
static struct text *begin(struct watch *watch, enum watch_event event, int64_t time_ns,
			  unsigned interface)
{
	char name[INTERFACE_TEXT_SIZE];

	if (is_json(watch)) {
		json_begin_event(&watch->session.out, events[event].name);
		json_integer(&watch->session.out, "time_ns", time_ns);
		if (interface > 0)
			json_interface(&watch->session.out, &watch->names, interface);
		return &watch->session.out;
	}
	text_clear(&watch->line);
	show_time(&watch->line, time_ns);
	text_add_string(&watch->line, " ");
	if (interface > 0)
		text_addf(&watch->line, "%s ", interface_text(&watch->names, interface, name));
	return &watch->line;
}

static void end(struct watch *watch)
{
	if (is_json(watch)) {
		json_end_event(&watch->session.out);
		session_result(&watch->session);
	} else if (watch->screen) {
		event_log_add(&watch->log, text_string(&watch->line));
		screen_touch(watch->screen);
	} else {
		text_add(&watch->session.out, watch->line.bytes, watch->line.size);
		text_add_string(&watch->session.out, "\n");
		session_result(&watch->session);
	}
}

/* The same for what --count counts. */
static void end_event(struct watch *watch)
{
	int64_t count = watch->options->common.count;

	end(watch);
	watch->events++;
	if (count != NOT_GIVEN && watch->events >= (uint64_t)count)
		session_end(&watch->session, EXIT_DONE);
}

static void add_vlan(struct text *out, uint16_t vlan)
{
	if (vlan > 0)
		text_addf(out, " in VLAN %u", vlan);
}

static void add_seconds(struct text *out, int64_t ns)
{
	text_addf(out, "%.3g s", (double)ns / (double)NS_PER_S);
}

/* ---- Memberships ---- */

static void member_json(struct text *out, const struct member *member)
{
	json_ip(out, "group", &member->group);
	json_ip(out, "member", &member->address);
	json_vlan(out, member->vlan);
	json_string(out, "protocol", querier_protocol_name(member->is_mld));
	json_integer(out, "version", member->version);
	json_sources(out, member);
}

static void member_text(struct text *out, enum watch_event event, const struct member *member)
{
	show_ip(out, &member->address);
	text_add_string(out, events[event].words);
	show_ip(out, &member->group);
	if (wants_sources_only(member)) {
		text_add_string(out, ", only from ");
		add_sources_text(out, member);
	}
	add_vlan(out, member->vlan);
	text_addf(out, " (%sv%u)", protocol_text(member->is_mld), member->version);
	if (event == EVENT_EXPIRED)
		text_add_string(out, ": no answer of it to a query came by here in time");
}

void tell_member(struct watch *watch, enum watch_event event, int64_t time_ns,
		 const struct member *member)
{
	struct text *out = begin(watch, event, time_ns, member->interface);

	if (is_json(watch))
		member_json(out, member);
	else
		member_text(out, event, member);
	end_event(watch);
}

void tell_local(struct watch *watch, enum watch_event event, int64_t time_ns, unsigned interface,
		const union hostcast_address *group)
{
	struct text *out = begin(watch, event, time_ns, interface);

	if (is_json(watch)) {
		json_ip(out, "group", group);
		json_bool(out, "this_host", true);
	} else {
		text_addf(out, "this host%s", events[event].words);
		show_ip(out, group);
	}
	end_event(watch);
}

/* ---- Senders ---- */

static void add_way(struct text *out, const struct sender *sender)
{
	add_endpoint(out, &sender->source);
	text_add_string(out, " > ");
	add_endpoint(out, &sender->group);
	add_vlan(out, sender->vlan);
}

static void sender_text(struct text *out, enum watch_event event, const struct sender *sender,
			int64_t silence_ns)
{
	char mac[MAC_TEXT_SIZE];

	add_way(out, sender);
	text_add_string(out, events[event].words);
	if (event == EVENT_SENDER)
		text_addf(out, "TTL %u", sender->ttl_least);
	else if (event == EVENT_WRONG_MAC)
		text_add_string(out, mac_text(sender->wrong_mac_last, mac));
	else if (silence_ns > 0)
		add_seconds(out, silence_ns);
}

void tell_sender(struct watch *watch, enum watch_event event, int64_t time_ns,
		 const struct sender *sender, int64_t silence_ns)
{
	struct text *out = begin(watch, event, time_ns, sender->interface);
	char mac[MAC_TEXT_SIZE];

	if (is_json(watch)) {
		json_sender(out, sender);
		json_integer(out, "ttl", sender->ttl_least);
		if (silence_ns > 0)
			json_integer(out, "silence_ns", silence_ns);
		if (event == EVENT_WRONG_MAC)
			json_string(out, "mac", mac_text(sender->wrong_mac_last, mac));
	} else {
		sender_text(out, event, sender, silence_ns);
	}
	end_event(watch);
}

static void add_payload_type(struct text *out, uint8_t payload_type)
{
	const char *name = rtp_payload_name(payload_type);

	text_addf(out, "payload type %u", payload_type);
	if (name)
		text_addf(out, " (%s)", name);
}

void tell_stream(struct watch *watch, int64_t time_ns, const struct sender *sender,
		 const struct rtp_stream *stream)
{
	struct text *out = begin(watch, EVENT_STREAM, time_ns, sender->interface);

	if (is_json(watch)) {
		json_sender(out, sender);
		json_ssrc(out, stream->ssrc);
		json_integer(out, "payload_type", stream->payload_type);
	} else {
		add_way(out, sender);
		text_addf(out, ": RTP, SSRC 0x%08x, ", stream->ssrc);
		add_payload_type(out, stream->payload_type);
	}
	end_event(watch);
}

void tell_loss(struct watch *watch, int64_t time_ns, const struct sender *sender,
	       const struct rtp_stream *stream, uint64_t packets)
{
	struct text *out = begin(watch, EVENT_LOSS, time_ns, sender->interface);

	if (is_json(watch)) {
		json_sender(out, sender);
		json_ssrc(out, stream->ssrc);
		json_integer(out, "packets", (int64_t)packets);
		json_integer(out, "lost", (int64_t)rtp_stream_lost(stream));
	} else {
		add_way(out, sender);
		text_addf(out, ": RTP, SSRC 0x%08x, lost ", stream->ssrc);
		show_quantity(out, packets, "packet", "packets");
		text_addf(out, " (%llu in all)", (unsigned long long)rtp_stream_lost(stream));
	}
	end_event(watch);
}

void tell_feeds(struct watch *watch, int64_t time_ns, const struct feed_pair *pair)
{
	struct text *out = begin(watch, EVENT_FEEDS, time_ns, 0);

	if (is_json(watch)) {
		json_ssrc(out, pair->ssrc);
		json_begin_array(out, "feeds");
		for (size_t i = 0; i < 2; i++) {
			json_begin_object(out);
			json_address(out, "source", &pair->feeds[i].source);
			json_address(out, "group", &pair->feeds[i].group);
			json_end_object(out);
		}
		json_end_array(out);
	} else {
		text_addf(out, "two feeds of one stream (RTP, SSRC 0x%08x): ", pair->ssrc);
		for (size_t i = 0; i < 2; i++) {
			text_add_string(out, i > 0 ? " and " : "");
			add_endpoint(out, &pair->feeds[i].source);
			text_add_string(out, " > ");
			add_endpoint(out, &pair->feeds[i].group);
		}
	}
	end_event(watch);
}

/* ---- Queriers and hooks ---- */

static void querier_text(struct text *out, enum watch_event event, const struct querier *querier)
{
	if (event == EVENT_QUERIER_SILENT) {
		text_addf(out, "no %s querier is heard any more", protocol_text(querier->is_mld));
		add_vlan(out, querier->vlan);
		text_add_string(out, "; the last one was ");
		show_ip(out, &querier->address);
		text_add_string(out, ": where switches snoop, memberships will end");
		return;
	}
	show_ip(out, &querier->address);
	text_addf(out, " is the %sv%u querier", protocol_text(querier->is_mld), querier->version);
	add_vlan(out, querier->vlan);
	text_add_string(out, querier_interval_is_known(querier) ? ", every " : ", probably every ");
	add_seconds(out, querier_interval_ns(querier));
}

void tell_querier(struct watch *watch, enum watch_event event, int64_t time_ns,
		  const struct querier *querier)
{
	struct text *out = begin(watch, event, time_ns, querier->interface);

	if (is_json(watch)) {
		querier_json(out, querier);
		json_integer(out, "interval_ns", querier_interval_ns(querier));
	} else {
		querier_text(out, event, querier);
	}
	end_event(watch);
}

void tell_hook(struct watch *watch, int64_t time_ns, const char *program, int status)
{
	struct text *out = begin(watch, EVENT_HOOK, time_ns, 0);

	if (is_json(watch)) {
		json_string(out, "program", program);
		json_integer(out, "status", status);
	} else {
		text_add_string(out, "hook ");
		text_add_escaped(out, program, strlen(program));
		text_addf(out, " ended with status %d", status);
	}
	end(watch);
}
