/* What a run of bench send needs before it begins. */
#include "host_clock.h"
#include "run/clock.h"
#include "sending.h"

#include <sys/random.h>

static int open_handle(struct sending *s)
{
	const struct bench_send_options *o = s->options;
	int status, code;

	s->handle = session_new_handle(&s->session, &status);
	if (!s->handle)
		return status;
	code = o->source ? hostcast_set_source(s->handle, o->source) : 0;
	if (code == 0 && o->send_buffer != NOT_GIVEN)
		code = hostcast_set_buffers(s->handle, (size_t)o->send_buffer, 0);
	if (code == 0)
		code = session_open_target(s->handle, o->target, HOSTCAST_SEND);
	if (code < 0)
		return session_fail_handle(&s->session, s->handle, code);
	session_print_notices(&s->session, s->handle);
	return EXIT_DONE;
}

static int check_sizes(struct sending *s)
{
	const struct sizes *sizes = &s->options->sizes;
	size_t most = hostcast_max_size(s->handle);

	if (sizes->most <= most)
		return EXIT_DONE;
	session_error(&s->session, "--size %u is too large: %s carries at most %zu bytes",
		      sizes->most, s->options->target, most);
	session_end(&s->session, EXIT_USAGE);
	return EXIT_USAGE;
}

static int prepare_pump(struct sending *s)
{
	const struct bench_send_options *o = s->options;
	struct pump_settings settings = {
		.handle = s->handle,
		.sizes = &o->sizes,
		.is_iperf = o->iperf,
		.has_pattern = o->verify,
		.burst = (uint64_t)o->burst,
		.header = {.flags = o->clocks_agree ? PACKET_CLOCKS_AGREE : 0,
			   .clock = host_clock()},
	};

	if (getrandom(&settings.header.stream, sizeof settings.header.stream, 0) < 0)
		settings.header.stream = (uint32_t)clock_realtime_ns();
	s->audience.stream = settings.header.stream;
	if (pump_init(&s->pump, &settings))
		return EXIT_DONE;
	session_error(&s->session, "out of memory");
	session_end(&s->session, EXIT_REFUSED);
	return EXIT_REFUSED;
}

int sending_open(struct sending *s)
{
	const struct bench_send_options *o = s->options;
	uint16_t port = o->common.port == NOT_GIVEN ? 0 : (uint16_t)o->common.port;
	struct error error;
	int status = open_handle(s);

	if (status == EXIT_DONE)
		status = check_sizes(s);
	if (status == EXIT_DONE &&
	    target_parse(o->target, common_family(&o->common), port, &s->target, &error) < 0)
		status = session_fail(&s->session, &error);
	if (status == EXIT_DONE && !o->iperf)
		status = post_open(&s->post, &s->session, &s->target, o->report_to);
	return status == EXIT_DONE ? prepare_pump(s) : status;
}
