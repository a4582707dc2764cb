#include "probe_capture.h"

#include "decode/packet.h"
#include "net/address.h"

#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

enum { FRAMES_A_TURN = 64, SNAP = 512 };

static void take(const struct captured_interface *on, const struct frame *frame)
{
	struct probe_path path = {.ttl = 0};
	struct peer_message probe;
	struct packet packet;

	packet_decode(frame, &packet);
	if (packet.transport != TRANSPORT_UDP || !packet.link.has_source ||
	    packet_vlan(&packet) != 0 || /* it comes to another interface, which is joined, too */
	    !peer_message_read(&probe, packet.udp.payload.at, reader_left(&packet.udp.payload)) ||
	    probe.type != PEER_PROB)
		return;
	path.source = packet.source;
	path.ttl = packet.ip.ttl;
	memcpy(path.mac, packet.link.source, sizeof path.mac);
	memcpy(path.interface, on->name, sizeof path.interface);
	on->owner->captured(on->owner->context, &probe, &path);
}

static void on_frames(void *context, uint32_t events)
{
	const struct captured_interface *on = context;
	struct frame frame;
	struct error error;
	int status = 1;

	(void)events;
	for (int i = 0; i < FRAMES_A_TURN && status == 1; i++) {
		status = live_next(on->live, &frame, &error);
		if (status == 1)
			take(on, &frame);
	}
	if (status < 0) /* the interface has gone */
		loop_forget(on->owner->loop, live_fd(on->live));
}

static void open_one(struct probe_capture *capture, const char *filter, unsigned interface)
{
	const struct live_options options = {.filter = filter, .snap = SNAP};
	struct captured_interface *on = &capture->list[capture->count];
	struct error ignored;

	on->owner = capture;
	if (!if_indextoname(interface, on->name))
		return;
	on->live = live_open(on->name, &options, &ignored);
	if (!on->live)
		return;
	if (loop_watch(capture->loop, live_fd(on->live), EPOLLIN, on_frames, on, &ignored) < 0)
		live_close(on->live);
	else
		capture->count++;
}

void probe_capture_open(struct probe_capture *capture, struct loop *loop,
			const struct peer_group *group, probe_captured_fn *captured, void *context)
{
	char filter[HOSTCAST_TEXT_SIZE + 64], text[HOSTCAST_TEXT_SIZE];

	*capture = (struct probe_capture){.loop = loop,
					  .captured = captured,
					  .context = context,
					  .wanted = group->interface_count};
	snprintf(filter, sizeof filter, "udp and dst host %s and dst port %u",
		 address_plain_text(&group->group, text), address_port(&group->group));
	for (size_t i = 0; i < group->interface_count && capture->count < PROBE_CAPTURES_MAX; i++)
		open_one(capture, filter, group->interfaces[i]);
}

bool probe_capture_is_whole(const struct probe_capture *capture)
{
	for (size_t i = 0; i < capture->count; i++)
		if (live_counters(capture->list[i].live).dropped > 0)
			return false;
	return capture->count > 0 && capture->count == capture->wanted;
}

void probe_capture_close(struct probe_capture *capture)
{
	for (size_t i = 0; i < capture->count; i++) {
		loop_forget(capture->loop, live_fd(capture->list[i].live));
		live_close(capture->list[i].live);
	}
	capture->count = 0;
}
