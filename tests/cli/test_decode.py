"""hostcast decode: what it prints of files that these tests write, and of such as are none.

Its fields are compared with those of another decoder in test_decode_against_tshark.py."""

import json
import re
import signal
import struct
from pathlib import Path

import pytest

from support import captures
from support.captures import write_capture

# Made by hand here, so that these tests need nothing but hostcast: IPv4 without Ethernet (raw).


def checksum(data):
    total = sum(struct.unpack(f'>{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def octets(address):
    return bytes(int(part) for part in address.split('.'))


def ipv4(source, destination, protocol, payload, ttl=1):
    header = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(payload), 0, 0, ttl, protocol, 0, octets(source),
                         octets(destination))
    return header[:10] + struct.pack('>H', checksum(header)) + header[12:] + payload


def udp(payload, destination='224.1.1.1', source='10.0.0.1', port=5004, **options):
    return ipv4(source, destination, 17, struct.pack('>HHHH', 4000, port, 8 + len(payload), 0) + payload, **options)


def igmp(message, source='10.0.0.2', destination='224.0.0.22'):
    return ipv4(source, destination, 2, message[:2] + struct.pack('>H', checksum(message)) + message[4:])


def report(kind, group='224.1.1.1', source='10.0.0.2'):
    return igmp(struct.pack('>BBHHHBBH4s', 0x22, 0, 0, 0, 1, kind, 0, 0, octets(group)), source)


IS_EXCLUDE, TO_INCLUDE, TO_EXCLUDE = 2, 3, 4
QUERY = igmp(struct.pack('>BBH4sBBH', 0x11, 100, 0, bytes(4), 2, 125, 0), '10.0.0.254', '224.0.0.1')

STORY = [  # seconds, packet
    (0, report(TO_EXCLUDE)),
    (1, udp(b'hello')),
    (1.5, udp(b'hello again')),
    (2, QUERY),
    (3, report(IS_EXCLUDE, source='10.0.0.3')),
    (20, udp(b'x', destination='224.2.2.2')),
    (21, report(TO_INCLUDE, source='10.0.0.3')),
]


@pytest.fixture
def capture(tmp_path):
    """capture([packet...]) or capture() writes a file, of the story unless told."""
    def write(packets=None, **options):
        if packets is None:
            options = {'times_s': [time for time, _ in STORY]}
            packets = [packet for _, packet in STORY]
        return write_capture(tmp_path / 'a.pcap', packets, captures.RAW, **options)
    return write


def summary_of(result):
    events = result.events
    assert events[-1]['event'] == 'summary'
    return events[-1]


# Packets

def test_each_packet_is_a_line(hostcast, capture):
    result = hostcast('decode', capture())
    assert (result.status, result.stdout.splitlines()[:3]) == (0, [
        '    1 22:13:20.000000Z 10.0.0.2 > 224.0.0.22 ttl 1, IGMPv3 report: joins 224.1.1.1',
        '    2 22:13:21.000000Z 10.0.0.1:4000 > 224.1.1.1:5004 ttl 1, UDP, 5 bytes: hello',
        '    3 22:13:21.500000Z 10.0.0.1:4000 > 224.1.1.1:5004 ttl 1, UDP, 11 bytes: hello again'])
    assert result.stderr == ('hostcast decode: 7 packets: 3 udp, 4 igmp, from 2023-11-14 22:13:20 UTC on for 21 s\n')


def test_times_may_be_relative(hostcast, capture):
    times = re.findall(r'^ +\d+ (\S+) ', hostcast('decode', '--relative', capture()).stdout, re.MULTILINE)
    assert times == ['0.000000', '1.000000', '1.500000', '2.000000', '3.000000', '20.000000', '21.000000']
    assert hostcast('decode', '-r', '-g', '224.2.2.2', '-c', '1', capture()).stdout.startswith('    4 0.000000 ')


def test_json_has_an_object_for_each_packet(hostcast, capture):
    result = hostcast('decode', '--json', capture())
    assert (result.status, result.stderr) == (0, '')
    assert [event['event'] for event in result.events] == ['packet'] * 7 + ['summary']
    packet = result.events[1]
    assert packet == {
        'event': 'packet', 'number': 2, 'time_ns': captures.START_NS + 1_000_000_000, 'kind': 'udp', 'size': 33,
        'captured': 33, 'source': '10.0.0.1:4000', 'destination': '224.1.1.1:5004',
        'link': {'type': 101, 'name': 'raw', 'ethertype': 0x0800, 'ethertype_name': 'IPv4'},
        'ip': {'version': 4, 'header_size': 20, 'size': 33, 'dscp': 0, 'ecn': 0, 'ttl': 1, 'protocol': 17,
               'protocol_name': 'UDP', 'router_alert': False, 'dont_fragment': False, 'checksum': 'good',
               'identification': 0},
        'udp': {'checksum': 'none', 'size': 5, 'text': 'hello'}}


def test_the_summary_counts(hostcast, capture):
    broken = bytearray(udp(b'hello'))
    broken[8] = 2  # its TTL, so that the checksum is wrong
    packets = [broken, udp(b'hello'), udp(b'x' * 100), b'\x10 no IP']
    summary = summary_of(hostcast('decode', '--json', capture(packets, snap=50)))
    assert {kind: count for kind, count in summary.pop('kinds').items() if count > 0} == {'udp': 3, 'other': 1}
    assert summary == {'event': 'summary', 'packets': 4, 'shown': 4, 'cut_off': 1, 'bad_checksums': 1,
                       'not_understood': 1, 'first_ns': captures.START_NS, 'last_ns': captures.START_NS + 3_000_000,
                       'dropped': 0, 'skipped_blocks': 0}
    text = hostcast('decode', capture(packets, snap=50)).stderr
    assert text.endswith('for 3 ms; cut off: 1; with a wrong checksum: 1; not understood: 1\n')


def test_what_was_cut_off_is_told(hostcast, capture):
    line = hostcast('decode', capture([udp(b'x' * 100)], snap=50)).stdout
    assert line.endswith('; 50 of its 128 bytes were captured\n')
    assert 'UDP, 100 bytes' in line


def test_what_a_packet_says_does_no_harm_to_a_terminal(hostcast, capture):
    evil = udp(b'\x1b[2J\x07\n\r\xe2\x80\xae')
    for options in ([], ['--json'], ['--groups'], ['--conversations']):
        result = hostcast('decode', *options, capture([evil]))
        assert not re.search('[\x00-\x09\x0b-\x1f\x7f\u202e]', result.stdout + result.stderr), options


# Which packets

@pytest.mark.parametrize('group, shown', [
    ('224.1.1.1', [1, 2, 3, 4, 5, 7]), ('224.1.1.1:5004', [1, 2, 3, 4, 5, 7]), ('224.1.1.1:5005', [1, 4, 5, 7]),
    ('224.2.2.2', [4, 6]), ('10.0.0.1@224.2.2.2', [4, 6]), ('10.0.0.9@224.2.2.2', [4]),
])
def test_only_what_concerns_a_group(hostcast, capture, group, shown):
    result = hostcast('decode', '--json', '--group', group, capture())
    assert [event['number'] for event in result.events[:-1]] == shown
    assert (summary_of(result)['packets'], summary_of(result)['shown']) == (7, len(shown))
    assert f'{len(shown)} packet{"s" * (len(shown) > 1)} of 7: ' in hostcast('decode', '-g', group, capture()).stderr


def test_more_than_one_group(hostcast, capture):
    result = hostcast('decode', '--json', '-g', '224.1.1.1', '-g', '224.2.2.2', capture())
    assert summary_of(result)['shown'] == 7


def test_a_count_ends_it(hostcast, capture):
    result = hostcast('decode', '-c', '2', capture())
    assert (result.status, len(result.stdout.splitlines())) == (0, 2)
    assert hostcast('decode', '-c', '2', '-g', '224.2.2.2', capture()).stdout.startswith('    4 ')


# Groups

def test_groups_say_who_joined_and_left_and_sends(hostcast, capture):
    result = hostcast('decode', '--groups', '--relative', capture())
    assert (result.status, result.stdout) == (0, '''\
224.1.1.1, MAC address 01:00:5e:01:01:01
  members:
    10.0.0.2, IGMPv3: joined 0.000000, no answer to the query of 2.000000 came by here
    10.0.0.3, IGMPv3: a member at 3.000000 (it answered a query), left 21.000000
  senders:
    10.0.0.1:4000 to port 5004: 2 datagrams in 0.5 s (2 a second, longest silence 0.5 s) of 5 to 11 bytes, TTL 1

224.2.2.2, MAC address 01:00:5e:02:02:02
  no members reported
  senders:
    10.0.0.1:4000 to port 5004: 1 datagram of 1 byte, TTL 1

queriers:
  10.0.0.254, IGMPv3: 1 general query, every 125 s as it says, to be answered within 10 s, robustness 2; the last at \
2.000000
''')


def test_groups_as_json(hostcast, capture):
    group, other, querier, summary = hostcast('decode', '--groups', '--json', capture()).events
    second = 1_000_000_000
    assert group == {
        'event': 'group', 'group': '224.1.1.1', 'mac': '01:00:5e:01:01:01',
        'members': [
            {'address': '10.0.0.2', 'version': 3, 'begin': 'joined', 'begin_ns': captures.START_NS, 'mode': 'exclude',
             'sources': [], 'reports': 1, 'changes': 0, 'unanswered_queries': 1,
             'unconfirmed_since_ns': captures.START_NS + 2 * second},
            {'address': '10.0.0.3', 'version': 3, 'begin': 'found', 'begin_ns': captures.START_NS + 3 * second,
             'end_ns': captures.START_NS + 21 * second, 'reports': 1, 'changes': 0}],
        'senders': [
            {'source': '10.0.0.1:4000', 'port': 5004, 'ip_protocol': 17, 'ip_protocol_name': 'UDP',
             'datagrams': 2, 'fragments': 0, 'bytes': 16, 'size_least': 5, 'size_most': 11, 'first_ns': captures.START_NS + second,
             'last_ns': captures.START_NS + 3 * second // 2, 'datagrams_per_second': 2,
             'longest_silence_ns': second // 2, 'ttl_least': 1, 'ttl_most': 1, 'bad_checksums': 0, 'wrong_mac': 0}]}
    assert (other['group'], other['members'], len(other['senders'])) == ('224.2.2.2', [], 1)
    assert querier == {
        'event': 'querier', 'address': '10.0.0.254', 'protocol': 'igmp', 'version': 3, 'general_queries': 1,
        'specific_queries': 0, 'first_ns': captures.START_NS + 2 * second, 'last_ns': captures.START_NS + 2 * second,
        'told_interval_ns': 125 * second, 'response_ns': 10 * second, 'robustness': 2}
    assert (summary['groups'], summary['queriers'], summary['forgotten_reports']) == (2, 1, 0)


def test_sources_that_were_cut_off_are_told(hostcast, capture):
    record = struct.pack('>BBH4s', TO_INCLUDE, 0, 2, octets('232.1.1.1')) + octets('10.9.0.1') + octets('10.9.0.2')
    packet = igmp(struct.pack('>BBHHH', 0x22, 0, 0, 0, 1) + record)
    for missing, text, sources in (4, 'only the sources 10.9.0.1 and more', ['10.9.0.1']), (8, 'only some sources', []):
        file = capture([packet], snap=len(packet) - missing)
        assert f'joined 0.000000, {text}\n' in hostcast('decode', '--groups', '--relative', file).stdout
        member = hostcast('decode', '--groups', '--json', file).events[0]['members'][0]
        assert (member['mode'], member['sources'], member['more']) == ('include', sources, True)


def test_without_a_querier_that_is_said(hostcast, capture):
    assert 'No querier was seen.' in hostcast('decode', '--groups', capture([udp(b'x')])).stdout


def test_what_there_is_no_room_for_is_counted(hostcast, capture):
    packets = [udp(b'x', destination=f'225.0.{number >> 8}.{number & 255}') for number in range(1030)]
    result = hostcast('decode', '--groups', capture(packets))
    assert result.stdout.count('MAC address') == 1024
    assert '; packets of groups for which there was no room: 6' in result.stderr
    assert '; packets of senders for which there was no room: 6' in result.stderr


def cooked(packet, interface):
    """Of the device any: a packet as it passes the interface of this number."""
    return struct.pack('>HHIHBB8s', 0x0800, 0, interface, 1, 2, 6, b'\2\0\0\0\0\1') + packet


def test_what_passes_many_interfaces_counts_on_each(hostcast, tmp_path):
    packets = [cooked(packet, interface) for _, packet in STORY for interface in (4, 5)]
    times = [time + later for time, _ in STORY for later in (0, 0.000002)]
    file = write_capture(tmp_path / 'any.pcap', packets, captures.SLL2, times_s=times)
    text = hostcast('decode', '--groups', '--relative', file).stdout
    for interface in 4, 5:
        assert re.search(rf'10.0.0.3 on if {interface}, IGMPv3: .*, left 21.00000.\n', text)
        assert f'10.0.0.1:4000 to port 5004 on if {interface}: 2 datagrams in 0.5 s (2 a second, ' in text
        assert f'10.0.0.254 on if {interface}, IGMPv3: 1 general query, every' in text
    group = hostcast('decode', '--groups', '--json', file).events[0]
    assert [sender['interface_index'] for sender in group['senders']] == [4, 5]
    first = hostcast('decode', '-r', file).stdout.splitlines()[0]
    assert first == '    1 0.000000 if 4 10.0.0.2 > 224.0.0.22 ttl 1, IGMPv3 report: joins 224.1.1.1'
    assert 'UDP conversation 1 on if 4, from' in hostcast('decode', '--conversations', file).stdout


def test_what_is_fast_has_all_its_digits(hostcast, capture):
    packets = [udp(b'x')] * 3
    text = hostcast('decode', '--groups', capture(packets, times_s=[0, 0.000014, 0.000028])).stdout
    assert '3 datagrams in 28 µs (71429 a second, longest silence 14 µs) of 1 byte' in text


def test_one_packet_is_of_one_moment(hostcast, capture):
    assert hostcast('decode', capture([udp(b'x')])).stderr == (
        'hostcast decode: 1 packet: 1 udp, at 2023-11-14 22:13:20 UTC\n')


# Views together, pictures

def test_views_are_shown_one_after_the_other(hostcast, capture):
    lines = hostcast('decode', '--groups', '--packets', capture()).stdout.splitlines()
    assert lines[0].startswith('    1 ') and lines[6].startswith('    7 ')
    assert lines[7] == '224.1.1.1, MAC address 01:00:5e:01:01:01'


def test_a_picture_that_cannot_be_written_is_an_error(hostcast, capture, tmp_path):
    result = hostcast('decode', '--timeline', tmp_path / 'no' / 'such.svg', capture())
    assert result.status == 4
    assert f'cannot write {tmp_path}/no/such.svg: No such file or directory' in result.stderr


def test_pictures_are_written(hostcast, capture, tmp_path):
    result = hostcast('decode', '--timeline', tmp_path / 't.svg', '--ladder', tmp_path / 'l.svg', capture())
    assert (result.status, result.stdout) == (0, '')
    for name in 't.svg', 'l.svg':
        assert '<svg' in (tmp_path / name).read_text()


@pytest.mark.parametrize('option, packets, words', [
    ('--timeline', [udp(b'x', destination='10.0.0.9')], 'no group was joined, left, asked for or sent to'),
    ('--ladder', [QUERY], 'there is no conversation over TCP or UDP'),
])
def test_an_empty_picture_is_said(hostcast, capture, tmp_path, option, packets, words):
    picture = tmp_path / 'a.svg'
    result = hostcast('decode', option, picture, capture(packets))
    assert f'hostcast decode: note: {picture} is empty: {words}\n' in result.stderr
    assert result.status == 0 and '<svg' in picture.read_text()


# Where it comes from

def test_standard_input_is_a_file_too(hostcast, capture):
    file = capture()
    result = hostcast('decode', '-', stdin=file.read_bytes())
    assert (result.status, result.stdout) == (0, hostcast('decode', file).stdout)


def test_packets_of_a_pipe_are_shown_as_they_come(spawn, capture):
    data = capture().read_bytes()
    ends = [24]
    while ends[-1] < len(data):
        ends.append(ends[-1] + 16 + struct.unpack_from('<I', data, ends[-1] + 8)[0])
    process = spawn(['hostcast', 'decode', '-'])
    process.send(data[:ends[2]])  # two at once
    process.wait_for('^    1 .*\n    2 .*\n')
    process.send(data[ends[2]:ends[3] + 3])  # one and a bit
    process.wait_for('^    3 .*\n')
    process.send(data[ends[3] + 3:])
    process.wait_for('^    7 .*\n')
    process.close_stdin()
    assert process.wait() == 0
    assert '7 packets' in process.stderr


def test_a_signal_ends_a_pipe_with_all_that_came(spawn, capture):
    process = spawn(['hostcast', 'decode', '--packets', '--groups', '-'])
    process.send(capture().read_bytes())
    process.wait_for('^    7 .*\n')
    process.signal(signal.SIGUSR1)
    process.wait_for('decode: 7 packets', 'stderr')
    process.signal(signal.SIGINT)
    assert process.wait() == 0
    assert '224.1.1.1, MAC address' in process.stdout
    assert process.stderr.count('decode: 7 packets') == 2


@pytest.mark.parametrize('data, words', [
    (b'', 'the file is empty'), (b'hello, world', 'it begins with the bytes 68 65 6c 6c'),
    (b'\x1f\x8b\x08\0\0\0\0\0', 'compressed by gzip'),
])
def test_what_is_no_capture_is_refused(hostcast, tmp_path, data, words):
    file = tmp_path / 'file'
    file.write_bytes(data)
    result = hostcast('decode', file)
    assert (result.status, result.stdout) == (2, '')
    assert f'decode: {file}: ' in result.stderr and words in result.stderr


def test_a_file_that_is_not_there_is_refused(hostcast, tmp_path):
    result = hostcast('decode', tmp_path / 'nowhere')
    assert (result.status, result.stdout) == (4, '')
    assert f'cannot open {tmp_path}/nowhere: No such file or directory' in result.stderr


def test_of_a_file_that_is_cut_off_all_whole_packets_are_shown(hostcast, capture):
    file = capture()
    file.write_bytes(file.read_bytes()[:-1])
    result = hostcast('decode', '--packets', '--groups', file)
    assert result.status == 7
    assert result.stdout.splitlines()[5].startswith('    6 ')
    assert '224.2.2.2, MAC address' in result.stdout
    assert f'decode: {file}: the file is cut off at byte' in result.stderr
    assert '6 packets' in result.stderr


def test_nothing_in_it_is_a_status_of_its_own(hostcast, capture):
    assert hostcast('decode', capture([])).status == 1
    assert hostcast('decode', '-g', '224.9.9.9', capture([udp(b'x')])).status == 1
    assert json.loads(hostcast('decode', '--json', capture([])).stdout)['packets'] == 0


@pytest.mark.parametrize('args, words', [
    ([], 'name one capture file'), (['a', 'b'], 'name one capture file'),
    (['--only', '1', 'a'], '--only goes with --conversations or --ladder'),
    (['-r', '--json', 'a'], '--relative is for people: in JSON times are of the clock'),
    (['-g', '10.0.0.1', 'a'], "'10.0.0.1' is not a multicast group"),
    (['-g', '224.1.1.1+2', 'a'], 'is a range of groups'), (['-c', '0', 'a'], 'must be a number from 1'),
])
def test_usage_errors(hostcast, args, words):
    result = hostcast('decode', *args)
    assert (result.status, result.stdout) == (2, '')
    assert words in result.stderr


def test_memory_does_not_grow_with_the_file(spawn, capture):
    process = spawn(['hostcast', 'decode', '--packets', '-'])
    data = capture([udp(b'hello')] * 20_000).read_bytes()
    process.send(data)
    process.wait_for('^20000 ')
    before = most_memory(process)
    for turn in range(2, 7):
        process.send(data[24:])
        process.wait_for(f'^{2 * turn}0000 ')
    assert most_memory(process) - before < 1024


def most_memory(process):
    """In KiB."""
    status = Path(f'/proc/{process.pid}/status').read_text()
    return int(re.search(r'^VmHWM:\s+(\d+) kB', status, re.MULTILINE)[1])
