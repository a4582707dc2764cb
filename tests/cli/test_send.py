"""hostcast send: what goes out, what is printed, and the exit status. The other side is a plain socket."""

import os
import re
import signal
import socket
import time
from pathlib import Path

import pytest

from support import loopback, worlds
from support.conditions import wait_until
from support.loopback import take

GROUP = '239.77.21.1'

IP_RECVTTL = 12  # not in Python's socket module


@pytest.fixture
def port():
    return loopback.free_port()


@pytest.fixture
def member(port):
    with loopback.member(GROUP, port) as receiver:
        yield receiver


@pytest.fixture
def target(port):
    return f'{GROUP}:{port}'


@pytest.fixture
def send(hostcast):
    return lambda *args, **options: hostcast('send', '-i', 'lo', *args, **options)


# What is sent

def test_each_argument_is_a_message(send, member, target):
    result = send(target, 'one', '', 'zwölf')
    assert take(member, 3) == [b'one', b'', 'zwölf'.encode()]
    assert (result.status, result.stdout) == (0, '')
    assert result.stderr == f'hostcast send: 3 messages sent to {target} (3 datagrams, 9 bytes)\n'


def test_each_line_of_input_is_a_message(send, member, target):
    assert send(target, stdin='one\n\nquit\nlast').status == 0
    assert take(member, 4) == [b'one', b'', b'quit', b'last']


def test_any_bytes_of_input_go_as_they_are(send, member, target):
    assert send(target, stdin=b'a\0\xff\x80\nb').status == 0
    assert take(member, 2) == [b'a\0\xff\x80', b'b']


def test_many_lines_arrive_in_their_order(send, member, target):
    lines = [f'line {number}' for number in range(2000)]
    assert send(target, stdin='\n'.join(lines)).status == 0
    assert take(member, 2000) == [line.encode() for line in lines]


def test_a_file_is_a_message(send, member, target, tmp_path):
    binary = bytes(range(256)) * 100
    (tmp_path / 'binary').write_bytes(binary)
    assert send('--file', tmp_path / 'binary', '-f', '-', target, 'argument', stdin='from\ninput').status == 0
    assert take(member, 3) == [b'argument', binary, b'from\ninput']


@pytest.mark.parametrize('name', ['/no/such/file', '/'])
def test_a_file_that_cannot_be_read_is_said(send, target, name):
    result = send('--file', name, target)
    assert result.status == 4
    assert f'cannot read {name}: ' in result.stderr


def test_count_repeats_the_messages(send, member, target):
    assert send('-c', 5, target, 'one', 'two').status == 0
    assert take(member, 5) == [b'one', b'two', b'one', b'two', b'one']


def test_count_ends_the_input(spawn, member, target):
    process = spawn(['hostcast', 'send', '-i', 'lo', '-c', '2', target])
    process.send('one\ntwo\nthree\n')
    assert process.wait() == 0  # though the input has not ended
    assert take(member, 2) == [b'one', b'two']
    assert '2 messages sent' in process.stderr


def test_a_quit_word_that_was_given_acts_in_a_pipe_too(send, member, target):
    result = send('--quit-word', 'Stop', target, stdin='one\nstopped\nSTOP\ntwo\n')
    assert take(member, 2) == [b'one', b'stopped']
    assert '2 messages sent' in result.stderr


def test_a_range_sends_to_every_group(send, port):
    members = [loopback.member(f'239.77.22.{number}', port) for number in range(1, 26)]
    result = send(f'239.77.22.1+25:{port}', 'hello')
    assert [take(each, 1) for each in members] == [[b'hello']] * 25
    assert '1 message sent' in result.stderr and '(25 datagrams, 125 bytes)' in result.stderr
    for each in members:
        each.setblocking(False)
        with pytest.raises(BlockingIOError):  # once, not twice
            each.recv(1)
        each.close()


def test_the_default_port(send, port):
    with loopback.member(GROUP, port) as member:
        assert send('-p', port, GROUP, 'hello').status == 0
        assert take(member, 1) == [b'hello']


@pytest.mark.parametrize('address, option', [('127.0.0.1', '-4'), ('::1', '-6')])
def test_a_host_is_sent_to(hostcast, address, option):
    with socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        try:
            receiver.bind((address, 0))
        except OSError as error:
            pytest.skip(f'this machine has no {address}: {error}')
        port = receiver.getsockname()[1]
        target = f'[{address}]:{port}'
        assert hostcast('send', option, target, 'hello').status == 0
        assert receiver.recv(100) == b'hello'
        refused = hostcast('send', '-4' if option == '-6' else '-6', target, 'hello')
        assert refused.status == 2
        assert f"'{target}' is not an IPv{'4' if option == '-6' else '6'} address" in refused.stderr


