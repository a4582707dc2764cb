"""Capture files made by tests: classic pcap, written by hand, of packets that scapy or struct have made."""

import struct

NULL, ETHERNET, RAW, LOOP, SLL, IPV4, IPV6, SLL2 = 0, 1, 101, 108, 113, 228, 229, 276

NANOSECONDS = 0xa1b23c4d
START_NS = 1_700_000_000_000_000_412  # 2023-11-14 22:13:20 UTC, and some


def write_capture(path, packets, link_type=ETHERNET, snap=262144, times_s=None):
    """One packet a millisecond, or at these times in seconds after the start; of each at most snap bytes, which may be
    a list, one for each packet."""
    snaps = snap if isinstance(snap, list) else [snap] * len(packets)
    with open(path, 'wb') as file:
        file.write(struct.pack('<IHHiIII', NANOSECONDS, 2, 4, 0, 0, 262144, link_type))
        for number, packet in enumerate(packets):
            data, snap = bytes(packet), snaps[number]
            after_ns = round(times_s[number] * 1e9) if times_s else number * 1_000_000
            seconds, rest = divmod(START_NS + after_ns, 1_000_000_000)
            file.write(struct.pack('<IIII', seconds, rest, len(data[:snap]), len(data)) + data[:snap])
    return path
