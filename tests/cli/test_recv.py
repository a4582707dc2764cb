"""hostcast recv: what is heard, what is printed, and the exit status. The other side is a plain socket."""

import base64
import json
import os
import re
import signal
import socket
import subprocess

import pytest

from support import loopback
from support.conditions import LIMIT_SECONDS, wait_until
from support.kernel import NetworkFiles
from support.loopback import start_recv
from support.program import environment, json_lines, resolve
from support.sleeping import sleeping_in

GROUP = '239.77.31.1'
PAYLOAD = 'a\tb\\ \x1b[31m zwölf \u202e'.encode() + b'\xff'
ESCAPED = r'a\tb\\ \x1b[31m zwölf \u{202e}\xff'


@pytest.fixture
def port():
    return loopback.free_port()


@pytest.fixture
def target(port):
    return f'{GROUP}:{port}'


@pytest.fixture
def say(port):
    """say('hello', b'bytes', to=GROUP): each is a datagram to the group from the sender whose name is say.name."""
    with loopback.sender() as sender:
        def send(*messages, to=GROUP):
            for message in messages:
                sender.sendto(message if isinstance(message, bytes) else message.encode(), (to, port))
        send.name = f'127.0.0.1:{sender.getsockname()[1]}'
        yield send


# What is printed

def test_each_message_is_a_line(spawn, target, say):
    recv = start_recv(spawn, target, '-c', 3)
    assert recv.stderr == f'hostcast recv: note: joined {target} on lo\n'
    say('hello', '', PAYLOAD)
    assert recv.wait() == 0
    assert recv.stdout == (f'{say.name} > {target}, 5 bytes: hello\n'
                           f'{say.name} > {target}, 0 bytes: \n'
                           f'{say.name} > {target}, {len(PAYLOAD)} bytes: {ESCAPED}\n')
    assert recv.stderr.endswith(f'hostcast recv: 3 messages, {5 + len(PAYLOAD)} bytes; dropped by the kernel: 0\n')


def test_a_line_comes_when_the_message_comes(spawn, target, say):
    recv = start_recv(spawn, target)
    for number in range(3):
        say(f'message {number}')
        recv.wait_for(f': message {number}$')


def test_json_is_an_object_a_line_and_a_summary(spawn, target, say):
    recv = start_recv(spawn, target, '--json', '-c', 2)
    say('zwölf "\\\n\x9b', b'\xff\0')
    assert recv.wait() == 0
    assert '\x9b' not in recv.stdout  # that would act on a terminal
    first, second, summary = json_lines(recv.stdout)
    time_ns = first.pop('time_ns')
    assert time_ns > 1_700_000_000 * 10**9 and second.pop('time_ns') >= time_ns
    same = {'event': 'message', 'source': say.name, 'destination': target, 'interface': 'lo', 'ttl': 1}
    assert first == {**same, 'size': 12, 'text': 'zwölf "\\\n\x9b'}
    assert second == {**same, 'size': 2, 'base64': base64.b64encode(b'\xff\0').decode()}
    assert summary == {'event': 'summary', 'messages': 2, 'received': 2, 'received_bytes': 14, 'cut_off': 0,
                       'kernel_drops': 0, 'sent': 0, 'sent_bytes': 0, 'refused': 0, 'tree_held': 0,
                       'tree_returned': 0, 'tree_lost': 0, 'tree_unsent': 0, 'tree_dropped': 0, 'output_dropped': 0}


def test_hex(spawn, target, say):
    recv = start_recv(spawn, target, '--hex', '-c', 1)
    say(bytes(range(0x5a, 0x6c)))
    assert recv.wait() == 0
    assert recv.stdout == (f'{say.name} > {target}, 18 bytes\n'
                           '  0000  5a 5b 5c 5d 5e 5f 60 61  62 63 64 65 66 67 68 69  Z[\\]^_`abcdefghi\n'
                           '  0010  6a 6b                                             jk\n')


def test_time_and_details(spawn, target, say):
    recv = start_recv(spawn, target, '--time', '-v', '-c', 1)
    say('hello')
    assert recv.wait() == 0
    stamp = r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}'
    assert re.fullmatch(rf'{stamp} {say.name} > {target} (.*), 5 bytes: hello\n', recv.stdout)
    assert 'lo' in recv.stdout and 'TTL 1' in recv.stdout


def test_raw_is_the_payloads_alone(hostcast, spawn, target, say, tmp_path):
    output = tmp_path / 'output'
    recv = start_recv(spawn, target, '--raw', '-c', 3, '--output', output)
    say('one\n', b'\0\xff', 'three')
    assert recv.wait() == 0
    assert output.read_bytes() == b'one\n\0\xffthree'
    assert recv.stdout == '' and '3 messages, 11 bytes' in recv.stderr
    for option in ('--json', '--hex', '--time'):
        result = hostcast('recv', '--raw', option, target)
        assert result.status == 2 and '--raw goes with none of' in result.stderr


