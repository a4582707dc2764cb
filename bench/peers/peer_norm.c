/* NORM (RFC 5740), a stream of messages by multicast. TARGET: GROUP:PORT.
 *
 * In order, and what is lost is asked for again and repaired. As for a network of one's own: no
 * congestion control, a rate that is set (a tenth above the rate that is sent, 1 Gbit/s unpaced),
 * no parity sent in advance, segments of 1,400 bytes, a stream buffer of 8 MiB and caches of 16
 * MiB, socket buffers of 4 MiB, and the stream's own flow control, which makes the sender wait
 * while repairs are asked for. */
#include "peer.h"

#include <normApi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SEGMENT = 1400, /* so that a datagram fits an Ethernet frame */
	BLOCK_SEGMENTS = 64,
	PARITY_SEGMENTS = 0,
	STREAM_BUFFER = 8 << 20,
	SENDER_BUFFER = 16 << 20,
	RECEIVER_BUFFER = 16 << 20,
	SOCKET_BUFFER = 4 << 20,
	HOST_MAX = 64,
};

/* Bits a second: unpaced, more than the library reaches on one core. */
static const double FASTEST_BITS = 1e9;
/* Round trip in the world that it is measured in, in seconds. */
static const double ROUND_TRIP = 0.001;

static NormInstanceHandle instance;
static NormSessionHandle session;
static NormObjectHandle stream;

static void open_session(const struct run *run)
{
	char host[HOST_MAX];
	unsigned port;

	if (sscanf(run->target, "%63[0-9.]:%u", host, &port) != 2 || port > UINT16_MAX)
		die(run->target, "GROUP:PORT is wanted");
	instance = NormCreateInstance(false);
	session = NormCreateSession(instance, host, (UINT16)port, NORM_NODE_ANY);
	if (session == NORM_SESSION_INVALID)
		die(run->target, "NormCreateSession failed");
	NormSetMulticastInterface(session, "eth0");
	NormSetGrttEstimate(session, ROUND_TRIP);
}

void peer_open_sender(const struct run *run)
{
	double wanted = run->rate * (double)run->size * 8 * 1.1; /* a tenth for headers */

	open_session(run);
	NormSetCongestionControl(session, false, true);
	NormSetTxRate(session, run->rate > 0 && !is_for_latency(run) ? wanted : FASTEST_BITS);
	if (!NormStartSender(session, NormGetRandomSessionId(), SENDER_BUFFER, SEGMENT,
			     BLOCK_SEGMENTS, PARITY_SEGMENTS, 0) ||
	    !NormSetTxSocketBuffer(session, SOCKET_BUFFER))
		die("NormStartSender", "failed");
	stream = NormStreamOpen(session, STREAM_BUFFER, NULL, 0);
	if (stream == NORM_OBJECT_INVALID)
		die("NormStreamOpen", "failed");
}

static void wait_for_room(void)
{
	NormEvent event;

	do
		if (!NormGetNextEvent(instance, &event, true))
			die("NormGetNextEvent", "the library has stopped");
	while (event.type != NORM_TX_QUEUE_VACANCY && event.type != NORM_TX_QUEUE_EMPTY);
}

void peer_send(const void *message, size_t size)
{
	const char *rest = message;
	unsigned left = (unsigned)size;

	while (left > 0) {
		unsigned taken = NormStreamWrite(stream, rest, left);

		rest += taken;
		left -= taken;
		if (left > 0)
			wait_for_room();
	}
	NormStreamMarkEom(stream);
}

void peer_flush(void)
{
	NormStreamFlush(stream, false, NORM_FLUSH_PASSIVE);
}

void peer_close_sender(void)
{
	NormStreamClose(stream, true);
	NormDestroyInstance(instance);
}

/* Reads whole messages while there are any; false: the last one was among them. */
static bool read_messages(NormObjectHandle from, char *message, size_t size, size_t *have)
{
	for (;;) {
		unsigned length = (unsigned)(size - *have);

		if (!NormStreamRead(from, message + *have, &length))
			die("NormStreamRead",
			    "the stream is broken: more was lost than could be repaired");
		*have += length;
		if (*have < size)
			return true;
		*have = 0;
		if (!received(message, size))
			return false;
	}
}

void peer_receive(const struct run *run)
{
	char *message = malloc(run->size);
	bool is_in_step = false, goes_on = message;
	size_t have = 0;
	NormEvent event;

	open_session(run);
	NormSetRxPortReuse(session, true, NULL, NULL, 0);
	NormSetDefaultSyncPolicy(session, NORM_SYNC_STREAM);
	if (!NormStartReceiver(session, RECEIVER_BUFFER) ||
	    !NormSetRxSocketBuffer(session, SOCKET_BUFFER))
		die("NormStartReceiver", "failed");
	while (goes_on && NormGetNextEvent(instance, &event, true)) {
		if (event.type != NORM_RX_OBJECT_UPDATED)
			continue;
		if (!is_in_step)
			is_in_step = NormStreamSeekMsgStart(event.object);
		if (is_in_step)
			goes_on = read_messages(event.object, message, run->size, &have);
	}
	free(message);
	NormDestroyInstance(instance);
}
