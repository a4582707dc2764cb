#include "rule_match.h"

#include "net/address.h"
#include "net/networks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Does one value of a rule fit the flow? In a list the greatest counts. */
enum fit {
	FITS_NOT,
	FITS_UNKNOWN, /* it may */
	FITS_PARTLY,  /* it is about such packets, and may be about some of them alone */
	FITS_ANY,     /* surely, as many others do: it says little */
	FITS,         /* surely, and it says so: names the group, the port, ... */
};

/* What packets must be for an expression to be asked of them at all, also where it is negated. */
enum needs { NEEDS_NOTHING, NEEDS_IPV4, NEEDS_IPV6, NEEDS_UDP, NEEDS_IGMP, NEEDS_MLD };

/* The words of a rule; what stands in quotes is one, and so are braces and commas. */
struct words {
	char *copy;
	const char **list;
	size_t count, at;
};

/* ---- Words ---- */

static bool is_sign(char c)
{
	return c == '{' || c == '}' || c == ',';
}

static const char *sign_word(char c)
{
	return c == '{' ? "{" : c == '}' ? "}" : ",";
}

static void add_word(struct words *words, const char *word)
{
	if (*word)
		words->list[words->count++] = word;
}

static void words_done(struct words *words)
{
	free(words->copy);
	free(words->list);
}

/* Each word has a character of its own in the text, so there is room for all. */
static bool words_init(struct words *words, const char *text)
{
	*words = (struct words){
		.copy = strdup(text),
		.list = malloc((strlen(text) + 1) * sizeof *words->list),
	};
	if (words->copy && words->list)
		return true;
	words_done(words);
	return false;
}

/* False: out of memory. */
static bool split_rule(struct words *words, const char *text)
{
	char *at, *start;

	if (!words_init(words, text))
		return false;
	at = words->copy;
	while (*at) {
		bool is_quoted = *at == '"';
		char end;

		at += is_quoted;
		start = at;
		while (*at && (is_quoted ? *at != '"' : *at != ' ' && !is_sign(*at)))
			at++;
		end = *at;
		*at = '\0';
		add_word(words, start);
		if (is_sign(end) && !is_quoted)
			add_word(words, sign_word(end));
		if (end)
			at++;
	}
	return true;
}

static const char *word_at(const struct words *words, size_t index)
{
	return index < words->count ? words->list[index] : "";
}

static bool next_is(const struct words *words, const char *word)
{
	return strcmp(word_at(words, words->at), word) == 0;
}

/* ---- Values ---- */

static bool has_same_prefix(const union hostcast_address *a, const union hostcast_address *b,
			    unsigned bits)
{
	bool is_v4 = a->any.sa_family == AF_INET;
	const uint8_t *x = is_v4 ? (const void *)&a->v4.sin_addr : (const void *)&a->v6.sin6_addr;
	const uint8_t *y = is_v4 ? (const void *)&b->v4.sin_addr : (const void *)&b->v6.sin6_addr;

	if (a->any.sa_family != b->any.sa_family)
		return false;
	for (unsigned bit = 0; bit < bits; bit++)
		if ((x[bit / 8] ^ y[bit / 8]) & 0x80u >> bit % 8)
			return false;
	return true;
}

/* "239.0.0.0/8"; network_parse() takes no groups. */
static enum fit fit_prefix(char *text, char *slash, const union hostcast_address *wanted)
{
	union hostcast_address address;
	unsigned long bits;
	char *end;

	*slash = '\0';
	bits = strtoul(slash + 1, &end, 10);
	if (*end || !address_parse(text, &address) || bits > 128)
		return FITS_UNKNOWN;
	if (!has_same_prefix(&address, wanted, (unsigned)bits))
		return FITS_NOT;
	return bits == 0 ? FITS_ANY : FITS; /* all of them */
}

static enum fit fit_address(const char *value, const union hostcast_address *wanted)
{
	union hostcast_address first, last;
	char copy[2 * HOSTCAST_TEXT_SIZE];
	char *separator;

	if (wanted->any.sa_family == AF_UNSPEC)
		return FITS_UNKNOWN;
	snprintf(copy, sizeof copy, "%s", value);
	if ((separator = strchr(copy, '/')))
		return fit_prefix(copy, separator, wanted);
	if ((separator = strchr(copy, '-'))) {
		*separator = '\0';
		if (!address_parse(copy, &first) || !address_parse(separator + 1, &last))
			return FITS_UNKNOWN;
		return address_compare_ip(&first, wanted) <= 0 &&
				       address_compare_ip(wanted, &last) <= 0
			       ? FITS
			       : FITS_NOT;
	}
	if (!address_parse(copy, &first))
		return FITS_UNKNOWN;
	return address_same_ip(&first, wanted) ? FITS : FITS_NOT;
}