def test_output_goes_to_a_file_as_it_comes(spawn, target, say, tmp_path):
    output = tmp_path / 'output'
    output.write_text('from an earlier run')
    recv = start_recv(spawn, target, '-o', output)
    say('hello')
    wait_until(lambda: output.read_text() == f'{say.name} > {target}, 5 bytes: hello\n', 'the message in the file')
    assert recv.stdout == ''


def test_join_stays_silent(spawn, target, say):
    recv = start_recv(spawn, target, '--join', '-c', 2)
    say('one', 'two')
    assert recv.wait() == 0
    assert recv.stdout == '' and '2 messages' in recv.stderr


def test_quiet_shows_messages_alone(spawn, target, say, port):
    recv = spawn(['hostcast', 'recv', '-q', '-i', 'lo', '-c', '1', f'239.77.31.2:{port}'])
    wait_until(lambda: '239.77.31.2' in NetworkFiles(os.getpid()).groups('lo'), 'the membership')
    say('hello', to='239.77.31.2')
    assert recv.wait() == 0
    assert recv.stdout.endswith(', 5 bytes: hello\n') and recv.stderr == ''


# What is heard

def test_several_groups_and_a_range_of_more_than_20(spawn, port, say):
    recv = spawn(['hostcast', 'recv', '-i', 'lo', '-p', port, '--json', '239.77.32.1+25', '239.77.33.1'])
    recv.wait_for(r'joined 239\.77\.33\.1', 'stderr')
    groups = [f'239.77.32.{number}' for number in range(1, 26)] + ['239.77.33.1']
    for group in groups:
        say(group, to=group)
    for group in groups:
        recv.wait_for_event('message', text=group, destination=f'{group}:{port}')
    assert f'joined 239.77.32.1:{port}+25 on lo' in recv.stderr or f'joined 239.77.32.1+25:{port} on lo' in recv.stderr


def test_another_group_at_the_port_is_not_heard(spawn, target, port, say):
    with loopback.member('239.77.31.3', port):
        recv = start_recv(spawn, target)
        say('for others', to='239.77.31.3')
        say('for us')
        recv.wait_for('for us')
        assert 'for others' not in recv.stdout


def test_another_interface_on_which_others_have_joined_is_not_heard(host):
    other, recv = [host.spawn(['hostcast', 'recv', '-i', interface, '224.1.1.1:7701']) for interface in ('lo', 'eth0')]
    for process in (other, recv):
        process.wait_for('joined', 'stderr')
    for interface in ('lo', 'eth0'):
        assert host.run(['hostcast', 'send', '-i', interface, '224.1.1.1:7701', f'through {interface}']).status == 0
    other.wait_for('through lo')
    recv.wait_for('through eth0')
    assert 'through lo' not in recv.stdout


@pytest.mark.parametrize('options, source', [(('--source', '127.0.0.1'), ''), ((), '127.0.0.1@')])
def test_only_the_source_is_heard(spawn, port, say, options, source):
    recv = start_recv(spawn, f'{source}232.77.31.1:{port}', *options)
    with loopback.sender('127.0.0.2') as other:
        other.sendto(b'from another', ('232.77.31.1', port))
    say('from the source', to='232.77.31.1')
    recv.wait_for('from the source')
    assert 'another' not in recv.stdout


def test_blocked_sources_are_not_heard(spawn, target, port, say):
    recv = start_recv(spawn, target, '--block', '127.0.0.2', '--block', '127.0.0.3')
    for address in ('127.0.0.2', '127.0.0.3'):
        with loopback.sender(address) as blocked:
            blocked.sendto(b'from a blocked one', (GROUP, port))
    say('from another')
    recv.wait_for('from another')
    assert 'blocked' not in recv.stdout


def test_two_sources_are_one_too_many(hostcast):
    result = hostcast('recv', '--source', '127.0.0.1', '127.0.0.2@232.77.31.1')
    assert result.status == 2
    assert "'127.0.0.2@232.77.31.1' names a source, and so does --source 127.0.0.1" in result.stderr


@pytest.mark.parametrize('address', ['127.0.0.1', '::1'])
def test_an_address_of_this_host(spawn, port, address):
    recv = spawn(['hostcast', 'recv', '-c', '1', f'[{address}]:{port}'])
    with socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM) as sender:
        try:
            sender.connect((address, port))
        except OSError as error:
            pytest.skip(f'this machine has no {address}: {error}')
        wait_until(lambda: port in NetworkFiles(os.getpid()).ports('udp'), 'the port')
        sender.send(b'hello')
        assert recv.wait() == 0
    assert ', 5 bytes: hello\n' in recv.stdout


