#include "measures.h"

#include "overlay.h"
#include "spanning_tree.h"

#include <math.h>
#include <stdlib.h>

bool measure_is_taken(double measure)
{
	return !isnan(measure);
}

static double ratio(double value, double reference)
{
	return reference > 0 ? value / reference : (double)NAN;
}

static void measure_depth(const struct overlay *o, struct measures *m)
{
	double sum = 0;

	for (uint32_t i = 1; i < o->member_count; i++)
		sum += o->depth[o->members[i]];
	m->depth_mean = ratio(sum, o->member_count - 1);
	m->depth_max = o->depth[o->members[o->member_count - 1]]; /* breadth first */
}

static void measure_cost(const struct topology *topology, const struct overlay *o,
			 struct measures *m)
{
	int64_t star_ns = 0;

	for (uint32_t i = 1; i < o->member_count; i++) {
		uint32_t member = o->members[i];

		m->cost_ns += topology_delay_ns(topology, o->parent[member], member);
		star_ns += topology_delay_ns(topology, o->root, member);
	}
	m->cost_to_star = ratio((double)m->cost_ns, (double)star_ns);
}

static bool compare_with_spanning_tree(const struct topology *topology, const struct overlay *o,
				       struct measures *m)
{
	int64_t least_ns;

	m->cost_to_spanning_tree = (double)NAN;
	if (o->member_count > MEASURES_SPANNING_MAX)
		return true;
	least_ns = spanning_tree_cost_ns(topology, o->members, o->member_count);
	if (least_ns < 0)
		return false;
	m->cost_to_spanning_tree = ratio((double)m->cost_ns, (double)least_ns);
	return true;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void summarize_stretches(double *stretches, uint32_t count, struct measures *m)
{
	double sum = 0;
	uint32_t rank = count - count / 10; /* 0.9 of them, rounded up */

	qsort(stretches, count, sizeof *stretches, compare_doubles);
	for (uint32_t i = 0; i < count; i++)
		sum += stretches[i];
	m->stretch_mean = ratio(sum, count);
	m->stretch_p90 = count > 0 ? stretches[rank - 1] : (double)NAN;
	m->stretch_max = count > 0 ? stretches[count - 1] : (double)NAN;
}

static bool measure_stretch(const struct topology *topology, const struct overlay *o,
			    struct measures *m)
{
	int64_t *delays_ns = calloc(topology_host_count(topology), sizeof *delays_ns);
	double *stretches = calloc(o->member_count, sizeof *stretches);
	bool done = delays_ns && stretches;

	for (uint32_t i = 1; done && i < o->member_count; i++) {
		uint32_t member = o->members[i], parent = o->parent[member];
		int64_t unicast_ns = topology_delay_ns(topology, o->root, member);

		delays_ns[member] = delays_ns[parent] + topology_delay_ns(topology, parent, member);
		stretches[i - 1] = ratio((double)delays_ns[member], (double)unicast_ns);
	}
	if (done)
		summarize_stretches(stretches, o->member_count - 1, m);
	free(delays_ns);
	free(stretches);
	return done;
}

/* Adds to copies, which has an entry for each link, the route from one host to another. */
static void add_copy(const struct topology *topology, uint32_t from, uint32_t to, uint32_t *copies)
{
	uint32_t links[TOPOLOGY_ROUTE_MAX];
	size_t count = topology_route(topology, from, to, links);

	for (size_t i = 0; i < count; i++)
		copies[links[i]]++;
}

static bool measure_stress(const struct topology *topology, const struct overlay *o,
			   struct measures *m)
{
	uint32_t link_count = topology_link_count(topology);
	uint32_t *copies = calloc(link_count, sizeof *copies);
	uint64_t sum = 0;

	if (!copies)
		return false;
	for (uint32_t i = 1; i < o->member_count; i++)
		add_copy(topology, o->parent[o->members[i]], o->members[i], copies);
	for (uint32_t link = 0; link < link_count; link++) {
		sum += copies[link];
		m->stress_links += copies[link] > 0;
		if (copies[link] > m->stress_max)
			m->stress_max = copies[link];
	}
	m->stress_mean = ratio((double)sum, (double)m->stress_links);
	free(copies);
	return true;
}

static bool compare_with_router_tree(const struct topology *topology, const struct overlay *o,
				     struct measures *m)
{
	uint32_t link_count = topology_link_count(topology);
	uint32_t *copies = calloc(link_count, sizeof *copies);
	int64_t cost_ns = 0;

	if (!copies)
		return false;
	for (uint32_t i = 1; i < o->member_count; i++)
		add_copy(topology, o->root, o->members[i], copies);
	for (uint32_t link = 0; link < link_count; link++)
		if (copies[link] > 0) {
			cost_ns += topology_link(topology, link).delay_ns;
			m->router_tree_links++;
		}
	m->cost_to_router_tree = ratio((double)m->cost_ns, (double)cost_ns);
	free(copies);
	return true;
}

static bool measure_links(const struct topology *topology, const struct overlay *o,
			  struct measures *m)
{
	m->stress_mean = m->cost_to_router_tree = (double)NAN;
	if (topology_link_count(topology) == 0)
		return true;
	return measure_stress(topology, o, m) && compare_with_router_tree(topology, o, m);
}

bool measures_take(const struct topology *topology, const uint32_t *parent, uint32_t count,
		   uint32_t root, struct measures *measures)
{
	struct measures m = {0};
	struct overlay overlay;
	bool done;

	if (!overlay_init(&overlay, parent, count, root))
		return false;
	m.members = overlay.member_count;
	measure_depth(&overlay, &m);
	measure_cost(topology, &overlay, &m);
	done = compare_with_spanning_tree(topology, &overlay, &m) &&
	       measure_stretch(topology, &overlay, &m) && measure_links(topology, &overlay, &m);
	overlay_done(&overlay);
	if (done)
		*measures = m;
	return done;
}
