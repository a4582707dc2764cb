#include "wanted_groups.h"

#include "net/address.h"
#include "net/target.h"
#include "traffic/report_records.h"

int wanted_group_parse(const char *text, int family, struct wanted_group *wanted,
		       struct error *error)
{
	struct target target;
	int code = target_parse_group(text, family, 0, &target, error);

	if (code < 0)
		return code;
	if (target.count > 1)
		return error_set(error, HOSTCAST_INVALID,
				 "'%s' is a range of groups; name each by itself", text);
	*wanted = (struct wanted_group){.group = target.address, .source = target.source};
	if (!target.is_port_given)
		address_set_port(&wanted->group, 0);
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

static bool is_sent_to(const struct wanted_group *wanted, const union hostcast_address *source,
		       const union hostcast_address *destination)
{
	return address_same_ip(&wanted->group, destination) &&
	       is_any_port_or(address_port(&wanted->group), address_port(destination)) &&
	       is_any_or(&wanted->source, source);
}

static bool is_query_for(const struct wanted_group *wanted,
			 const struct membership_message *message)
{
	bool is_of_family = message->is_mld == (wanted->group.any.sa_family == AF_INET6);

	if (message->group.any.sa_family == AF_UNSPEC)
		return is_of_family;
	return address_same_ip(&wanted->group, &message->group);
}

static bool is_about(const struct wanted_group *wanted, const struct membership_message *message)
{
	struct report_records records = report_records_all(message);
	struct group_record record;

	if (message->kind == MEMBERSHIP_QUERY)
		return is_query_for(wanted, message);
	while (report_records_next(&records, &record))
		if (address_same_ip(&wanted->group, &record.group))
			return true;
	return false;
}

bool wanted_group_matches(const struct wanted_group *wanted, const struct packet *packet)
{
	if (packet->transport == TRANSPORT_MEMBERSHIP)
		return is_about(wanted, &packet->membership);
	if (packet->transport == TRANSPORT_ICMP && packet->icmp.is_error &&
	    is_sent_to(wanted, &packet->icmp.about_source, &packet->icmp.about_destination))
		return true;
	return is_sent_to(wanted, &packet->source, &packet->destination);
}

int wanted_groups_parse(struct wanted_groups *wanted, const char *const *texts, size_t count,
			int family, struct error *error)
{
	int status = 0;

	wanted->count = 0;
	if (count > LIST_MAX)
		return error_set(error, HOSTCAST_INVALID,
				 "%zu groups are more than %d; without any, all are meant", count,
				 LIST_MAX);
	for (size_t i = 0; status == 0 && i < count; i++)
		status =
			wanted_group_parse(texts[i], family, &wanted->list[wanted->count++], error);
	return status;
}

bool wanted_groups_match(const struct wanted_groups *wanted, const struct packet *packet)
{
	for (size_t i = 0; i < wanted->count; i++)
		if (wanted_group_matches(&wanted->list[i], packet))
			return true;
	return wanted->count == 0;
}
