#include "transit_stub.h"

#include "base/monotime.h"

#include <assert.h>
#include <stdlib.h>

/* Probabilities of a link, in thousandths. The last one brings the mean degree to 4. */
enum { WITHIN_TRANSIT = 600, BETWEEN_TRANSIT = 500, SECOND_UPLINK = 100, WITHIN_STUB = 415 };

enum {
	DOMAIN_MAX = 10, /* nodes in a random graph */
	UPLINKS_MAX = 2, /* links of one stub domain to transit routers */
	/* All the links that there can be; they are numbered in 16 bits. */
	LINKS_MAX = (TRANSIT_DOMAINS + 1 + STUB_DOMAINS) * DOMAIN_MAX * (DOMAIN_MAX - 1) / 2 +
		    STUB_DOMAINS * UPLINKS_MAX,
};

_Static_assert(LINKS_MAX < UINT16_MAX, "a link's number has 16 bits");
_Static_assert((int)TRANSIT_DOMAIN_SIZE <= (int)DOMAIN_MAX && (int)STUB_SIZE <= (int)DOMAIN_MAX &&
		       (int)TRANSIT_DOMAINS <= (int)DOMAIN_MAX,
	       "domains fit");

struct range {
	int64_t least_ns, most_ns;
};

static const struct range between_transit = {20 * NS_PER_MS, 60 * NS_PER_MS};
static const struct range within_transit = {5 * NS_PER_MS, 20 * NS_PER_MS};
static const struct range stub_to_transit = {2 * NS_PER_MS, 10 * NS_PER_MS};
static const struct range within_stub = {1 * NS_PER_MS, 5 * NS_PER_MS};
static const struct range access_link = {NS_PER_MS / 5, 2 * NS_PER_MS};

/* The way from one router of a domain to another: how long it takes, and the link that it begins
 * with. */
struct way {
	uint32_t delay_ns;
	uint16_t first;
};

enum { NO_WAY_NS = 1 << 30 }; /* more than any way takes, and twice of it still fits */

struct uplink {
	uint16_t link;
	uint8_t stub_router; /* index in its domain */
	uint8_t transit_router;
};

/* From a stub router to the far end of its domain's uplink. */
struct exit {
	uint32_t delay_ns;
	uint32_t transit_router;
};

struct transit_stub {
	struct way transit[TRANSIT_ROUTERS][TRANSIT_ROUTERS];
	struct way stubs[STUB_DOMAINS][STUB_SIZE][STUB_SIZE];
	struct exit exits[STUB_ROUTERS][UPLINKS_MAX];
	struct uplink uplinks[STUB_DOMAINS][UPLINKS_MAX];
	uint8_t uplink_counts[STUB_DOMAINS];
	uint32_t link_count;
	struct topology_link links[LINKS_MAX];
};

/* A graph of a few nodes: bit j of row i, and bit i of row j, for a link between them. */
struct graph {
	uint32_t rows[DOMAIN_MAX];
};

static uint32_t random_delay(struct random *random, struct range range)
{
	uint64_t width = (uint64_t)(range.most_ns - range.least_ns + 1);

	return (uint32_t)(range.least_ns + (int64_t)random_below(random, width));
}

uint32_t transit_stub_access_delay_ns(struct random *random)
{
	return random_delay(random, access_link);
}

static bool chance(struct random *random, uint32_t thousandths)
{
	return random_below(random, 1000) < thousandths;
}

static struct graph random_graph(struct random *random, uint32_t size, uint32_t thousandths)
{
	struct graph graph = {{0}};

	for (uint32_t i = 0; i < size; i++)
		for (uint32_t j = i + 1; j < size; j++)
			if (chance(random, thousandths)) {
				graph.rows[i] |= UINT32_C(1) << j;
				graph.rows[j] |= UINT32_C(1) << i;
			}
	return graph;
}

static bool is_connected(const struct graph *graph, uint32_t size)
{
	uint32_t reached = 1, before = 0;

	while (reached != before) {
		before = reached;
		for (uint32_t i = 0; i < size; i++)
			if (reached >> i & 1)
				reached |= graph->rows[i];
	}
	return reached == (UINT32_C(1) << size) - 1;
}

static struct graph connected_graph(struct random *random, uint32_t size, uint32_t thousandths)
{
	struct graph graph;

	do
		graph = random_graph(random, size, thousandths);
	while (!is_connected(&graph, size));
	return graph;
}

static uint16_t add_link(struct transit_stub *n, uint32_t a, uint32_t b, uint32_t delay_ns)
{
	assert(n->link_count < LINKS_MAX);
	n->links[n->link_count] = (struct topology_link){a, b, delay_ns};
	return (uint16_t)n->link_count++;
}

/* ways is a matrix of size rows and columns. */
static void no_ways(struct way *ways, uint32_t size)
{
	for (uint32_t i = 0; i < size * size; i++)
		ways[i] = (struct way){NO_WAY_NS, 0};
	for (uint32_t i = 0; i < size; i++)
		ways[i * size + i].delay_ns = 0;
}

