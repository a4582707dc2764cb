/* Capture files of every kind, made by hand byte by byte, and read. */
#include "capture/capture_file.h"
#include "capture/pcapng_format.h"
#include "unit.h"

#include <stdio.h>
#include <unistd.h>

enum { ROOM = 4096 };

/* A file in the making. */
struct file {
	uint8_t bytes[ROOM];
	size_t size;
	bool is_big;
	size_t block; /* where the block that is being made begins */
};

static void add(struct file *f, const void *bytes, size_t size)
{
	assert_true(f->size + size <= ROOM);
	memcpy(f->bytes + f->size, bytes, size);
	f->size += size;
}

static void add_number(struct file *f, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		size_t shift = 8 * (f->is_big ? size - 1 - i : i);
		uint8_t byte = (uint8_t)(value >> shift);

		add(f, &byte, 1);
	}
}

static void add_16(struct file *f, uint16_t value)
{
	add_number(f, value, 2);
}

static void add_32(struct file *f, uint32_t value)
{
	add_number(f, value, 4);
}

static void add_64(struct file *f, uint64_t value)
{
	add_number(f, value, 8);
}

static void add_padded(struct file *f, const void *bytes, size_t size)
{
	add(f, bytes, size);
	while (f->size % 4 != 0)
		add(f, "", 1);
}

/* ---- pcap ---- */

static void pcap_header(struct file *f, uint32_t magic, uint32_t link_type)
{
	add_32(f, magic);
	add_16(f, 2);
	add_16(f, 4);
	add_64(f, 0);
	add_32(f, 65535);
	add_32(f, link_type);
}

static void pcap_packet(struct file *f, uint32_t seconds, uint32_t fraction, const char *bytes,
			uint32_t wire_size)
{
	add_32(f, seconds);
	add_32(f, fraction);
	add_32(f, (uint32_t)strlen(bytes));
	add_32(f, wire_size);
}

/* ---- pcapng ---- */

static void begin_block(struct file *f, uint32_t type)
{
	f->block = f->size;
	add_32(f, type);
	add_32(f, 0);
}

static void end_block(struct file *f)
{
	size_t end = f->size;
	uint32_t length = (uint32_t)(end - f->block + 4);

	add_32(f, length);
	f->size = f->block + 4;
	add_32(f, length);
	f->size = end + 4;
}

static void option(struct file *f, uint16_t code, const void *value, uint16_t size)
{
	add_16(f, code);
	add_16(f, size);
	add_padded(f, value, size);
}

static void option_64(struct file *f, uint16_t code, uint64_t value)
{
	add_16(f, code);
	add_16(f, 8);
	add_64(f, value);
}

static void section(struct file *f)
{
	begin_block(f, PCAPNG_SECTION);
	add_32(f, PCAPNG_BYTE_ORDER);
	add_16(f, 1);
	add_16(f, 0);
	add_64(f, UINT64_MAX);
	end_block(f);
}

/* resolution: 0: none is told; name: NULL: none. */
static void interface(struct file *f, uint16_t link_type, uint32_t snap, const char *name,
		      uint8_t resolution, int64_t offset_s)
{
	begin_block(f, PCAPNG_INTERFACE);
	add_16(f, link_type);
	add_16(f, 0);
	add_32(f, snap);
	if (name)
		option(f, PCAPNG_INTERFACE_NAME, name, (uint16_t)strlen(name));
	if (resolution)
		option(f, PCAPNG_INTERFACE_RESOLUTION, &resolution, 1);
	if (offset_s)
		option_64(f, PCAPNG_INTERFACE_OFFSET, (uint64_t)offset_s);
	option(f, PCAPNG_OPTION_END, "", 0);
	end_block(f);
}

/* Its block stays open, for options. */
static void begin_packet(struct file *f, uint32_t number, uint64_t ticks, const char *bytes,
			 uint32_t wire_size)
{
	begin_block(f, PCAPNG_PACKET);
	add_32(f, number);
	add_32(f, (uint32_t)(ticks >> 32));
	add_32(f, (uint32_t)ticks);
	add_32(f, (uint32_t)strlen(bytes));
	add_32(f, wire_size);
	add_padded(f, bytes, strlen(bytes));
}

static void packet(struct file *f, uint32_t number, uint64_t ticks, const char *bytes)
{
	begin_packet(f, number, ticks, bytes, (uint32_t)strlen(bytes));
	end_block(f);
}

