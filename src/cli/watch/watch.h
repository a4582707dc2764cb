/* hostcast watch: what it learns. */
#ifndef WATCH_WATCH_H
#define WATCH_WATCH_H

#include "watch_state.h"

/* A packet of an interface or a socket. */
void watch_take_packet(struct watch *watch, const struct frame *frame, const struct packet *packet);

/* This host has joined or left a group. */
void watch_take_local(struct watch *watch, const struct membership_event *event);

/* A second has passed. */
void watch_tick(struct watch *watch, int64_t now_ns);

#endif
