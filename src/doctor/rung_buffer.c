#include "rung_buffer.h"

#include "base/monotime.h"
#include "net/address.h"
#include "net/socket.h"
#include "net/sysctl.h"
#include "rung_firewall.h"
#include "rungs.h"

#include <inttypes.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- Judging ---- */

static void add_name(struct text *text, const struct buffer_user *user)
{
	if (user->pid == 0) {
		text_addf(text, "a program of user %u", user->uid);
		return;
	}
	text_add_escaped(text, user->name, strlen(user->name));
	text_addf(text, " (process %d)", (int)user->pid);
}

static void add_buffer(struct text *text, const struct buffer_user *user)
{
	if (user->buffer > 0)
		text_addf(text, ": its receive buffer has %zu bytes, and %zu wait in it to be read",
			  user->buffer, user->waiting);
}

/* The kernel doubles what a program asks for (socket(7)), so a program at the limit has twice that.
 */
static bool is_at_limit(const struct buffer_facts *facts, const struct buffer_user *user)
{
	return facts->most > 0 && (int64_t)user->buffer >= 2 * facts->most;
}

/* A program that has not used what it may have needs no higher limit, unless that is low itself. */
static bool needs_more(const struct buffer_facts *facts, const struct buffer_user *user)
{
	bool is_used = user->buffer == 0 || is_at_limit(facts, user);

	return facts->most < (is_used ? SOCKET_RECEIVE_BUFFER : SOCKET_BUFFER_ENOUGH);
}

static void add_remedy(const struct buffer_facts *facts, const struct buffer_user *user,
		       struct finding *finding)
{
	text_add_string(finding_remedy(finding), "let ");
	add_name(&finding->remedy, user);
	text_add_string(
		&finding->remedy,
		" read without pause, and ask for a larger buffer (SO_RCVBUF; hostcast recv "
		"--rcvbuf)");
	if (!needs_more(facts, user))
		return;
	text_addf(finding_remedy(finding), "%s",
		  is_at_limit(facts, user) ? "it has all that the system allows, so allow more"
					   : "and allow it more");
	if (facts->most >= 0)
		text_addf(&finding->remedy, " than %" PRId64 " bytes", facts->most);
	text_add_string(&finding->remedy, ":");
	text_addf(finding_command(finding), "sysctl -w net.core.rmem_max=%d",
		  SOCKET_RECEIVE_BUFFER);
}

static void judge_overflow(const struct buffer_facts *facts, const struct buffer_user *user,
			   struct finding *finding)
{
	finding_raise(finding, RUNG_CAUSE);
	add_buffer(&finding->saw, user);
	add_remedy(facts, user, finding);
}

/* The kernel's count of what a socket has lost holds more than what its buffer had no room for
 * (net/ipv4/udp.c). Wrong checksums take it from doctor's own socket, too; a filter does not. */
static void judge_other_loss(const struct buffer_facts *facts, struct finding *finding)
{
	bool are_checksums_wrong = facts->bad_checksums > 0;

	finding_raise(finding,
		      are_checksums_wrong && facts->at_socket == 0 ? RUNG_CAUSE : RUNG_NOTED);
	text_add_string(&finding->saw,
			", while no receive buffer of this host overflowed (UdpRcvbufErrors)");
	if (!are_checksums_wrong) {
		text_add_string(&finding->saw,
				": a filter of its own passes over them (SO_ATTACH_FILTER), or all "
				"that UDP may have is in use (net.ipv4.udp_mem)");
		return;
	}
	text_addf(&finding->saw,
		  ": %" PRId64 " datagrams came with a wrong checksum (UdpInCsumErrors)",
		  facts->bad_checksums);
	add_checksum_remedy(finding);
}

