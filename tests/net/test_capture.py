"""hostcast capture in worlds of network namespaces: what it shows, what it writes, and what others read of it."""

import contextlib
import fcntl
import ipaddress
import json
import os
import re
import shutil
import signal
import sys
import termios
import time
from pathlib import Path

import pytest

from support.conditions import wait_until
from support.peers import peer
from support.program import environment, resolve, run
from support.sleeping import sleeping_in
from support.terminal import INTERRUPT

GROUP = '224.1.1.1'
GROUP_MAC = '01:00:5e:01:01:01'

# Sends frames as they are, by the interface of its argument: lines in hexadecimal.
SEND_FRAMES = r'''
import socket, sys
sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
sender.bind((sys.argv[1], 0))
for frame in sys.stdin:
    sender.send(bytes.fromhex(frame))
'''


def start(host, *args, **options):
    """Returns when it captures."""
    process = host.spawn(['hostcast', 'capture', *args], **options)
    process.wait_for('note: capturing on .*\n', 'stderr')
    return process


def stop(process):
    process.signal(signal.SIGINT)
    assert process.wait() == 0, process.describe()
    return process


def packets(process):
    *seen, summary = [json.loads(line) for line in process.stdout.splitlines()]
    assert summary['event'] == 'summary' and all(event['event'] == 'packet' for event in seen)
    return seen


def summary_of(process):
    return json.loads(process.stdout.splitlines()[-1])


def send(host, *messages, group=GROUP, options=()):
    """One by one: a train passes an interface as one packet."""
    sent = host.run(['hostcast', 'send', '--no-trains', *options, group, *messages])
    assert sent.status == 0, sent.stderr


def send_frames(host, frames, interface='eth0'):
    sent = host.run([sys.executable, '-c', SEND_FRAMES, interface],
                    stdin=''.join(frame.hex() + '\n' for frame in frames))
    assert sent.status == 0, sent.stderr


def tshark(file, *fields):
    """Of each packet the values of these fields."""
    if not shutil.which('tshark', path=environment()['PATH']):
        pytest.skip('tshark is not installed')
    result = run(['tshark', '-n', '-r', file, '-T', 'fields', '-E', 'separator=|',
                  *(word for field in fields for word in ('-e', field))])
    assert result.status == 0, result.stderr
    return [line.split('|') for line in result.stdout.splitlines()]


def decoded(host, file):
    result = host.run(['hostcast', 'decode', '--json', file])
    assert result.status == 0, result.stderr
    return result.events


# What is seen of a group

def test_a_group_is_seen_joined_sent_to_and_left(two_hosts):
    a, b = two_hosts
    capture = start(b, '-i', 'eth0', '--group', GROUP)
    receiver = b.spawn(['hostcast', 'recv', '-i', 'eth0', '--count', '1', GROUP])
    capture.wait_for(rf'^\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{{6}} eth0 10\.0\.0\.2 > 224\.0\.0\.22 .*IGMPv3 report: '
                     rf'joins {GROUP}\b.*\n')
    send(a, 'hello', group=f'{GROUP}:5004')
    capture.wait_for(rf'eth0 10\.0\.0\.1:\d+ > {GROUP}:5004 ttl 1, UDP, 5 bytes.*{GROUP_MAC}.*\n')
    capture.wait_for(rf'eth0 10\.0\.0\.2 > 224\.0\.0\.22 .*IGMPv3 report: .*leaves {GROUP}\b.*\n')
    assert receiver.wait() == 0
    stop(capture)
    assert re.search(r'hostcast capture: \d+ packets, \d+ bytes on eth0; .*dropped by the kernel: 0\n', capture.stderr)


def test_an_ipv6_group_is_seen_joined_and_left(two_hosts):
    _, b = two_hosts
    capture = start(b, '-i', 'eth0', '--group', 'ff12::1%eth0', '--json')
    receiver = b.spawn(['hostcast', 'recv', '-i', 'eth0', 'ff12::1'])
    capture.wait_for(r'"type_name":"to exclude","group":"ff12::1"')
    receiver.signal(signal.SIGINT)
    capture.wait_for(r'"type_name":"to include","group":"ff12::1"')
    stop(capture)
    assert {packet['mld']['kind'] for packet in packets(capture)} == {'report'}


