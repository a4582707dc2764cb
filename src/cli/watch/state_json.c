#include "state_json.h"

#include "cli/json.h"
#include "cli/querier_json.h"
#include "words.h"

static void memberships_json(struct text *out, const struct watch *watch)
{
	const struct memberships *memberships = local_memberships(watch->local);

	json_begin_array(out, "memberships");
	for (size_t i = 0; i < memberships->count; i++) {
		const struct membership *membership = &memberships->list[i];

		if (!watch_wants_group(watch, &membership->group) ||
		    !watch_wants_interface(watch, membership->interface))
			continue;
		json_begin_object(out);
		json_ip(out, "group", &membership->group);
		json_interface(out, &watch->names, membership->interface);
		json_end_object(out);
	}
	json_end_array(out);
}

static void member_json(struct text *out, const struct watch *watch, const struct member *member,
			int64_t now_ns)
{
	int64_t ends_ns = member_ends_ns(&watch->members, member, &watch->queriers, now_ns);

	json_begin_object(out);
	json_ip(out, "group", &member->group);
	json_ip(out, "member", &member->address);
	json_interface(out, &watch->names, member->interface);
	json_vlan(out, member->vlan);
	json_string(out, "protocol", querier_protocol_name(member->is_mld));
	json_integer(out, "version", member->version);
	json_sources(out, member);
	json_integer(out, "since_ns", member->first_ns);
	json_integer(out, "heard_ns", member->last_ns);
	if (ends_ns > 0)
		json_integer(out, "ends_in_ns", ends_ns - now_ns);
	json_end_object(out);
}

static void members_json(struct text *out, const struct watch *watch, int64_t now_ns)
{
	json_begin_array(out, "members");
	for (size_t i = 0; i < watch->members.count; i++) {
		const struct member *member = members_at(&watch->members, i);

		if (!member->has_left && watch_wants_group(watch, &member->group))
			member_json(out, watch, member, now_ns);
	}
	json_end_array(out);
}

static void sender_json(struct text *out, const struct names *names, const struct sender *sender,
			const struct live_sender *live)
{
	json_begin_object(out);
	json_sender(out, sender);
	json_interface(out, names, sender->interface);
	json_integer(out, "datagrams", (int64_t)sender->datagrams);
	json_integer(out, "bytes", (int64_t)sender->bytes);
	json_real(out, "datagrams_per_second", live->datagrams_per_s);
	json_real(out, "bits_per_second", live->bits_per_s);
	json_integer(out, "size_least", (int64_t)sender->size_least);
	json_integer(out, "size_most", (int64_t)sender->size_most);
	json_integer(out, "ttl_least", sender->ttl_least);
	json_integer(out, "ttl_most", sender->ttl_most);
	json_integer(out, "heard_ns", sender->last_ns);
	json_integer(out, "longest_silence_ns", sender->longest_silence_ns);
	json_bool(out, "silent", live->is_silent);
	json_integer(out, "wrong_mac", (int64_t)sender->wrong_mac);
	json_integer(out, "bad_checksums", (int64_t)sender->bad_checksums);
	json_end_object(out);
}

static void senders_json(struct text *out, const struct watch *watch)
{
	json_begin_array(out, "senders");
	for (size_t i = 0; i < watch->senders.senders.count; i++)
		sender_json(out, &watch->names, &watch->senders.senders.list[i],
			    &watch->senders.live[i]);
	json_end_array(out);
}

static void stream_json(struct text *out, const struct names *names, const struct sender *sender,
			const struct rtp_stream *stream)
{
	json_begin_object(out);
	json_sender(out, sender);
	json_interface(out, names, sender->interface);
	json_ssrc(out, stream->ssrc);
	json_integer(out, "payload_type", stream->payload_type);
	if (rtp_payload_name(stream->payload_type))
		json_string(out, "encoding", rtp_payload_name(stream->payload_type));
	if (stream->clock_hz > 0) {
		json_integer(out, "clock_hz", stream->clock_hz);
		json_bool(out, "clock_guessed", stream->is_clock_guessed);
		json_real(out, "jitter_us",
			  (double)rtp_stream_jitter_ns(stream) / (double)NS_PER_US);
	}
	json_integer(out, "received", (int64_t)rtp_stream_received(stream));
	json_integer(out, "lost", (int64_t)rtp_stream_lost(stream));
	json_integer(out, "longest_loss",
		     (int64_t)sequence_longest_gap(&stream->sequence, stream->sequence.next));
	json_integer(out, "duplicates", (int64_t)stream->sequence.duplicates);
	json_integer(out, "reordered", (int64_t)stream->sequence.reordered);
	json_integer(out, "restarts", (int64_t)stream->restarts);
	json_integer(out, "wild", (int64_t)stream->wild);
	json_end_object(out);
}