static void simple_packet(struct file *f, const char *bytes, uint32_t wire_size)
{
	begin_block(f, PCAPNG_SIMPLE);
	add_32(f, wire_size);
	add_padded(f, bytes, strlen(bytes));
	end_block(f);
}

/* ---- Reading ---- */

static struct capture_file *open_file(const struct file *f)
{
	struct error error;
	struct capture_file *file = capture_file_of(f->bytes, f->size, &error);

	if (!file)
		fail_msg("%s", error.text);
	return file;
}

static void expect(struct capture_file *file, int64_t time_ns, unsigned number, const char *bytes,
		   size_t wire_size)
{
	struct error error = {.text = "no packet"};
	struct frame frame;

	if (capture_file_next(file, &frame, &error) != 1)
		fail_msg("%s", error.text);
	assert_int_equal(frame.time_ns, time_ns);
	assert_int_equal(frame.interface, number);
	assert_int_equal(frame.size, strlen(bytes));
	assert_memory_equal(frame.bytes, bytes, frame.size);
	assert_int_equal(frame.wire_size, wire_size);
}

static void expect_end(struct capture_file *file)
{
	struct error error;
	struct frame frame;

	assert_int_equal(capture_file_next(file, &frame, &error), 0);
	assert_int_equal(capture_file_next(file, &frame, &error), 0);
	capture_file_close(file);
}

/* It is the same error ever after. */
static void expect_error(struct capture_file *file, const char *text)
{
	struct frame frame;

	for (int i = 0; i < 2; i++) {
		struct error error = {.text = ""};

		assert_int_equal(capture_file_next(file, &frame, &error), HOSTCAST_INVALID);
		assert_string_equal(error.text, text);
	}
	capture_file_close(file);
}

static void expect_refused(const void *bytes, size_t size, const char *text)
{
	struct error error = {.text = ""};

	assert_null(capture_file_of(bytes, size, &error));
	assert_int_equal(error.code, HOSTCAST_INVALID);
	assert_string_equal(error.text, text);
}

/* ---- pcap ---- */

static void pcap_files_of_every_kind_are_read(void **state)
{
	static const struct {
		uint32_t magic;
		int64_t unit_ns;
		size_t more; /* bytes in a packet's header */
	} kinds[] = {{0xa1b2c3d4, 1000, 0}, {0xa1b23c4d, 1, 0}, {0xa1b2cd34, 1000, 8}};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT_OF(kinds); i++) {
		struct file f = {.is_big = i % 2};
		struct capture_file *file;
		int64_t unit_ns = kinds[i / 2].unit_ns;

		pcap_header(&f, kinds[i / 2].magic, 0x04000000 | LINK_SLL);
		pcap_packet(&f, 1700000000, 123, "first", 5);
		add(&f, "12345678", kinds[i / 2].more);
		add(&f, "first", 5);
		pcap_packet(&f, UINT32_MAX, 999999, "cut", 1500);
		add(&f, "12345678", kinds[i / 2].more);
		add(&f, "cut", 3);
		file = open_file(&f);
		expect(file, INT64_C(1700000000) * 1000000000 + 123 * unit_ns, 0, "first", 5);
		expect(file, INT64_C(4294967295) * 1000000000 + 999999 * unit_ns, 0, "cut", 1500);
		assert_string_equal(capture_file_interface(file, 0), "");
		assert_string_equal(capture_file_interface(file, 1), "");
		expect_end(file);
	}
}

static void a_link_type_is_told(void **state)
{
	struct file f = {.is_big = true};
	struct frame frame;
	struct error error;
	struct capture_file *file;

	(void)state;
	pcap_header(&f, 0xa1b2c3d4, LINK_SLL2);
	pcap_packet(&f, 1, 2, "", 0);
	file = open_file(&f);
	assert_int_equal(capture_file_next(file, &frame, &error), 1);
	assert_int_equal(frame.link_type, LINK_SLL2);
	expect_end(file);
}

static void a_packet_of_pcap_has_a_limit(void **state)
{
	struct file f = {0};

	(void)state;
	pcap_header(&f, 0xa1b2c3d4, LINK_ETHERNET);
	add_64(&f, 0);
	add_32(&f, 1 << 24);
	add_32(&f, 1 << 24);
	expect_error(open_file(&f), "the file makes no sense from byte 24 on: a packet of 16777216 "
				    "bytes (at most 16777200)");
}