def test_other_groups_ports_and_sources_are_not_shown(two_hosts):
    a, b = two_hosts
    capture = start(b, '-i', 'eth0', '--json', '--group', f'10.0.0.1@{GROUP}:5004')
    send(b, 'other source', group=f'{GROUP}:5004')
    send(a, 'other group', group='224.1.1.2:5004')
    send(a, 'other port', group=f'{GROUP}:5005')
    send(a, 'wanted', group=f'{GROUP}:5004')
    capture.wait_for('"text":"wanted"')
    stop(capture)
    assert [packet['udp']['text'] for packet in packets(capture)] == ['wanted']
    summary = summary_of(capture)
    assert summary['packets'] == 1
    assert summary['passed_over'] == 1  # the other port, which the kernel lets through
    assert summary['received'] == 2


def test_the_interface_is_promiscuous_unless_told_otherwise(host):
    """Else it filters by MAC address, and nothing is seen of groups that nobody here has joined."""
    def promiscuity():
        return json.loads(host.run(['ip', '-j', '-d', 'link', 'show', 'eth0']).stdout)[0]['promiscuity']

    for options, expected in [([], 1), (['--no-promiscuous'], 0)]:
        capture = start(host, '-i', 'eth0', *options)
        assert promiscuity() == expected
        stop(capture)


# VLAN tags, which the kernel may have taken out of the bytes

def udp_frame(vlans, payload, group='224.1.1.1', port=5004):
    """With tags [(type, id), ...], from 10.0.0.1; by hand, checksums left out (UDP) or computed (IP)."""
    ports = (4000).to_bytes(2, 'big') + port.to_bytes(2, 'big')
    udp = ports + (8 + len(payload)).to_bytes(2, 'big') + b'\0\0' + payload
    head = (b'\x45\0' + (20 + len(udp)).to_bytes(2, 'big') + b'\0\0\0\0\x01\x11\0\0' + bytes([10, 0, 0, 1]) +
            ipaddress.ip_address(group).packed)
    total = sum(int.from_bytes(head[at:at + 2], 'big') for at in range(0, 20, 2))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    head = head[:10] + (0xffff - total).to_bytes(2, 'big') + head[12:]
    tags = b''.join(kind.to_bytes(2, 'big') + number.to_bytes(2, 'big') for kind, number in vlans)
    mac = bytes.fromhex('01005e010101') + bytes.fromhex('020000000001')
    return mac + tags + b'\x08\0' + head + udp


VLANS = [[], [(0x8100, 7)], [(0x88a8, 8), (0x8100, 9)]]


@pytest.mark.parametrize('at', ['sender', 'receiver'])
def test_packets_with_vlan_tags_are_seen(two_hosts, at):
    a, b = two_hosts
    capture = start(a if at == 'sender' else b, '-i', 'eth0', '--json', '--group', f'{GROUP}:5004')
    send_frames(a, [udp_frame(vlans, f'with {len(vlans)}'.encode()) for vlans in VLANS])
    capture.wait_for('"text":"with 2"')
    stop(capture)
    seen = [(packet['udp']['text'], [(tag['type'], tag['id']) for tag in packet['link'].get('vlans', [])])
            for packet in packets(capture)]
    assert seen == [(f'with {len(vlans)}', vlans) for vlans in VLANS]
    assert summary_of(capture)['passed_over'] == 0


# Several interfaces

def test_several_interfaces_come_in_the_order_of_time(two_networks):
    """Each message passes two interfaces of the router, one after the other."""
    a, router, b = two_networks
    b.spawn(['hostcast', 'recv', '10.2.0.2:5004'])
    wait_until(lambda: b.is_bound(5004), 'b to listen')
    capture = start(router, '--json', '--filter', 'udp port 5004', '--count', '80')
    send(a, *map(str, range(40)), group='10.2.0.2:5004')
    assert capture.wait() == 0
    assert 'capturing on eth0, eth1\n' in capture.stderr
    seen = packets(capture)
    assert [packet['number'] for packet in seen] == list(range(1, 81))
    times = [packet['time_ns'] for packet in seen]
    assert times == sorted(times)
    for number in range(40):
        ways = [packet['interface'] for packet in seen if packet['udp']['text'] == str(number)]
        assert ways == ['eth0', 'eth1']


