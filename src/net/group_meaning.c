#include "group_meaning.h"

#include "address.h"
#include "group_names.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static void set_detail(struct group_meaning *m,
							     const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(m->detail, sizeof m->detail, format, arguments);
	va_end(arguments);
}

/* ---- IPv4 ---- */

struct range_4 {
	uint32_t last; /* it begins after the one before */
	const char *range, *title, *scope, *rfc, *explanation;
};

#define GROUP(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

static const char for_iana[] = "assigned by IANA one by one; not for private use";
static const char use_239[] =
	"not to be used unless IANA assigns it; private groups belong in 239.0.0.0/8 (RFC 2365)";
static const char own_scope[] = "for private use; routers at the border of the scope must stop it";

/* From 224.0.0.0 on without a gap: RFC 5771 section 3 and IANA's registry. */
static const struct range_4 ranges_4[] = {
	{GROUP(224, 0, 0, 255), "224.0.0.0/24", "local network control", "link-local", "RFC 5771",
	 "no router forwards it, whatever the TTL; snooping switches flood it (RFC 4541)"},
	{GROUP(224, 0, 1, 255), "224.0.1.0/24", "internetwork control", "global", "RFC 5771",
	 for_iana},
	{GROUP(224, 0, 255, 255), "224.0.2.0-224.0.255.255", "ad-hoc block I", "global", "RFC 5771",
	 for_iana},
	{GROUP(224, 1, 255, 255), "224.1.0.0/16", "reserved", "global", "RFC 5771", use_239},
	{GROUP(224, 2, 255, 255), "224.2.0.0/16", "SDP/SAP block", "global", "RFC 5771",
	 "for sessions that are announced with SAP (RFC 2974)"},
	{GROUP(224, 4, 255, 255), "224.3.0.0-224.4.255.255", "ad-hoc block II", "global",
	 "RFC 5771", for_iana},
	{GROUP(224, 251, 255, 255), "224.5.0.0-224.251.255.255", "reserved", "global", "RFC 5771",
	 use_239},
	{GROUP(224, 255, 255, 255), "224.252.0.0/14", "DIS transient groups", "global", "RFC 2365",
	 "IANA keeps it for distributed simulation (DIS); RFC 5771 counts it as reserved"},
	{GROUP(231, 255, 255, 255), "225.0.0.0-231.255.255.255", "reserved", "global", "RFC 5771",
	 use_239},
	{GROUP(232, 255, 255, 255), "232.0.0.0/8", "source-specific", "global", "RFC 4607",
	 "a receiver must name the source: join SOURCE@GROUP, with IGMPv3 all the way"},
	{GROUP(233, 251, 255, 255), "233.0.0.0-233.251.255.255", "GLOP", "global", "RFC 3180",
	 "belongs to the autonomous system whose number is in it"},
	{GROUP(233, 252, 0, 255), "233.252.0.0/24", "documentation", "global", "RFC 6676",
	 "MCAST-TEST-NET: for examples only, not for traffic"},
	{GROUP(233, 255, 255, 255), "233.252.1.0-233.255.255.255", "ad-hoc block III", "global",
	 "RFC 5771", for_iana},
	{GROUP(234, 255, 255, 255), "234.0.0.0/8", "unicast-prefix-based", "global", "RFC 6034",
	 "belongs to who holds the unicast network that is in it"},
	{GROUP(238, 255, 255, 255), "235.0.0.0-238.255.255.255", "reserved", "global", "RFC 5771",
	 use_239},
	{GROUP(239, 191, 255, 255), "239.0.0.0-239.191.255.255", "administratively scoped",
	 "administrative", "RFC 2365",
	 "for private use; the organisation-local scope may grow into it"},
	{GROUP(239, 195, 255, 255), "239.192.0.0/14", "organisation-local", "organisation-local",
	 "RFC 2365", own_scope},
	{GROUP(239, 252, 255, 255), "239.196.0.0-239.252.255.255", "administratively scoped",
	 "administrative", "RFC 2365", own_scope},
	{GROUP(239, 254, 255, 255), "239.253.0.0-239.254.255.255", "administratively scoped",
	 "administrative", "RFC 2365", "the site-local scope may grow into it"},
	{GROUP(239, 255, 255, 255), "239.255.0.0/16", "site-local", "site-local", "RFC 2365",
	 own_scope},
};

