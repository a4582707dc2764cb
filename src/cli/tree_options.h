/* Options of trees: of the verbs that become a node where they are told to (tree://), and whom they
 * and others serve (T-14). */
#ifndef CLI_TREE_OPTIONS_H
#define CLI_TREE_OPTIONS_H

#include "base/error.h"
#include "options.h"
#include "wire/address.h"

struct tree_options {
	const char *listen;
	struct text_list allowed;
};

#define ROW_TREE_LISTEN(target) \
	TEXT_ROW("listen", 0, target, "ADDR[:PORT]", "in a tree: address of this host to listen at")
#define ROW_TREE_ALLOW(target) \
	LIST_ROW("allow", 0, target, "CIDR", "in a tree: network that is served (again for more)")

bool tree_options_are_given(const struct tree_options *options);

/* To be called before hostcast_open(). Returns 0 or the error of the handle. */
struct hostcast;
int tree_options_apply(const struct tree_options *options, struct hostcast *handle);

/* The networks of --allow, at most LIST_MAX. 0 or HOSTCAST_INVALID. */
int parse_allowed(const struct text_list *texts, struct wire_network *networks,
		  struct error *error);

#endif
