/* What is known now, as one JSON object. */
#ifndef WATCH_STATE_JSON_H
#define WATCH_STATE_JSON_H

#include "watch_state.h"

/* {"event":"state", ... } */
void state_json(struct watch *watch, int64_t now_ns);

#endif