static void describe_glop(uint32_t group, struct group_meaning *m)
{
	m->as_number = group >> 8 & 0xffff;
	/* RFC 5398: AS 64496 to 64511 are for documentation, and so are their groups (RFC 6676). */
	set_detail(m, "AS %u%s", group >> 8 & 0xffff,
		   m->as_number >= 64496 ? ", which is for documentation (RFC 6676)" : "");
}

static bool is_documentation_network(uint32_t prefix)
{
	return prefix == (GROUP(192, 0, 2, 0) >> 8) || prefix == (GROUP(198, 51, 100, 0) >> 8) ||
	       prefix == (GROUP(203, 0, 113, 0) >> 8); /* RFC 5737 */
}

/* RFC 6034 section 3: the prefix stands behind the first byte, and the address doesn't tell its
 * length; a /24 fills it and is the longest. */
static void describe_prefix_4(uint32_t group, struct group_meaning *m)
{
	uint32_t network = group << 8;

	m->prefix.v4.sin_family = AF_INET;
	m->prefix.v4.sin_addr.s_addr = htonl(network);
	m->prefix_length = 24;
	set_detail(m, "network %u.%u.%u.0/24 or a shorter prefix of it%s", network >> 24,
		   network >> 16 & 0xff, network >> 8 & 0xff,
		   is_documentation_network(network >> 8) ? ", for documentation (RFC 6676)" : "");
}

static void describe_source_specific_4(uint32_t group, struct group_meaning *m)
{
	if (group == GROUP(232, 0, 0, 0))
		set_detail(m, "232.0.0.0 itself must not be used");
	else if (group <= GROUP(232, 0, 0, 255))
		set_detail(m, "232.0.0.1 to 232.0.0.255 are kept for IANA");
}

static void describe_4(uint32_t group, struct group_meaning *m)
{
	const struct range_4 *range = ranges_4;

	while (group > range->last)
		range++;
	snprintf(m->range, sizeof m->range, "%s", range->range);
	m->title = range->title;
	m->scope = range->scope;
	m->rfc = range->rfc;
	m->explanation = range->explanation;
	if (group >> 24 == 232)
		describe_source_specific_4(group, m);
	else if (group >= GROUP(233, 0, 0, 0) && group <= GROUP(233, 251, 255, 255))
		describe_glop(group, m);
	else if (group >> 24 == 234)
		describe_prefix_4(group, m);
}

/* ---- IPv6 ---- */

enum { FLAG_T = 1, FLAG_P = 2, FLAG_R = 4, FLAG_X = 8, SCOPE_LINK_LOCAL = 2 };

/* RFC 7346 section 2 */
static const char *const scopes_6[16] = {
	"reserved",           "interface-local", "link-local", "realm-local",
	"admin-local",        "site-local",      "unassigned", "unassigned",
	"organisation-local", "unassigned",      "unassigned", "unassigned",
	"unassigned",         "unassigned",      "global",     "reserved",
};

struct kind_6 {
	const char *title, *rfc, *explanation;
};

static const struct kind_6 assigned = {"permanently assigned", "RFC 4291",
				       "assigned by IANA to this purpose"};
static const struct kind_6 permanent = {
	"permanently assigned", "RFC 4291",
	"reserved unless IANA assigns it; private groups have the flag T, such as ff12::1234"};
static const struct kind_6 reserved_id = {"reserved", "RFC 4291", "never assigned to any group"};
static const struct kind_6 solicited_node = {
	"solicited-node", "RFC 4291",
	"neighbour discovery: asked for by who looks for the MAC address of an IPv6 address"};
static const struct kind_6 node_information = {"node information queries", "RFC 4620",
					       "asks a host by its name"};
static const struct kind_6 documentation = {"documentation", "RFC 6676",
					    "for examples only, not for traffic"};
static const struct kind_6 transient = {"transient", "RFC 4291",
					"for private use: not permanently assigned"};
static const struct kind_6 prefix_based = {"unicast-prefix-based", "RFC 3306",
					   "belongs to who holds the unicast prefix that is in it"};
