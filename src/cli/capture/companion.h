/* The command that runs while packets are captured: `hostcast capture ... -- COMMAND`. It has the
 * terminal; what is captured is shown elsewhere, or not at all. */
#ifndef CLI_CAPTURE_COMPANION_H
#define CLI_CAPTURE_COMPANION_H

#include "run/child.h"
#include "run/loop.h"

struct companion {
	struct loop *loop;
	struct child child;
	bool is_running;
	int status; /* with which it ended */
	void (*ended)(void *context);
	void *context;
};

/* loop, ended and context are set. As long as it runs signals are its own: none ends this process.
 */
int companion_start(struct companion *companion, char *const *arguments, struct error *error);

/* The signal that the loop is telling, unless the terminal has sent it to the command, too. */
void companion_pass_signal(const struct companion *companion);

/* Standard error is the terminal from which the command reads, or to which it writes: whatever is
 * shown there is in its way. */
bool companion_has_standard_error(void);

#endif
