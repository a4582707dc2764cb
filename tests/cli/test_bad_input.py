"""What goes wrong: each with the message that names it and with its exit status."""

import base64
import os
import re
import shutil
import socket
import subprocess

import hypothesis
import pytest
from hypothesis import strategies

from support import loopback
from support.conditions import LIMIT_SECONDS
from support.loopback import start_recv
from support.program import environment, resolve

GROUP = '239.77.51.1'
SEND, RECV = ['send'], ['recv']
BOTH = [SEND, RECV]

# Verbs, arguments, status, and what the message must say. Nothing here gets as far as a packet.
TABLE = [
    (BOTH, [], 2, r'a group, an? (host|address) or a tree is missing'),
    (BOTH, [''], 2, r'a target has 1 to 300 characters'),
    (BOTH, ['224.1.1.1:0'], 2, r"port '0' in '224.1.1.1:0' must be 1 to 65535"),
    (BOTH, ['224.1.1.1:65536'], 2, r"port '65536' in"),
    (BOTH, ['[ff02::1]:x'], 2, r"port 'x' in"),
    (BOTH, ['-p', '0', '224.1.1.1'], 2, r"--port '0' must be a number from 1 to 65535"),
    (BOTH, ['-p', '65536', '224.1.1.1'], 2, r"--port '65536'"),
    (BOTH, ['300.1.1.1'], 2, r"'300.1.1.1' is no address \(groups are 224.0.0.0 to 239.255.255.255 and ff00::/8"),
    (BOTH, ['ff02::1%none'], 2, r"'ff02::1%none' is no address \(.*zone must name an interface"),
    (BOTH, ['10.0.0.1@10.0.0.2'], 2, r"'10.0.0.1@10.0.0.2' has a source, but no group"),
    (BOTH, ['10.0.0.1+3'], 2, r"'10.0.0.1\+3' is a range of hosts"),
    (BOTH, ['239.255.255.255+2'], 2, r'ends beyond the last group'),
    (BOTH, ['--no-such-option', '224.1.1.1'], 2, r"unknown option '--no-such-option'"),
    (BOTH, ['-Z', '224.1.1.1'], 2, r"unknown option '-Z'"),
    (BOTH, ['-c', '0', '224.1.1.1'], 2, r"--count '0' must be a number from 1"),
    (BOTH, ['-t', '256', '224.1.1.1'], 2, r"--ttl '256' must be a number from [01] to 255"),
    (BOTH, ['-W', 'soon', '224.1.1.1'], 2, r"--deadline 'soon' must be seconds"),
    (BOTH, ['--rcvbuf', '0', '224.1.1.1'], 2, r"--rcvbuf '0' must be a number from 1 to 1073741824"),
    (BOTH, ['224.1.1.1', '-c'], 2, r"option '-c' needs an argument"),
    (BOTH, ['-i', 'none', '224.1.1.1'], 3, r"no interface 'none'; this host has lo"),
    (BOTH, ['-i', '4000000000', '224.1.1.1'], 3, r"no interface '4000000000'"),
    ([SEND], ['--dscp', '64', '224.1.1.1', 'x'], 2, r"--dscp '64' must be a number from 0 to 63"),
    ([SEND], ['--source', '224.1.1.1', '224.1.1.2', 'x'], 2, r"source '224.1.1.1' must be ADDRESS\[:PORT\]"),
    ([SEND], ['--source', '192.0.2.77', '-i', 'lo', '224.1.1.2', 'x'], 3, r'192.0.2.77:0 is not an address of this host'),
    ([SEND], ['-t', '0', '127.0.0.1', 'x'], 2, r'TTL 0 reaches no host'),
    ([RECV], ['192.0.2.77'], 3, r'192.0.2.77:5004 is not an address of this host'),
    ([RECV], ['--block', '224.1.1.1', '224.1.1.2'], 2, r"'224.1.1.1' cannot be blocked"),
    ([RECV], ['--source', 'x', '-i', 'lo', '224.1.1.2'], 2, r"'x' in 'x@224.1.1.2' is no source"),
    ([RECV], ['--output', '/no/such/dir/file', '224.1.1.1'], 4, r'cannot open /no/such/dir/file for writing: No such'),
]


@pytest.mark.parametrize('verb, args, status, message', [
    pytest.param(*verb, args, status, message, id=' '.join([*verb, *args]))
    for verbs, args, status, message in TABLE for verb in verbs])
def test_the_message_and_the_status(hostcast, verb, args, status, message):
    result = hostcast(verb, *args)
    assert result.status == status, result.stderr
    assert re.search(message, result.stderr)
    assert result.stderr.startswith(f'hostcast {verb}: ')
    assert result.stdout == '' and result.stderr.count('\n') == 1  # one line, and nothing else


# Sizes

