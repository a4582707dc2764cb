/* LCM (Lightweight Communications and Marshalling), UDP multicast. TARGET: udpm://GROUP:PORT?ttl=1.
 *
 * Neither order nor repair, as hostcast; large messages are cut into fragments. As the manual
 * advises for high rates, the largest receive buffer that the system allows: 4 MiB (recv_buf_size).
 */
#include "peer.h"

#include <errno.h>
#include <lcm/lcm.h>
#include <stdio.h>
#include <string.h>

#define CHANNEL "bench"

enum { RECEIVE_BUFFER = 4 << 20, URL_MAX = 200 };

static lcm_t *lcm;
static bool goes_on = true;

static void open_lcm(const struct run *run)
{
	char url[URL_MAX];

	snprintf(url, sizeof url, "%s&recv_buf_size=%d", run->target, RECEIVE_BUFFER);
	lcm = lcm_create(url);
	if (!lcm)
		die(url, "lcm_create failed");
}

void peer_open_sender(const struct run *run)
{
	open_lcm(run);
}

void peer_send(const void *message, size_t size)
{
	if (lcm_publish(lcm, CHANNEL, message, (unsigned)size) < 0)
		die("lcm_publish", strerror(errno));
}

void peer_flush(void)
{
	/* Nothing waits. */
}

void peer_close_sender(void)
{
	lcm_destroy(lcm);
}

static void take(const lcm_recv_buf_t *buffer, const char *channel, void *context)
{
	(void)channel;
	(void)context;
	goes_on = goes_on && received(buffer->data, buffer->data_size);
}

void peer_receive(const struct run *run)
{
	open_lcm(run);
	if (!lcm_subscribe(lcm, CHANNEL, take, NULL))
		die(CHANNEL, "lcm_subscribe failed");
	while (goes_on)
		if (lcm_handle(lcm) < 0)
			die("lcm_handle", strerror(errno));
	lcm_destroy(lcm);
}
