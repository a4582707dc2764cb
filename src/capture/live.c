#include "live.h"

#include "base/text.h"
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- The right to ---- */

/* "eth0" or "an interface" in the first place of the sentence. */
static int not_permitted(const char *interface, struct error *error)
{
	char program[300];
	ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);

	program[size > 0 ? size : 0] = '\0';
	return error_set(error, HOSTCAST_REFUSED,
			 "not permitted to capture on %s: that takes the capability CAP_NET_RAW. "
			 "Run it with sudo, or give it to the program once: sudo setcap "
			 "cap_net_raw+ep %s",
			 interface, size > 0 ? program : "FILE");
}

int live_is_permitted(struct error *error)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	if (errno == EPERM || errno == EACCES)
		return not_permitted("an interface", error);
	return error_system(error, HOSTCAST_SYSTEM, errno, "cannot capture");
}

#ifdef HAVE_LIBPCAP

#include <pcap/pcap.h>

struct live {
	pcap_t *pcap;
	int fd;
	unsigned number, link_type;
	bool has_nanoseconds; /* in tv_usec */
	char interface[IF_NAMESIZE];
	struct live_counters counters;
	struct pcap_stat last; /* its numbers have 32 bits, and begin again */
};

/* ---- Opening ---- */

static int check_name(const char *interface, struct error *error)
{
	if (strcmp(interface, "any") == 0)
		return error_set(error, HOSTCAST_INTERFACE,
				 "the device 'any' loses the destination MAC address; name real "
				 "interfaces");
	if (strlen(interface) >= IF_NAMESIZE || if_nametoindex(interface) == 0)
		return error_set(error, HOSTCAST_INTERFACE, "no interface '%.80s'", interface);
	return 0;
}

static void configure(struct live *live, const struct live_options *options)
{
	size_t buffer = options->buffer > 0 ? options->buffer : LIVE_BUFFER;
	size_t snap = options->snap > 0 ? options->snap : LIVE_SNAP;
	int64_t delay_ns = options->delay_ns > 0 ? options->delay_ns : LIVE_DELAY_NS;

	/* None of these fails before pcap_activate(); whether there are nanoseconds shows then. */
	pcap_set_snaplen(live->pcap, (int)snap);
	pcap_set_buffer_size(live->pcap, (int)buffer);
	pcap_set_promisc(live->pcap, options->is_promiscuous);
	pcap_set_timeout(live->pcap, (int)(delay_ns / NS_PER_MS));
	pcap_set_tstamp_precision(live->pcap, PCAP_TSTAMP_PRECISION_NANO);
}

static int activate(struct live *live, struct error *error)
{
	int status = pcap_activate(live->pcap);

	if (status >= 0) /* above 0 are warnings: not promiscuous, for instance */
		return 0;
	switch (status) {
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return not_permitted(live->interface, error);
	case PCAP_ERROR_NO_SUCH_DEVICE:
		return error_set(error, HOSTCAST_INTERFACE, "no interface '%s'", live->interface);
	case PCAP_ERROR_IFACE_NOT_UP:
		return error_set(error, HOSTCAST_INTERFACE,
				 "interface %s is down (ip link set %s up)", live->interface,
				 live->interface);
	default:
		return error_set(error, HOSTCAST_SYSTEM, "cannot capture on %s: %s (%s)",
				 live->interface, pcap_statustostr(status),
				 pcap_geterr(live->pcap));
	}
}

static int set_filter(struct live *live, const char *filter, struct error *error)
{
	struct bpf_program program;
	int status;

	if (!filter)
		return 0;
	if (pcap_compile(live->pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN) < 0)
		return error_set(error, HOSTCAST_INVALID,
				 "the filter '%.200s' is not understood on %s: %s (see "
				 "pcap-filter(7))",
				 filter, live->interface, pcap_geterr(live->pcap));
	status = pcap_setfilter(live->pcap, &program);
	pcap_freecode(&program);
	if (status < 0)
		return error_set(error, HOSTCAST_SYSTEM, "cannot set the filter on %s: %s",
				 live->interface, pcap_geterr(live->pcap));
	return 0;
}

/* The word vlan moves all that follows it behind a tag. */
static int set_filter_with_vlans(struct live *live, const char *filter, struct error *error)
{
	struct text text = {0};
	int status;

	text_addf(&text, "(%s) or (vlan and ((%s) or (vlan and (%s))))", filter, filter, filter);
	status = set_filter(live, text_string(&text), error);
	text_done(&text);
	return status;
}

