#include "layout.h"

#include "transit_stub.h"

#include <math.h>
#include <stdlib.h>

#define CENTRE         (LAYOUT_SIZE / 2)

/* Of a transit-stub network, in pixels from the centre. */
#define TRANSIT_RADIUS 165.0 /* middles of transit domains */
#define DOMAIN_RADIUS  44.0
#define STUBS_BEGIN    262.0
#define STUBS_END      (CENTRE - 4)
#define STUB_FILLS     0.40 /* of what it could take, from its middle to either side */

enum { STUB_COLUMNS = 2, STUB_ROWS = STUBS_EACH / STUB_COLUMNS };

#define HOST_SPACING 3.2 /* between hosts at one router */

/* Clockwise from the top. */
static struct place at_angle(double angle, double radius)
{
	return (struct place){CENTRE + radius * sin(angle), CENTRE - radius * cos(angle)};
}

static struct place moved(struct place place, double angle, double outwards, double sideways)
{
	return (struct place){
		place.x + outwards * sin(angle) + sideways * cos(angle),
		place.y - outwards * cos(angle) + sideways * sin(angle),
	};
}

static double part_of_circle(double part, double of)
{
	return 2 * M_PI * part / of;
}

/* The routers of a domain stand round its middle, in the order of the stub domains beyond them: in
 * turn nearer to the centre and farther from it. */
static struct place transit_place(uint32_t router)
{
	uint32_t domain = router / TRANSIT_DOMAIN_SIZE, index = router % TRANSIT_DOMAIN_SIZE;
	double angle = part_of_circle(domain + 0.5, TRANSIT_DOMAINS);
	double sideways = (2 * (index + 0.5) / TRANSIT_DOMAIN_SIZE - 1) * DOMAIN_RADIUS;
	double outwards = sqrt(DOMAIN_RADIUS * DOMAIN_RADIUS - sideways * sideways);

	return moved(at_angle(angle, TRANSIT_RADIUS), angle, index % 2 ? outwards : -outwards,
		     sideways);
}

/* Beyond each domain is a tenth of the circle, less a gap; each of its routers has a tenth of that
 * for its stub domains, which stand there in columns and rows. */
static double stub_angle(uint32_t stub)
{
	uint32_t router = stub / STUBS_EACH, column = stub % STUB_COLUMNS;
	uint32_t domain = router / TRANSIT_DOMAIN_SIZE, index = router % TRANSIT_DOMAIN_SIZE;
	double columns = TRANSIT_DOMAIN_SIZE * STUB_COLUMNS, gap = 1.5;
	double within = gap + index * STUB_COLUMNS + column + 0.5;

	return part_of_circle(domain + within / (columns + 2 * gap), TRANSIT_DOMAINS);
}

/* The routers of a stub domain stand on an ellipse that fills its room. */
static struct place stub_place(uint32_t router)
{
	uint32_t stub = router / STUB_SIZE, row = stub % STUBS_EACH / STUB_COLUMNS;
	double height = (STUBS_END - STUBS_BEGIN) / STUB_ROWS, angle = stub_angle(stub);
	double radius = STUBS_BEGIN + (row + 0.5) * height;
	double width = part_of_circle(radius, STUB_DOMAINS / STUB_ROWS + 30);
	double turn = part_of_circle(router % STUB_SIZE, STUB_SIZE);

	return moved(at_angle(angle, radius), angle, STUB_FILLS * height * cos(turn),
		     STUB_FILLS * width * sin(turn));
}

static struct place router_place(const struct topology *t, uint32_t router)
{
	if (topology_kind(t) == TOPOLOGY_LAN)
		return (struct place){CENTRE, CENTRE};
	if (router < TRANSIT_ROUTERS)
		return transit_place(router);
	return stub_place(router - TRANSIT_ROUTERS);
}

static struct place host_place(const struct topology *t, uint32_t host)
{
	double scale = (LAYOUT_SIZE - 40) / (double)TOPOLOGY_SQUARE_NS;

	if (topology_kind(t) == TOPOLOGY_UNIFORM) {
		struct topology_point point = topology_point(t, host);

		return (struct place){20 + (double)point.x_ns * scale,
				      20 + (double)point.y_ns * scale};
	}
	return at_angle(part_of_circle(host, topology_host_count(t)), CENTRE - 20);
}

/* Those of one router stand round it in a spiral, none on top of another. */
static void place_hosts_at_routers(struct layout *l, uint32_t *hosts_there)
{
	uint32_t routers = topology_router_count(l->topology);
	double golden_angle = M_PI * (3 - sqrt(5));

	for (uint32_t host = 0; host < topology_host_count(l->topology); host++) {
		uint32_t router = topology_router_of(l->topology, host);
		uint32_t before = hosts_there[router]++;

		l->places[routers + host] = moved(l->places[router], before * golden_angle,
						  HOST_SPACING * sqrt(before), 0);
	}
}

static bool place_hosts(struct layout *l)
{
	uint32_t routers = topology_router_count(l->topology);
	uint32_t *hosts_there;

	if (topology_kind(l->topology) != TOPOLOGY_TRANSIT_STUB) {
		for (uint32_t host = 0; host < topology_host_count(l->topology); host++)
			l->places[routers + host] = host_place(l->topology, host);
		return true;
	}
	hosts_there = calloc(routers, sizeof *hosts_there);
	if (!hosts_there)
		return false;
	place_hosts_at_routers(l, hosts_there);
	free(hosts_there);
	return true;
}

bool layout_init(struct layout *l, const struct topology *topology)
{
	uint32_t routers = topology_router_count(topology);
	size_t nodes = (size_t)routers + topology_host_count(topology);

	l->topology = topology;
	l->places = calloc(nodes, sizeof *l->places);
	if (!l->places)
		return false;
	for (uint32_t router = 0; router < routers; router++)
		l->places[router] = router_place(topology, router);
	if (place_hosts(l))
		return true;
	layout_done(l);
	return false;
}

void layout_done(struct layout *layout)
{
	free(layout->places);
}

struct place layout_host(const struct layout *l, uint32_t host)
{
	return l->places[topology_router_count(l->topology) + host];
}

static struct place between(struct place a, struct place b, double part)
{
	return (struct place){a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part};
}

/* Towards the centre of the circle, the more so the farther they are from each other on it. */
static struct place pull_inwards(struct place here, struct place other)
{
	double distance = hypot(here.x - other.x, here.y - other.y);

	return between(here, (struct place){CENTRE, CENTRE}, 0.1 + 0.6 * distance / LAYOUT_SIZE);
}

static uint32_t stub_of(const struct layout *l, uint32_t host)
{
	return (topology_router_of(l->topology, host) - TRANSIT_ROUTERS) / STUB_SIZE;
}

/* The place that an edge from or to this host is drawn towards. */
static struct place pull_of(const struct layout *l, uint32_t host, uint32_t other)
{
	struct place here = layout_host(l, host), there = layout_host(l, other);
	enum topology_kind kind = topology_kind(l->topology);

	if (kind == TOPOLOGY_LAN)
		return pull_inwards(here, there);
	if (kind == TOPOLOGY_TRANSIT_STUB && stub_of(l, host) != stub_of(l, other))
		return l->places[stub_of(l, host) / STUBS_EACH];
	return between(here, there, 1.0 / 3); /* a straight line */
}

void layout_bend(const struct layout *l, uint32_t from, uint32_t to, struct place bend[2])
{
	bend[0] = pull_of(l, from, to);
	bend[1] = pull_of(l, to, from);
}
