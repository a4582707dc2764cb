/* NATS, through a server in the middle. TARGET: nats://HOST:PORT.
 *
 * Core NATS: in order, and nothing is lost unless a receiver falls behind by more than the server
 * holds for it, which then cuts it off. One connection a program; the subscription has no limit of
 * pending messages, for the server and TCP limit instead; messages leave through the client's
 * buffer, with few of them at once (SendAsap). nats.conf lets the server hold 256 MB for a receiver
 * (max_pending) and wait 10 s for it (write_deadline). */
#include "peer.h"

#include <nats/nats.h>

#define SUBJECT "bench"

static natsConnection *connection;

static void check(natsStatus status, const char *what)
{
	if (status != NATS_OK)
		die(what, natsStatus_GetText(status));
}

static void open_connection(const struct run *run)
{
	natsOptions *options;

	check(natsOptions_Create(&options), "natsOptions_Create");
	check(natsOptions_SetURL(options, run->target), run->target);
	check(natsOptions_SetSendAsap(options, is_for_latency(run)), "natsOptions_SetSendAsap");
	check(natsConnection_Connect(&connection, options), run->target);
	natsOptions_Destroy(options);
}

void peer_open_sender(const struct run *run)
{
	open_connection(run);
}

void peer_send(const void *message, size_t size)
{
	check(natsConnection_Publish(connection, SUBJECT, message, (int)size),
	      "natsConnection_Publish");
}

void peer_flush(void)
{
	/* The client has a thread that does. */
}

void peer_close_sender(void)
{
	check(natsConnection_Flush(connection), "natsConnection_Flush");
	natsConnection_Destroy(connection);
}

void peer_receive(const struct run *run)
{
	natsSubscription *subscription;
	natsMsg *message;
	bool goes_on = true;

	open_connection(run);
	check(natsConnection_SubscribeSync(&subscription, connection, SUBJECT), "subscribe");
	check(natsSubscription_SetPendingLimits(subscription, -1, -1), "SetPendingLimits");
	while (goes_on) {
		check(natsSubscription_NextMsg(&message, subscription, 60000),
		      "natsSubscription_NextMsg");
		goes_on =
			received(natsMsg_GetData(message), (size_t)natsMsg_GetDataLength(message));
		natsMsg_Destroy(message);
	}
	natsSubscription_Destroy(subscription);
	natsConnection_Destroy(connection);
}
