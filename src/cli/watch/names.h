/* The names of this host's interfaces, kept so that not every row and event asks the system. */
#ifndef WATCH_NAMES_H
#define WATCH_NAMES_H

#include <net/if.h>
#include <stddef.h>

enum { NAMES_MAX = 256, INTERFACE_TEXT_SIZE = 4 * IF_NAMESIZE + 1 };

struct interface_name {
	unsigned index;
	char text[INTERFACE_TEXT_SIZE];
};

/* All zero at the beginning: each name is asked for. */
struct names {
	struct interface_name list[NAMES_MAX];
	size_t count;
};

/* Reads them; to be called about once a second, because interfaces are renamed, and go. */
void names_read(struct names *names);

/* The interface's name, harmless to a terminal, "#5" if there is none any more, into text; returns
 * text. One that is not known is asked for: it is new. */
const char *interface_text(const struct names *names, unsigned interface,
			   char text[static INTERFACE_TEXT_SIZE]);

#endif
