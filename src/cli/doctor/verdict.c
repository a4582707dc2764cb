#include "verdict.h"

#include "base/monotime.h"
#include "net/address.h"

#include <inttypes.h>
#include <string.h>

void verdict_done(struct verdict *verdict)
{
	text_done(&verdict->first_cause);
}

void verdict_add(struct verdict *verdict, const struct rung *rung, const struct finding *finding)
{
	verdict->examined++;
	verdict->noted += finding->state == RUNG_NOTED;
	verdict->unknown += finding->state == RUNG_UNKNOWN;
	if (finding->state != RUNG_CAUSE || verdict->cause_count == VERDICT_CAUSES_MAX)
		return;
	verdict->causes[verdict->cause_count++] = rung;
	if (verdict->cause_count == 1)
		text_add(&verdict->first_cause, finding->saw.bytes, finding->saw.size);
}

/* Did the group get through, here or between here and the peer? */
static bool is_alive(const struct doctor_case *c)
{
	if (c->peer && c->peer->is_complete) /* rung 14 has found nothing against it */
		return c->peer->to_peer.counts[PROBE_GROUP].arrived > 0;
	return case_is_sending(c, 0) ||
	       (c->observation && observation_at_socket(c->observation, 0) > 0) ||
	       (c->is_switch && case_data_seen(c, 0) > 0);
}

enum verdict_kind verdict_kind(const struct verdict *verdict, const struct doctor_case *c)
{
	if (verdict->cause_count > 0)
		return VERDICT_CAUSE;
	if (c->has_peer && !(c->peer && c->peer->is_complete))
		return VERDICT_NO_ANSWER;
	return is_alive(c) ? VERDICT_HEALTHY : VERDICT_SILENT;
}

const char *verdict_name(enum verdict_kind kind)
{
	static const char *const names[] = {
		[VERDICT_CAUSE] = "cause",
		[VERDICT_HEALTHY] = "healthy",
		[VERDICT_SILENT] = "silent",
		[VERDICT_NO_ANSWER] = "no answer",
	};

	return names[kind];
}

/* ---- In words ---- */

/* Rung 14 speaks for the other host. */
static void add_peer_rung(const struct doctor_case *c, const struct rung *rung, struct text *text)
{
	const struct peer_ladder *ladder = c->peer ? &c->peer->ladder : NULL;
	char peer[HOSTCAST_TEXT_SIZE];

	if (rung->examine != rung_network || !ladder)
		return;
	for (size_t i = 0; i < rung_count; i++) {
		unsigned number = rungs[i].number;

		if (!ladder->is_told[number] || ladder->states[number] != RUNG_CAUSE)
			continue;
		text_addf(text, ": at %s, on its rung %u, %s",
			  address_ip_text(&c->peer->peer, peer), number, rungs[i].title);
		return;
	}
}

static void explain_causes(const struct verdict *verdict, const struct doctor_case *c,
			   struct text *text)
{
	const struct rung *first = verdict->causes[0];

	if (verdict->cause_count == 1) {
		text_addf(text, "The cause is on rung %u, %s", first->number, first->title);
		add_peer_rung(c, first, text);
		if (!verdict->are_rungs_shown) {
			text_add_string(text, ": ");
			text_add(text, verdict->first_cause.bytes, verdict->first_cause.size);
		}
		text_add_string(text,
				". Mend it, then ask again: another one may stand behind it.");
		return;
	}
	text_addf(text, "%zu causes, on the rungs", verdict->cause_count);
	for (size_t i = 0; i < verdict->cause_count; i++)
		text_addf(text, "%s %u (%s)",
			  i == 0                         ? ""
			  : i + 1 < verdict->cause_count ? ","
							 : " and",
			  verdict->causes[i]->number, verdict->causes[i]->title);
	text_add_string(text, ". Mend them from the first on, then ask again.");
}

static double seconds_listened(const struct doctor_case *c)
{
	return c->observation ? (double)c->observation->lasted_ns / (double)NS_PER_S : 0;
}

/* The interface by which it leaves, on the wire and not only looped back; NULL: it does not. */
static const char *left_by(const struct doctor_case *c)
{
	const struct observation *o = c->observation;

	for (size_t i = 0; o && i < o->source_count; i++)
		if (o->sources[i].is_own && o->sources[i].on_wire > 0 && o->sources[i].ttl_most > 0)
			return case_interface_name(c, o->sources[i].interface);
	return NULL;
}