def test_a_host_that_refuses_is_said(hostcast, port):
    result = hostcast('send', '-c', 3, '--interval', 0.01, f'127.0.0.1:{port}', 'hello')
    assert result.status == 3
    assert f'127.0.0.1:{port} refuses' in result.stderr
    assert '3 messages sent' in result.stderr and 'refused 3 times' in result.stderr


# How it is sent

def ancillary(receiver, kind):
    """The value of the control message of that kind which comes with the next datagram."""
    _, control, _, _ = receiver.recvmsg(100, 100)
    return next(data[0] for level, found, data in control if (level, found) == (socket.IPPROTO_IP, kind))


@pytest.mark.parametrize('options, ttl', [((), 1), (('-t', 7), 7), (('--ttl=255',), 255), (('-t', 0), 0)])
def test_the_ttl(send, member, target, options, ttl):
    member.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
    assert send(*options, target, 'hello').status == 0
    assert ancillary(member, socket.IP_TTL) == ttl


@pytest.mark.parametrize('options, tos', [((), 0), (('--dscp', 46), 46 << 2)])
def test_the_dscp(send, member, target, options, tos):
    member.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
    assert send(*options, target, 'hello').status == 0
    assert ancillary(member, socket.IP_TOS) == tos


def test_the_source(send, member, target):
    source = loopback.free_port()
    assert send('--source', f'127.0.0.1:{source}', target, 'hello').status == 0
    assert member.recvfrom(100) == (b'hello', ('127.0.0.1', source))
    assert send('--source', '127.0.0.2', target, 'hello').status == 0
    assert member.recvfrom(100)[1][0] == '127.0.0.2'


def test_members_on_this_host_do_not_hear_what_is_not_looped(two_hosts):
    a, b = two_hosts
    receivers = [host.spawn(['hostcast', 'recv', f'{GROUP}:7700']) for host in (a, b)]
    for receiver in receivers:
        receiver.wait_for('joined', 'stderr')
    assert a.run(['hostcast', 'send', '--no-loop', f'{GROUP}:7700', 'for others']).status == 0
    assert a.run(['hostcast', 'send', f'{GROUP}:7700', 'for all']).status == 0
    receivers[1].wait_for('for others')
    for receiver in receivers:
        receiver.wait_for('for all')
    assert 'for others' not in receivers[0].stdout


def test_the_system_s_limit_of_a_buffer_is_said(send, target):
    result = send('--sndbuf', 1 << 30, '--rcvbuf', 1 << 30, target, 'hello')
    assert result.status == 0
    if 'net.core' not in result.stderr:
        pytest.skip('this user may exceed the limits (CAP_NET_ADMIN)')
    assert 'net.core.wmem_max=1073741824' in result.stderr and 'net.core.rmem_max=1073741824' in result.stderr


def test_ipv6_groups_with_a_zone():
    with worlds.two_hosts() as world:
        a, b = world.hosts
        receivers = [b.spawn(['hostcast', 'recv', '--json', f'[{group}]:7700']) for group in ('ff12::77', 'ff05::77')]
        for receiver in receivers:
            receiver.wait_for('joined', 'stderr')
        assert a.run(['hostcast', 'send', 'ff12::77%eth0', '-p', 7700, 'near']).status == 0
        fallen_back = a.run(['hostcast', 'send', '[ff12::77]:7700', 'no zone'])
        assert 'no zone is given with ff12::77; sending on eth0 (choose with --interface)' in fallen_back.stderr
        assert a.run(['hostcast', 'send', '-t', 9, '-i', 'eth0', '[ff05::77]:7700', 'far']).status == 0
        first = receivers[0].wait_for_event('message', text='near', ttl=1, destination='[ff12::77%eth0]:7700')
        assert first['source'].startswith('[fe80::') and '%eth0]:' in first['source']
        receivers[0].wait_for_event('message', text='no zone')
        receivers[1].wait_for_event('message', text='far', ttl=9, destination='[ff05::77]:7700')


# When it is sent, and how it ends

def test_the_interval(send, member, target):
    began = time.monotonic()
    assert send('--interval', 0.05, target, 'one', 'two', 'three').status == 0
    assert time.monotonic() - began >= 0.1
    assert take(member, 3) == [b'one', b'two', b'three']


