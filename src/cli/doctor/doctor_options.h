/* The options of hostcast doctor, for its three ways: a group, a health report, and --listen. */
#ifndef DOCTOR_OPTIONS_H
#define DOCTOR_OPTIONS_H

#include "cli/session.h"

struct doctor_options {
	struct common_options common;
	bool all;                    /* go on after the first cause */
	bool sender;                 /* this host only sends */
	struct optional_text listen; /* --listen[=ADDRESS]: answer those who ask with --peer */
	const char *peer;            /* HOST[:PORT]; NULL: none */
	struct text_list allowed;    /* with --listen: networks that are served (T-14) */
};

#endif