/* Where a report goes (RFC 3376 section 4.2.14, RFC 3810 section 5.2.14), where a query does. */
static union hostcast_address destination_of(const struct rule_flow *flow)
{
	bool is_v4 = flow->group.any.sa_family == AF_INET;
	union hostcast_address to = flow->group;

	if (flow->kind == FLOW_REPORT)
		address_parse(is_v4 ? "224.0.0.22" : "ff02::16", &to);
	else if (flow->kind == FLOW_QUERY)
		address_parse(is_v4 ? "224.0.0.1" : "ff02::1", &to);
	return to;
}

/* The older versions report to the group itself. A querier asks there, too, but only when somebody
 * has left: what drops these queries alone lets no membership expire. */
static enum fit fit_destination(const char *value, const struct rule_flow *flow)
{
	union hostcast_address to = destination_of(flow);
	enum fit fit = fit_address(value, &to), older;

	if (flow->kind != FLOW_REPORT)
		return fit;
	older = fit_address(value, &flow->group);
	if (fit == older)
		return fit;
	return fit == FITS || older == FITS ? FITS_PARTLY : FITS_UNKNOWN;
}

static enum fit fit_source(const char *value, const struct rule_flow *flow)
{
	return fit_address(value, &flow->source);
}

static enum fit fit_port(const char *value, const struct rule_flow *flow)
{
	unsigned long port = address_port(&flow->group), first, last;
	char *end;

	if (flow->kind != FLOW_DATA)
		return FITS_NOT;
	first = last = strtoul(value, &end, 10);
	if (end == value)
		return FITS_UNKNOWN;
	if (*end == '-' || *end == ':')
		last = strtoul(end + 1, &end, 10);
	if (*end)
		return FITS_UNKNOWN;
	return first <= port && port <= last ? FITS : FITS_NOT;
}

static bool is_one_of(const char *value, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(value, *names) == 0)
			return true;
	return false;
}

/* FITS is only said of what names the protocol of memberships: that datagrams are UDP says little.
 */
static enum fit fit_protocol(const char *value, const struct rule_flow *flow)
{
	static const char *const udp[] = {"udp", "17", NULL}, *const igmp[] = {"igmp", "2", NULL},
				 *const icmp6[] = {"ipv6-icmp", "icmpv6", "58", NULL};

	if (flow->kind == FLOW_DATA)
		return is_one_of(value, udp) ? FITS_ANY : FITS_NOT;
	if (flow->group.any.sa_family == AF_INET)
		return is_one_of(value, igmp) ? FITS : FITS_NOT;
	return is_one_of(value, icmp6) ? FITS : FITS_NOT;
}

/* In the header itself. What is MLD stands behind another one, with its options. */
static enum fit fit_next_header(const char *value, const struct rule_flow *flow)
{
	enum fit fit = fit_protocol(value, flow);

	return fit == FITS ? FITS_PARTLY : fit;
}

/* "membership-query", "mld-listener-report", "mld2-listener-report": each version has its own. */
static enum fit fit_membership_type(const char *value, const struct rule_flow *flow)
{
	static const char *const queries[] = {
		"membership-query", "mld-listener-query", "0x11", "17", "130", NULL};
	static const char *const reports[] = {"membership-report-v1",
					      "membership-report-v2",
					      "membership-report-v3",
					      "mld-listener-report",
					      "mld2-listener-report",
					      "0x22",
					      "131",
					      "143",
					      NULL};

	if (flow->kind == FLOW_QUERY)
		return is_one_of(value, queries) ? FITS_PARTLY : FITS_NOT;
	if (flow->kind == FLOW_REPORT)
		return is_one_of(value, reports) ? FITS_PARTLY : FITS_NOT;
	return FITS_NOT;
}

static enum fit fit_interface(const char *value, const struct rule_flow *flow)
{
	size_t size = strcspn(value, "*+"); /* "eth*" of nft, "eth+" of iptables */

