/* Frames of every kind, cut off anywhere, and changed anywhere: what tests/fuzz/packet_checks.h
 * says holds of each. */
#include "../fuzz/packet_checks.h"
#include "frames.h"
#include "unit.h"

#define TO_GROUP_6 "20010db8000000000000000000000001 ff020000000000000000000000000101"

static const struct {
	unsigned link_type;
	const char *hex;
} SAMPLES[] = {
	/* UDP behind two VLAN tags, with padding */
	{LINK_ETHERNET,
	 "01005e010101 020000000001 88a8 0001 8100 0002 0800 45000021 12344000 01110000"
	 "0a000001 e0010101 138c138c 000da9e6 68656c6c6f 000000"},
	/* IGMPv2 leave, v3 query with sources, v3 report */
	{LINK_ETHERNET,
	 "01005e000002 020000000001 0800 46c00020 00000000 01020000 0a000001 e0000002"
	 "94040000 170006f8 e0010206"},
	{LINK_SLL,
	 "0004 0001 0006 0200000000010000 0800 46c0002c 00000000 01020000 0a000001 e0000001"
	 "94040000 110a0000 e0010203 0f140002 0a000001 0a000002"},
	{LINK_NULL, "02000000 46c0003c 00000000 01020000 0a000001 e0000016 94040000"
		    "22000000 0000 0003 04000000 e0010101"
		    "03020001 e0010102 0a000001 abcdef01 23456789"
		    "06000002 e8010101 0a000001 0a000002"},
	/* MLDv2 report and query */
	{LINK_SLL2, "86dd 0000 00000007 0001 02 06 0200000000010000"
		    "60000000 0034 0001 fe800000000000000000000000000002"
		    "ff020000000000000000000000000016 3a00 05020000 0100 8f000000 0000 0001"
		    "05000001 ff3e0000000000000000000080000001 20010db8000000000000000000000001"},
	{LINK_RAW, "60000000 0024 0001 fe800000000000000000000000000002"
		   "ff020000000000000000000000000001 3a00 05020000 0100"
		   "82000000 2710 0000 00000000000000000000000000000000 027d0000"},
	/* IPv6 with every extension header */
	{LINK_IPV6, "60000000 00490001" TO_GROUP_6 "2b 00 0104 00000000"
		    "3c 02 04 00 00000000 20010db8000000000000000000000002"
		    "33 00 0104 00000000 2c 01 0000 00000000 00000000"
		    "11 00 0001 0000abcd 138c138c 000d0000 68656c6c6f"},
	/* messages of the tree */
	{LINK_IPV4, "45000047 00000000 40110000 0a000001 0a000002 27109c40 00330000"
		    "594a4f490a 3139322e302e322e31203130303030 0a 3139322e302e322e32203130303030"
		    "0a 0a00000000000000"},
	{LINK_RAW, "4500002a 00000000 40110000 0a000001 0a000002 138c9c40 00160000"
		   "4e4441540a 0a 68656c6c6f 776f72"},
	/* TCP with options and a payload */
	{LINK_ETHERNET,
	 "020000000002 020000000001 0800 4500003d 00004000 40060000 0a000001 0a000002"
	 "9c40d904 00000001 00000002 90180200 00000007 01 01 05 0a 00000010 00000020"
	 "02040218 68656c6c6f"},
	/* ICMP errors */
	{LINK_RAW, "45000038 00000000 40010000 0a000001 0a000002 03040000 000005dc"
		   "4500001c 00000000 01110000 0a000002 e0010101 138c138d 00080000"},
	{LINK_RAW, "60000000 00383a40" TO_GROUP_6 "02000000 00000500"
		   "60000000 00081101" TO_GROUP_6 "138c138d 00080000"},
};

static void check_all(const struct decoded *decoded)
{
	check_packet(&decoded->frame, &decoded->packet);
	check_checksums(&decoded->frame, &decoded->packet);
}

static void frames_are_cut_off_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(SAMPLES); i++) {
		struct decoded decoded = decode_hex(SAMPLES[i].link_type, SAMPLES[i].hex);

		assert_true(decoded.packet.transport != TRANSPORT_NONE);
		check_all(&decoded);
		for (size_t size = 0; size <= decoded.frame.size; size++)
			check_prefix(&decoded.frame, &decoded.packet, size);
		decoded_done(&decoded);
	}
}

static void change(struct random *random, uint8_t *bytes, size_t size)
{
	static const uint8_t SPECIAL[] = {0,    1,    0x7f, 0x80, 0xff, 0x45,
					  0x46, 0x60, 0x2b, 0x2c, 0x3c};
	uint8_t *byte = &bytes[random_below(random, size)];

	switch (random_below(random, 3)) {
	case 0:
		*byte = (uint8_t)random_next(random);
		break;
	case 1:
		*byte = SPECIAL[random_below(random, COUNT_OF(SPECIAL))];
		break;
	default:
		*byte ^= (uint8_t)(1u << random_below(random, 8));
		break;
	}
}

static void frames_are_changed_anywhere(void **state)
{
	struct random random = {5};

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		size_t number = random_below(&random, COUNT_OF(SAMPLES));
		struct decoded decoded = decode_hex(SAMPLES[number].link_type, SAMPLES[number].hex);
		uint8_t *bytes = (uint8_t *)(uintptr_t)decoded.frame.bytes;

		for (uint64_t changes = random_below(&random, 8); changes > 0; changes--)
			change(&random, bytes, decoded.frame.size);
		packet_decode(&decoded.frame, &decoded.packet);
		check_all(&decoded);
		check_prefix(&decoded.frame, &decoded.packet,
			     random_below(&random, decoded.frame.size + 1));
		decoded_done(&decoded);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_cut_off_anywhere),
		cmocka_unit_test(frames_are_changed_anywhere),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
