/* Files that a verb makes, pictures above all. */
#ifndef CLI_WRITE_FILE_H
#define CLI_WRITE_FILE_H

#include "base/error.h"
#include "base/text.h"

/* Replaces what the file has. HOSTCAST_NO_MEMORY: the text failed; HOSTCAST_SYSTEM. */
int write_file(const char *name, const struct text *content, struct error *error);

#endif