static void streams_json(struct text *out, const struct watch *watch)
{
	json_begin_array(out, "streams");
	for (size_t i = 0; i < watch->senders.senders.count; i++) {
		const struct live_stream *stream = watch->senders.live[i].streams;

		for (; stream; stream = stream->next)
			stream_json(out, &watch->names, &watch->senders.senders.list[i],
				    &stream->rtp);
	}
	json_end_array(out);
}

static void feed_json(struct text *out, const struct names *names, const struct feed_pair *pair,
		      int feed)
{
	json_begin_object(out);
	json_address(out, "source", &pair->feeds[feed].source);
	json_address(out, "group", &pair->feeds[feed].group);
	json_interface(out, names, pair->feeds[feed].interface);
	json_integer(out, "lost", (int64_t)feed_lost(pair, feed));
	json_integer(out, "first", (int64_t)pair->first[feed]);
	json_end_object(out);
}

static void pair_json(struct text *out, const struct names *names, const struct feed_pair *pair)
{
	json_begin_object(out);
	json_ssrc(out, pair->ssrc);
	json_begin_array(out, "feeds");
	feed_json(out, names, pair, 0);
	feed_json(out, names, pair, 1);
	json_end_array(out);
	json_integer(out, "by_both", (int64_t)pair->both);
	json_integer(out, "by_one", (int64_t)(pair->only[0] + pair->only[1]));
	json_integer(out, "lost", (int64_t)pair->neither);
	json_integer(out, "ahead_ns", pair->ahead_ns);
	json_integer(out, "ahead_least_ns", pair->ahead_least_ns);
	json_integer(out, "ahead_most_ns", pair->ahead_most_ns);
	json_integer(out, "late", (int64_t)pair->late);
	json_integer(out, "different", (int64_t)pair->different);
	json_integer(out, "restarts", (int64_t)pair->restarts);
	json_end_object(out);
}

static void feeds_json(struct text *out, const struct watch *watch)
{
	json_begin_array(out, "feeds");
	for (size_t i = 0; i < watch->feeds.count; i++)
		if (watch->feeds.list[i]->is_matched)
			pair_json(out, &watch->names, watch->feeds.list[i]);
	json_end_array(out);
}

static void one_querier_json(struct text *out, const struct watch *watch,
			     const struct querier *querier, int64_t now_ns)
{
	json_begin_object(out);
	json_interface(out, &watch->names, querier->interface);
	querier_json(out, querier);
	json_bool(out, "elected",
		  queriers_elected(&watch->queriers, querier->interface, querier->vlan,
				   querier->is_mld, now_ns) == querier);
	if (querier->general > 0) {
		json_integer(out, "interval_ns", querier_interval_ns(querier));
		json_integer(out, "next_in_ns",
			     querier->last_general_ns + querier_interval_ns(querier) - now_ns);
	}
	json_end_object(out);
}

static void queriers_json(struct text *out, const struct watch *watch, int64_t now_ns)
{
	json_begin_array(out, "queriers");
	for (size_t i = 0; i < watch->queriers.count; i++)
		one_querier_json(out, watch, &watch->queriers.list[i], now_ns);
	json_end_array(out);
}

void state_json(struct watch *watch, int64_t now_ns)
{
	struct text *out = &watch->session.out;

	json_begin_event(out, "state");
	json_integer(out, "time_ns", now_ns);
	memberships_json(out, watch);
	members_json(out, watch, now_ns);
	senders_json(out, watch);
	streams_json(out, watch);
	feeds_json(out, watch);
	queriers_json(out, watch, now_ns);
	json_end_event(out);
	session_result(&watch->session);
}