static void judge_user(const struct buffer_facts *facts, const struct buffer_user *user,
		       struct finding *finding)
{
	if (user->drops == 0 && user->drops_before == 0)
		return;
	add_name(finding_saw(finding), user);
	if (user->drops == 0) {
		finding_raise(finding, RUNG_NOTED);
		text_addf(&finding->saw,
			  " has lost %" PRIu64
			  " datagrams since it was started, but none meanwhile",
			  user->drops_before);
		add_buffer(&finding->saw, user);
		return;
	}
	text_addf(&finding->saw, " lost %" PRIu64 " datagrams in %.1f s", user->drops,
		  (double)facts->lasted_ns / NS_PER_S);
	if (facts->all_drops == 0)
		judge_other_loss(facts, finding);
	else
		judge_overflow(facts, user, finding);
}

void judge_buffer(const struct buffer_facts *facts, struct finding *finding)
{
	for (size_t i = 0; i < facts->count; i++)
		judge_user(facts, &facts->users[i], finding);
	if (facts->forgotten > 0)
		text_addf(finding_saw(finding), "%zu more sockets of that port were not looked at",
			  facts->forgotten);
	if (finding->saw.size > 0)
		return;
	if (facts->count == 0)
		text_addf(finding_saw(finding), "no program here gets the group at port %u",
			  facts->port);
	else
		text_add_string(finding_saw(finding), "no receive buffer has overflowed");
	if (facts->all_drops > 0) {
		finding_raise(finding, RUNG_NOTED);
		text_addf(&finding->saw,
			  "; other sockets of this host lost %" PRId64
			  " datagrams meanwhile (UdpRcvbufErrors)",
			  facts->all_drops);
	}
}

/* ---- The facts ---- */

/* SO_MEMINFO tells of both in one call; only who may look into the process may ask. */
static void ask_buffer(const struct udp_socket *socket, struct buffer_user *user)
{
	struct process_socket of_process = {socket->pid, socket->fd, socket->inode};
	uint32_t values[SK_MEMINFO_VARS] = {0};
	socklen_t size = sizeof values;
	int fd = process_copy_socket(&of_process);

	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, values, &size) == 0) {
		user->buffer = values[SK_MEMINFO_RCVBUF];
		user->waiting = values[SK_MEMINFO_RMEM_ALLOC];
	}
	close(fd);
}

static void add_user(const struct udp_socket *now, const struct udp_socket *before,
		     struct buffer_facts *facts)
{
	struct buffer_user *user;

	if (facts->count == BUFFER_USERS_MAX) {
		facts->forgotten++;
		return;
	}
	user = &facts->users[facts->count++];
	user->pid = now->pid;
	user->uid = now->uid;
	user->drops = now->drops - before->drops;
	user->drops_before = before->drops;
	if (now->pid == 0)
		return;
	process_read_name(now->pid, user->name);
	ask_buffer(now, user);
}

/* Sockets that were there before doctor listened: so none of doctor's own. */
static void add_users(const struct doctor_case *c, const struct udp_sockets *now,
		      struct buffer_facts *facts)
{
	const struct udp_sockets *sockets =
		c->sockets_before.count > 0 ? &c->sockets_before : &c->sockets;

	for (size_t i = 0; i < now->count; i++) {
		const struct udp_socket *socket = &now->list[i];
		const struct udp_socket *before = udp_socket_by_inode(sockets, socket->inode);

		if (before && before->drops <= socket->drops &&
		    case_reaches(&socket->local, &c->group))
			add_user(socket, before, facts);
	}
}

int rung_buffer(const struct doctor_case *c, struct finding *finding, struct error *error)
{
	struct buffer_facts facts = {
		.most = -1,
		.all_drops = c->observation->counters.udp_buffer_errors,
		.bad_checksums = c->observation->counters.udp_bad_checksums,
		.at_socket = observation_at_socket(c->observation, 0),
		.lasted_ns = c->observation->lasted_ns,
		.port = address_port(&c->group),
	};
	struct udp_sockets now;
	int status = udp_sockets_read(facts.port, &now, error);

	if (status == 0) {
		sysctl_read("net/core/rmem_max", &facts.most);
		add_users(c, &now, &facts);
		judge_buffer(&facts, finding);
	}
	udp_sockets_done(&now);
	return status;
}