def test_loopback_is_captured_where_it_is_sensible(host):
    def interfaces(*args, **options):
        process = start(host, *args, **options)
        found = re.search(r'capturing on (.*)\n', process.stderr)[1].split(', ')
        process.signal(signal.SIGINT)
        process.wait()
        return found

    assert interfaces() == ['eth0']
    assert interfaces('-i', 'lo') == ['lo']
    assert interfaces('--group', GROUP) == ['lo', 'eth0']
    assert interfaces('--tree') == ['lo', 'eth0']
    assert interfaces('--', 'sleep', '1000') == ['lo', 'eth0']
    host.ip('link set eth0 down')
    assert interfaces() == ['lo']


def test_an_interface_named_twice_is_captured_once(host):
    capture = start(host, '-i', 'eth0', '-i', host.address, '--json')
    stop(capture)
    assert [source['name'] for source in summary_of(capture)['interfaces']] == ['eth0']


def test_an_interface_without_a_link_layer(host):
    """There are no VLANs there, and libpcap refuses a filter that speaks of them."""
    added = host.run(['ip', 'tuntap', 'add', 'dev', 'tun0', 'mode', 'tun'])
    if added.status != 0:
        pytest.skip(f'no tun interface: {added.stderr.strip()}')
    host.ip('address add 10.9.0.1/24 dev tun0', 'link set tun0 up')
    capture = start(host, '-i', 'tun0', '-i', 'eth0', '--group', f'{GROUP}:5004', '--json')
    assert [source['name'] for source in json.loads(stop(capture).stdout)['interfaces']] == ['tun0', 'eth0']