	if (!flow->interface[0])
		return FITS_UNKNOWN;
	if (value[size] ? strncmp(value, flow->interface, size) == 0
			: strcmp(value, flow->interface) == 0)
		return FITS_ANY; /* that says little */
	return FITS_NOT;
}

static enum fit fit_destination_type(const char *value, const struct rule_flow *flow)
{
	(void)flow;
	return strcmp(value, "multicast") == 0 || strcmp(value, "MULTICAST") == 0 ? FITS : FITS_NOT;
}

/* What the MAC address says, which need not be the group's. */
static enum fit fit_packet_type(const char *value, const struct rule_flow *flow)
{
	return fit_destination_type(value, flow) == FITS ? FITS_PARTLY : FITS_NOT;
}

static enum fit fit_family(const char *value, const struct rule_flow *flow)
{
	static const char *const v4[] = {"ipv4", "ip", NULL}, *const v6[] = {"ipv6", "ip6", NULL};

	return is_one_of(value, flow->group.any.sa_family == AF_INET ? v4 : v6) ? FITS_ANY
										: FITS_NOT;
}

/* What leaves has no such header yet. */
static enum fit fit_ether_type(const char *value, const struct rule_flow *flow)
{
	return fit_family(value, flow) == FITS_NOT ? FITS_NOT : FITS_UNKNOWN;
}

/* Another protocol than those of datagrams and memberships. */
static enum fit fit_never(const char *value, const struct rule_flow *flow)
{
	(void)value;
	(void)flow;
	return FITS_NOT;
}

/* What is part of the rule, and asks for nothing. */
static enum fit fit_always(const char *value, const struct rule_flow *flow)
{
	(void)value;
	(void)flow;
	return FITS_ANY;
}

/* What iptables loads; these ask for nothing by themselves. */
static enum fit fit_module(const char *value, const struct rule_flow *flow)
{
	static const char *const silent[] = {"udp",      "multiport", "comment",
					     "addrtype", "pkttype",   NULL};

	(void)flow;
	return is_one_of(value, silent) ? FITS_ANY : FITS_UNKNOWN;
}

/* What says nothing of packets, but has a value that could be taken for something else. */
static enum fit fit_anything(const char *value, const struct rule_flow *flow)
{
	(void)value;
	(void)flow;
	return FITS_UNKNOWN;
}

/* ---- What rules ask for ---- */

typedef enum fit fit_fn(const char *value, const struct rule_flow *flow);

