"""hostcast info GROUP: what an address means, and what is refused. Who has joined is tested in net/test_info.py."""

import ipaddress
import os
import re
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support import program

NO_GROUPS = 'groups are 224.0.0.0 to 239.255.255.255 and ff00::/8'


def info(*args):
    return program.run(['hostcast', 'info', *args])


def group_event(*args):
    result = info('--json', *args)
    assert result.status == 0, result.stderr
    events = result.events
    assert [event['event'] for event in events] == ['group', 'summary']
    return events[0]


def mac_of(group):
    """RFC 1112 section 6.4 and RFC 2464 section 7, once more."""
    value = int(ipaddress.ip_address(group))
    if value < 1 << 32:
        octets = [0x01, 0x00, 0x5e, value >> 16 & 0x7f, value >> 8 & 0xff, value & 0xff]
    else:
        octets = [0x33, 0x33, *value.to_bytes(16, 'big')[-4:]]
    return ':'.join(f'{octet:02x}' for octet in octets)


# Meaning

@pytest.mark.parametrize('group, words', [
    ('224.0.0.251', ['224.0.0.251  mDNS', '224.0.0.0/24, local network control (RFC 5771)', 'no router forwards it',
                     'link-local', '01:00:5e:00:00:fb (RFC 1112 section 6.4)', 'shared with 31 other groups']),
    ('224.1.1.1', ['reserved (RFC 5771)', '01:00:5e:01:01:01', 'private groups belong in 239.0.0.0/8']),
    ('232.1.2.3', ['source-specific (RFC 4607)', 'SOURCE@GROUP']),
    ('233.22.30.1', ['GLOP (RFC 3180)', 'AS 5662']),
    ('234.192.0.2', ['unicast-prefix-based (RFC 6034)', '192.0.2.0/24']),
    ('233.252.0.7', ['documentation (RFC 6676)']),
    ('239.192.1.1', ['organisation-local (RFC 2365)']),
    ('239.255.255.250', ['SSDP', 'site-local']),
    ('239.0.0.5', ['also that of 224.0.0.5 (OSPF, all routers): switches flood it']),
    ('ff02::1:3', ['LLMNR', 'link-local', '33:33:00:01:00:03 (RFC 2464 section 7)', '2^80 - 1 other groups']),
    ('ff7e:140:2001:db8:beef:feed::1', ['embedded rendezvous point (RFC 3956)', 'RP 2001:db8:beef:feed::1',
                                         'flags RPT']),
    ('ff3e:30:3ffe:ffff:1::1234', ['RFC 3306', 'prefix 3ffe:ffff:1::/48']),
    ('ff35::8000:1', ['source-specific (RFC 4607)', 'site-local', 'MLDv2']),
])
def test_the_block_says_what_a_group_means(group, words):
    result = info(group)
    assert result.status == 0, result.stderr
    assert [word for word in words if word not in result.stdout] == []


def test_the_block_looks_like_this():
    lines = info('-i', 'lo', '239.1.2.3').stdout.splitlines()
    assert lines == [
        '239.1.2.3',
        '  range      239.0.0.0-239.191.255.255, administratively scoped (RFC 2365)',
        '             for private use; the organisation-local scope may grow into it',
        '  scope      administrative',
        '  MAC        01:00:5e:01:02:03 (RFC 1112 section 6.4)',
        '             shared with 31 other groups, such as 224.1.2.3 and 239.129.2.3',
        '',
        '  INTERFACE  JOINED  USERS  MAC  PROGRAMS',
        '  lo         no             -',
    ]


def test_verbose_lists_all_groups_of_the_mac_address():
    result = info('-v', '225.1.2.3')
    listed = {group for group in re.findall(r'\b2[23]\d\.\d+\.\d+\.\d+\b', result.stdout) if mac_of(group) == mac_of('225.1.2.3')}
    assert len(listed) == 32


def test_lines_fit_a_terminal_of_100_columns():
    groups = ['224.1.1.1', '224.0.0.5', '234.192.0.2', '239.128.0.5', 'ff02::1:ff00:1', 'ff05::1', 'ff32::1', 'ff15::1:2',
              'ff7e:140:2001:db8:beef:feed::1', 'ff35::4000:1']
    assert [line for line in info('-i', 'lo', *groups).stdout.splitlines() if len(line) > 100] == []


@settings(max_examples=60)
@given(st.integers(0xe0000000, 0xefffffff))
def test_any_ipv4_group(value):
    group = str(ipaddress.IPv4Address(value))
    event = group_event(group)
    assert event['group'] == group
    assert event['mac'] == mac_of(group)
    assert event['mac_sharers'] == 31
    assert event['rfc'].startswith('RFC ')
    first, _, last = event['range'].partition('-')
    if last:
        assert ipaddress.IPv4Address(first) <= ipaddress.IPv4Address(value) <= ipaddress.IPv4Address(last)
    else:
        assert ipaddress.IPv4Address(value) in ipaddress.ip_network(first)
    assert event.get('as') == (value >> 8 & 0xffff if event['meaning'] == 'GLOP' else None)