static const struct kind_6 link_scoped = {
	"link-scoped", "RFC 4489", "belongs to the host whose interface identifier is in it"};
static const struct kind_6 source_specific = {
	"source-specific", "RFC 4607",
	"a receiver must name the source: join SOURCE@GROUP, with MLDv2 all the way"};
static const struct kind_6 embedded_rp = {"embedded rendezvous point", "RFC 3956",
					  "PIM routers take the rendezvous point from the address"};
static const struct kind_6 bad_rp = {
	"embedded rendezvous point", "RFC 3956",
	"not valid: the prefix must have 1 to 64 bits, and the RP's interface identifier not be 0"};
static const struct kind_6 bad_flags = {"invalid", "RFC 4291",
					"R needs P (RFC 3956) and P needs T (RFC 3306)"};

static void set_kind(struct group_meaning *m, const struct kind_6 *kind)
{
	m->title = kind->title;
	m->rfc = kind->rfc;
	m->explanation = kind->explanation;
}

static void set_flags(unsigned flags, struct group_meaning *m)
{
	char *at = m->flags;

	for (unsigned i = 0; i < 4; i++)
		if (flags & FLAG_X >> i)
			*at++ = "XRPT"[i];
	*at = '\0';
}

static uint32_t low_32_bits(const uint8_t *bytes)
{
	uint32_t low;

	memcpy(&low, bytes + 12, 4);
	return ntohl(low);
}