@pytest.mark.parametrize('target, largest', [('127.0.0.1', 65507), ('[::1]', 65527)])
def test_a_message_too_large(hostcast, target, largest):
    version = 6 if ':' in target else 4
    with socket.socket(socket.AF_INET6 if version == 6 else socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        try:
            receiver.bind((target.strip('[]'), 0))
        except OSError as error:
            pytest.skip(f'this machine has no {target}: {error}')
        receiver.settimeout(LIMIT_SECONDS)
        target = f'{target}:{receiver.getsockname()[1]}'
        assert hostcast('send', '--sndbuf', 1 << 20, target, stdin=b'x' * largest).status == 0
        assert len(receiver.recv(70000)) == largest
        result = hostcast('send', target, stdin=b'x' * (largest + 1))
    assert result.status == 2
    assert (f'a message of {largest + 1} bytes is too large: UDP carries at most 65507 bytes over IPv4 and 65527 over '
            f'IPv6, and this goes over IPv{version}\n') in result.stderr


def test_a_file_too_large(hostcast, tmp_path):
    (tmp_path / 'message').write_bytes(bytes(65528))
    result = hostcast('send', '--file', tmp_path / 'message', '-i', 'lo', GROUP)
    assert result.status == 2
    assert 'a message of 65528 bytes is too large: UDP carries at most 65507 bytes' in result.stderr


def test_a_line_among_others_too_large(hostcast):
    result = hostcast('send', '-i', 'lo', f'{GROUP}:{loopback.free_port()}', stdin='one\n' + 'x' * 65508 + '\nthree\n')
    assert result.status == 2
    assert 'a message of 65508 bytes is too large' in result.stderr and '1 message sent' in result.stderr


# Addresses and interfaces

@pytest.mark.parametrize('change, version, message', [
    (['address flush dev eth0 scope global'], 4, 'interface eth0 has no IPv4 address; give it one (ip address add'),
    (['address flush dev eth0'], 6, 'interface eth0 has no IPv6 address'),
    (['link set dev eth0 down'], 4, 'interface eth0 is down (ip link set up)'),
    (['link set dev eth0 multicast off'], 4, 'interface eth0 cannot do multicast (ip link set eth0 multicast on)'),
])
@pytest.mark.parametrize('verb', ['send', 'recv'])
def test_an_interface_that_cannot_be_used(host, change, version, message, verb):
    host.ip(*change)
    result = host.run(['hostcast', verb, '-i', 'eth0', 'ff15::77' if version == 6 else GROUP])
    assert result.status == 3
    assert message in result.stderr


def test_no_interface_at_all(host):
    host.ip('link set dev eth0 down', 'link set dev lo down')
    for verb in ('send', 'recv'):
        result = host.run(['hostcast', verb, GROUP])
        assert result.status == 3 and 'no interface is up, can do multicast and has an IPv4 address' in result.stderr


def test_without_a_route_another_way_is_found_and_said(host):
    host.ip('route delete 224.0.0.0/4 dev eth0')
    result = host.run(['hostcast', 'send', GROUP, 'hello'])
    assert result.status == 0
    assert f'note: there is no route to {GROUP}; sending on eth0 (choose with --interface)' in result.stderr
    result = host.run(['hostcast', 'send', '203.0.113.1', 'hello'])
    assert result.status == 3 and '203.0.113.1:5004 cannot be reached: Network is unreachable' in result.stderr


# Refused by the system

@pytest.mark.parametrize('target', ['127.0.0.1', GROUP])
def test_a_port_in_use_names_its_holder(hostcast, target):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(('', 0))
        port = holder.getsockname()[1]
        result = hostcast('recv', '-i', 'lo', f'{target}:{port}')
    assert result.status == 4
    name = open('/proc/self/comm').read().strip()
    assert f'{target}:{port} is in use by {name} (process {os.getpid()}); stop it or choose another' in result.stderr


def test_permission_for_a_low_port(host):
    if not shutil.which('setpriv'):
        pytest.skip('setpriv is not installed (Debian package util-linux)')
    host.set('ipv4/ip_unprivileged_port_start', 1024)
    result = host.run(['setpriv', '--bounding-set=-net_bind_service', *resolve(['hostcast', 'recv', '127.0.0.1:80'])])
    assert result.status == 4
    assert ('binding to 127.0.0.1:80 is not permitted: ports below net.ipv4.ip_unprivileged_port_start (1024) need '
            'CAP_NET_BIND_SERVICE') in result.stderr


def test_the_limit_of_memberships(host):
    host.set('ipv4/igmp_max_memberships', 0)
    result = host.run(['hostcast', 'recv', '-i', 'eth0', GROUP])
    assert result.status == 4
    assert f'cannot join {GROUP} on eth0: the system allows no more memberships; raise net.ipv4.igmp_max' in result.stderr


def test_the_limit_of_blocked_sources(host):
    host.set('ipv4/igmp_max_msf', 1)
    result = host.run(['hostcast', 'recv', '-i', 'eth0', '--block', '10.0.0.8', '--block', '10.0.0.9', GROUP])
    assert result.status == 4
    assert 'cannot block 10.0.0.9: the system allows no more sources in one membership; raise net.ipv4.igmp_max_msf' \
        in result.stderr


def test_the_limit_of_descriptors(host):
    result = host.run(['sh', '-c', 'ulimit -n 30 && exec "$@"', 'sh', *resolve(['hostcast', 'recv', f'{GROUP}+40'])])
    assert result.status == 4
    assert 'no descriptor left for another socket: this process may have 30, and each group takes one; raise the limit' in result.stderr


def test_a_broadcast_address(host):
    result = host.run(['hostcast', 'send', '10.0.0.255', 'hello'])
    assert result.status == 4
    assert 'sending to 10.0.0.255:5004 is not permitted (a firewall rule, or a broadcast address)' in result.stderr


def test_a_firewall(host):
    if not shutil.which('nft', path=environment()['PATH']):
        pytest.skip('nft is not installed (Debian package nftables)')
    rules = 'table ip t {\nchain c {\ntype filter hook output priority 0; ip daddr 224.0.0.0/4 drop\n}\n}\n'
    added = host.run(['nft', '-f', '-'], stdin=rules)
    assert added.status == 0, added.stderr
    result = host.run(['hostcast', 'send', GROUP, 'hello'])
    assert result.status == 4 and f'sending to {GROUP}:5004 is not permitted (a firewall rule' in result.stderr
    assert '0 messages sent' in result.stderr and '1 not sent' in result.stderr


# Results that cannot be written

@pytest.fixture
def port():
    return loopback.free_port()


@pytest.fixture
def say(port):
    with loopback.sender() as sender:
        yield lambda *messages: [sender.sendto(message, (GROUP, port)) for message in messages]


def test_a_full_disk(spawn, port, say):
    recv = start_recv(spawn, f'{GROUP}:{port}', '--output', '/dev/full')
    say(b'hello')
    assert recv.wait() == 4
    assert recv.stderr.endswith('cannot write to /dev/full: No space left on device; 1 result is lost\n')


@pytest.fixture
def recv_into(port):
    """recv_into(fd) starts hostcast recv with that standard output."""
    started = []

    def start(output, *options):
        command = resolve(['hostcast', 'recv', '-i', 'lo', *options, f'{GROUP}:{port}'])
        process = subprocess.Popen(command, env=environment(), stdout=output, stderr=subprocess.PIPE, text=True)
        started.append(process)
        assert 'joined' in process.stderr.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize('options', [(), ('--json',), ('--raw',)])
def test_a_reader_who_has_gone(recv_into, say, options):
    head, output = os.pipe()
    recv = recv_into(output, *options)
    os.close(output)
    say(b'first')
    assert b'first' in os.read(head, 1000)
    os.close(head)
    say(b'second')
    errors = recv.communicate(timeout=LIMIT_SECONDS)[1]
    assert recv.returncode == 4
    assert errors.endswith('cannot write to standard output: Broken pipe; 1 result is lost\n')


def test_a_standard_output_that_is_closed(spawn, port, say):
    command = resolve(['hostcast', 'recv', '-i', 'lo', f'{GROUP}:{port}'])
    recv = spawn(['sh', '-c', 'exec "$@" >&-', 'sh', *command])
    recv.wait_for('joined', 'stderr')
    say(b'hello')
    assert recv.wait() == 4
    assert recv.stderr.endswith('cannot write to standard output: Bad file descriptor; 1 result is lost\n')


# Whatever comes from the network

def test_any_payload_is_shown_without_harm_and_without_loss(spawn, port, say):
    text = start_recv(spawn, f'{GROUP}:{port}')
    objects = start_recv(spawn, f'{GROUP}:{port}', '--json')

    @hypothesis.settings(max_examples=200)
    @hypothesis.given(strategies.one_of(strategies.binary(max_size=60),
                                        strategies.text(max_size=40).map(lambda text: text.encode()),
                                        strategies.lists(strategies.sampled_from(
                                            ['\x1b[2J', '\r', '\n', '\x9b', '\u202e', '\\', 'é', '\U000e0041', '\x7f']
                                        )).map(lambda parts: ''.join(parts).encode())))
    def check(payload):
        say(payload)
        text.wait_for(rf' > {GROUP}:{port}, {len(payload)} bytes?: .*\n')
        message = objects.wait_for_event('message')
        shown = message['text'].encode() if 'text' in message else base64.b64decode(message['base64'])
        assert shown == payload and message['size'] == len(payload)

    check()
    assert not re.search('[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\U000e0041]',
                         objects.stdout + text.stdout)