static void other_versions_of_pcap_are_refused(void **state)
{
	struct file f = {0};

	(void)state;
	pcap_header(&f, 0xa1b2c3d4, LINK_ETHERNET);
	f.bytes[4] = 3;
	expect_refused(f.bytes, f.size, "the file is pcap of version 3.4; 2 is understood");
}

/* ---- pcapng ---- */

static void every_kind_of_packet_block_is_read(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct file f = {.is_big = big};
		struct capture_file *file;

		section(&f);
		interface(&f, LINK_ETHERNET, 4, "eth0", 9, 0);
		begin_packet(&f, 0, 1700000000123456789, "enhanced", 60);
		end_block(&f);
		simple_packet(&f, "simp", 6);
		begin_block(&f, PCAPNG_OLD_PACKET);
		add_16(&f, 0);
		add_16(&f, 3); /* dropped */
		add_64(&f, big ? 77 : (uint64_t)77 << 32);
		add_32(&f, 3);
		add_32(&f, 3);
		add_padded(&f, "old", 3);
		end_block(&f);
		file = open_file(&f);
		expect(file, 1700000000123456789, 0, "enhanced", 60);
		expect(file, 0, 0, "simp", 6);
		assert_int_equal(capture_file_dropped(file), 0);
		expect(file, 77, 0, "old", 3);
		assert_int_equal(capture_file_dropped(file), 3);
		assert_string_equal(capture_file_interface(file, 0), "eth0");
		expect_end(file);
	}
}

static void time_stamps_have_the_resolution_of_their_interface(void **state)
{
	static const struct {
		uint8_t resolution;
		int64_t offset_s;
		uint64_t ticks;
		int64_t time_ns;
	} cases[] = {
		{0, 0, 1500000, 1500000000}, /* microseconds */
		{9, 0, UINT64_MAX, FRAME_TIME_MOST_NS},
		{9, -2, 500, -1999999500},
		{9, INT64_MIN, 0, FRAME_TIME_LEAST_NS},
		{3, 10, 1, 10001000000},
		{12, 0, 1999, 1},
		{0x80 | 10, 0, 1024 + 512, 1500000000},
		{0x80 | 63, 0, (uint64_t)1 << 63, 1000000000},
		{0xff, 0, UINT64_MAX, 0},
		{127, 0, UINT64_MAX, 0},
	};
	struct file f = {0};
	struct capture_file *file;

	(void)state;
	section(&f);
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		interface(&f, LINK_ETHERNET, 0, NULL, cases[i].resolution, cases[i].offset_s);
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		packet(&f, (uint32_t)i, cases[i].ticks, "x");
	file = open_file(&f);
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		expect(file, cases[i].time_ns, (unsigned)i, "x", 1);
	expect_end(file);
}

static void sections_of_either_byte_order_follow_each_other(void **state)
{
	struct file f = {0};
	struct capture_file *file;

	(void)state;
	section(&f);
	interface(&f, LINK_ETHERNET, 0, "eth0", 9, 0);
	interface(&f, LINK_ETHERNET, 0, "eth1", 9, 0);
	packet(&f, 1, 10, "a");
	f.is_big = true;
	section(&f);
	interface(&f, LINK_RAW, 0, "tun0", 9, 0);
	packet(&f, 0, 20, "bc");
	file = open_file(&f);
	expect(file, 10, 1, "a", 1);
	expect(file, 20, 2, "bc", 2); /* each section counts its interfaces from 0 */
	assert_string_equal(capture_file_interface(file, 2), "tun0");
	expect_end(file);
}

static void comments_stand_with_their_packets(void **state)
{
	struct file f = {.is_big = true};
	struct capture_file *file;
	struct frame frame;
	struct error error;

	(void)state;
	section(&f);
	interface(&f, LINK_ETHERNET, 0, NULL, 0, 0);
	begin_packet(&f, 0, 0, "abc", 3);
	option(&f, 2, "\0\0\0\1", 4); /* epb_flags */
	option(&f, PCAPNG_OPTION_COMMENT, "joins", 5);
	option(&f, PCAPNG_OPTION_COMMENT, "a second one", 12);
	option(&f, PCAPNG_OPTION_END, "", 0);
	end_block(&f);
	packet(&f, 0, 0, "d");
	file = open_file(&f);
	assert_int_equal(capture_file_next(file, &frame, &error), 1);
	assert_int_equal(frame.comment_size, 5);
	assert_memory_equal(frame.comment, "joins", 5);
	assert_int_equal(capture_file_next(file, &frame, &error), 1);
	assert_null(frame.comment);
	expect_end(file);
}