/* Are the bits between these two bytes (the first of them included) all 0? */
static bool is_zero(const uint8_t *bytes, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

static void describe_solicited_node(const uint8_t *bytes, struct group_meaning *m)
{
	set_kind(m, &solicited_node);
	snprintf(m->range, sizeof m->range, "ff02::1:ff00:0/104");
	set_detail(m, "for addresses that end in %02x:%02x%02x", bytes[13], bytes[14], bytes[15]);
}

/* ff0x::/16: T is 0. */
static void describe_permanent(const uint8_t *bytes, unsigned scope, struct group_meaning *m)
{
	bool has_short_id = is_zero(bytes, 2, 12);

	set_kind(m, m->name ? &assigned : &permanent);
	if (scope == SCOPE_LINK_LOCAL && is_zero(bytes, 2, 11) && bytes[12] == 0xff) {
		if (bytes[11] == 1) {
			describe_solicited_node(bytes, m);
		} else if (bytes[11] == 2) {
			set_kind(m, &node_information);
			snprintf(m->range, sizeof m->range, "ff02::2:ff00:0/104");
		}
	} else if (has_short_id && low_32_bits(bytes) == 0) {
		set_kind(m, &reserved_id);
	} else if (is_zero(bytes, 2, 10) && bytes[10] == 0x0d && bytes[11] == 0xb8) {
		set_kind(m, &documentation);
		snprintf(m->range, sizeof m->range, "ff0%x::db8:0:0/96", scope);
	}
}

/* The prefix field (RFC 3306 section 4): bytes 4 to 11, of which `length` bits count. */
static void take_prefix(const uint8_t *bytes, unsigned length, struct group_meaning *m)
{
	uint8_t *to = m->prefix.v6.sin6_addr.s6_addr;

	m->prefix.v6.sin6_family = AF_INET6;
	m->prefix_length = length;
	memcpy(to, bytes + 4, 8);
	for (unsigned i = length; i < 64; i++)
		to[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
}

static const char *if_documentation(const struct group_meaning *m)
{
	static const uint8_t prefix[] = {0x20, 0x01, 0x0d, 0xb8}; /* RFC 3849 */
	bool is_it = memcmp(m->prefix.v6.sin6_addr.s6_addr, prefix, sizeof prefix) == 0;

	return is_it && m->prefix_length >= 32 ? ", for documentation (RFC 6676)" : "";
}

/* Which group IDs hosts may choose: RFC 4607 section 1, RFC 3307 section 4.3. */
static void describe_source_specific_6(const uint8_t *bytes, unsigned flags_scope,
				       struct group_meaning *m)
{
	uint32_t id = low_32_bits(bytes);

	set_kind(m, &source_specific);
	snprintf(m->range, sizeof m->range, "ff%02x::/32", flags_scope);
	if (!is_zero(bytes, 4, 12))
		set_detail(m, "outside of ff%02x::/96, the only part that is to be used",
			   flags_scope);
	else if (id < 0x40000000)
		set_detail(m, "group ID 0x%x is not valid: hosts use 0x80000000 and above", id);
	else if (id < 0x80000000)
		set_detail(m, "group ID 0x%x is kept for IANA: hosts use 0x80000000 and above", id);
}

/* ff3x::/16: P and T. */
static void describe_prefix_6(const uint8_t *bytes, unsigned scope, struct group_meaning *m)
{
	char text[HOSTCAST_TEXT_SIZE];
	unsigned length = bytes[3];

	set_kind(m, &prefix_based);
	if (length == 0xff && scope <= SCOPE_LINK_LOCAL) {
		set_kind(m, &link_scoped);
		set_detail(m, "interface identifier %02x%02x:%02x%02x:%02x%02x:%02x%02x", bytes[4],
			   bytes[5], bytes[6], bytes[7], bytes[8], bytes[9], bytes[10], bytes[11]);
	} else if (length > 64) {
		set_detail(m, "not valid: a prefix of %u bits, and at most 64 have room", length);
	} else {
		take_prefix(bytes, length, m);
		set_detail(m, "prefix %s/%u%s", address_ip_text(&m->prefix, text), length,
			   if_documentation(m));
	}
}

/* ff7x::/16: R, P and T. The RP's address is the prefix, zeros, and 4 bits of interface identifier
 * (RFC 3956 section 4). */
static void describe_embedded_rp(const uint8_t *bytes, struct group_meaning *m)
{
	char prefix[HOSTCAST_TEXT_SIZE], rp[HOSTCAST_TEXT_SIZE];
	unsigned length = bytes[3], interface_id = bytes[2] & 0x0f;

	if (length == 0 || length > 64 || interface_id == 0) {
		set_kind(m, &bad_rp);
		return;
	}
	set_kind(m, &embedded_rp);
	take_prefix(bytes, length, m);
	m->rp = m->prefix;
	m->rp.v6.sin6_addr.s6_addr[15] = (uint8_t)interface_id;
	set_detail(m, "RP %s, prefix %s/%u%s", address_ip_text(&m->rp, rp),
		   address_ip_text(&m->prefix, prefix), length, if_documentation(m));
}

static void describe_reserved_scope(unsigned scope, struct group_meaning *m)
{
	if (scope == 0)
		set_detail(m, "scope 0 is reserved: no host may send to it");
	else if (scope == 0xf)
		set_detail(m, "scope f is reserved, and treated as global");
}

static void describe_6(const uint8_t *bytes, struct group_meaning *m)
{
	unsigned flags = bytes[1] >> 4, scope = bytes[1] & 0x0f;

	m->scope = scopes_6[scope];
	snprintf(m->range, sizeof m->range, "ff%02x::/16", bytes[1]);
	set_flags(flags, m);
	switch (flags & ~(unsigned)FLAG_X) { /* X may have either value (RFC 7371) */
	case 0:
		describe_permanent(bytes, scope, m);
		break;
	case FLAG_T:
		set_kind(m, &transient);
		break;
	case FLAG_P | FLAG_T:
		if (is_zero(bytes, 2, 4))
			describe_source_specific_6(bytes, bytes[1], m);
		else
			describe_prefix_6(bytes, scope, m);
		break;
	case FLAG_R | FLAG_P | FLAG_T:
		describe_embedded_rp(bytes, m);
		break;
	default:
		set_kind(m, &bad_flags);
	}
	if (m->detail[0] == '\0')
		describe_reserved_scope(scope, m);
}

void group_meaning_of(const union hostcast_address *group, struct group_meaning *meaning)
{
	*meaning = (struct group_meaning){.as_number = -1, .name = group_name(group)};
	if (group->any.sa_family == AF_INET6)
		describe_6(group->v6.sin6_addr.s6_addr, meaning);
	else
		describe_4(ntohl(group->v4.sin_addr.s_addr), meaning);
}
