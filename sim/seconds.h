/* Times as text: seconds, with as many decimals as they need. */
#ifndef SIM_SECONDS_H
#define SIM_SECONDS_H

#include "base/text.h"

void seconds_write(struct text *text, int64_t ns);

/* Reads seconds with up to nine decimals and moves *at behind them; false if there are none. */
bool seconds_read(const char **at, int64_t *ns);

#endif
