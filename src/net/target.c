#include "target.h"

#include "address.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TARGET_TEXT_MAX = 300 }; /* a host name has at most 253 characters (RFC 1035) */

static const char tree_scheme[] = "tree://";

bool target_names_tree(const char *text)
{
	return strncmp(text, tree_scheme, strlen(tree_scheme)) == 0;
}

/* Takes ":PORT" off the end of the text, if it has one. An unbracketed IPv6 address has none. */
static int split_port(char *text, uint16_t *port, bool *is_given, const char *whole,
		      struct error *error)
{
	char *bracket = strrchr(text, ']');
	char *colon = strrchr(text, ':');
	bool has_port = colon && (bracket ? colon > bracket : strchr(text, ':') == colon);

	if (!has_port)
		return 0;
	if (!port_parse(colon + 1, 1, port))
		return error_set(error, HOSTCAST_INVALID, "port '%s' in '%s' must be 1 to 65535",
				 colon + 1, whole);
	*colon = '\0';
	*is_given = true;
	return 0;
}

/* Takes "+COUNT" off, at the end or inside of the brackets. */
static int split_count(char *text, unsigned *count, const char *whole, struct error *error)
{
	char *plus = strrchr(text, '+');
	char *end;
	unsigned long value;
	size_t digits;

	if (!plus)
		return 0;
	digits = strspn(plus + 1, "0123456789");
	if (digits == 0 || (plus[1 + digits] && strcmp(plus + 1 + digits, "]") != 0))
		return 0; /* no range: a '+' in the name of a zone */
	value = strtoul(plus + 1, &end, 10);
	if (digits > 6 || value < 1 || value > TARGET_GROUPS_MAX)
		return error_set(error, HOSTCAST_INVALID,
				 "the range '+%.*s' in '%s' must be +1 to +%d groups", (int)digits,
				 plus + 1, whole, TARGET_GROUPS_MAX);
	*count = (unsigned)value;
	memmove(plus, end, strlen(end) + 1);
	return 0;
}

static int split_source(char **text, union hostcast_address *source, const char *whole,
			struct error *error)
{
	char *at = strchr(*text, '@');

	if (!at)
		return 0;
	*at = '\0';
	if (!address_parse(*text, source) || address_is_multicast(source) || address_is_any(source))
		return error_set(error, HOSTCAST_INVALID,
				 "'%s' in '%s' is no source: it must be the address of a host",
				 *text, whole);
	*text = at + 1;
	return 0;
}

/* What else may be wrong with a group that has one. */
static const char *zone_hint(const char *text)
{
	return strchr(text, '%') ? "; an IPv6 zone must name an interface of this host" : "";
}

static int resolve(const char *name, int family, union hostcast_address *address,
		   struct error *error)
{
	struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_DGRAM};
	struct addrinfo *found;
	int status;

	if (name[strspn(name, "0123456789.")] == '\0' || strpbrk(name, ":%[]@+ /"))
		return error_set(error, HOSTCAST_INVALID,
				 "'%s' is no address (groups are 224.0.0.0 to 239.255.255.255 and "
				 "ff00::/8%s)",
				 name, zone_hint(name));
	status = getaddrinfo(name, NULL, &hints, &found);
	if (status != 0)
		return error_set(error, HOSTCAST_ADDRESS, "cannot resolve the host name '%s': %s",
				 name,
				 status == EAI_SYSTEM ? strerror(errno) : gai_strerror(status));
	memcpy(address, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return 0;
}

static int check_family(const struct target *target, int family, const char *whole,
			struct error *error)
{
	if (family == AF_UNSPEC || target->address.any.sa_family == family)
		return 0;
	return error_set(error, HOSTCAST_INVALID, "'%s' is not an IPv%c address", whole,
			 family == AF_INET ? '4' : '6');
}

static int check(const struct target *target, const char *whole, struct error *error)
{
	union hostcast_address last = target->address;
	int own_family = target->address.any.sa_family;
	bool is_group = target->kind == TARGET_GROUP;

	if (!is_group && target->source.any.sa_family != AF_UNSPEC)
		return error_set(error, HOSTCAST_INVALID,
				 "'%s' has a source, but no group: groups are 224.0.0.0 to "
				 "239.255.255.255 and ff00::/8",
				 whole);
	if (target->source.any.sa_family != AF_UNSPEC && target->source.any.sa_family != own_family)
		return error_set(error, HOSTCAST_INVALID,
				 "the source and the group in '%s' are of different families",
				 whole);
	if (!is_group && target->count > 1)
		return error_set(error, HOSTCAST_INVALID,
				 "'%s' is a range of hosts; only groups make a range", whole);
	if (target->count > 1 && !address_advance(&last, target->count - 1))
		return error_set(error, HOSTCAST_INVALID,
				 "the range '%s' ends beyond the last group", whole);
	return 0;
}

