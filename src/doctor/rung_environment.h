/* Rung 17: where this host runs, and what that implies for multicast. It explains nothing by
 * itself, but it is the explanation where rung 14 finds that the network carries no multicast. */
#ifndef DOCTOR_RUNG_ENVIRONMENT_H
#define DOCTOR_RUNG_ENVIRONMENT_H

#include "finding.h"
#include "net/link.h"

enum { ENVIRONMENT_TEXT_SIZE = 128, ENVIRONMENT_INTERFACES_MAX = 16 };

struct environment_interface {
	char name[IF_NAMESIZE];
	bool is_wireless;
	enum link_purpose purpose;
};

/* As it is written in files; "": there is none. */
struct environment_facts {
	bool has_dockerenv;                    /* /.dockerenv */
	bool has_containerenv;                 /* /run/.containerenv, of Podman */
	char container[ENVIRONMENT_TEXT_SIZE]; /* /run/systemd/container */
	char cgroup[ENVIRONMENT_TEXT_SIZE];    /* the first line of /proc/1/cgroup */
	char release[ENVIRONMENT_TEXT_SIZE];   /* /proc/sys/kernel/osrelease */
	char vendor[ENVIRONMENT_TEXT_SIZE];    /* /sys/class/dmi/id/sys_vendor */
	char product[ENVIRONMENT_TEXT_SIZE];   /* /sys/class/dmi/id/product_name */
	char asset_tag[ENVIRONMENT_TEXT_SIZE]; /* /sys/class/dmi/id/chassis_asset_tag */
	struct environment_interface interfaces[ENVIRONMENT_INTERFACES_MAX]; /* that are examined */
	size_t interface_count;
};

/* Reads all but the interfaces' names and purposes, which are the caller's, below a directory: ""
 * is that of this host. */
void environment_read(const char *root, struct environment_facts *facts);

/* What is known, and what it implies; nothing if there is nothing to tell. */
void environment_explain(const struct environment_facts *facts, struct text *text);

void judge_environment(const struct environment_facts *facts, struct finding *finding);

/* Those of a case. */
struct doctor_case;
void environment_of_case(const struct doctor_case *c, struct environment_facts *facts);

#endif
