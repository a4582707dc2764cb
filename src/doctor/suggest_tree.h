/* What helps where a cause can't be mended: the tree, which needs no multicast. */
#ifndef DOCTOR_SUGGEST_TREE_H
#define DOCTOR_SUGGEST_TREE_H

#include "finding.h"

/* Adds the commands to finding.instead. `host` is where the rendezvous point may run, as it is
 * written in a target; NULL: not known. */
void suggest_tree(struct finding *finding, const char *host);

#endif