static void join(struct way *ways, uint32_t size, uint32_t i, uint32_t j, uint16_t link,
		 uint32_t delay_ns)
{
	/* Of two links between the same routers only the faster one is used. */
	if (delay_ns >= ways[i * size + j].delay_ns)
		return;
	ways[i * size + j] = (struct way){delay_ns, link};
	ways[j * size + i] = (struct way){delay_ns, link};
}

/* Floyd and Warshall: from links to shortest ways. */
static void find_ways(struct way *ways, uint32_t size)
{
	for (uint32_t k = 0; k < size; k++)
		for (uint32_t i = 0; i < size; i++) {
			struct way to = ways[i * size + k];

			for (uint32_t j = 0; j < size; j++) {
				uint32_t delay_ns = to.delay_ns + ways[k * size + j].delay_ns;

				if (delay_ns < ways[i * size + j].delay_ns)
					ways[i * size + j] = (struct way){delay_ns, to.first};
			}
		}
}

static void make_transit_domain(struct transit_stub *n, uint32_t domain, struct random *random)
{
	struct graph graph = connected_graph(random, TRANSIT_DOMAIN_SIZE, WITHIN_TRANSIT);
	uint32_t base = domain * TRANSIT_DOMAIN_SIZE;

	for (uint32_t i = 0; i < TRANSIT_DOMAIN_SIZE; i++)
		for (uint32_t j = i + 1; j < TRANSIT_DOMAIN_SIZE; j++)
			if (graph.rows[i] >> j & 1) {
				uint32_t delay_ns = random_delay(random, within_transit);
				uint16_t link = add_link(n, base + i, base + j, delay_ns);

				join(&n->transit[0][0], TRANSIT_ROUTERS, base + i, base + j, link,
				     delay_ns);
			}
}

static uint32_t random_transit(struct random *random, uint32_t domain)
{
	return domain * TRANSIT_DOMAIN_SIZE + (uint32_t)random_below(random, TRANSIT_DOMAIN_SIZE);
}

static void join_transit_domains(struct transit_stub *n, struct random *random)
{
	struct graph graph = connected_graph(random, TRANSIT_DOMAINS, BETWEEN_TRANSIT);

	for (uint32_t i = 0; i < TRANSIT_DOMAINS; i++)
		for (uint32_t j = i + 1; j < TRANSIT_DOMAINS; j++)
			if (graph.rows[i] >> j & 1) {
				uint32_t a = random_transit(random, i);
				uint32_t b = random_transit(random, j);
				uint32_t delay_ns = random_delay(random, between_transit);

				join(&n->transit[0][0], TRANSIT_ROUTERS, a, b,
				     add_link(n, a, b, delay_ns), delay_ns);
			}
}

static void make_transit(struct transit_stub *n, struct random *random)
{
	no_ways(&n->transit[0][0], TRANSIT_ROUTERS);
	for (uint32_t domain = 0; domain < TRANSIT_DOMAINS; domain++)
		make_transit_domain(n, domain, random);
	join_transit_domains(n, random);
	find_ways(&n->transit[0][0], TRANSIT_ROUTERS);
}

static uint32_t first_router(uint32_t stub)
{
	return TRANSIT_ROUTERS + stub * STUB_SIZE;
}

static void add_uplink(struct transit_stub *n, uint32_t stub, uint32_t transit_router,
		       struct random *random)
{
	uint32_t index = (uint32_t)random_below(random, STUB_SIZE);
	uint32_t delay_ns = random_delay(random, stub_to_transit);
	uint8_t number = n->uplink_counts[stub]++;

	n->uplinks[stub][number] = (struct uplink){
		.link = add_link(n, first_router(stub) + index, transit_router, delay_ns),
		.stub_router = (uint8_t)index,
		.transit_router = (uint8_t)transit_router,
	};
	for (uint32_t i = 0; i < STUB_SIZE; i++)
		n->exits[stub * STUB_SIZE + i][number] =
			(struct exit){n->stubs[stub][i][index].delay_ns + delay_ns, transit_router};
}

static void make_stub(struct transit_stub *n, uint32_t stub, struct random *random)
{
	struct graph graph = connected_graph(random, STUB_SIZE, WITHIN_STUB);
	struct way *ways = &n->stubs[stub][0][0];
	uint32_t base = first_router(stub), home = stub / STUBS_EACH;

	no_ways(ways, STUB_SIZE);
	for (uint32_t i = 0; i < STUB_SIZE; i++)
		for (uint32_t j = i + 1; j < STUB_SIZE; j++)
			if (graph.rows[i] >> j & 1) {
				uint32_t delay_ns = random_delay(random, within_stub);

				join(ways, STUB_SIZE, i, j,
				     add_link(n, base + i, base + j, delay_ns), delay_ns);
			}
	find_ways(ways, STUB_SIZE);
	add_uplink(n, stub, home, random);
	if (chance(random, SECOND_UPLINK)) {
		uint32_t other = 1 + (uint32_t)random_below(random, TRANSIT_ROUTERS - 1);

		add_uplink(n, stub, (home + other) % TRANSIT_ROUTERS, random);
	}
}

