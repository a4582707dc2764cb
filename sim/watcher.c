#include "watcher.h"

#include "base/list.h"
#include "core/children.h"
#include "seconds.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Somebody found itself above itself. */
struct suspect {
	uint32_t host;
	int64_t since_ns;
};

void watcher_init(struct watcher *watcher)
{
	*watcher = (struct watcher){.roots_ns = NEVER_NS};
}

void watcher_done(struct watcher *watcher)
{
	free(watcher->suspects);
	*watcher = (struct watcher){0};
}

/* ---- Circles ---- */

/* Nobody is deeper than there are members, so whoever is not through after so many steps is on a
 * circle, or hangs on one. */
static bool is_on_circle(const struct world *world, uint32_t host)
{
	uint32_t above = world->nodes[host].parent;

	for (uint32_t steps = 0; steps <= world->count && above != NOBODY; steps++) {
		if (above == host)
			return true;
		if (above >= world->count || !world->nodes[above].is_alive)
			return false;
		above = world->nodes[above].parent;
	}
	return false;
}

static void suspect(struct watcher *watcher, struct world *world, uint32_t host)
{
	struct suspect *suspects =
		list_grow(watcher->suspects, watcher->count, &watcher->room, sizeof *suspects);

	if (!suspects) {
		world->is_out_of_memory = true;
		return;
	}
	watcher->suspects = suspects;
	suspects[watcher->count++] = (struct suspect){host, world->now_ns};
}

/* ---- After a step ---- */

/* What the tallies need to know of a member. */
static void tally(struct world *world, struct node *node, bool is_settled, bool is_root)
{
	world->settled = world->settled + is_settled - node->was_settled;
	world->roots = world->roots + is_root - node->was_root;
	node->was_settled = is_settled;
	node->was_root = is_root;
	if (is_settled && node->attached_ns == NEVER_NS)
		node->attached_ns = world->now_ns;
	if (world->settled < world->alive)
		world->whole_ns = NEVER_NS;
	else if (world->whole_ns == NEVER_NS)
		world->whole_ns = world->now_ns;
}

static void check_member(struct world *world, uint32_t host)
{
	const struct node *node = &world->nodes[host];
	const char *fault = member_check(&node->member);

	if (fault)
		world_fail(world, "member %" PRIu32 ": %s", host, fault);
	if (world_parent(world, node) == host)
		world_fail(world, "member %" PRIu32 " is its own parent", host);
	if (world->is_healed && node->is_alive && !node->was_settled)
		world_fail(world,
			   "member %" PRIu32 " is %s again, though nothing has gone wrong for long",
			   host, member_state_name(node->member.state));
}

void watcher_look_at(struct watcher *watcher, struct world *world, uint32_t host)
{
	struct node *node = &world->nodes[host];
	enum member_state state = node->is_alive ? node->member.state : MEMBER_IDLE;
	uint32_t parent = state == MEMBER_ATTACHED ? world_parent(world, node) : NOBODY;
	bool has_moved = parent != node->parent || node->was_root != (state == MEMBER_ROOT);

	tally(world, node, state == MEMBER_ATTACHED || state == MEMBER_ROOT, state == MEMBER_ROOT);
	node->parent = parent;
	if (has_moved)
		node->moved_ns = world->now_ns;
	if (node->is_alive)
		check_member(world, host);
	if (has_moved && parent != NOBODY && is_on_circle(world, host))
		suspect(watcher, world, host);
	if (world->roots < 2)
		watcher->roots_ns = NEVER_NS;
	else if (watcher->roots_ns == NEVER_NS)
		watcher->roots_ns = world->now_ns;
}

/* ---- From time to time ---- */

static bool is_overdue(const struct world *world, int64_t since_ns)
{
	int64_t from_ns = since_ns > world->disturbed_ns ? since_ns : world->disturbed_ns;

	return world->is_calm && world->now_ns - from_ns > world->heal_ns;
}

void watcher_look_round(struct watcher *watcher, struct world *world)
{
	for (size_t i = watcher->count; i-- > 0;) {
		struct suspect *s = &watcher->suspects[i];

		if (!is_on_circle(world, s->host))
			*s = watcher->suspects[--watcher->count];
		else if (is_overdue(world, s->since_ns))
			world_fail(world, "member %" PRIu32 " is still on a circle", s->host);
	}
	if (watcher->roots_ns != NEVER_NS && is_overdue(world, watcher->roots_ns))
		world_fail(world, "there are still %" PRIu32 " roots", world->roots);
}

/* ---- When all must be well ---- */

/* The path of a member is its parent, and then its parent's path. */
static bool has_right_path(const struct world *world, const struct node *node)
{
	const struct member *m = &node->member;
	const struct member *above = &world->nodes[node->parent].member;

	return m->path_length == above->path_length + 1 &&
	       memcmp(m->path + 1, above->path, above->path_length * sizeof *m->path) == 0;
}

static bool has_child(const struct node *node, uint32_t host)
{
	const struct wire_address address = world_address(host);

	for (size_t i = 0; i < node->member.children.count; i++)
		if (wire_address_equal(&node->member.children.list[i].address, &address))
			return true;
	return false;
}

/* Each child is alive and has us for its parent. */
static void check_children(struct world *world, uint32_t host)
{
	const struct children *children = &world->nodes[host].member.children;

	for (size_t i = 0; i < children->count; i++) {
		uint32_t child = world_host(world, &children->list[i].address);

		if (child >= world->count || world->nodes[child].parent != host)
			world_fail(world,
				   "member %" PRIu32 " has a child %" PRIu32
				   " that is not its child",
				   host, child);
	}
}

static void check_settled(struct world *world, uint32_t host)
{
	const struct node *node = &world->nodes[host];

	if (!node->was_settled) {
		world_fail(world, "member %" PRIu32 " is still %s", host,
			   member_state_name(node->member.state));
	} else if (node->parent != NOBODY) {
		if (node->parent >= world->count || !world->nodes[node->parent].is_alive)
			world_fail(world, "member %" PRIu32 " has a parent that is no more", host);
		else if (!has_child(&world->nodes[node->parent], host))
			world_fail(world, "member %" PRIu32 " is not known by its parent %" PRIu32,
				   host, node->parent);
		else if (!has_right_path(world, node))
			world_fail(world, "member %" PRIu32 " has a wrong root path", host);
	}
	check_children(world, host);
}

void watcher_look_at_all(struct world *world)
{
	uint32_t root = world_host(world, &world->rendezvous.root);

	for (uint32_t host = 0; host < world->count; host++)
		if (world->nodes[host].is_alive)
			check_settled(world, host);
	if (world->alive > 0 && world->roots != 1)
		world_fail(world, "there are %" PRIu32 " roots", world->roots);
	if (world->alive > 0 && (root >= world->count || !world->nodes[root].was_root))
		world_fail(world, "the rendezvous point does not know the root");
}
