#include "world.h"

#include <stdarg.h>
#include <stdio.h>

#define FIRST_IP       UINT32_C(0x0a000001) /* 10.0.0.1 */
#define CLOCK_START_NS (1000 * NS_PER_S)    /* no clock is young */

enum { IP_LAST = IP_SIZE - 1 };

struct wire_address world_address(uint32_t host)
{
	return wire_address_v4(FIRST_IP + host, MCAST_PORT);
}

uint32_t world_host(const struct world *world, const struct wire_address *address)
{
	const uint8_t *ip = address->ip;
	uint32_t v4 = (uint32_t)ip[IP_LAST - 3] << 24 | (uint32_t)ip[IP_LAST - 2] << 16 |
		      (uint32_t)ip[IP_LAST - 1] << 8 | ip[IP_LAST];

	return address->port != 0 && v4 - FIRST_IP <= world->count ? v4 - FIRST_IP : NOBODY;
}

struct monotime world_clock(const struct node *node, int64_t at_ns)
{
	int64_t ahead_ns = at_ns / MILLION * node->drift + at_ns % MILLION * node->drift / MILLION;

	return (struct monotime){CLOCK_START_NS + at_ns + ahead_ns};
}

int64_t world_time_of(const struct node *node, struct monotime clock)
{
	int64_t at_ns = clock.ns - CLOCK_START_NS;
	int64_t rate = MILLION + node->drift;

	if (node->drift == 0)
		return at_ns;
	at_ns = at_ns / rate * MILLION + at_ns % rate * MILLION / rate - 2;
	while (monotime_is_before(world_clock(node, at_ns), clock)) /* all of it is rounded */
		at_ns++;
	return at_ns;
}

void world_note(struct world *world, uint32_t kind, uint32_t host, uint32_t about)
{
	const struct journal_entry entry = {
		.at_ns = world->now_ns, .kind = kind, .host = host, .about = about};

	journal_add(&world->journal, &entry);
}

void world_fail(struct world *world, const char *format, ...)
{
	va_list arguments;

	if (world_has_failed(world))
		return;
	va_start(arguments, format);
	vsnprintf(world->failure, sizeof world->failure, format, arguments);
	va_end(arguments);
}

bool world_has_failed(const struct world *world)
{
	return world->failure[0] != '\0';
}

uint32_t world_parent(const struct world *world, const struct node *node)
{
	return node->member.path_length > 0 ? world_host(world, &node->member.path[0]) : NOBODY;
}