def test_every_interface_by_default(host):
    recv = host.spawn(['hostcast', 'recv', '--json', '224.1.1.1:7701'])
    recv.wait_for('joined 224.1.1.1:7701 on lo, eth0', 'stderr')
    for interface in ('lo', 'eth0'):
        assert host.has_joined('224.1.1.1', interface)
        assert host.run(['hostcast', 'send', '-i', interface, '224.1.1.1:7701', interface]).status == 0
        recv.wait_for_event('message', text=interface, interface=interface)
    recv.signal(signal.SIGTERM)
    assert recv.wait() == 0
    assert not host.has_joined('224.1.1.1')


def test_interfaces_by_name_index_and_address(host):
    index = json.loads(host.run(['ip', '-json', 'link', 'show', 'eth0']).stdout)[0]['ifindex']
    for interface in ('eth0', index, host.address, host.address6):
        with host.spawn(['hostcast', 'recv', '-I', interface, '224.1.1.1:7701']) as recv:
            recv.wait_for('joined 224.1.1.1:7701 on eth0$', 'stderr')


def test_ipv4_or_ipv6_only(hostcast):
    result = hostcast('recv', '-6', '224.1.1.1')
    assert result.status == 2 and "'224.1.1.1' is not an IPv6 address" in result.stderr
    result = hostcast('recv', '-4', 'ff02::1')
    assert result.status == 2 and "'ff02::1' is not an IPv4 address" in result.stderr


# How it ends

def test_the_deadline_with_nothing_is_status_1(hostcast, target):
    result = hostcast('recv', '-i', 'lo', '-W', 0.05, target)
    assert result.status == 1 and '0 messages' in result.stderr


def test_the_deadline_with_something_is_status_0(spawn, target, say):
    recv = start_recv(spawn, target, '-W', 2)
    say('hello')
    assert recv.wait() == 0


def test_the_deadline_before_the_count_is_status_7(spawn, target, say):
    recv = start_recv(spawn, target, '-W', 2, '-c', 2)
    say('hello')
    assert recv.wait() == 7


def test_wait_ends_when_nothing_comes_any_more(spawn, target, say):
    recv = start_recv(spawn, target, '--wait', 2)
    say('one', 'two')
    assert recv.wait() == 0
    assert '2 messages' in recv.stderr


def test_wait_with_nothing_is_status_1(hostcast, target):
    assert hostcast('recv', '-i', 'lo', '-w', 0.05, target).status == 1


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize('options, status', [((), 0), (('-c', 2), 6), (('-W', 60), 6)])
def test_a_signal_ends_it_with_a_summary(spawn, target, say, number, options, status):
    recv = start_recv(spawn, target, '--json', *options)
    say('hello')
    recv.wait_for_event('message')
    recv.signal(number)
    assert recv.wait() == status
    assert recv.wait_for_event('summary')['messages'] == 1


def test_the_summary_on_demand(spawn, target, say):
    recv = start_recv(spawn, target)
    for number in (1, 2):
        say('hello')
        recv.wait_for('hello')
        recv.signal(signal.SIGUSR1)
        recv.wait_for(f'hostcast recv: {number} messages?, {5 * number} bytes; dropped by the kernel: 0', 'stderr')


@pytest.fixture
def stalled(target, say):
    """recv, which waits for the reader of its standard output, who has stopped."""
    unread, output = os.pipe()
    recv = subprocess.Popen(resolve(['hostcast', 'recv', '-i', 'lo', '--raw', target]), env=environment(),
                            stdout=output, stderr=subprocess.PIPE, text=True)
    os.close(output)
    assert 'joined' in recv.stderr.readline()
    waiting_for_events = wait_until(lambda: sleeping_in(recv.pid), 'recv to wait for messages')
    say(*[bytes(1000)] * 500)  # more than a pipe holds
    wait_until(lambda: sleeping_in(recv.pid) not in (None, waiting_for_events), 'recv to wait for the reader')
    yield recv
    recv.kill()
    recv.communicate()
    os.close(unread)


def test_a_reader_who_has_stopped_does_not_keep_it_from_ending(stalled):
    stalled.send_signal(signal.SIGINT)
    _, errors = stalled.communicate(timeout=LIMIT_SECONDS)
    assert stalled.returncode == 4
    assert re.search(r'cannot write to standard output: Interrupted system call; \d+ results? (is|are) lost\n', errors)
