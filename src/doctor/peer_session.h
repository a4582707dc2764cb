/* The listener's side of one conversation with an asker: the group joined for it, what of its
 * probes arrives, and the probes that are sent to it. peer_server lets nobody begin one that has
 * not proved its address. */
#ifndef DOCTOR_PEER_SESSION_H
#define DOCTOR_PEER_SESSION_H

#include "own_ladder.h"
#include "peer_service.h"
#include "probe_capture.h"
#include "probe_sender.h"
#include "probes.h"

struct datagrams;

/* The asker is silent, or has had its time. The session is still open. */
typedef void peer_session_over_fn(void *context, enum peer_session_end how);

/* What outlives a session. */
struct peer_session_home {
	struct loop *loop;
	struct datagrams *datagrams; /* to read with */
	const struct peer_server_options *options;
	struct peer_counters *counters;
	peer_session_over_fn *over;
	void *context;
};

struct peer_session {
	struct peer_session_home home;
	bool is_open;
	union hostcast_address asker, only_from;
	uint64_t session, token;
	int fd; /* by which it asks */
	struct peer_group group;
	unsigned meeting; /* the interface by which its requests come */
	unsigned beside;  /* the same, where the group is not expected there, but joined all the
			     same: it may come where no program hears it; else 0 */
	struct probe_tally tally, tally_beside;
	struct probe_capture capture;
	struct probe_sender sender;
	bool is_turn, is_done;  /* it has asked for this host's probes; they were sent */
	struct own_ladder *own; /* NULL: it could not be begun */
	struct peer_ladder ladder;
	char problem[PEER_TEXT_SIZE];
	struct monotime began, heard;
	struct loop_timer watchman;
};

/* `home` has been filled in; no session is open. What goes wrong here is told in the report:
 * finding it out is what this is for. It waits for the programs that list the firewall's rules
 * (own_ladder.h). */
void peer_session_open(struct peer_session *session, int fd, const struct peer_message *join,
		       const struct hostcast_message *message);

/* Afterwards the view still holds, with what went wrong in sending. Nothing if it is not open. */
void peer_session_close(struct peer_session *session);

/* Does this come from its asker, who knows the token? */
bool peer_session_is_of(const struct peer_session *session, const struct peer_message *message,
			const union hostcast_address *asker);

/* The same, also if it is over. */
bool peer_session_was_of(const struct peer_session *session, const struct peer_message *message,
			 const union hostcast_address *asker);

struct peer_session_view peer_session_view(const struct peer_session *session);

/* A probe came by the socket of the requests. */
void peer_session_take_probe(struct peer_session *session, const struct peer_message *probe,
			     const struct hostcast_message *message);

/* What is told of it: TOLD. */
struct peer_message peer_session_report(const struct peer_session *session);

/* The asker has sent its probes: says what this host's own rungs have found meanwhile, and sends
 * its own, the first time that it is called. */
void peer_session_take_turn(struct peer_session *session);

#endif
