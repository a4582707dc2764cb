/* The live screen of watch, by ncurses: what is known above, the last events below. Keys: q ends, p
 * pauses, s sorts otherwise, arrows and page keys move. */
#ifndef WATCH_SCREEN_H
#define WATCH_SCREEN_H

#include "rows.h"

/* Takes the terminal. NULL, having printed nothing, where there can be none: standard input or
 * output is no terminal, it is one that cannot move its cursor, or the program was built without
 * ncurses. */
struct screen *screen_new(struct watch *watch);

/* Restores the terminal; NULL is allowed. */
void screen_free(struct screen *screen);

/* Something has changed: it is drawn soon, with what else changes until then. */
void screen_touch(struct screen *screen);

#endif
