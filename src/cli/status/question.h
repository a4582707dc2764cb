/* One rendezvous point or node that is asked for its state (T-16). Each question has a socket of
 * its own, connected to whom it is put to: answers come from there alone, and so does what ICMP
 * says. */
#ifndef CLI_STATUS_QUESTION_H
#define CLI_STATUS_QUESTION_H

#include "base/error.h"
#include "core/report.h"
#include "run/loop.h"

enum {
	QUESTION_SIZE = 1200,           /* bytes of a request: any path carries it whole */
	QUESTION_SIZE_MAX = 16 * 1024,  /* and where the reply needs more */
	QUESTION_GROWTHS_MAX = 3,       /* times that it is put again for that reason */
	QUESTION_GROWTH_SLACK = 64,     /* ages and counts may have another digit by then */
	QUESTION_REPLY_MAX = 64 * 1024, /* what is larger is no UDP */
};

struct question {
	struct loop *loop;
	int64_t wait_ns;                          /* for each of ATTEMPTS requests */
	void (*ended)(struct question *question); /* it may be put anew from in there */
	void *context;                            /* the owner's */

	union hostcast_address to;
	bool is_open;
	int fd;
	struct loop_timer timer;
	unsigned attempts, growths, unreadable;
	size_t size; /* of the request */

	/* Once it has ended. */
	const char *problem; /* why there is no report, in a few words; NULL: there is one */
	struct error error;  /* the same as a sentence that says what to do */
	struct report report;
};

/* Puts the question. `ended` is called later, never from here; if this fails it is not called, and
 * `problem` and `error` tell why. */
int question_put(struct question *question, const union hostcast_address *to);

/* Wants no answer any more. */
void question_drop(struct question *question);

#endif