/* The newest statistics block has the sum; without one, the packets have. */
static void drops_are_counted(void **state)
{
	struct file f = {0};
	struct capture_file *file;

	(void)state;
	section(&f);
	interface(&f, LINK_ETHERNET, 0, "a", 0, 0);
	interface(&f, LINK_ETHERNET, 0, "b", 0, 0);
	begin_packet(&f, 0, 0, "x", 1);
	option_64(&f, PCAPNG_PACKET_DROPS, 1000);
	end_block(&f);
	begin_packet(&f, 1, 0, "x", 1);
	option_64(&f, PCAPNG_PACKET_DROPS, 5);
	end_block(&f);
	for (uint64_t dropped = 10; dropped <= 20; dropped += 10) {
		begin_block(&f, PCAPNG_STATISTICS);
		add_32(&f, 0);
		add_64(&f, 0);
		option_64(&f, PCAPNG_STATISTICS_RECEIVED, 99);
		option_64(&f, PCAPNG_STATISTICS_DROPPED, dropped);
		option_64(&f, PCAPNG_STATISTICS_OS_DROPPED, 1);
		end_block(&f);
	}
	file = open_file(&f);
	expect(file, 0, 0, "x", 1);
	expect(file, 0, 1, "x", 1);
	assert_int_equal(capture_file_dropped(file), 1005);
	{
		struct frame frame;
		struct error error;

		assert_int_equal(capture_file_next(file, &frame, &error), 0);
	}
	assert_int_equal(capture_file_dropped(file), 21 + 5);
	expect_end(file);
}

/* What a file says may be anything; the sum neither begins again nor becomes negative. */
static void drops_are_never_more_than_can_be_counted(void **state)
{
	struct file f = {0};
	struct capture_file *file;

	(void)state;
	section(&f);
	interface(&f, LINK_ETHERNET, 0, "a", 0, 0);
	interface(&f, LINK_ETHERNET, 0, "b", 0, 0);
	for (unsigned number = 0; number < 2; number++) {
		begin_block(&f, PCAPNG_STATISTICS);
		add_32(&f, number);
		add_64(&f, 0);
		option_64(&f, PCAPNG_STATISTICS_DROPPED, UINT64_MAX - number);
		option_64(&f, PCAPNG_STATISTICS_OS_DROPPED, 6);
		end_block(&f);
	}
	file = open_file(&f);
	{
		struct frame frame;
		struct error error;

		assert_int_equal(capture_file_next(file, &frame, &error), 0);
	}
	assert_int_equal(capture_file_dropped(file), INT64_MAX);
	expect_end(file);
}

static void unknown_blocks_are_passed_over(void **state)
{
	struct file f = {0};
	struct capture_file *file;

	(void)state;
	section(&f);
	begin_block(&f, 0x80000001);
	add(&f, "anything", 8);
	end_block(&f);
	begin_block(&f, PCAPNG_NAMES);
	end_block(&f);
	interface(&f, LINK_ETHERNET, 0, "eth0", 9, 0);
	begin_block(&f, 0xbad);
	end_block(&f);
	packet(&f, 0, 1, "x");
	file = open_file(&f);
	expect(file, 1, 0, "x", 1);
	assert_int_equal(capture_file_skipped(file), 2);
	expect_end(file);
}

static void a_name_that_is_too_long_is_cut_off(void **state)
{
	struct file f = {0};
	struct capture_file *file;
	char name[301];

	(void)state;
	memset(name, 'n', 300);
	name[300] = '\0';
	section(&f);
	interface(&f, LINK_ETHERNET, 0, name, 9, 0);
	packet(&f, 0, 1, "x");
	file = open_file(&f);
	expect(file, 1, 0, "x", 1);
	assert_int_equal(strlen(capture_file_interface(file, 0)), PCAPNG_NAME_SIZE - 1);
	expect_end(file);
}

/* ---- What is no such file, or is damaged ---- */

