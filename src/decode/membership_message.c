#include "membership_message.h"

#include "layers.h"

enum { AUXILIARY_WORD = 4 }; /* bytes, RFC 3376 section 4.2.6 */

size_t membership_address_size(const struct membership_message *message)
{
	return message->is_mld ? sizeof(struct in6_addr) : sizeof(struct in_addr);
}

/* As many of `size` bytes as there are. */
static struct reader take_up_to(struct reader *reader, size_t size)
{
	size_t left = reader_left(reader);

	return reader_take(reader, size < left ? size : left);
}

static void read_address(const struct membership_message *message, struct reader *reader,
			 union hostcast_address *address)
{
	if (message->is_mld)
		read_ipv6_address(reader, address);
	else
		read_ipv4_address(reader, address);
}

/* RFC 3376 section 4.2.4, RFC 3810 section 5.2.5 */
bool membership_next_record(struct membership_message *message, struct group_record *record)
{
	struct reader *reader = &message->records;
	struct group_record read = {.type = 0};
	size_t auxiliary_size;

	if (message->count == 0)
		return false;
	read.type = reader_byte(reader);
	auxiliary_size = reader_byte(reader) * (size_t)AUXILIARY_WORD;
	read.count = reader_be16(reader);
	read_address(message, reader, &read.group);
	if (reader->failed)
		return false;
	read.sources = take_up_to(reader, read.count * membership_address_size(message));
	take_up_to(reader, auxiliary_size);
	message->count--;
	*record = read;
	return true;
}

bool membership_next_source(const struct membership_message *message, struct reader *sources,
			    union hostcast_address *source)
{
	union hostcast_address read;

	read_address(message, sources, &read);
	if (sources->failed)
		return false;
	*source = read;
	return true;
}

const char *record_type_name(uint8_t type)
{
	static const char *const NAMES[] = {
		[RECORD_IS_INCLUDE] = "is include",   [RECORD_IS_EXCLUDE] = "is exclude",
		[RECORD_TO_INCLUDE] = "to include",   [RECORD_TO_EXCLUDE] = "to exclude",
		[RECORD_ALLOW] = "allow new sources", [RECORD_BLOCK] = "block old sources",
	};

	return type >= RECORD_IS_INCLUDE && type <= RECORD_BLOCK ? NAMES[type] : "unknown";
}

/* To exclude no source, or some, is to want all others; to include none is to want nothing. Whoever
 * blocks a source may have more of them, or all others. */
enum record_meaning group_record_meaning(const struct group_record *record)
{
	switch (record->type) {
	case RECORD_IS_EXCLUDE:
	case RECORD_TO_EXCLUDE:
	case RECORD_ALLOW:
		return RECORD_JOINS;
	case RECORD_IS_INCLUDE:
	case RECORD_TO_INCLUDE:
		return record->count > 0 ? RECORD_JOINS : RECORD_LEAVES;
	default:
		return RECORD_CHANGES;
	}
}