@settings(max_examples=60)
@given(st.integers(0, (1 << 120) - 1))
def test_any_ipv6_group(rest):
    group = ipaddress.IPv6Address(0xff << 120 | rest)
    event = group_event(str(group))
    assert ipaddress.IPv6Address(event['group']) == group
    assert event['mac'] == mac_of(group)
    assert event['mac_sharers'] == pytest.approx(2 ** 80)
    assert group in ipaddress.ip_network(event['range'])


def test_json_tells_the_parts_of_an_address():
    event = group_event('ff7e:b30:2001:db8:beef:feed::1234')
    assert (event['rp'], event['prefix'], event['flags']) == ('2001:db8:beef::b', '2001:db8:beef::/48', 'RPT')
    event = group_event('10.0.0.7@232.1.1.1:5000')
    assert (event['group'], event['source'], event['meaning']) == ('232.1.1.1', '10.0.0.7', 'source-specific')
    assert group_event('224.0.1.129')['name'] == 'PTP'


# Ranges and several groups

def test_a_range_is_one_line_a_group():
    result = info('225.1.2.254+3')
    assert [line.split()[:2] for line in result.stdout.splitlines()] == [
        ['225.1.2.254', '01:00:5e:01:02:fe'], ['225.1.2.255', '01:00:5e:01:02:ff'], ['225.1.3.0', '01:00:5e:01:03:00']]
    assert all(line.endswith('not joined') for line in result.stdout.splitlines())
    assert '3 groups, 0 joined here' in result.stderr


def test_the_largest_range():
    assert len(info('225.0.0.0+65536').stdout.splitlines()) == 65536


def test_several_groups_are_separate_blocks():
    blocks = info('224.1.1.1', 'ff02::1').stdout.split('\n\n')
    assert [block.split()[0] for block in blocks if not block.startswith('  ')] == ['224.1.1.1', 'ff02::1']


# What is refused

@pytest.mark.parametrize('args, status, text', [
    (['10.0.0.1'], 2, f"'10.0.0.1' is not a multicast group: {NO_GROUPS}"),
    (['2001:db8::1'], 2, f"'2001:db8::1' is not a multicast group: {NO_GROUPS}"),
    (['240.0.0.1'], 2, f"'240.0.0.1' is not a multicast group: {NO_GROUPS}"),
    (['224.1.1.1', '223.255.255.255'], 2, "'223.255.255.255' is not a multicast group"),
    (['224.1.1'], 2, "'224.1.1' is not a multicast group"),
    ([''], 2, 'a target has 1 to 300 characters'),
    (['224.1.1.1:0'], 2, "port '0'"),
    (['239.255.255.255+2'], 2, 'ends beyond the last group'),
    (['-4', 'ff02::1'], 2, "'ff02::1' is not an IPv4 address"),
    (['-6', '224.1.1.1'], 2, "'224.1.1.1' is not an IPv6 address"),
    (['-i', 'nosuch', '224.1.1.1'], 3, "no interface 'nosuch'; this host has"),
    (['-i', 'nosuch'], 3, "no interface 'nosuch'; this host has"),
    (['--nosuch'], 2, "unknown option '--nosuch'"),
])
def test_bad_input(args, status, text):
    result = info(*args)
    assert (result.status, result.stdout) == (status, '')
    assert text in result.stderr
    assert result.stderr.count('\n') == 1


def test_help_fits_one_screen():
    result = info('--help')
    assert result.status == 0
    assert len(result.stdout.splitlines()) <= 45
    assert 'hostcast recv' in result.stdout


# Streams

def test_text_has_its_summary_on_standard_error():
    assert re.search(r'^hostcast info: \d+ memberships? on \d+ interfaces?$', info().stderr, re.MULTILINE)
    assert info('--quiet').stderr == ''
    assert 'INTERFACE' not in info('--quiet').stdout


def test_json_ends_with_a_summary():
    *memberships, last = info('--json').events
    assert last['event'] == 'summary'
    assert last['memberships'] == len(memberships)
    assert {event['event'] for event in memberships} <= {'membership'}


@pytest.mark.parametrize('args', [[], ['224.1.1.1'], ['--json']])
def test_a_full_disk_is_said(args):
    with open('/dev/full', 'w', encoding='ascii') as full:
        result = subprocess.run(program.resolve(['hostcast', 'info', *args]), stdout=full, stderr=subprocess.PIPE,
                                text=True, env={**os.environ, 'LC_ALL': 'C.UTF-8'}, timeout=30)
    assert result.returncode == 4
    assert 'cannot write to standard output: No space left on device' in result.stderr
