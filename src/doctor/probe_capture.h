/* Who put the group's probes onto this link: MAC addresses, which a socket does not tell. Captured
 * on the interfaces on which the group is joined; without the right to, nothing is, and nobody
 * misses it. */
#ifndef DOCTOR_PROBE_CAPTURE_H
#define DOCTOR_PROBE_CAPTURE_H

#include "capture/live.h"
#include "peer_group.h"
#include "peer_message.h"
#include "run/loop.h"

enum { PROBE_CAPTURES_MAX = 8 };

/* A probe was seen, and the way by which it came. */
typedef void probe_captured_fn(void *context, const struct peer_message *probe,
			       const struct probe_path *path);

struct probe_capture {
	struct loop *loop;
	probe_captured_fn *captured;
	void *context;
	struct captured_interface {
		struct probe_capture *owner;
		struct live *live;
		char name[IF_NAMESIZE];
	} list[PROBE_CAPTURES_MAX];
	size_t count, wanted; /* interfaces */
};

/* It stays where it is until probe_capture_close(). */
void probe_capture_open(struct probe_capture *capture, struct loop *loop,
			const struct peer_group *group, probe_captured_fn *captured, void *context);
void probe_capture_close(struct probe_capture *capture);

/* While it is open: has it seen all that came, on each of the interfaces? */
bool probe_capture_is_whole(const struct probe_capture *capture);

#endif
