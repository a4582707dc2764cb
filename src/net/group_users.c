#include "group_users.h"

#include "address.h"
#include "base/list.h"
#include "process.h"
#include "socket_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A socket that is bound to a group, from the kernel's tables. */
struct bound_socket {
	union hostcast_address local;
	uint64_t inode;
	unsigned uid;
	bool is_asked; /* it could tell itself whether it is a member */
	pid_t pid;     /* who holds it, as far as it is visible; 0: not */
};

struct search {
	const struct memberships *memberships;
	struct group_users *users;
	struct process_socket *sockets;
	size_t socket_count, socket_room;
	struct bound_socket *bound;
	size_t bound_count, bound_room;
	unsigned *interfaces; /* those that have memberships */
	size_t interface_count;
	bool *is_complete; /* of each membership: all its users are found */
	bool has_cookie;
	uint64_t cookie; /* of our network namespace */
	pid_t last_refused;
	bool is_out_of_memory;
};

/* ---- What there is to ask ---- */

static void keep_socket(void *context, const struct process_socket *socket)
{
	struct search *s = context;
	struct process_socket *grown =
		list_grow(s->sockets, s->socket_count, &s->socket_room, sizeof *grown);

	if (!grown) {
		s->is_out_of_memory = true;
		return;
	}
	s->sockets = grown;
	s->sockets[s->socket_count++] = *socket;
}

static void keep_bound(void *context, const struct socket_row *row)
{
	struct search *s = context;
	struct bound_socket *grown;

	if (!address_is_multicast(&row->local))
		return;
	grown = list_grow(s->bound, s->bound_count, &s->bound_room, sizeof *grown);
	if (!grown) {
		s->is_out_of_memory = true;
		return;
	}
	s->bound = grown;
	s->bound[s->bound_count++] =
		(struct bound_socket){.local = row->local, .inode = row->inode, .uid = row->uid};
}

static int by_inode(const void *a, const void *b)
{
	const struct bound_socket *x = a, *y = b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

static struct bound_socket *find_bound(struct search *s, uint64_t inode)
{
	struct bound_socket key = {.inode = inode};

	if (s->bound_count == 0)
		return NULL;
	return bsearch(&key, s->bound, s->bound_count, sizeof key, by_inode);
}

static void collect(struct search *s)
{
	static const char *const tables[] = {"/proc/net/udp",     "/proc/net/udp6",
					     "/proc/net/udplite", "/proc/net/udplite6",
					     "/proc/net/raw",     "/proc/net/raw6"};

	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		socket_table_read(tables[i], keep_bound, s);
	if (s->bound_count > 0)
		qsort(s->bound, s->bound_count, sizeof *s->bound, by_inode);
	s->users->refused = process_walk_sockets(keep_socket, s);
	for (size_t i = 0; i < s->memberships->count; i++) {
		unsigned interface = s->memberships->list[i].interface;

		if (i == 0 || s->memberships->list[i - 1].interface != interface)
			s->interfaces[s->interface_count++] = interface;
	}
}

/* ---- Is it of this network? Interfaces of another one have the same numbers. ---- */

static bool read_cookie(int fd, uint64_t *cookie)
{
	socklen_t size = sizeof *cookie;

	return getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &size) == 0;
}

static void read_own_cookie(struct search *s)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	s->has_cookie = fd >= 0 && read_cookie(fd, &s->cookie);
	if (fd >= 0)
		close(fd);
}

/* Before Linux 5.14 sockets have no cookie: then the namespace of their process is taken. */
static bool is_process_here(pid_t pid)
{
	struct stat own, other;
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/ns/net", (int)pid);
	return stat("/proc/self/ns/net", &own) == 0 && stat(path, &other) == 0 &&
	       own.st_ino == other.st_ino && own.st_dev == other.st_dev;
}

static bool is_here(const struct search *s, int fd, pid_t pid)
{
	uint64_t cookie;

	if (!s->has_cookie)
		return is_process_here(pid);
	return read_cookie(fd, &cookie) && cookie == s->cookie;
}

/* Can it be a member at all? Streams can't, and other families have no groups of this kind. */
static bool can_join(int fd, int *family)
{
	socklen_t size = sizeof(int);
	int type;

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, family, &size) == 0 &&
	       (*family == AF_INET || *family == AF_INET6) &&
	       getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type != SOCK_STREAM;
}

/* ---- Asking one socket of one membership ---- */

