"""hostcast decode --json beside tshark, on packets of every kind: each field that both show is the same.

The packets are in support/made_packets.py; net/test_decode.py does the same with those of real programs.
"""

import random

import pytest

from support import captures, tshark
from support.made_packets import LINK_TYPES, packets_of

pytestmark = [tshark.needed, pytest.mark.skipif(not tshark.has_scapy(), reason='there is no python3-scapy')]

of_each_link_type = pytest.mark.parametrize('link_type', LINK_TYPES.values(), ids=LINK_TYPES)


@pytest.fixture
def compare(tmp_path):
    def compare_packets(packets, link_type, is_damaged=False, **options):
        file = captures.write_capture(tmp_path / 'made.pcap', packets, link_type, **options)
        return tshark.compare(file, is_damaged)
    return compare_packets


@of_each_link_type
def test_both_say_the_same(compare, link_type):
    compared = compare(packets_of(link_type), link_type)
    assert compared.packets == len(packets_of(link_type)) > 0
    assert compared.differences == []


def test_every_pair_of_fields_is_compared(compare, measured):
    counts = dict.fromkeys(tshark.PAIRS, 0)
    for link_type in captures.ETHERNET, captures.SLL, captures.SLL2:
        for pair, count in compare(packets_of(link_type), link_type).counts.items():
            counts[pair] += count
    assert [f'{pair.theirs} with {pair.name}' for pair, count in counts.items() if count == 0] == []
    measured(f'{sum(counts.values())} values of {len(counts)} pairs of fields are the same in tshark')


@of_each_link_type
def test_both_say_the_same_of_what_was_cut_off(compare, link_type):
    snaps = [20, 34, 40, 54, 60, 62, 80]
    packets = [packet for packet in packets_of(link_type) for _ in snaps]
    assert compare(packets, link_type, snap=snaps * len(packets_of(link_type))).differences == []


# Packets in which a few bytes were changed, many of them for one run of tshark. What differs is shown with its bytes.

def damaged(packets, count):
    choice = random.Random(count)  # the same in every run
    for _ in range(count):
        data = bytearray(choice.choice(packets))
        for _ in range(choice.randint(1, 3)):
            data[choice.randrange(len(data))] = choice.choice([0, 1, 255, choice.randrange(256)])
        yield bytes(data)


@of_each_link_type
def test_both_say_the_same_of_damaged_packets(compare, link_type):
    packets = list(damaged(packets_of(link_type), 2000 if link_type == captures.ETHERNET else 300))
    compared = compare(packets, link_type, is_damaged=True)
    assert [(text, packets[number - 1].hex()) for number, text in compared.numbered] == []
    assert sum(compared.counts.values()) > 1000
