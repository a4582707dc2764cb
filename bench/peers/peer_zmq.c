/* ZeroMQ, PUB and SUB. TARGET: tcp://SENDER:PORT, or epgm://ADDRESS;GROUP:PORT for multicast.
 *
 * Over TCP the sender sends each message once to every receiver: in order, nothing lost. It waits
 * when a receiver falls behind (ZMQ_XPUB_NODROP; by default it would drop), with high-water marks
 * of 10,000 messages. Over epgm (Pragmatic General Multicast in UDP) in order, with repair of what
 * was lost less than 500 ms ago (ZMQ_RECOVERY_IVL). The manual wants ZMQ_RATE set to what the
 * network carries, and the memory for repair is that rate times the interval: a tenth above the
 * rate that is sent, 2 Gbit/s at the most. Socket buffers of 4 MiB. */
#include "peer.h"

#include <string.h>
#include <zmq.h>

enum {
	HIGH_WATER_MESSAGES = 10000,
	RECOVERY_MS = 500,
	BUFFER_BYTES = 4 << 20, /* of the sockets below epgm */
	LINGER_MS = 5000,
};

static void *context, *zmq_socket_;

static void check(int result, const char *what)
{
	if (result < 0)
		die(what, zmq_strerror(zmq_errno()));
}

static void set(int option, int value, const char *name)
{
	check(zmq_setsockopt(zmq_socket_, option, &value, sizeof value), name);
}

/* RATE_KBIT is that of the network, or of what is to be sent with a tenth for headers. */
static int rate_kbit(const struct run *run)
{
	const double fastest =
		2e6; /* the highest with which the memory for repair stays at 125 MB */
	double wanted = run->rate * (double)run->size * 8 / 1e3 * 1.1;

	return (int)(run->rate > 0 && wanted < fastest ? wanted + 1000 : fastest);
}

static void open_socket(const struct run *run, int type)
{
	context = zmq_ctx_new();
	zmq_socket_ = zmq_socket(context, type);
	set(ZMQ_SNDHWM, HIGH_WATER_MESSAGES, "ZMQ_SNDHWM");
	set(ZMQ_RCVHWM, HIGH_WATER_MESSAGES, "ZMQ_RCVHWM");
	set(ZMQ_LINGER, LINGER_MS, "ZMQ_LINGER");
	if (strncmp(run->target, "epgm:", 5) != 0)
		return;
	set(ZMQ_RATE, rate_kbit(run), "ZMQ_RATE");
	set(ZMQ_RECOVERY_IVL, RECOVERY_MS, "ZMQ_RECOVERY_IVL");
	set(ZMQ_SNDBUF, BUFFER_BYTES, "ZMQ_SNDBUF");
	set(ZMQ_RCVBUF, BUFFER_BYTES, "ZMQ_RCVBUF");
}

void peer_open_sender(const struct run *run)
{
	open_socket(run, ZMQ_PUB);
	set(ZMQ_XPUB_NODROP, 1, "ZMQ_XPUB_NODROP");
	check(zmq_bind(zmq_socket_, run->target), run->target);
}

void peer_send(const void *message, size_t size)
{
	check(zmq_send(zmq_socket_, message, size, 0), "zmq_send");
}

void peer_flush(void)
{
	/* Nothing waits. */
}

void peer_close_sender(void)
{
	zmq_close(zmq_socket_);
	zmq_ctx_term(context);
}

void peer_receive(const struct run *run)
{
	zmq_msg_t message;
	bool goes_on = true;

	open_socket(run, ZMQ_SUB);
	check(zmq_setsockopt(zmq_socket_, ZMQ_SUBSCRIBE, "", 0), "ZMQ_SUBSCRIBE");
	check(zmq_connect(zmq_socket_, run->target), run->target);
	zmq_msg_init(&message);
	while (goes_on) {
		check(zmq_msg_recv(&message, zmq_socket_, 0), "zmq_msg_recv");
		goes_on = received(zmq_msg_data(&message), zmq_msg_size(&message));
	}
	zmq_msg_close(&message);
	zmq_close(zmq_socket_);
	zmq_ctx_term(context);
}