static bool get_filter(int fd, const struct membership *membership, struct group_filter *filter,
		       uint32_t room)
{
	socklen_t size = (socklen_t)GROUP_FILTER_SIZE(room);
	int level = membership->group.any.sa_family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;

	memset(filter, 0, size);
	filter->gf_interface = membership->interface;
	filter->gf_numsrc = room;
	memcpy(&filter->gf_group, &membership->group, sizeof membership->group);
	return getsockopt(fd, level, MCAST_MSFILTER, filter, &size) == 0;
}

static bool copy_sources(int fd, const struct membership *membership, uint32_t count,
			 struct group_user *user)
{
	struct group_filter *filter = malloc(GROUP_FILTER_SIZE(count));

	user->sources = calloc(count, sizeof *user->sources);
	if (filter && user->sources && get_filter(fd, membership, filter, count)) {
		user->source_count = filter->gf_numsrc < count ? filter->gf_numsrc : count;
		for (size_t i = 0; i < user->source_count; i++)
			memcpy(&user->sources[i], &filter->gf_slist[i], sizeof user->sources[i]);
	}
	free(filter);
	return filter && user->sources;
}

static struct group_user *add_user(struct search *s, size_t membership)
{
	struct group_user *grown =
		list_grow(s->users->list, s->users->count, &s->users->room, sizeof *grown);

	if (!grown) {
		s->is_out_of_memory = true;
		return NULL;
	}
	s->users->list = grown;
	grown = &s->users->list[s->users->count++];
	*grown = (struct group_user){.membership = membership};
	return grown;
}

static void ask_membership(struct search *s, int fd, const struct process_socket *socket,
			   size_t index)
{
	const struct membership *membership = &s->memberships->list[index];
	struct group_filter filter;
	struct group_user *user;

	if (!get_filter(fd, membership, &filter, 0) || !(user = add_user(s, index)))
		return;
	user->pid = socket->pid;
	user->inode = socket->inode;
	user->is_asked = true;
	user->filter_mode = filter.gf_fmode;
	if (filter.gf_numsrc > 0 && !copy_sources(fd, membership, filter.gf_numsrc, user))
		s->is_out_of_memory = true;
}

/* ---- Asking one socket of several ---- */

/* Of the group that it is bound to, on every interface. */
static void ask_bound_group(struct search *s, int fd, const struct process_socket *socket)
{
	union hostcast_address local = {0};
	socklen_t size = sizeof local;

	if (getsockname(fd, &local.any, &size) < 0 ||
	    (local.any.sa_family != AF_INET && local.any.sa_family != AF_INET6) ||
	    !address_is_multicast(&local))
		return;
	for (size_t i = 0; i < s->interface_count; i++) {
		const struct membership *membership =
			memberships_find(s->memberships, s->interfaces[i], &local);

		if (membership)
			ask_membership(s, fd, socket, (size_t)(membership - s->memberships->list));
	}
}

static void ask_incomplete(struct search *s, int fd, int family,
			   const struct process_socket *socket)
{
	for (size_t i = 0; i < s->memberships->count; i++) {
		int group_family = s->memberships->list[i].group.any.sa_family;

		/* An IPv6 socket can join IPv4 groups too. */
		if (!s->is_complete[i] && (family == AF_INET6 || group_family == AF_INET))
			ask_membership(s, fd, socket, i);
	}
}

/* Sockets that may not be copied are counted once for each process. */
static void note_refusal(struct search *s, const struct process_socket *socket)
{
	struct bound_socket *bound = find_bound(s, socket->inode);

	if (bound)
		bound->pid = socket->pid;
	if (s->last_refused != socket->pid)
		s->users->refused++;
	s->last_refused = socket->pid;
}

static void ask_socket(struct search *s, const struct process_socket *socket, bool is_first_pass)
{
	int fd = process_copy_socket(socket);
	struct bound_socket *bound;
	int family;

	if (fd < 0) {
		if (is_first_pass && (fd == -EPERM || fd == -EACCES || fd == -ENOSYS))
			note_refusal(s, socket);
		return;
	}
	bound = find_bound(s, socket->inode);
	if (bound)
		bound->is_asked = true;
	if (can_join(fd, &family) && is_here(s, fd, socket->pid)) {
		if (is_first_pass)
			ask_bound_group(s, fd, socket);
		else
			ask_incomplete(s, fd, family, socket);
	}
	close(fd);
}

/* ---- Bringing it together ---- */

