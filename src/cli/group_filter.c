#include "group_filter.h"

#include "net/address.h"
#include "net/target.h"
#include "traffic/report_records.h"

/* Ports that nobody means at once: the one that a text takes is the default, or its own. */
enum { A_PORT = 1, ANOTHER_PORT = 2 };

static bool names_port(const char *text, int family, const struct target *target)
{
	struct target again;
	struct error error;

	return target_parse_group(text, family, ANOTHER_PORT, &again, &error) == 0 &&
	       address_equal(&target->address, &again.address);
}

int group_filter_parse(const char *text, int family, struct group_match *filter,
		       struct error *error)
{
	struct target target;
	int code = target_parse_group(text, family, A_PORT, &target, error);

	if (code < 0)
		return code;
	if (target.count > 1)
		return error_set(error, HOSTCAST_INVALID,
				 "'%s' is a range of groups; name each by itself", text);
	*filter = (struct group_match){.group = target.address, .source = target.source};
	if (!names_port(text, family, &target))
		address_set_port(&filter->group, 0);
	return 0;
}

static bool is_any_or(const union hostcast_address *wanted, const union hostcast_address *source)
{
	return wanted->any.sa_family == AF_UNSPEC || address_same_ip(wanted, source);
}

/* A fragment that is not the first has no port, and may be of any. */
static bool is_any_port_or(uint16_t wanted, uint16_t port)
{
	return wanted == 0 || port == 0 || wanted == port;
}

static bool is_sent_to(const struct group_match *filter, const union hostcast_address *source,
		       const union hostcast_address *destination)
{
	return address_same_ip(&filter->group, destination) &&
	       is_any_port_or(address_port(&filter->group), address_port(destination)) &&
	       is_any_or(&filter->source, source);
}

static bool is_query_for(const struct group_match *filter, const struct membership_message *message)
{
	bool is_of_family = message->is_mld == (filter->group.any.sa_family == AF_INET6);

	if (message->group.any.sa_family == AF_UNSPEC)
		return is_of_family;
	return address_same_ip(&filter->group, &message->group);
}

static bool is_about(const struct group_match *filter, const struct membership_message *message)
{
	struct report_records records = report_records_of(message);
	struct group_record record;

	if (message->kind == MEMBERSHIP_QUERY)
		return is_query_for(filter, message);
	while (report_records_next(&records, &record))
		if (address_same_ip(&filter->group, &record.group))
			return true;
	return false;
}

bool group_filter_matches(const struct group_match *filter, const struct packet *packet)
{
	if (packet->transport == TRANSPORT_MEMBERSHIP)
		return is_about(filter, &packet->membership);
	if (packet->transport == TRANSPORT_ICMP && packet->icmp.is_error &&
	    is_sent_to(filter, &packet->icmp.about_source, &packet->icmp.about_destination))
		return true;
	return is_sent_to(filter, &packet->source, &packet->destination);
}