static void what_is_no_capture_file_is_named(void **state)
{
	(void)state;
	expect_refused("", 0, "the file is empty");
	expect_refused("ab", 2, "the file is not pcap or pcapng: it has 2 bytes only");
	expect_refused("\x1f\x8b\x08\0\0", 5,
		       "the file is not pcap or pcapng; it is compressed by gzip, unpack it first "
		       "(gunzip)");
	expect_refused("hello, world", 12,
		       "the file is not pcap or pcapng: it begins with the bytes 68 65 6c 6c");
	expect_refused("\xd4\xc3\xb2\xa1\2\0\4\0", 8,
		       "the file is cut off at byte 8: the header at byte 0 has 24 bytes, of "
		       "which 8 are there");
}

/* Wherever it is cut off: all whole packets first, then an error that tells the byte; and no error
 * only where a block ends. */
static void cut_at_every_byte(const struct file *whole, const size_t *ends, size_t count)
{
	for (size_t size = ends[0]; size < whole->size; size++) {
		struct file f = *whole;
		struct capture_file *file;
		struct error error;
		struct frame frame;
		size_t packets = 0, expected = 0;
		bool is_whole = false;
		char place[60];
		int status;

		for (size_t i = 0; i < count; i++) {
			expected += i > 0 && size >= ends[i];
			is_whole = is_whole || size == ends[i];
		}
		f.size = size;
		file = open_file(&f);
		while ((status = capture_file_next(file, &frame, &error)) == 1)
			packets++;
		assert_int_equal(packets, expected);
		assert_int_equal(status, is_whole ? 0 : HOSTCAST_INVALID);
		snprintf(place, sizeof place, "cut off at byte %zu:", size);
		assert_true(is_whole || strstr(error.text, place));
		capture_file_close(file);
	}
}

static void a_file_that_is_cut_off_is_read_as_far_as_it_goes(void **state)
{
	struct file pcap = {0}, pcapng = {0};
	size_t ends[4];

	(void)state;
	pcap_header(&pcap, 0xa1b2c3d4, LINK_ETHERNET);
	for (size_t i = 0; i < 3; i++) {
		ends[i] = pcap.size;
		pcap_packet(&pcap, 1, 1, "packet", 6);
		add(&pcap, "packet", 6);
	}
	cut_at_every_byte(&pcap, ends, 3);
	section(&pcapng);
	interface(&pcapng, LINK_ETHERNET, 0, "eth0", 0, 0);
	for (size_t i = 0; i < 3; i++) {
		ends[i] = pcapng.size;
		packet(&pcapng, 0, 1, "packet");
	}
	cut_at_every_byte(&pcapng, ends, 3);
}

static void blocks_that_make_no_sense_are_an_error(void **state)
{
	struct file f = {0}, start = {0};
	size_t at;

	(void)state;
	section(&start);
	interface(&start, LINK_ETHERNET, 0, NULL, 0, 0);
	at = start.size;
	assert_int_equal(at, 28 + 24);

	f = start;
	packet(&f, 7, 0, "x");
	expect_error(open_file(&f), "the file makes no sense from byte 52 on: something of "
				    "interface 7, of 1 that are described before");
	f = start;
	packet(&f, 0, 0, "x");
	f.bytes[at + 4] = 34; /* its length */
	expect_error(open_file(&f), "the file makes no sense from byte 52 on: a block of 34 bytes "
				    "(at least 12, and a multiple of 4)");
	f = start;
	packet(&f, 0, 0, "x");
	f.bytes[at + 4] = 32;
	expect_error(open_file(&f), "the file makes no sense from byte 52 on: a block of 32 bytes "
				    "that ends with another length");
	f = start;
	packet(&f, 0, 0, "x");
	f.bytes[at + 7] = 1;
	expect_error(open_file(&f), "the file makes no sense from byte 52 on: a block of 16777252 "
				    "bytes (at most 16777216)");
	f = start;
	packet(&f, 0, 0, "x");
	f.bytes[at + 20] = 5; /* the packet's */
	expect_error(open_file(&f), "the file makes no sense from byte 52 on: a packet that is "
				    "longer than its block");
	f = start;
	section(&f);
	f.bytes[at + 8] = 0;
	expect_error(open_file(&f), "the file makes no sense from byte 52 on: a section without "
				    "byte order (00 3c 2b 1a)");
	f = start;
	section(&f);
	f.bytes[at + 12] = 2;
	expect_error(open_file(&f), "the file makes no sense from byte 52 on: pcapng of version 2; "
				    "1 is understood");
}