def test_a_name_that_acts_on_a_terminal_is_escaped(host):
    name = 'a\x1b[31m\x1b[2Jz'
    assert host.run(['ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'other']).status == 0
    for interface in (name, 'other'):
        assert host.run(['ip', 'link', 'set', interface, 'up']).status == 0
    capture = start(host, '-i', name, '--filter', 'udp port 5004')
    send_frames(host, [udp_frame([], b'hello')], 'other')
    capture.wait_for(r' a\\x1b\[31m\\x1b\[2Jz 10\.0\.0\.1:4000 > ')
    stop(capture)
    assert capture.stderr.count('a\\x1b[31m\\x1b[2Jz') == 2  # the note and the summary
    refused = host.run(['hostcast', 'capture', '-i', name, '--filter', 'udp prot'])
    assert 'is not understood on a\\x1b[31m\\x1b[2Jz: ' in refused.stderr
    assert '\x1b' not in capture.stdout + capture.stderr + refused.stderr


def test_an_interface_that_was_down_goes_on(host):
    capture = start(host, '-i', 'eth0', '--json', '--filter', 'udp port 5004')
    host.ip('link set eth0 down', 'link set eth0 up', 'route add 224.0.0.0/4 dev eth0')
    send(host, 'up again')
    capture.wait_for('"text":"up again"')
    stop(capture)


def test_an_interface_that_goes_away_is_told_and_the_others_go_on(two_hosts):
    a, _ = two_hosts
    a.ip('link add extra type veth peer name other', 'link set extra up', 'link set other up')
    capture = start(a, '-i', 'extra', '-i', 'eth0', '--json', '--filter', 'udp')
    a.ip('link del extra')
    capture.wait_for('note: cannot capture on extra any more: .*\n', 'stderr')
    send(a, 'still here')
    capture.wait_for('"text":"still here"')
    stop(capture)


def test_the_last_interface_that_goes_away_ends_it(host):
    host.ip('link add extra type veth peer name other', 'link set extra up', 'link set other up')
    capture = start(host, '-i', 'extra')
    host.ip('link del extra')
    assert capture.wait() == 4
    assert 'cannot capture on extra any more' in capture.stderr


def test_an_interface_that_goes_away_while_it_is_down_ends_it(host):
    """The kernel reports an error once, when it goes down, and nothing more when it is gone."""
    host.ip('link add extra type veth peer name other', 'link set extra up', 'link set other up')
    capture = start(host, '-i', 'extra')
    host.ip('link set extra down')
    host.ip('link del extra')
    assert capture.wait() == 4
    assert 'cannot capture on extra any more' in capture.stderr


def test_an_interface_that_is_down_is_refused(host):
    host.ip('link set eth0 down')
    result = host.run(['hostcast', 'capture', '-i', 'eth0'])
    assert result.status == 3
    assert 'interface eth0 is down (ip link set eth0 up)' in result.stderr


# Files

def test_others_read_what_is_written(two_hosts, tmp_path):
    a, b = two_hosts
    file = tmp_path / 'trace.pcapng'
    before = time.time_ns()
    capture = start(b, '-i', 'eth0', '--write', file, '--group', GROUP)
    receiver = b.spawn(['hostcast', 'recv', '-i', 'eth0', '--count', '1', GROUP])
    wait_until(lambda: b'joins' in file.read_bytes(), 'the join to be written')  # one that ends at once is not reported
    send(a, 'hello')
    assert receiver.wait() == 0
    wait_until(lambda: b'leaves' in file.read_bytes(), 'the leave to be written')
    stop(capture)
    assert capture.stdout == ''  # not shown, unless asked for
    rows = tshark(file, 'frame.interface_name', 'frame.time_epoch', 'frame.comment', 'eth.dst', '_ws.col.Protocol')
    assert {row[0] for row in rows} == {'eth0'}
    times = [int(row[1].replace('.', '')) for row in rows]
    assert all(re.fullmatch(r'\d+\.\d{9}', row[1]) for row in rows) and times == sorted(times)
    assert any(stamp % 1000 for stamp in times)  # nanoseconds
    assert before <= times[0] and times[-1] <= time.time_ns()
    comments = [row[2] for row in rows]
    assert any(f'joins {GROUP}' in comment and GROUP_MAC in comment for comment in comments)
    assert any(f'leaves {GROUP}' in comment for comment in comments)
    assert [row[3] for row in rows if row[4] == 'UDP'] == [GROUP_MAC]
    # Ours read the same.
    events = decoded(b, file)
    assert [event['time_ns'] for event in events[:-1]] == times
    assert events[-1]['dropped'] == 0 and events[-1]['skipped_blocks'] == 0
    assert f'; in {file}\n' in capture.stderr


def test_shown_and_written(host, tmp_path):
    file = tmp_path / 'trace.pcapng'
    capture = start(host, '-v', '--write', file, '--json', '--count', '2', '--filter', 'udp port 5004')
    send(host, 'one', 'two')
    assert capture.wait() == 0
    assert [packet['udp']['text'] for packet in packets(capture)] == ['one', 'two']
    summary = summary_of(capture)
    assert (summary['packets'], summary['files'], summary['file']) == (2, 1, str(file))
    assert [event['udp']['text'] for event in decoded(host, file)[:-1]] == ['one', 'two']


def test_a_file_is_complete_while_it_grows(host, tmp_path):
    file = tmp_path / 'trace.pcapng'
    capture = start(host, '--write', file, '--filter', 'udp port 5004')
    for count in range(1, 4):
        send(host, 'more')
        wait_until(lambda: file.read_bytes().count(b'more') == count, 'the packet to be written')
        assert len(decoded(host, file)) == count + 1
    stop(capture)


def test_into_another_program(host):
    script = '"$0" capture --write - --count 2 --filter "udp port 5004" | "$0" decode --json -'
    both = host.spawn(['sh', '-c', script, resolve(['hostcast'])[0]])
    both.wait_for('note: capturing on .*\n', 'stderr')
    send(host, 'hello', 'there')
    assert both.wait() == 0
    assert [event.get('udp', {}).get('text') for event in map(json.loads, both.stdout.splitlines())] == [
        'hello', 'there', None]


def test_a_full_disk_ends_it(host):
    capture = start(host, '--write', '/dev/full', '--filter', 'udp port 5004')
    send(host, 'hello')
    assert capture.wait() == 4
    assert capture.stderr.count('No space left on device') == 1


def test_a_reader_who_does_not_read_keeps_it_from_nothing(host, tmp_path):
    """A pipe that takes no more makes the capture wait; a signal ends that."""
    pipe = tmp_path / 'pipe'
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    capture = start(host, '--write', pipe, '--filter', 'udp port 5004')
    waiting_for_packets = wait_until(lambda: sleeping_in(capture.pid), 'it to wait for packets')
    send(host, 'x' * 1000, options=['--count', '100'])
    wait_until(lambda: sleeping_in(capture.pid) not in (None, waiting_for_packets), 'it to wait for the reader')
    assert waiting_bytes(reader) > 60000
    capture.signal(signal.SIGINT)
    assert capture.wait() == 4
    assert re.search(r'cannot write the capture file behind byte \d+: Interrupted', capture.stderr)
    os.close(reader)


def waiting_bytes(fd):
    return int.from_bytes(fcntl.ioctl(fd, termios.FIONREAD, bytes(4)), sys.byteorder)


# A ring of files

def is_in_one_of(directory, data):
    for path in directory.iterdir():
        with contextlib.suppress(FileNotFoundError):  # rotated away meanwhile
            if data in path.read_bytes():
                return True
    return False


def test_files_are_rotated_and_the_newest_kept(host, tmp_path):
    capture = start(host, '--write', tmp_path / 'ring.pcapng', '--rotate', '4k,3', '--json',
                    '--filter', 'udp port 5004')
    for number in range(40):
        send(host, f'{number:04}' + 'x' * 396)
    wait_until(lambda: is_in_one_of(tmp_path, b'0039x'), 'the last packet')
    stop(capture)
    summary = summary_of(capture)
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == [f'ring-{number:05}.pcapng' for number in
                                             range(summary['files'] - 2, summary['files'] + 1)]
    assert summary['packets'] == 40 and summary['file'] == str(files[-1])
    texts = []
    for path in files:
        events = decoded(host, path)
        texts += [event['udp']['text'][:4] for event in events[:-1]]
        assert path == files[-1] or 4096 <= path.stat().st_size < 4096 + 1024
    assert texts == [f'{number:04}' for number in range(40 - len(texts), 40)] and len(texts) >= 20


def test_files_of_an_earlier_run_are_left_alone(host, tmp_path):
    """Also what somebody has put there for it to be followed."""
    earlier = [tmp_path / f'ring-{number:05}.pcapng' for number in (1, 2, 8)]
    others = [tmp_path / name for name in ('ring-9.pcapng', 'ring-00009.pcap', 'ring-00009.pcapng.gz', 'victim')]
    for file in earlier + others:
        file.write_text('precious')
    (tmp_path / 'ring-00003.pcapng').symlink_to('victim')
    capture = start(host, '--write', tmp_path / 'ring.pcapng', '--rotate', '4k,2', '--json',
                    '--filter', 'udp port 5004')
    send(host, *['x' * 1000] * 16)
    wait_until(lambda: (tmp_path / 'ring-00012.pcapng').exists(), 'the fourth file')
    stop(capture)
    assert all(file.read_text() == 'precious' for file in earlier + others)
    files = summary_of(capture)['files']
    made = set(tmp_path.iterdir()) - {*earlier, *others, tmp_path / 'ring-00003.pcapng'}
    assert sorted(path.name for path in made) == [f'ring-{number:05}.pcapng' for number in (7 + files, 8 + files)]


def test_a_file_that_somebody_makes_meanwhile_is_left_alone(host, tmp_path):
    capture = start(host, '--write', tmp_path / 'ring.pcapng', '--rotate', '4k,2', '--json',
                    '--filter', 'udp port 5004')
    (tmp_path / 'ring-00002.pcapng').write_text('precious')
    send(host, *['x' * 1000] * 16)
    wait_until(lambda: (tmp_path / 'ring-00005.pcapng').exists(), 'the fourth file')
    stop(capture)
    last = summary_of(capture)['files'] + 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f'ring-{number:05}.pcapng' for number in (2, last - 1, last)]
    assert (tmp_path / 'ring-00002.pcapng').read_text() == 'precious'


# Drops

def test_standing_still_loses_nothing_where_little_comes(host):
    """The kernel's buffer is one of blocks, which are given early where few packets come."""
    capture = start(host, '-i', 'eth0', '--json', '--filter', 'udp port 5004')
    capture.signal(signal.SIGSTOP)
    # More packets than there are blocks (64), in less time than as many blocks take (3.2 s).
    send(host, *['a packet'] * 100, group=f'{GROUP}:5004', options=['--interval', '0.008'])
    capture.signal(signal.SIGCONT)
    stop(capture)
    summary = summary_of(capture)
    assert (summary['received'], summary['kernel_drops'], summary['packets']) == (100, 0, 100)


@pytest.fixture
def flooded(host, tmp_path):
    """The capture is stopped while more is sent than its buffer holds."""
    file = tmp_path / 'flood.pcapng'
    capture = start(host, '-i', 'eth0', '--buffer', 65536 * 4, '--write', file, '--json', '--filter', 'udp port 5004')
    capture.signal(signal.SIGSTOP)
    send(host, 'x' * 1000, options=['--count', '3000'], group=f'{GROUP}:5004')
    capture.signal(signal.SIGCONT)
    wait_until(lambda: capture.signal(signal.SIGUSR1) or
               re.search(r'"kernel_drops":[1-9]', capture.stdout), 'drops')
    return host, stop(capture), file


def test_drops_are_counted_shown_and_written(flooded):
    host, capture, file = flooded
    summary = summary_of(capture)
    assert summary['kernel_drops'] > 0
    assert summary['packets'] + summary['kernel_drops'] == summary['received'] == 3000
    assert summary['interfaces'] == [
        {'name': 'eth0', 'received': 3000, 'kernel_drops': summary['kernel_drops']}]
    events = decoded(host, file)
    assert len(events) - 1 == summary['packets']
    assert events[-1]['dropped'] == summary['kernel_drops']


# A command

def test_a_command_is_captured_from_its_first_to_its_last_packet(host, tmp_path):
    file = tmp_path / 'trace.pcapng'
    result = host.run(['hostcast', 'capture', '-i', 'eth0', '--write', file, '--group', GROUP, '--',
                       'hostcast', 'send', '--no-trains', GROUP, 'first', 'last'],
                      env={'PATH': f"{Path(resolve(['hostcast'])[0]).parent}:{environment()['PATH']}"})
    assert result.status == 0, result.stderr
    assert [event['udp']['text'] for event in decoded(host, file) if event.get('kind') == 'udp'] == ['first', 'last']


@pytest.mark.parametrize('script, status', [('exit 0', 0), ('exit 7', 7), ('exit 200', 200), ('kill -TERM $$', 143)])
def test_the_exit_status_of_the_command_is_passed_on(host, script, status):
    result = host.run(['hostcast', 'capture', '-i', 'lo', '--', 'sh', '-c', script])
    assert result.status == status, result.stderr


def test_the_command_has_standard_input_and_output(host):
    """Packets are shown on standard error."""
    result = host.run(['hostcast', 'capture', '-i', 'eth0', '--filter', 'udp port 5004', '--', 'sh', '-c',
                       'cat; "$0" send 224.1.1.1:5004 hello', resolve(['hostcast'])[0]], stdin='what is typed\n')
    assert result.status == 0, result.stderr
    assert result.stdout.startswith('what is typed\n') and '5 bytes' not in result.stdout
    assert re.search(r' eth0 10\.0\.0\.1:\d+ > 224\.1\.1\.1:5004 ttl 1, UDP, 5 bytes', result.stderr)


def test_a_chat_on_a_terminal(host, tmp_path):
    """The command has the terminal to itself, with prompt and line editing."""
    file = tmp_path / 'chat.pcapng'
    program = resolve(['hostcast'])[0]
    chat = host.terminal(['hostcast', 'capture', '-i', 'eth0', '--write', file, '--group', GROUP, '--',
                          program, 'chat', '-i', 'eth0', '--room', GROUP, '--name', 'Ada'])
    chat.wait_for('> ')
    chat.send_line('hello, all')
    wait_until(lambda: all(word in file.read_bytes() for word in (b'hello, all', b'joins')), 'both in the file')
    assert 'UDP' not in chat.screen
    chat.close_stdin()
    assert chat.wait() == 0
    assert re.search(rf'hostcast capture: \d+ packets, \d+ bytes on eth0; .*; in {file}', chat.screen)
    events = decoded(host, file)[:-1]
    texts = [event['udp']['text'] for event in events if event['kind'] == 'udp']
    assert any('hello, all' in text for text in texts)
    assert any(f'joins {GROUP}' in event.get('comment', '') for event in events)


def test_the_command_gets_no_socket(host):
    """Through it, it could read along as long as it likes."""
    result = host.run(['hostcast', 'capture', '-i', 'lo', '--', 'sh', '-c', 'ls -l /proc/self/fd'])
    assert '/proc/' in result.stdout and 'socket:' not in result.stdout


def test_a_command_that_is_not_there_is_an_error(host):
    result = host.run(['hostcast', 'capture', '-i', 'lo', '--', 'no-such-command'])
    assert result.status == 4
    assert "cannot run 'no-such-command': there is no such program on PATH" in result.stderr


TRAP = 'trap "echo got INT" INT; trap "echo got TERM; exit 9" TERM; echo ready; while :; do sleep 0.01; done'


def test_signals_go_to_the_command_however_many(host):
    capture = host.spawn(['hostcast', 'capture', '-i', 'lo', '--', 'sh', '-c', TRAP])
    capture.wait_for('ready\n')
    for _ in range(3):
        capture.signal(signal.SIGINT)
        capture.wait_for('got INT\n')
    capture.signal(signal.SIGTERM)
    assert capture.wait() == 9
    assert capture.stdout == 'ready\n' + 'got INT\n' * 3 + 'got TERM\n'
    assert 'hostcast capture: ' in capture.stderr.splitlines()[-1]  # the summary


# Takes each signal at once, so that two of them do not become one.
TELL_SIGNALS = '''
import signal
wanted = {signal.SIGINT, signal.SIGTERM}
signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
print('ready', flush=True)
while (number := signal.sigwaitinfo(wanted).si_signo) != signal.SIGTERM:
    print('got INT', flush=True)
raise SystemExit(9)
'''


def test_ctrl_c_reaches_the_command_once(host):
    """The terminal gives it to both, and it is not passed on."""
    capture = host.terminal(['hostcast', 'capture', '-i', 'lo', '--', sys.executable, '-c', TELL_SIGNALS])
    capture.wait_for('ready')
    assert 'packets are not shown, because the command has this terminal' in capture.screen
    for _ in range(10):
        capture.send(INTERRUPT)
        capture.wait_for('got INT')
    capture.signal(signal.SIGTERM)
    assert capture.wait() == 9
    assert capture.screen.count('got INT') == 10


def test_the_deadline_ends_the_command(host):
    result = host.run(['hostcast', 'capture', '-i', 'lo', '--deadline', '0.2', '--', 'sleep', '1000'])
    assert result.status == 143


def test_a_command_that_ignores_the_deadline_is_killed(host):
    # Until the deadline the command has time to begin to ignore it.
    result = host.run(['hostcast', 'capture', '-i', 'lo', '--deadline', '2', '--', 'sh', '-c',
                       'trap "" TERM; for i in $(seq 800); do sleep 0.05; done'])
    assert result.status == 137
    assert 'note: the command has not ended 5 s after SIGTERM: it is killed\n' in result.stderr


def test_after_enough_packets_the_command_goes_on(host, tmp_path):
    file = tmp_path / 'trace.pcapng'
    result = host.run(['hostcast', 'capture', '-i', 'eth0', '--write', file, '--count', '1', '--filter',
                       'udp port 5004', '--', 'sh', '-c', '"$0" send 224.1.1.1:5004 one; "$0" send 224.1.1.1:5004 two; '
                       'exit 3', resolve(['hostcast'])[0]])
    assert result.status == 3
    assert [event['udp']['text'] for event in decoded(host, file)[:-1]] == ['one']


def test_where_capturing_failed_that_is_the_status(host):
    result = host.run(['hostcast', 'capture', '-i', 'eth0', '--write', '/dev/full', '--', 'sh', '-c',
                       '"$0" send 224.1.1.1:5004 one; exit 3', resolve(['hostcast'])[0]])
    assert result.status == 4
    assert result.stderr.count('No space left on device') == 1


# The end

def test_statuses(host):
    nothing = host.run(['hostcast', 'capture', '-i', 'eth0', '--filter', 'udp port 5004', '--deadline', '0.1'])
    assert nothing.status == 1
    host.spawn(peer('rtp_sender', json.dumps({'feeds': [{'group': GROUP}], 'packets': 1_000_000})))
    one = host.run(['hostcast', 'capture', '-i', 'eth0', '--filter', 'udp port 5004', '--count', '1'])
    assert one.status == 0  # from now on there is something to be seen at any time
    for options, status in ((('--count', '1000000'), 7), ((), 0)):
        some = host.run(['hostcast', 'capture', '-i', 'eth0', '--filter', 'udp port 5004', '--deadline', '0.5', *options])
        assert some.status == status
    capture = start(host, '--filter', 'udp port 5005', '--count', '2')
    capture.signal(signal.SIGTERM)
    assert capture.wait() == 6


def test_a_filter_that_is_not_understood(host):
    result = host.run(['hostcast', 'capture', '--filter', 'udp prot 5004'])
    assert result.status == 2
    assert "the filter 'udp prot 5004' is not understood on eth0: " in result.stderr


def test_what_came_just_before_a_signal_is_still_shown(host):
    """It waits for older packets of the other interface at that time."""
    capture = start(host, '-i', 'eth0', '-i', 'lo', '--json', '--filter', 'udp port 5004')
    send(host, 'hello')
    stop(capture)
    assert [packet['udp']['text'] for packet in packets(capture)] == ['hello']


def test_on_a_terminal(host):
    capture = host.terminal(['hostcast', 'capture', '-i', 'eth0', '--filter', 'udp port 5004'])
    capture.wait_for('note: capturing on eth0')
    send(host, 'hello')
    capture.wait_for(r' eth0 10\.0\.0\.1:\d+ > 224\.1\.1\.1:5004 ttl 1, UDP, 5 bytes')
    capture.send(INTERRUPT)
    assert capture.wait() == 0
    assert 'hostcast capture: 1 packet, ' in capture.screen


def test_packets_are_cut_off(host):
    capture = start(host, '-i', 'eth0', '--json', '--snap', '64', '--filter', 'udp port 5004', '--count', '1')
    send(host, 'x' * 100)
    assert capture.wait() == 0
    assert [(packet['size'], packet['captured'], packet['udp']['checksum']) for packet in packets(capture)] == [
        (142, 64, 'unknown')]


def test_the_summary_is_shown_on_request(host):
    capture = start(host, '-i', 'eth0', '--filter', 'udp port 5004')
    capture.signal(signal.SIGUSR1)
    capture.wait_for('hostcast capture: 0 packets, 0 bytes on eth0; dropped by the kernel: 0\n', 'stderr')
    stop(capture)


# Trees

def test_messages_of_a_tree_are_seen(host):
    capture = start(host, '-i', 'lo', '--tree', '--json')
    rdv = host.spawn(['hostcast', 'rdv', '--listen', '127.0.0.1:10000'])
    rdv.wait_for('127.0.0.1:10000', 'stderr')
    node = host.spawn(['hostcast', 'node', '--rdv', '127.0.0.1', '--listen', '127.0.0.2:10000', '--retry', '15'])
    capture.wait_for('"type":"YREG"')
    send(host, 'no message of a tree', options=['-i', 'lo'])
    node.signal(signal.SIGINT)
    capture.wait_for('"type":"LEAV"')
    stop(capture)
    assert [packet['tree']['type'] for packet in packets(capture)] == ['ROOT', 'TOOR', 'RREG', 'YREG', 'LEAV']
