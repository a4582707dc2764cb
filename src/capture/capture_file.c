#include "capture_file.h"

#include "base/list.h"
#include "byte_order.h"
#include "file_bytes.h"
#include "pcap_format.h"
#include "pcapng_format.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INTERFACES_MAX = 4096, BLOCK_HEADER_SIZE = 8, MAGIC_SIZE = 4, PCAPNG_MAJOR = 1 };

struct file_interface {
	struct pcapng_interface description;
	uint64_t dropped_by_packets; /* as they say themselves, */
	uint64_t dropped_in_all;     /* and as the newest statistics block does */
	bool has_statistics;
};

struct capture_file {
	struct file_bytes bytes;
	bool is_pcapng;
	struct pcap_format pcap;
	bool is_big_endian; /* this section of a pcapng file */
	size_t section;     /* its first interface */
	struct file_interface *interfaces;
	size_t count, room;
	uint64_t skipped;
	struct error error; /* after which nothing more can be read; code 0: none */
};

/* A file may say anything. The sum stays a number that any language and JSON can hold. */
static uint64_t add_bounded(uint64_t a, uint64_t b)
{
	return a > INT64_MAX || b > INT64_MAX - a ? INT64_MAX : a + b;
}

/* ---- Errors ---- */

static int cut_off(struct capture_file *file, const char *what, size_t whole, struct error *error)
{
	return error_set(error, HOSTCAST_INVALID,
			 "the file is cut off at byte %" PRIu64 ": %s at byte %" PRIu64
			 " has %zu bytes, of which %zu are there",
			 file->bytes.offset + file->bytes.size, what, file->bytes.offset, whole,
			 file->bytes.size);
}

__attribute__((format(printf, 3, 4))) static int
makes_no_sense(const struct capture_file *file, struct error *error, const char *format, ...)
{
	char what[200];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(what, sizeof what, format, arguments);
	va_end(arguments);
	return error_set(error, HOSTCAST_INVALID,
			 "the file makes no sense from byte %" PRIu64 " on: %s", file->bytes.offset,
			 what);
}

/* ---- What a file looks like ---- */

static const char *guess(const uint8_t *bytes, size_t size)
{
	static const struct {
		const char *beginning;
		size_t size;
		const char *what;
	} kinds[] = {
		{"\x1f\x8b", 2, "compressed by gzip, unpack it first (gunzip)"},
		{"\x28\xb5\x2f\xfd", 4, "compressed by zstd, unpack it first (unzstd)"},
		{"\xfd"
		 "7zXZ",
		 5, "compressed by xz, unpack it first (unxz)"},
		{"BZh", 3, "compressed by bzip2, unpack it first (bunzip2)"},
		{"PK\x03\x04", 4, "a ZIP archive, unpack it first (unzip)"},
		{"snoop\0\0", 7, "snoop's, which editcap makes a pcapng file of"},
		{"\x7f"
		 "ELF",
		 4, "a program"},
	};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (size >= kinds[i].size && memcmp(bytes, kinds[i].beginning, kinds[i].size) == 0)
			return kinds[i].what;
	return NULL;
}

static int not_a_capture(const struct capture_file *file, struct error *error)
{
	const uint8_t *at = file->bytes.at;
	size_t size = file->bytes.size;
	const char *what = guess(at, size);

	if (size == 0)
		return error_set(error, HOSTCAST_INVALID, "the file is empty");
	if (what)
		return error_set(error, HOSTCAST_INVALID,
				 "the file is not pcap or pcapng; it is %s", what);
	if (size < MAGIC_SIZE)
		return error_set(error, HOSTCAST_INVALID,
				 "the file is not pcap or pcapng: it has %zu bytes only", size);
	return error_set(error, HOSTCAST_INVALID,
			 "the file is not pcap or pcapng: it begins with the bytes "
			 "%02x %02x %02x %02x",
			 at[0], at[1], at[2], at[3]);
}

/* ---- Interfaces ---- */

static int add_interface(struct capture_file *file, const struct pcapng_interface *description,
			 struct error *error)
{
	struct file_interface *list;