static void explain_sent(const struct doctor_case *c, const char *group, struct text *text)
{
	const char *interface = left_by(c);

	text_addf(text, "this host sends to %s", group);
	if (interface) {
		text_add_string(text, ", and it leaves by ");
		text_add_escaped(text, interface, strlen(interface));
	}
	text_add_string(text, ".");
}

static void explain_healthy(const struct doctor_case *c, const char *group, struct text *text)
{
	uint64_t arrived = c->observation ? observation_at_socket(c->observation, 0) : 0;

	text_add_string(text, "No fault found: ");
	if (c->peer && c->is_sender)
		text_addf(text, "%s gets through to the other host.", group);
	else if (c->peer)
		text_addf(text, "%s gets through, there and back.", group);
	else if (arrived > 0)
		text_addf(text, "%" PRIu64 " datagram%s to %s arrived here in %.1f s.", arrived,
			  arrived == 1 ? "" : "s", group, seconds_listened(c));
	else if (c->is_switch)
		text_addf(text, "%s comes by the bridge of this host, which only switches.", group);
	else
		explain_sent(c, group, text);
}

static void explain_unheard(const struct doctor_case *c, const char *group, struct text *text)
{
	if (c->is_sender && c->observation->no_wire_reason[0]) {
		text_addf(
			text,
			"whether it sends to %s could not be seen in %.1f s: what it sends comes "
			"back to a socket here only where the sender lets it (IP_MULTICAST_LOOP).",
			group, seconds_listened(c));
		return;
	}
	if (c->is_sender) {
		text_addf(text,
			  "it sent nothing to %s in %.1f s: start the sender, then ask again.",
			  group, seconds_listened(c));
		return;
	}
	text_addf(
		text,
		"nothing came to %s in %.1f s: nobody sends, or the network does not carry it. To "
		"tell which, start 'hostcast doctor --listen' on the other host, and here: "
		"hostcast doctor --peer THAT-HOST ",
		group, seconds_listened(c));
	finding_add_target(text, &c->source, &c->group);
}

static void explain_silence(const struct doctor_case *c, const char *group, struct text *text)
{
	uint64_t on_wire = c->observation ? observation_on_wire(c->observation, 0) : 0;

	if (c->peer) {
		text_addf(
			text,
			"No fault found, but whether %s gets through could not be seen (rung 14).",
			group);
	} else if (!c->observation) {
		text_addf(text,
			  "No fault found on this host, as far as it could be examined; nobody "
			  "listened for %s.",
			  group);
	} else if (on_wire > 0) {
		text_addf(text,
			  "%" PRIu64
			  " datagram%s to %s came in, and none reached a socket that has "
			  "joined; what the rungs note is all that is known of that.",
			  on_wire, on_wire == 1 ? "" : "s", group);
	} else {
		text_add_string(text, "No fault found on this host, but ");
		explain_unheard(c, group, text);
	}
}

static void explain_no_answer(const struct doctor_case *c, struct text *text)
{
	text_add_string(text, "No fault found on this host, but the other one could not be asked");
	if (c->peer && c->peer->peer_error[0]) {
		text_add_string(text, ": ");
		text_add_escaped(text, c->peer->peer_error, strlen(c->peer->peer_error));
	}
	text_add_string(text, ".");
}

void verdict_explain_unseen(const struct doctor_case *c, struct text *text)
{
	if (!c->observation || !c->observation->no_wire_reason[0])
		return;
	text_addf(text, "The wire was not seen: %s.", c->observation->no_wire_reason);
}

void verdict_explain(const struct verdict *verdict, const struct doctor_case *c, struct text *text)
{
	char group[HOSTCAST_TEXT_SIZE];

	hostcast_address_text(&c->group, group);
	switch (verdict_kind(verdict, c)) {
	case VERDICT_CAUSE:
		explain_causes(verdict, c, text);
		break;
	case VERDICT_HEALTHY:
		explain_healthy(c, group, text);
		break;
	case VERDICT_SILENT:
		explain_silence(c, group, text);
		break;
	case VERDICT_NO_ANSWER:
		explain_no_answer(c, text);
		break;
	}
	if (verdict->is_cut_short)
		text_add_string(text, " The listening was cut short.");
}