def test_the_interval_holds_for_lines(send, member, target):
    began = time.monotonic()
    assert send('--interval', 0.05, target, stdin='one\ntwo\nthree\n').status == 0
    assert time.monotonic() - began >= 0.1
    assert take(member, 3) == [b'one', b'two', b'three']


def test_the_deadline_ends_the_input(spawn, target):
    process = spawn(['hostcast', 'send', '-i', 'lo', '-W', '0.05', target])
    assert process.wait() == 0
    assert '0 messages sent' in process.stderr


@pytest.mark.parametrize('end, status', [('--deadline', 7), (signal.SIGTERM, 6), (signal.SIGINT, 6)])
def test_however_much_there_is_to_send_it_can_be_ended(spawn, target, end, status):
    options = ['--deadline', 0.2] if end == '--deadline' else ['-v']
    sender = spawn(['hostcast', 'send', '-i', 'lo', '-c', 10**12, *options, target, 'x'])
    if end != '--deadline':
        sender.wait_for('message 1,', 'stderr')
        sender.signal(end)
    assert sender.wait() == status
    assert 'not sent' in sender.stderr


def test_a_file_that_never_comes_can_be_interrupted(spawn, target, tmp_path):
    os.mkfifo(tmp_path / 'pipe')
    sender = spawn(['hostcast', 'send', '-i', 'lo', '--file', tmp_path / 'pipe', target])
    wait_until(lambda: ') S ' in Path(f'/proc/{sender.pid}/stat').read_text(), 'it to wait for a writer')
    sender.signal(signal.SIGTERM)
    assert sender.wait() == -signal.SIGTERM


def test_the_deadline_before_the_count_is_status_7(send, target):
    result = send('-W', 0.05, '-c', 1000, '--interval', 0.04, target, 'hello')
    assert result.status == 7
    assert re.search(r'\d+ messages? sent to .*, \d+ not sent', result.stderr)


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_endless_input_with_status_0(spawn, member, target, number):
    process = spawn(['hostcast', 'send', '-i', 'lo', target])
    process.send_line('hello')
    take(member, 1)
    process.signal(number)
    assert process.wait() == 0
    assert '1 message sent' in process.stderr


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_before_the_count_is_status_6(spawn, member, target, number):
    process = spawn(['hostcast', 'send', '-i', 'lo', '-c', '1000', '--interval', '0.01', target, 'hello'])
    take(member, 1)
    process.signal(number)
    assert process.wait() == 6


def test_the_summary_on_demand(spawn, member, target):
    process = spawn(['hostcast', 'send', '-i', 'lo', '--json', target])
    process.send_line('hello')
    take(member, 1)
    process.signal(signal.SIGUSR1)
    assert process.wait_for_event('summary')['messages'] == 1
    process.send_line('again')
    take(member, 1)
    process.close_stdin()
    assert process.wait() == 0
    assert process.wait_for_event('summary')['messages'] == 2


# What is printed

def test_json_is_a_summary(send, member, target):
    result = send('--json', target, 'one', 'zwölf')
    assert result.events == [{
        'event': 'summary', 'messages': 2, 'unsent': 0, 'answers': 0, 'received': 0, 'received_bytes': 0, 'cut_off': 0,
        'kernel_drops': 0, 'sent': 2, 'sent_bytes': 9, 'refused': 0, 'tree_held': 0, 'tree_returned': 0,
        'tree_lost': 0, 'tree_unsent': 0, 'tree_dropped': 0}]
    assert result.stderr == ''


def test_quiet_is_quiet(send, member, target):
    result = send('-q', target, 'hello')
    assert (result.status, result.stdout, result.stderr) == (0, '', '')


def test_answers_that_nobody_asked_for_are_counted(spawn, member, target):
    process = spawn(['hostcast', 'send', '-i', 'lo', target])
    process.send_line('hello')
    _, sender = member.recvfrom(100)
    for _ in range(3):
        member.sendto(b'who is there?', sender)
    process.send_line('again')  # what came before this line has been read when it goes
    member.recvfrom(100)
    process.close_stdin()
    assert process.wait() == 0
    assert '3 came back (--ack lists answers)' in process.stderr


def test_what_fails_on_the_way_has_a_summary(send, member, target):
    result = send(target, 'one', 'x' * 65508, 'three')
    assert result.status == 2
    assert '1 message sent' in result.stderr and '2 not sent' in result.stderr
    assert take(member, 1) == [b'one']