struct transit_stub *transit_stub_new(uint64_t seed)
{
	struct transit_stub *n = calloc(1, sizeof *n);
	struct random random = {seed};

	if (!n)
		return NULL;
	make_transit(n, &random);
	for (uint32_t stub = 0; stub < STUB_DOMAINS; stub++)
		make_stub(n, stub, &random);
	return n;
}

void transit_stub_free(struct transit_stub *network)
{
	free(network);
}

uint32_t transit_stub_link_count(const struct transit_stub *n)
{
	return n->link_count;
}

struct topology_link transit_stub_link(const struct transit_stub *n, uint32_t link)
{
	assert(link < n->link_count);
	return n->links[link];
}

/* How a datagram gets from one stub domain to another: by which uplink of each. */
struct passage {
	uint32_t delay_ns;
	uint8_t leave, enter;
};

/* a and b are counted among stub routers. */
static struct passage best_passage(const struct transit_stub *n, uint32_t a, uint32_t b)
{
	uint8_t leaves = n->uplink_counts[a / STUB_SIZE], enters = n->uplink_counts[b / STUB_SIZE];
	struct passage best = {UINT32_MAX, 0, 0};

	for (uint8_t i = 0; i < leaves; i++)
		for (uint8_t j = 0; j < enters; j++) {
			struct exit from = n->exits[a][i], to = n->exits[b][j];
			uint32_t between_ns =
				n->transit[from.transit_router][to.transit_router].delay_ns;
			uint32_t delay_ns = from.delay_ns + between_ns + to.delay_ns;

			if (delay_ns < best.delay_ns)
				best = (struct passage){delay_ns, i, j};
		}
	return best;
}

int64_t transit_stub_delay_ns(const struct transit_stub *n, uint32_t router_a, uint32_t router_b)
{
	uint32_t a = router_a - TRANSIT_ROUTERS, b = router_b - TRANSIT_ROUTERS;
	uint32_t stub = a / STUB_SIZE;

	assert(a < STUB_ROUTERS && b < STUB_ROUTERS);
	if (stub == b / STUB_SIZE)
		return n->stubs[stub][a % STUB_SIZE][b % STUB_SIZE].delay_ns;
	return best_passage(n, a, b).delay_ns;
}

/* The links from one router of a domain to another, whose first one has number `base`; both are
 * counted from there. Returns how many there are. */
static size_t follow(const struct transit_stub *n, const struct way *ways, uint32_t size,
		     uint32_t base, uint32_t from, uint32_t to, uint32_t *links)
{
	size_t count = 0;

	while (from != to) {
		uint16_t number = ways[from * size + to].first;
		struct topology_link link = n->links[number];

		links[count++] = number;
		from = (link.node_a == base + from ? link.node_b : link.node_a) - base;
	}
	return count;
}

static size_t follow_in_stub(const struct transit_stub *n, uint32_t stub, uint32_t from,
			     uint32_t to, uint32_t *links)
{
	return follow(n, &n->stubs[stub][0][0], STUB_SIZE, first_router(stub), from, to, links);
}

/* The longest: through all of a stub domain, the transit routers and another stub domain, and the
 * hosts' own links. */
_Static_assert(2 + 2 * (STUB_SIZE - 1) + 2 + TRANSIT_ROUTERS - 1 <= TOPOLOGY_ROUTE_MAX,
	       "every route has room");

size_t transit_stub_route(const struct transit_stub *n, uint32_t router_a, uint32_t router_b,
			  uint32_t links[static TOPOLOGY_ROUTE_MAX])
{
	uint32_t a = router_a - TRANSIT_ROUTERS, b = router_b - TRANSIT_ROUTERS;
	uint32_t stub_a = a / STUB_SIZE, stub_b = b / STUB_SIZE;
	const struct uplink *leave, *enter;
	struct passage passage;
	size_t count;

	assert(a < STUB_ROUTERS && b < STUB_ROUTERS);
	if (stub_a == stub_b)
		return follow_in_stub(n, stub_a, a % STUB_SIZE, b % STUB_SIZE, links);
	passage = best_passage(n, a, b);
	leave = &n->uplinks[stub_a][passage.leave];
	enter = &n->uplinks[stub_b][passage.enter];
	count = follow_in_stub(n, stub_a, a % STUB_SIZE, leave->stub_router, links);
	links[count++] = leave->link;
	count += follow(n, &n->transit[0][0], TRANSIT_ROUTERS, 0, leave->transit_router,
			enter->transit_router, links + count);
	links[count++] = enter->link;
	return count + follow_in_stub(n, stub_b, enter->stub_router, b % STUB_SIZE, links + count);
}