	if (file->count == INTERFACES_MAX)
		return makes_no_sense(file, error, "more than %d interfaces", INTERFACES_MAX);
	list = list_grow(file->interfaces, file->count, &file->room, sizeof *list);
	if (!list)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	file->interfaces = list;
	list[file->count++] = (struct file_interface){.description = *description};
	return 0;
}

/* Of this section; NULL: it has not been described. */
static struct file_interface *find_interface(const struct capture_file *file, uint32_t number)
{
	return number < file->count - file->section ? &file->interfaces[file->section + number]
						    : NULL;
}

static int unknown_interface(const struct capture_file *file, uint32_t number, struct error *error)
{
	return makes_no_sense(
		file, error, "something of interface %" PRIu32 ", of %zu that are described before",
		number, file->count - file->section);
}

/* ---- pcap ---- */

static int open_pcap(struct capture_file *file, struct error *error)
{
	struct pcapng_interface only = {0};

	if (file_bytes_need(&file->bytes, PCAP_HEADER_SIZE, error) < 0)
		return error->code;
	if (file->bytes.size < PCAP_HEADER_SIZE)
		return cut_off(file, "the header", PCAP_HEADER_SIZE, error);
	pcap_read_header(&file->pcap, file->bytes.at);
	if (file->pcap.major != PCAP_MAJOR)
		return error_set(error, HOSTCAST_INVALID,
				 "the file is pcap of version %u.%u; %d is understood",
				 file->pcap.major, file->pcap.minor, PCAP_MAJOR);
	file_bytes_pass(&file->bytes, PCAP_HEADER_SIZE);
	only.link_type = file->pcap.link_type;
	return add_interface(file, &only, error);
}

static int next_pcap(struct capture_file *file, struct frame *frame, struct error *error)
{
	size_t header = pcap_record_header_size(&file->pcap);
	struct pcap_record record;

	if (file_bytes_need(&file->bytes, header, error) < 0)
		return error->code;
	if (file->bytes.size == 0)
		return 0;
	if (file->bytes.size < header)
		return cut_off(file, "the header of a packet", header, error);
	pcap_read_record(&file->pcap, file->bytes.at, &record);
	if (record.size > FILE_PIECE_MAX - header)
		return makes_no_sense(file, error, "a packet of %" PRIu32 " bytes (at most %zu)",
				      record.size, FILE_PIECE_MAX - header);
	if (file_bytes_need(&file->bytes, header + record.size, error) < 0)
		return error->code;
	if (file->bytes.size < header + record.size)
		return cut_off(file, "the packet", header + record.size, error);
	*frame = (struct frame){
		.time_ns = record.time_ns,
		.link_type = file->pcap.link_type,
		.bytes = file->bytes.at + header,
		.size = record.size,
		.wire_size = record.wire_size,
	};
	file_bytes_pass(&file->bytes, header + record.size);
	return 1;
}

/* ---- pcapng: blocks ---- */

/* The header of a section tells in which byte order all of it is, the header included. */
static int begin_section(struct capture_file *file, struct error *error)
{
	const uint8_t *magic = file->bytes.at + BLOCK_HEADER_SIZE;

	if (ordered_32(magic, false) != PCAPNG_BYTE_ORDER &&
	    ordered_32(magic, true) != PCAPNG_BYTE_ORDER)
		return makes_no_sense(file, error,
				      "a section without byte order (%02x %02x %02x %02x)",
				      magic[0], magic[1], magic[2], magic[3]);
	file->is_big_endian = ordered_32(magic, true) == PCAPNG_BYTE_ORDER;
	file->section = file->count;
	return 0;
}

static int check_length(const struct capture_file *file, uint32_t length, struct error *error)
{
	if (length < PCAPNG_FRAME_SIZE || length % 4 != 0)
		return makes_no_sense(file, error,
				      "a block of %" PRIu32
				      " bytes (at least %d, and a multiple of 4)",
				      length, PCAPNG_FRAME_SIZE);
	if (length > FILE_PIECE_MAX)
		return makes_no_sense(file, error, "a block of %" PRIu32 " bytes (at most %d)",
				      length, FILE_PIECE_MAX);
	return 0;
}

