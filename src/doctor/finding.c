#include "finding.h"

const char *rung_state_name(enum rung_state state)
{
	static const char *const names[] = {
		[RUNG_GOOD] = "good",
		[RUNG_UNKNOWN] = "unknown",
		[RUNG_NOTED] = "noted",
		[RUNG_CAUSE] = "cause",
	};

	return names[state];
}