/* Not every kind of interface can have VLANs; libpcap refuses the word then. */
static int set_filters(struct live *live, const struct live_options *options, struct error *error)
{
	if (options->with_vlans && options->filter &&
	    set_filter_with_vlans(live, options->filter, error) == 0)
		return 0;
	return set_filter(live, options->filter, error);
}

/* Files and the kernel have one number for raw IP, libpcap has another. */
static unsigned link_type_of(int type)
{
	return type == DLT_RAW ? LINK_RAW : (unsigned)type;
}

static int start(struct live *live, const struct live_options *options, struct error *error)
{
	char text[PCAP_ERRBUF_SIZE];
	int status;

	live->pcap = pcap_create(live->interface, text);
	if (!live->pcap)
		return error_set(error, HOSTCAST_SYSTEM, "cannot capture on %s: %s",
				 live->interface, text);
	configure(live, options);
	if ((status = activate(live, error)) < 0 ||
	    (status = set_filters(live, options, error)) < 0)
		return status;
	if (pcap_setnonblock(live->pcap, 1, text) < 0)
		return error_set(error, HOSTCAST_SYSTEM, "cannot capture on %s: %s",
				 live->interface, text);
	live->number = options->number;
	live->link_type = link_type_of(pcap_datalink(live->pcap));
	live->has_nanoseconds = pcap_get_tstamp_precision(live->pcap) == PCAP_TSTAMP_PRECISION_NANO;
	live->fd = pcap_get_selectable_fd(live->pcap);
	if (fcntl(live->fd, F_SETFD, FD_CLOEXEC) < 0) /* a command must not get it */
		return error_system(error, HOSTCAST_SYSTEM, errno, "cannot capture on %s",
				    live->interface);
	return 0;
}

struct live *live_open(const char *interface, const struct live_options *options,
		       struct error *error)
{
	struct live *live;

	if (check_name(interface, error) < 0)
		return NULL;
	live = calloc(1, sizeof *live);
	if (!live) {
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
		return NULL;
	}
	snprintf(live->interface, sizeof live->interface, "%s", interface);
	if (start(live, options, error) == 0)
		return live;
	live_close(live);
	return NULL;
}

void live_close(struct live *live)
{
	if (!live)
		return;
	if (live->pcap)
		pcap_close(live->pcap);
	free(live);
}

/* ---- Packets ---- */

int live_fd(const struct live *live)
{
	return live->fd;
}

unsigned live_link_type(const struct live *live)
{
	return live->link_type;
}

int live_next(struct live *live, struct frame *frame, struct error *error)
{
	struct pcap_pkthdr *header;
	const u_char *bytes;
	int status = pcap_next_ex(live->pcap, &header, &bytes);

	if (status == 0)
		return 0;
	if (status < 0)
		return error_set(error, HOSTCAST_SYSTEM, "cannot capture on %s any more: %s",
				 live->interface, pcap_geterr(live->pcap));
	*frame = (struct frame){
		.time_ns = header->ts.tv_sec * NS_PER_S +
			   header->ts.tv_usec * (live->has_nanoseconds ? 1 : NS_PER_US),
		.interface = live->number,
		.link_type = live->link_type,
		.bytes = bytes,
		.size = header->caplen,
		.wire_size = header->len,
	};
	return 1;
}

bool live_is_down(const struct live *live)
{
	/* Only then does libpcap ask to be called without an event. */
	return pcap_get_required_select_timeout(live->pcap) != NULL;
}

struct live_counters live_counters(struct live *live)
{
	struct pcap_stat now;

	if (pcap_stats(live->pcap, &now) == 0) {
		live->counters.received += now.ps_recv - live->last.ps_recv;
		live->counters.dropped += now.ps_drop - live->last.ps_drop;
		live->last = now;
	}
	return live->counters;
}

#else

struct live *live_open(const char *interface, const struct live_options *options,
		       struct error *error)
{
	(void)options;
	error_set(error, HOSTCAST_SYSTEM,
		  "cannot capture on %.80s: this program was built without libpcap", interface);
	return NULL;
}

void live_close(struct live *live)
{
	(void)live;
}

int live_fd(const struct live *live)
{
	(void)live;
	return -1;
}

unsigned live_link_type(const struct live *live)
{
	(void)live;
	return 0;
}

int live_next(struct live *live, struct frame *frame, struct error *error)
{
	(void)live;
	(void)frame;
	(void)error;
	return 0;
}

bool live_is_down(const struct live *live)
{
	(void)live;
	return false;
}

struct live_counters live_counters(struct live *live)
{
	(void)live;
	return (struct live_counters){0};
}

#endif