/* The first that fits counts. */
static const struct expression {
	const char *words[3];
	enum needs needs;
	unsigned hooks; /* 0: whatever way the packets go */
	fit_fn *fit;
} expressions[] = {
	{{"ip", "daddr"}, NEEDS_IPV4, 0, fit_destination},
	{{"ip6", "daddr"}, NEEDS_IPV6, 0, fit_destination},
	{{"ip", "saddr"}, NEEDS_IPV4, 0, fit_source},
	{{"ip6", "saddr"}, NEEDS_IPV6, 0, fit_source},
	{{"ip", "protocol"}, NEEDS_IPV4, 0, fit_protocol},
	{{"ip6", "nexthdr"}, NEEDS_IPV6, 0, fit_next_header},
	{{"meta", "l4proto"}, NEEDS_NOTHING, 0, fit_protocol},
	{{"meta", "nfproto"}, NEEDS_NOTHING, 0, fit_family},
	{{"meta", "protocol"}, NEEDS_NOTHING, 0, fit_family},
	{{"ether", "type"}, NEEDS_NOTHING, 0, fit_ether_type},
	{{"udp", "dport"}, NEEDS_UDP, 0, fit_port},
	{{"th", "dport"}, NEEDS_NOTHING, 0, fit_port},
	{{"udp"}, NEEDS_UDP, 0, fit_anything},
	{{"igmp", "type"}, NEEDS_IGMP, 0, fit_membership_type},
	{{"icmpv6", "type"}, NEEDS_MLD, 0, fit_membership_type},
	{{"tcp"}, NEEDS_NOTHING, 0, fit_never},
	{{"icmp"}, NEEDS_NOTHING, 0, fit_never},
	{{"arp"}, NEEDS_NOTHING, 0, fit_never},
	{{"sctp"}, NEEDS_NOTHING, 0, fit_never},
	{{"iif"}, NEEDS_NOTHING, HOOKS_IN, fit_interface},
	{{"iifname"}, NEEDS_NOTHING, HOOKS_IN, fit_interface},
	{{"oif"}, NEEDS_NOTHING, HOOKS_OUT, fit_interface},
	{{"oifname"}, NEEDS_NOTHING, HOOKS_OUT, fit_interface},
	{{"pkttype"}, NEEDS_NOTHING, 0, fit_packet_type},
	{{"fib", "daddr", "type"}, NEEDS_NOTHING, 0, fit_destination_type},
	{{"fib", "saddr", "."}, NEEDS_NOTHING, 0, fit_anything}, /* "fib saddr . iif oif missing" */
	{{"fib", "daddr", "."}, NEEDS_NOTHING, 0, fit_anything},
	{{"ct", "original"},
	 NEEDS_NOTHING,
	 0,
	 fit_anything}, /* "ct original ip daddr": before it was changed */
	{{"ct", "reply"}, NEEDS_NOTHING, 0, fit_anything},
	{{"prefix"}, NEEDS_NOTHING, 0, fit_always},
	{{"level"}, NEEDS_NOTHING, 0, fit_always},
	{{"-A"}, NEEDS_NOTHING, 0, fit_always},
	{{"-j"}, NEEDS_NOTHING, 0, fit_always},
	{{"-g"}, NEEDS_NOTHING, 0, fit_always},
	{{"--comment"}, NEEDS_NOTHING, 0, fit_always},
	{{"jump"}, NEEDS_NOTHING, 0, fit_always},
	{{"goto"}, NEEDS_NOTHING, 0, fit_always},
	{{"-m"}, NEEDS_NOTHING, 0, fit_module},
	{{"-d"}, NEEDS_NOTHING, 0, fit_destination},
	{{"-s"}, NEEDS_NOTHING, 0, fit_source},
	{{"-p"}, NEEDS_NOTHING, 0, fit_protocol},
	{{"-i"}, NEEDS_NOTHING, HOOKS_IN, fit_interface},
	{{"-o"}, NEEDS_NOTHING, HOOKS_OUT, fit_interface},
	{{"--dport"}, NEEDS_NOTHING, 0, fit_port},
	{{"--dports"}, NEEDS_NOTHING, 0, fit_port},
	{{"--pkt-type"}, NEEDS_NOTHING, 0, fit_packet_type},
	{{"--dst-type"}, NEEDS_NOTHING, 0, fit_destination_type},
};

static size_t words_of(const struct expression *expression)
{
	size_t count = 0;

	while (count < 3 && expression->words[count])
		count++;
	return count;
}

/* The expression that begins here, passed over; NULL: none that is understood. */
static const struct expression *take_expression(struct words *words)
{
	for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
		size_t count = words_of(&expressions[i]), same = 0;

		while (same < count &&
		       strcmp(word_at(words, words->at + same), expressions[i].words[same]) == 0)
			same++;
		if (same < count)
			continue;
		words->at += count;
		return &expressions[i];
	}
	return NULL;
}

/* ---- Values, of which one is enough: "5004", "{ 5004, 5006 }", "5004,5006", "!= 5004" ---- */

static enum fit fit_one(struct words *words, const struct expression *expression,
			const struct rule_flow *flow)
{
	const char *value = word_at(words, words->at);

	if (words->at < words->count)
		words->at++;
	if (*value == '@' || strcmp(value, "vmap") == 0 || strcmp(value, "&") == 0)
		return FITS_UNKNOWN; /* what a set holds is not read */
	return expression->fit(value, flow);
}

static enum fit fit_values(struct words *words, const struct expression *expression,
			   const struct rule_flow *flow)
{
	bool is_list = next_is(words, "{");
	enum fit fit = FITS_NOT;

	words->at += is_list;
	do {
		enum fit one;

		words->at += next_is(words, ",");
		one = fit_one(words, expression, flow);
		if (one > fit)
			fit = one;
	} while (next_is(words, ","));
	words->at += is_list && next_is(words, "}");
	return fit;
}

static enum fit negate(enum fit fit)
{
	if (fit == FITS_NOT)
		return FITS_ANY;
	return fit == FITS_UNKNOWN ? FITS_UNKNOWN : FITS_NOT;
}

/* "! -d 10.0.0.1" is how iptables says no. */
static bool is_negated_before(const struct words *words)
{
	return words->at > 0 && strcmp(word_at(words, words->at - 1), "!") == 0;
}