/* The whole block, from its type on, at file->bytes.at. Returns 1, 0 at the end, or an error. */
static int next_block(struct capture_file *file, uint32_t *type, uint32_t *length,
		      struct error *error)
{
	if (file_bytes_need(&file->bytes, PCAPNG_FRAME_SIZE, error) < 0)
		return error->code;
	if (file->bytes.size == 0)
		return 0;
	if (file->bytes.size < PCAPNG_FRAME_SIZE)
		return cut_off(file, "the header of a block", PCAPNG_FRAME_SIZE, error);
	*type = ordered_32(file->bytes.at, file->is_big_endian);
	if (*type == PCAPNG_SECTION && begin_section(file, error) < 0)
		return error->code;
	*length = ordered_32(file->bytes.at + 4, file->is_big_endian);
	if (check_length(file, *length, error) < 0 ||
	    file_bytes_need(&file->bytes, *length, error) < 0)
		return error->code;
	if (file->bytes.size < *length)
		return cut_off(file, "the block", *length, error);
	if (ordered_32(file->bytes.at + *length - 4, file->is_big_endian) != *length)
		return makes_no_sense(file, error,
				      "a block of %" PRIu32 " bytes that ends with another length",
				      *length);
	return 1;
}

static int check_section(const struct capture_file *file, const struct pcapng_body *body,
			 struct error *error)
{
	unsigned major = body->size >= 6 ? ordered_16(body->bytes + 4, body->is_big_endian) : 0;

	if (major != PCAPNG_MAJOR)
		return makes_no_sense(file, error, "pcapng of version %u; %d is understood", major,
				      PCAPNG_MAJOR);
	return 0;
}

static int take_statistics(struct capture_file *file, const struct pcapng_body *body,
			   struct error *error)
{
	struct pcapng_statistics statistics;
	struct file_interface *interface;

	if (!pcapng_read_statistics(body, &statistics))
		return makes_no_sense(file, error, "statistics that are too short");
	interface = find_interface(file, statistics.interface);
	if (!interface)
		return unknown_interface(file, statistics.interface, error);
	interface->has_statistics = true;
	interface->dropped_in_all = statistics.dropped;
	return 0;
}

static int take_interface(struct capture_file *file, const struct pcapng_body *body,
			  struct error *error)
{
	struct pcapng_interface interface;

	if (!pcapng_read_interface(body, &interface))
		return makes_no_sense(file, error, "an interface that is too short");
	return add_interface(file, &interface, error);
}

/* ---- pcapng: packets ---- */

static bool read_packet(const struct capture_file *file, uint32_t type,
			const struct pcapng_body *body, struct pcapng_packet *packet)
{
	const struct file_interface *first = find_interface(file, 0);

	if (type == PCAPNG_SIMPLE)
		return pcapng_read_simple(body, first ? first->description.snap : 0, packet);
	return type == PCAPNG_PACKET ? pcapng_read_packet(body, packet)
				     : pcapng_read_old_packet(body, packet);
}

static int take_packet(struct capture_file *file, uint32_t type, const struct pcapng_body *body,
		       struct frame *frame, struct error *error)
{
	struct pcapng_packet packet;
	struct file_interface *interface;

	if (!read_packet(file, type, body, &packet))
		return makes_no_sense(file, error, "a packet that is longer than its block");
	interface = find_interface(file, packet.interface);
	if (!interface)
		return unknown_interface(file, packet.interface, error);
	interface->dropped_by_packets = add_bounded(interface->dropped_by_packets, packet.dropped);
	*frame = (struct frame){
		.interface = (unsigned)(file->section + packet.interface),
		.link_type = interface->description.link_type,
		.bytes = packet.bytes,
		.size = packet.size,
		.wire_size = packet.wire_size,
		.comment = packet.comment,
		.comment_size = packet.comment_size,
	};
	if (packet.has_time)
		frame->time_ns = pcapng_time_ns(&interface->description, packet.ticks);
	return 1;
}