static void interfaces_have_a_limit(void **state)
{
	enum { MOST = 4096, BLOCK = 20 };
	size_t size = 28 + (MOST + 1) * BLOCK;
	uint8_t *bytes = malloc(size);
	struct file head = {0}, one = {0};
	struct capture_file *file;
	struct error error;

	(void)state;
	assert_non_null(bytes);
	section(&head);
	memcpy(bytes, head.bytes, head.size);
	begin_block(&one, PCAPNG_INTERFACE);
	add_64(&one, LINK_ETHERNET);
	end_block(&one);
	assert_int_equal(one.size, BLOCK);
	for (size_t i = 0; i <= MOST; i++)
		memcpy(bytes + 28 + i * BLOCK, one.bytes, BLOCK);
	file = capture_file_of(bytes, size, &error);
	assert_non_null(file);
	expect_error(file, "the file makes no sense from byte 81948 on: more than 4096 interfaces");
	free(bytes);
}

/* ---- Descriptors ---- */

/* A packet larger than what is read at once, in pieces as a pipe gives them. */
static void a_pipe_is_read_in_pieces(void **state)
{
	enum { SIZE = 700000 };
	struct file f = {0};
	struct capture_file *file;
	struct frame frame;
	struct error error;
	char path[32];
	uint8_t *bytes = calloc(1, SIZE);
	int ends[2];
	size_t sent = 0;
	int status;

	(void)state;
	assert_non_null(bytes);
	bytes[SIZE - 1] = 'z';
	pcap_header(&f, 0xa1b2c3d4, LINK_ETHERNET);
	add_64(&f, 0);
	add_32(&f, SIZE);
	add_32(&f, SIZE);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], f.bytes, f.size), f.size);
	snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
	file = capture_file_open(path, &error);
	assert_non_null(file);
	capture_file_never_wait(file);
	while ((status = capture_file_next(file, &frame, &error)) == HOSTCAST_AGAIN) {
		size_t piece = SIZE - sent < 50000 ? SIZE - sent : 50000;

		assert_int_equal(write(ends[1], bytes + sent, piece), piece);
		sent += piece;
	}
	assert_int_equal(status, 1);
	assert_int_equal(frame.size, SIZE);
	assert_memory_equal(frame.bytes, bytes, SIZE);
	assert_int_equal(capture_file_next(file, &frame, &error), HOSTCAST_AGAIN);
	close(ends[1]);
	expect_end(file);
	close(ends[0]);
	free(bytes);
}

static void a_file_that_is_not_there_is_an_error(void **state)
{
	struct error error;

	(void)state;
	assert_null(capture_file_open("/nowhere/a.pcap", &error));
	assert_string_equal(error.text, "cannot open /nowhere/a.pcap: No such file or directory");
	assert_null(capture_file_open("/", &error));
	assert_string_equal(error.text, "cannot read the file at byte 0: Is a directory");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pcap_files_of_every_kind_are_read),
		cmocka_unit_test(a_link_type_is_told),
		cmocka_unit_test(a_packet_of_pcap_has_a_limit),
		cmocka_unit_test(other_versions_of_pcap_are_refused),
		cmocka_unit_test(every_kind_of_packet_block_is_read),
		cmocka_unit_test(time_stamps_have_the_resolution_of_their_interface),
		cmocka_unit_test(sections_of_either_byte_order_follow_each_other),
		cmocka_unit_test(comments_stand_with_their_packets),
		cmocka_unit_test(drops_are_counted),
		cmocka_unit_test(drops_are_never_more_than_can_be_counted),
		cmocka_unit_test(unknown_blocks_are_passed_over),
		cmocka_unit_test(a_name_that_is_too_long_is_cut_off),
		cmocka_unit_test(what_is_no_capture_file_is_named),
		cmocka_unit_test(a_file_that_is_cut_off_is_read_as_far_as_it_goes),
		cmocka_unit_test(blocks_that_make_no_sense_are_an_error),
		cmocka_unit_test(interfaces_have_a_limit),
		cmocka_unit_test(a_pipe_is_read_in_pieces),
		cmocka_unit_test(a_file_that_is_not_there_is_an_error),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
