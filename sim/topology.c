#include "topology.h"

#include "base/monotime.h"
#include "transit_stub.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { UNIFORM_LEAST_NS = NS_PER_MS, LAN_ACCESS_NS = 50 * NS_PER_US };

/* How a host hangs on the network. */
struct attachment {
	uint32_t router;
	uint32_t delay_ns;
};

struct topology {
	enum topology_kind kind;
	uint32_t host_count;
	struct topology_point *points;  /* uniform; else NULL */
	struct attachment *attachments; /* the others; else NULL */
	struct transit_stub *routers;   /* transit-stub; else NULL */
};

const char *topology_kind_name(enum topology_kind kind)
{
	static const char *const names[TOPOLOGY_KINDS] = {"uniform", "lan", "transit-stub"};

	return names[kind];
}

static bool place_hosts(struct topology *t, struct random *random)
{
	t->points = calloc(t->host_count, sizeof *t->points);
	if (!t->points)
		return false;
	for (uint32_t host = 0; host < t->host_count; host++) {
		t->points[host].x_ns = (int64_t)random_below(random, TOPOLOGY_SQUARE_NS + 1);
		t->points[host].y_ns = (int64_t)random_below(random, TOPOLOGY_SQUARE_NS + 1);
	}
	return true;
}

static struct attachment random_attachment(enum topology_kind kind, struct random *random)
{
	struct attachment attachment = {0, LAN_ACCESS_NS};

	if (kind == TOPOLOGY_TRANSIT_STUB) {
		attachment.router = TRANSIT_ROUTERS + (uint32_t)random_below(random, STUB_ROUTERS);
		attachment.delay_ns = transit_stub_access_delay_ns(random);
	}
	return attachment;
}

static bool attach_hosts(struct topology *t, struct random *random)
{
	t->attachments = calloc(t->host_count, sizeof *t->attachments);
	if (!t->attachments)
		return false;
	for (uint32_t host = 0; host < t->host_count; host++)
		t->attachments[host] = random_attachment(t->kind, random);
	return true;
}

/* Routers and hosts have a generator each, so that a host more does not make another network. */
static bool make(struct topology *t, uint64_t seed)
{
	struct random seeds = {seed};
	uint64_t router_seed = random_next(&seeds);
	struct random random = {random_next(&seeds)};

	if (t->kind == TOPOLOGY_UNIFORM)
		return place_hosts(t, &random);
	if (t->kind == TOPOLOGY_TRANSIT_STUB) {
		t->routers = transit_stub_new(router_seed);
		if (!t->routers)
			return false;
	}
	return attach_hosts(t, &random);
}

struct topology *topology_new(enum topology_kind kind, uint32_t host_count, uint64_t seed)
{
	struct topology *t = calloc(1, sizeof *t);

	assert(host_count > 0 && host_count <= TOPOLOGY_HOSTS_MAX);
	if (!t)
		return NULL;
	t->kind = kind;
	t->host_count = host_count;
	if (!make(t, seed)) {
		topology_free(t);
		return NULL;
	}
	return t;
}

void topology_free(struct topology *topology)
{
	if (!topology)
		return;
	free(topology->points);
	free(topology->attachments);
	transit_stub_free(topology->routers);
	free(topology);
}

enum topology_kind topology_kind(const struct topology *t)
{
	return t->kind;
}

uint32_t topology_host_count(const struct topology *t)
{
	return t->host_count;
}

/* Exact in doubles: the squares add up to less than 2^53. */
static int64_t distance_ns(struct topology_point a, struct topology_point b)
{
	int64_t dx = a.x_ns - b.x_ns, dy = a.y_ns - b.y_ns;

	return (int64_t)sqrt((double)(dx * dx + dy * dy));
}

int64_t topology_delay_ns(const struct topology *t, uint32_t host_a, uint32_t host_b)
{
	struct attachment a, b;
	int64_t delay_ns;

	assert(host_a < t->host_count && host_b < t->host_count);
	if (host_a == host_b)
		return 0;
	if (t->points)
		return UNIFORM_LEAST_NS + distance_ns(t->points[host_a], t->points[host_b]);
	a = t->attachments[host_a];
	b = t->attachments[host_b];
	delay_ns = (int64_t)a.delay_ns + b.delay_ns;
	return t->routers ? delay_ns + transit_stub_delay_ns(t->routers, a.router, b.router)
			  : delay_ns;
}

static uint32_t router_link_count(const struct topology *t)
{
	return t->routers ? transit_stub_link_count(t->routers) : 0;
}

/* Hosts' own links are numbered after those between routers. */
static size_t find_route(const struct topology *t, uint32_t host_a, uint32_t host_b,
			 uint32_t links[static TOPOLOGY_ROUTE_MAX])
{
	uint32_t hosts_base = router_link_count(t);
	size_t count = 0;

	if (t->routers)
		count = transit_stub_route(t->routers, t->attachments[host_a].router,
					   t->attachments[host_b].router, links);
	for (size_t i = count; i > 0; i--)
		links[i] = links[i - 1];
	links[0] = hosts_base + host_a;
	links[count + 1] = hosts_base + host_b;
	return count + 2;
}

static void reverse(uint32_t *links, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		uint32_t link = links[i];

		links[i] = links[count - 1 - i];
		links[count - 1 - i] = link;
	}
}

size_t topology_route(const struct topology *t, uint32_t host_a, uint32_t host_b,
		      uint32_t links[static TOPOLOGY_ROUTE_MAX])
{
	size_t count;

	assert(host_a < t->host_count && host_b < t->host_count);
	if (t->points || host_a == host_b)
		return 0;
	if (host_a < host_b)
		return find_route(t, host_a, host_b, links);
	/* Of two routes that take equally long the same one is used both ways. */
	count = find_route(t, host_b, host_a, links);
	reverse(links, count);
	return count;
}

uint32_t topology_router_count(const struct topology *t)
{
	if (t->routers)
		return TRANSIT_STUB_ROUTERS;
	return t->attachments ? 1 : 0;
}

uint32_t topology_link_count(const struct topology *t)
{
	return t->attachments ? router_link_count(t) + t->host_count : 0;
}

struct topology_link topology_link(const struct topology *t, uint32_t link)
{
	uint32_t hosts_base = router_link_count(t), host = link - hosts_base;

	assert(link < topology_link_count(t));
	if (link < hosts_base)
		return transit_stub_link(t->routers, link);
	return (struct topology_link){
		.node_a = t->attachments[host].router,
		.node_b = topology_router_count(t) + host,
		.delay_ns = t->attachments[host].delay_ns,
	};
}

struct topology_point topology_point(const struct topology *t, uint32_t host)
{
	assert(t->points && host < t->host_count);
	return t->points[host];
}

uint32_t topology_router_of(const struct topology *t, uint32_t host)
{
	assert(t->attachments && host < t->host_count);
	return t->attachments[host].router;
}