/* Returns 1 if it was a packet, 0 if not, or an error. */
static int take_block(struct capture_file *file, uint32_t type, const struct pcapng_body *body,
		      struct frame *frame, struct error *error)
{
	switch (type) {
	case PCAPNG_SECTION:
		return check_section(file, body, error);
	case PCAPNG_INTERFACE:
		return take_interface(file, body, error);
	case PCAPNG_STATISTICS:
		return take_statistics(file, body, error);
	case PCAPNG_PACKET:
	case PCAPNG_OLD_PACKET:
	case PCAPNG_SIMPLE:
		return take_packet(file, type, body, frame, error);
	case PCAPNG_NAMES:
	case PCAPNG_SECRETS:
		return 0;
	default:
		file->skipped++;
		return 0;
	}
}

static int next_pcapng(struct capture_file *file, struct frame *frame, struct error *error)
{
	uint32_t type = 0, length = 0;
	int status;

	while ((status = next_block(file, &type, &length, error)) > 0) {
		struct pcapng_body body = {
			.bytes = file->bytes.at + BLOCK_HEADER_SIZE,
			.size = length - PCAPNG_FRAME_SIZE,
			.is_big_endian = file->is_big_endian,
		};

		status = take_block(file, type, &body, frame, error);
		if (status < 0)
			return status;
		file_bytes_pass(&file->bytes, length);
		if (status > 0)
			return status;
	}
	return status;
}

/* ---- Files ---- */

static int begin(struct capture_file *file, struct error *error)
{
	static const uint8_t section[MAGIC_SIZE] = {0x0a, 0x0d, 0x0d, 0x0a};

	if (file_bytes_need(&file->bytes, BLOCK_HEADER_SIZE, error) < 0)
		return error->code;
	if (file->bytes.size < MAGIC_SIZE)
		return not_a_capture(file, error);
	if (pcap_is_magic(file->bytes.at))
		return open_pcap(file, error);
	file->is_pcapng = memcmp(file->bytes.at, section, MAGIC_SIZE) == 0;
	return file->is_pcapng ? 0 : not_a_capture(file, error);
}

static struct capture_file *begin_or_close(struct capture_file *file, struct error *error)
{
	if (begin(file, error) == 0)
		return file;
	capture_file_close(file);
	return NULL;
}

static struct capture_file *new_file(struct error *error)
{
	struct capture_file *file = calloc(1, sizeof *file);

	if (!file)
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	return file;
}

struct capture_file *capture_file_open(const char *path, struct error *error)
{
	struct capture_file *file = new_file(error);

	if (!file)
		return NULL;
	if (file_bytes_open(&file->bytes, path, error) == 0)
		return begin_or_close(file, error);
	free(file);
	return NULL;
}

struct capture_file *capture_file_of(const void *bytes, size_t size, struct error *error)
{
	struct capture_file *file = new_file(error);

	if (!file)
		return NULL;
	file_bytes_of(&file->bytes, bytes, size);
	return begin_or_close(file, error);
}

void capture_file_close(struct capture_file *file)
{
	if (!file)
		return;
	file_bytes_close(&file->bytes);
	free(file->interfaces);
	free(file);
}

void capture_file_never_wait(struct capture_file *file)
{
	file->bytes.never_waits = true;
}

int capture_file_fd(const struct capture_file *file)
{
	return file->bytes.fd;
}

int capture_file_next(struct capture_file *file, struct frame *frame, struct error *error)
{
	int status;

	if (file->error.code < 0) {
		*error = file->error;
		return error->code;
	}
	status = file->is_pcapng ? next_pcapng(file, frame, error) : next_pcap(file, frame, error);
	if (status < 0 && status != HOSTCAST_AGAIN)
		file->error = *error;
	return status;
}

const char *capture_file_interface(const struct capture_file *file, unsigned number)
{
	return number < file->count ? file->interfaces[number].description.name : "";
}

uint64_t capture_file_dropped(const struct capture_file *file)
{
	uint64_t dropped = 0;

	for (size_t i = 0; i < file->count; i++) {
		const struct file_interface *interface = &file->interfaces[i];

		dropped = add_bounded(dropped, interface->has_statistics
						       ? interface->dropped_in_all
						       : interface->dropped_by_packets);
	}
	return dropped;
}

uint64_t capture_file_skipped(const struct capture_file *file)
{
	return file->skipped;
}
