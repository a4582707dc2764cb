#include "probe_sender.h"

#include "net/address.h"
#include "net/socket.h"

#include <errno.h>
#include <stdio.h>

enum { ALL_PROBES = PROBES_EACH * PROBE_KINDS, USUAL_MTU = 1500 };

unsigned probe_large_size(unsigned mtu)
{
	unsigned size = 2 * (mtu > 0 ? mtu : USUAL_MTU);

	return size < PROBE_SIZE_MOST ? size : PROBE_SIZE_MOST;
}

/* ---- One probe ---- */

static int set_ttl(int fd, const union hostcast_address *to, unsigned ttl)
{
	bool is_v4 = to->any.sa_family == AF_INET, is_group = address_is_multicast(to);
	int value = (int)ttl;

	if (is_v4)
		return setsockopt(fd, IPPROTO_IP, is_group ? IP_MULTICAST_TTL : IP_TTL, &value,
				  sizeof value);
	return setsockopt(fd, IPPROTO_IPV6, is_group ? IPV6_MULTICAST_HOPS : IPV6_UNICAST_HOPS,
			  &value, sizeof value);
}

static size_t write_probe(const struct probe_sender *s, enum probe_kind kind, unsigned number,
			  uint8_t bytes[static PROBE_SIZE_MOST])
{
	const struct peer_message probe = {
		.type = PEER_PROB,
		.session = s->session,
		.is_from_asker = s->is_asker,
		.kind = kind,
		.number = number,
	};

	return peer_message_write(&probe, probe_is_large(kind) ? s->large_size : 0, bytes,
				  PROBE_SIZE_MOST);
}

/* 0 or -errno. */
static int send_to_group(const struct probe_sender *s, unsigned ttl, struct iovec probe)
{
	static const struct way way = {.to = NULL}; /* where it is connected to */

	if (s->group->out < 0)
		return -ENOTCONN;
	if (set_ttl(s->group->out, &s->group->group, ttl) < 0)
		return -errno;
	return datagram_send(s->group->out, &way, NO_HEAD, probe);
}

static int send_to_peer(const struct probe_sender *s, unsigned ttl, struct iovec probe)
{
	const struct way way = {
		.to = &s->to,
		.from = s->from.any.sa_family != AF_UNSPEC ? &s->from : NULL,
	};

	if (set_ttl(s->fd, &s->to, ttl) < 0)
		return -errno;
	return datagram_send(s->fd, &way, NO_HEAD, probe);
}

/* What the system refuses is not sent again: that is a result. */
static void send_probe(struct probe_sender *s, enum probe_kind kind, unsigned number)
{
	uint8_t bytes[PROBE_SIZE_MOST];
	unsigned ttl = probe_ttl(kind, s->user_ttl);
	struct iovec probe = iovec_of(bytes, write_probe(s, kind, number, bytes));
	int status = probe_is_to_group(kind) ? send_to_group(s, ttl, probe)
					     : send_to_peer(s, ttl, probe);

	if (status == 0)
		s->sent[kind]++;
	else if (probe_is_to_group(kind))
		s->refusal = -status;
}

/* ---- All of them ---- */

static void on_timer(void *context)
{
	struct probe_sender *s = context;

	if (s->next == ALL_PROBES) {
		s->done(s->context);
		return;
	}
	send_probe(s, (enum probe_kind)(s->next % PROBE_KINDS), s->next / PROBE_KINDS);
	s->next++;
	loop_set_timer(s->loop, &s->timer, monotime_add(loop_now(s->loop), PROBE_EVERY_NS));
}

void probe_sender_begin(struct probe_sender *s)
{
	s->timer = (struct loop_timer){.function = on_timer, .context = s};
	loop_set_timer(s->loop, &s->timer, loop_now(s->loop));
}

void probe_sender_stop(struct probe_sender *s)
{
	if (s->loop)
		loop_stop_timer(s->loop, &s->timer);
}

void probe_sender_problem(const struct probe_sender *s, char text[static PEER_TEXT_SIZE])
{
	const struct peer_group *g = s->group;
	struct error error = {.code = 0, .text = ""};

	if (g->out < 0)
		error = g->send_error;
	else if (s->refusal != 0)
		socket_send_error(s->refusal, g->out, &g->group, s->large_size, &error);
	snprintf(text, PEER_TEXT_SIZE, "%.*s", PEER_TEXT_SIZE - 1, error.text);
}