static int by_membership(const void *a, const void *b)
{
	const struct group_user *x = a, *y = b;

	if (x->membership != y->membership)
		return x->membership < y->membership ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return (x->inode > y->inode) - (x->inode < y->inode);
}

/* In order, each process and socket once (a process may hold a socket by two descriptors, and the
 * second pass finds some again), and the first user of each membership known. */
static void index_users(struct search *s)
{
	struct group_users *users = s->users;
	size_t kept = 0, at = 0;

	if (users->count > 0)
		qsort(users->list, users->count, sizeof *users->list, by_membership);
	for (size_t i = 0; i < users->count; i++) {
		if (kept > 0 && by_membership(&users->list[kept - 1], &users->list[i]) == 0)
			free(users->list[i].sources);
		else
			users->list[kept++] = users->list[i];
	}
	users->count = kept;
	for (size_t m = 0; m <= s->memberships->count; m++) {
		while (at < kept && users->list[at].membership < m)
			at++;
		users->first[m] = at;
	}
	for (size_t m = 0; m < s->memberships->count; m++) {
		long wanted = s->memberships->list[m].users;

		s->is_complete[m] = wanted >= 0 && group_users_sockets(users, m) >= (size_t)wanted;
	}
}

static void add_likely_users(struct search *s)
{
	for (size_t b = 0; b < s->bound_count; b++) {
		const struct bound_socket *bound = &s->bound[b];

		for (size_t i = 0; !bound->is_asked && i < s->interface_count; i++) {
			const struct membership *membership =
				memberships_find(s->memberships, s->interfaces[i], &bound->local);
			size_t index = membership ? (size_t)(membership - s->memberships->list) : 0;
			struct group_user *user;

			if (!membership || s->is_complete[index] || !(user = add_user(s, index)))
				continue;
			user->pid = bound->pid;
			user->uid = bound->uid;
			user->inode = bound->inode;
		}
	}
}

static bool is_all_complete(const struct search *s)
{
	for (size_t i = 0; i < s->memberships->count; i++)
		if (!s->is_complete[i])
			return false;
	return true;
}

/* First every socket is asked only of the group it is bound to, which finds most members at once;
 * then every socket of every membership that still has unknown users. That keeps the number of
 * questions low where thousands of groups are joined. */
static void ask_all(struct search *s)
{
	read_own_cookie(s);
	for (size_t i = 0; i < s->socket_count; i++)
		ask_socket(s, &s->sockets[i], true);
	index_users(s);
	for (size_t i = 0; !is_all_complete(s) && i < s->socket_count; i++)
		ask_socket(s, &s->sockets[i], false);
	index_users(s);
	add_likely_users(s);
	index_users(s);
}

int group_users_read(const struct memberships *memberships, struct group_users *users,
		     struct error *error)
{
	struct search s = {.memberships = memberships, .users = users};

	*users = (struct group_users){0};
	users->first = calloc(memberships->count + 1, sizeof *users->first);
	s.interfaces = calloc(memberships->count + 1, sizeof *s.interfaces);
	s.is_complete = calloc(memberships->count + 1, sizeof *s.is_complete);
	s.is_out_of_memory = !users->first || !s.interfaces || !s.is_complete;
	if (!s.is_out_of_memory && memberships->count > 0) {
		collect(&s);
		ask_all(&s);
	}
	free(s.interfaces);
	free(s.is_complete);
	free(s.sockets);
	free(s.bound);
	return s.is_out_of_memory ? error_set(error, HOSTCAST_NO_MEMORY, "out of memory") : 0;
}

void group_users_done(struct group_users *users)
{
	for (size_t i = 0; i < users->count; i++)
		free(users->list[i].sources);
	free(users->list);
	free(users->first);
	*users = (struct group_users){0};
}

const struct group_user *group_users_of(const struct group_users *users, size_t membership,
					size_t *count)
{
	*count = users->first[membership + 1] - users->first[membership];
	return *count > 0 ? &users->list[users->first[membership]] : NULL;
}

size_t group_users_sockets(const struct group_users *users, size_t membership)
{
	size_t count, sockets = 0;
	const struct group_user *list = group_users_of(users, membership, &count);

	for (size_t i = 0; i < count; i++) {
		bool is_new = list[i].is_asked;

		for (size_t j = 0; j < i && is_new; j++)
			is_new = !list[j].is_asked || list[j].inode != list[i].inode;
		sockets += is_new;
	}
	return sockets;
}