static int not_a_group(const char *text, struct error *error)
{
	return error_set(
		error, HOSTCAST_INVALID,
		"'%s' is not a multicast group: groups are 224.0.0.0 to 239.255.255.255 and "
		"ff00::/8%s",
		text, zone_hint(text));
}

/* T-1: the rendezvous point and the nodes tell each other of addresses, which must mean the same
 * wherever they are read. */
static int check_rendezvous(const union hostcast_address *address, const char *whole,
			    struct error *error)
{
	if (address_is_multicast(address) || address_is_any(address))
		return error_set(error, HOSTCAST_INVALID,
				 "'%s' names no host: a tree is named by the address of its "
				 "rendezvous point",
				 whole);
	if (address_is_link_local(address))
		return error_set(error, HOSTCAST_INVALID,
				 "'%s' is link-local: the addresses of a tree must mean the same "
				 "on every host",
				 whole);
	if (address->any.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&address->v6.sin6_addr))
		return error_set(error, HOSTCAST_INVALID,
				 "'%s' has an IPv4 address written as IPv6; write it as IPv4",
				 whole);
	return 0;
}

static int parse_tree(const char *whole, char *text, int family, uint16_t default_port,
		      struct target *t, struct error *error)
{
	uint16_t port = default_port ? default_port : HOSTCAST_TREE_PORT;
	int status;

	text += strlen(tree_scheme);
	if (strchr(text, '%'))
		return error_set(error, HOSTCAST_INVALID,
				 "'%s' has a zone, which means something on this host only; the "
				 "addresses of a tree must mean the same on every host",
				 whole);
	if (strpbrk(text, "@+/"))
		return error_set(error, HOSTCAST_INVALID,
				 "'%s' must be tree://HOST[:PORT]: a tree has neither a source "
				 "(SOURCE@) nor a range (+COUNT)",
				 whole);
	if ((status = split_port(text, &port, &t->is_port_given, whole, error)) < 0)
		return status;
	if (!address_parse(text, &t->address) &&
	    (status = resolve(text, family, &t->address, error)) < 0)
		return status;
	t->kind = TARGET_TREE;
	address_set_port(&t->address, port);
	status = check_family(t, family, whole, error);
	return status < 0 ? status : check_rendezvous(&t->address, whole, error);
}

static int parse(const char *whole, int family, uint16_t default_port, bool may_be_name,
		 struct target *target, struct error *error)
{
	struct target t = {.count = 1};
	uint16_t port = default_port ? default_port : HOSTCAST_PORT;
	char copy[TARGET_TEXT_MAX + 1];
	char *text = copy;
	int status;

	if (strlen(whole) > TARGET_TEXT_MAX || !*whole)
		return error_set(error, HOSTCAST_INVALID,
				 "a target has 1 to %d characters; '%.40s...' has %zu",
				 TARGET_TEXT_MAX, whole, strlen(whole));
	strcpy(copy, whole);
	if (target_names_tree(whole)) {
		status = parse_tree(whole, copy, family, default_port, &t, error);
		if (status == 0)
			*target = t;
		return status;
	}
	if ((status = split_source(&text, &t.source, whole, error)) < 0 ||
	    (status = split_port(text, &port, &t.is_port_given, whole, error)) < 0 ||
	    (status = split_count(text, &t.count, whole, error)) < 0)
		return status;
	if (!address_parse(text, &t.address)) {
		status = may_be_name ? resolve(text, family, &t.address, error)
				     : not_a_group(whole, error);
		if (status < 0)
			return status;
	}
	address_set_port(&t.address, port);
	if (address_is_multicast(&t.address))
		t.kind = TARGET_GROUP;
	if ((status = check_family(&t, family, whole, error)) < 0 ||
	    (status = check(&t, whole, error)) < 0)
		return status;
	*target = t;
	return 0;
}

int target_parse(const char *text, int family, uint16_t default_port, struct target *target,
		 struct error *error)
{
	return parse(text, family, default_port, true, target, error);
}

int target_parse_group(const char *text, int family, uint16_t default_port, struct target *target,
		       struct error *error)
{
	struct target t;
	int status;

	if (target_names_tree(text))
		return error_set(error, HOSTCAST_INVALID,
				 "'%s' is a tree of hosts, which has no group address; a multicast "
				 "group is 224.0.0.0 to 239.255.255.255 or ff00::/8",
				 text);
	status = parse(text, family, default_port, false, &t, error);
	if (status < 0)
		return status;
	if (t.kind != TARGET_GROUP)
		return not_a_group(text, error);
	*target = t;
	return 0;
}