static bool has_needed(const struct expression *expression, const struct rule_flow *flow)
{
	bool is_v4 = flow->group.any.sa_family == AF_INET, is_data = flow->kind == FLOW_DATA;

	switch (expression->needs) {
	case NEEDS_NOTHING:
		break;
	case NEEDS_IPV4:
		return is_v4;
	case NEEDS_IPV6:
		return !is_v4;
	case NEEDS_UDP:
		return is_data;
	case NEEDS_IGMP:
		return !is_data && is_v4;
	case NEEDS_MLD:
		return !is_data && !is_v4;
	}
	return true;
}

/* Words that stand alone, and ask for nothing: what is counted and logged, what becomes of it, and
 * the "!" of what comes next. */
static enum fit fit_other_word(struct words *words)
{
	static const char *const silent[] = {"!",    "counter", "log", "accept",
					     "drop", "return",  NULL};

	return is_one_of(word_at(words, words->at++), silent) ? FITS_ANY : FITS_UNKNOWN;
}

/* "ip daddr . udp dport { 239.1.1.1 . 5004 }": values of several kinds, which are not read. */
static enum fit skip_rest(struct words *words)
{
	words->at = words->count;
	return FITS_UNKNOWN;
}

static enum fit fit_expression(struct words *words, const struct rule_flow *flow)
{
	bool is_negated = is_negated_before(words);
	const struct expression *expression = take_expression(words);
	enum fit fit;

	if (!expression)
		return fit_other_word(words);
	if (!has_needed(expression, flow))
		return FITS_NOT;
	if (next_is(words, "."))
		return skip_rest(words);
	if (next_is(words, "!=")) {
		is_negated = true;
		words->at++;
	}
	fit = fit_values(words, expression, flow);
	if (expression->hooks != 0 && !(expression->hooks & flow->hooks))
		return FITS_UNKNOWN;
	return is_negated ? negate(fit) : fit;
}

static enum rule_match match_words(struct words *words, const struct rule_flow *flow, bool *is_sure)
{
	enum rule_match match = RULE_MAYBE;

	*is_sure = true;
	while (words->at < words->count && !next_is(words, "reject") &&
	       !next_is(words, "comment")) { /* "reject with icmp" asks for nothing */
		enum fit fit = fit_expression(words, flow);

		if (fit == FITS_NOT)
			return RULE_OTHER;
		if (fit == FITS || fit == FITS_PARTLY)
			match = RULE_NAMES;
		*is_sure &= fit == FITS || fit == FITS_ANY;
	}
	return match;
}

enum rule_match rule_match_text(const struct firewall_rule *rule, const struct rule_flow *flow,
				bool *is_sure)
{
	enum rule_match match;
	struct words words;

	*is_sure = false;
	if (!split_rule(&words, rule->text))
		return RULE_MAYBE;
	match = match_words(&words, flow, is_sure);
	words_done(&words);
	return match;
}

/* ---- The packets ---- */

void rule_flow_add_source(struct rule_flow *flow, const union hostcast_address *source)
{
	if (!flow->has_source)
		flow->source = *source;
	else if (!address_same_ip(&flow->source, source))
		flow->source = (union hostcast_address){0};
	flow->has_source = true;
}

/* ---- Where it is asked ---- */

static bool is_for_family(const struct firewall_rule *rule, const struct rule_flow *flow)
{
	if (strcmp(rule->family, "ip") == 0)
		return flow->group.any.sa_family == AF_INET;
	if (strcmp(rule->family, "ip6") == 0)
		return flow->group.any.sa_family == AF_INET6;
	return strcmp(rule->family, "arp") != 0;
}

static bool is_for_device(const struct firewall_rule *rule, const struct rule_flow *flow)
{
	bool is_named = false;
	struct words words;

	if (!rule->device[0] || !split_rule(&words, rule->device))
		return true;
	for (size_t i = 0; i < words.count; i++)
		is_named |= strcmp(words.list[i], flow->interface) == 0;
	words_done(&words);
	return is_named;
}

bool rule_is_on_way(const struct firewall_rule *rule, const struct rule_flow *flow)
{
	return rule->hooks & flow->hooks && is_for_family(rule, flow) && is_for_device(rule, flow);
}

enum rule_match rule_match(const struct firewall_rule *rule, const struct rule_flow *flow)
{
	bool is_sure;

	if (!rule_is_on_way(rule, flow))
		return RULE_OTHER;
	return rule->is_policy ? RULE_MAYBE : rule_match_text(rule, flow, &is_sure);
}
