"""doctor on hosts that drop what is on the wire, and behind switches that forget them: rungs 8, 9, 10, 12 and 13."""

import contextlib
import json
import re
import shutil
import sys

import pytest

from support.conditions import wait_until
from support.doctor import doctor, mend
from support.program import environment
from support.world import World
from support.worlds import (forward_group, hosts_on_bridge, snooped_bridge, start_multicast_router, two_hosts, two_legs,
                            two_networks)

GROUP = '239.1.2.3'
GROUP6 = 'ff15::1:2:3'
PORT = 5004
TARGETS = {4: f'{GROUP}:{PORT}', 6: f'[{GROUP6}]:{PORT}'}
GROUPS = {4: GROUP, 6: GROUP6}

pytestmark = pytest.mark.skipif(not shutil.which('nft', path=environment()['PATH']),
                                reason='nft is not installed (Debian package nftables)')

# Sends to the group all the time.
SENDER = r'''
import socket, sys, time
group, port, interface, source, size = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5])
interval = float(sys.argv[6])
index = socket.if_nametoindex(interface)
if ':' in group:
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
else:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                    socket.inet_aton('0.0.0.0') * 2 + index.to_bytes(4, sys.byteorder))
if source:
    sock.bind((source, 0))
count = 0
while True:
    try:
        sock.sendto((b'%d' % count).ljust(size), (group, port))
    except PermissionError:
        pass
    if count == 0:
        print('sending', flush=True)
    count += 1
    time.sleep(interval)
'''

# Joins, and never reads; with the smallest buffer that there is.
SLEEPER = r'''
import socket, sys
family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
sock = socket.socket(family, socket.SOCK_DGRAM)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
sock.bind(('', int(sys.argv[2])))
index = socket.if_nametoindex('eth0').to_bytes(4, sys.byteorder)
group = socket.inet_pton(family, sys.argv[1])
if family == socket.AF_INET6:
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group + index)
else:
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group + bytes(4) + index)
print('joined', flush=True)
sys.stdin.read()
'''

# Makes its frames itself, in two fragments each where it is asked for that. Of as many each one is wrong: its checksum, or
# its second fragment does not leave.
FRAMER = r'''
import itertools, socket, struct, sys, time
fault, interval = sys.argv[1], int(sys.argv[2])
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(('eth0', 0))
mac = wire.getsockname()[4]
group, source = socket.inet_aton('239.1.2.3'), socket.inet_aton('10.0.0.1')
def send(number, offset, is_more, data):
    word = (0x2000 if is_more else 0) | offset // 8
    header = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(data), number, word, 1, 17, 0, source, group)
    total = sum(struct.unpack('!10H', header))
    total = (total >> 16) + (total & 0xffff)
    header = header[:10] + struct.pack('!H', ~(total + (total >> 16)) & 0xffff) + header[12:]
    wire.send(bytes.fromhex('01005e010203') + mac + b'\x08\x00' + header + data)
for number in itertools.count(1):
    is_wrong, number = number % interval == 0, number % 65536
    if fault == 'fragment':
        send(number, 0, True, struct.pack('!HHHH', 999, 5004, 2008, 0) + bytes(992))
        if not is_wrong:
            send(number, 1000, False, bytes(1008))
    else:
        send(number, 0, False, struct.pack('!HHHH', 999, 5004, 208, 0xdead if is_wrong else 0) + bytes(200))
    if number == 1:
        print('sending', flush=True)
    time.sleep(0.005)
'''

# Joins, and lets the kernel pass over all that comes (SO_ATTACH_FILTER).
PICKY = r'''
import ctypes, socket, struct, sys
SO_ATTACH_FILTER = 26
code = ctypes.create_string_buffer(struct.pack('HBBI', 6, 0, 0, 0))
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack('HxxxxxxP', 1, ctypes.addressof(code)))
sock.bind(('', int(sys.argv[2])))
index = socket.if_nametoindex('eth0').to_bytes(4, sys.byteorder)
sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(sys.argv[1]) + bytes(4) + index)
print('joined', flush=True)
sys.stdin.read()
'''

# Asks for memberships as a router does that speaks IGMPv2 or IGMPv3: once, or all the time; for all, or for one source
# of a group.
QUERIER = r'''
import socket, struct, sys, time
version, interval = int(sys.argv[1]), float(sys.argv[2])
sources = [socket.inet_aton(source) for source in sys.argv[4:]]
query = struct.pack('!BBH4s', 0x11, 1, 0, socket.inet_aton(sys.argv[3]))
if version == 3:
    query += struct.pack('!BBH', 2, 125, len(sources)) + b''.join(sources)
total = sum(struct.unpack(f'!{len(query) // 2}H', query))
total = (total >> 16) + (total & 0xffff)
query = query[:2] + struct.pack('!H', ~(total + (total >> 16)) & 0xffff) + query[4:]
sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IGMP)
sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                socket.inet_aton('0.0.0.0') * 2 + socket.if_nametoindex('eth0').to_bytes(4, sys.byteorder))
while True:
    sock.sendto(query, (sys.argv[3] if sources else '224.0.0.1', 0))
    print('asked', flush=True)
    if not interval:
        break
    time.sleep(interval)
'''

# MLDv2 queries, from an address that is not link-local, all the time.
FALSE_QUERIER6 = r'''
import socket, struct, time
query = struct.pack('!BBHHH16sBBH', 130, 0, 0, 100, 0, bytes(16), 2, 125, 0)
sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_HOPOPTS, bytes([0, 0, 5, 2, 0, 0, 1, 0]))
sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 1)
index = socket.if_nametoindex('eth0')
sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
sock.bind(('fd00::1', 0))
while True:
    sock.sendto(query, ('ff02::1', 0, 0, index))
    print('asked', flush=True)
    time.sleep(0.2)
'''

# One MLDv2 query; the router alert option stands in a hop-by-hop header (RFC 3810 section 5).
QUERIER6 = r'''
import socket, struct
query = struct.pack('!BBHHH16sBBH', 130, 0, 0, 100, 0, bytes(16), 2, 125, 0)
sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_HOPOPTS, bytes([0, 0, 5, 2, 0, 0, 1, 0]))
sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 1)
index = socket.if_nametoindex('eth0')
sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
sock.sendto(query, ('ff02::1', 0, 0, index))
'''


# Sends to the group, rarely; and beside it what anybody can forge: of each kind that every kernel passes over as much, of
# what it does not, two or three of a source, and then the next source's.
FORGER = r'''
import itertools, socket, struct, time
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(('eth0', 0))
own, group, all_hosts, stranger = wire.getsockname()[4], '239.1.2.3', '224.0.0.1', bytes.fromhex('020101010101')
def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff
def send(source, to, protocol, data, options=b'', damage=0, number=0, word=0, beyond=0, mac=None):
    ends = socket.inet_aton(source) + socket.inet_aton(to)
    header = struct.pack('!BBHHHBBH', 0x45 + len(options) // 4, 0, 20 + len(options) + len(data) + beyond, number, word, 1,
                         protocol, 0) + ends + options
    header = header[:10] + struct.pack('!H', checksum(header) ^ damage) + header[12:]
    mac = mac or bytes([1, 0, 0x5e, ends[5] & 127, *ends[6:8]])
    wire.send(mac + own + struct.pack('!H', 0x0800) + header + data)
def datagram(source, data, size=None, sum=0, **options):
    send(source, group, 17, struct.pack('!HHHH', 999, 5004, size or 8 + len(data), sum) + data, **options)
def query(source='10.0.0.1', to=all_hosts, damaged=0, **options):
    query = struct.pack('!BBH4sBBH', 0x11, 1, 0, bytes(4), 2, 125, 0)
    query = query[:2] + struct.pack('!H', checksum(query) ^ damaged) + query[4:]
    send(source, to, 2, query, options=bytes([0x94, 4, 0, 0]), **options)
for number in itertools.count(1):
    source, another = f'10.0.0.{number % 100 + 50}', f'10.0.0.{number % 100 + 150}'
    datagram('10.0.0.1', b'%d' % number, number=number)
    query(damaged=1)
    query(damage=1)
    query(source='127.0.0.9')
    query(source='224.9.9.9')
    query(to='224.7.7.7')
    query(to='10.99.0.1', mac=stranger)
    query(mac=stranger)
    for nobody in ['127.0.0.9', '224.9.9.9', '255.255.255.255']:
        datagram(nobody, b'forged')
    datagram('10.0.0.1', b'forged', damage=1)
    datagram('10.0.0.1', b'forged', size=5)
    datagram('10.0.0.1', b'forged', size=50)
    datagram('10.0.0.1', b'forged', beyond=1000)
    datagram('10.0.0.1', b'forged', options=bytes([7, 2, 4, 1]))
    if number % 5 == 0:
        datagram(source, b'forged', sum=0xdead)
        datagram(source, b'forged', mac=stranger)
        for _ in range(3):
            datagram(source, b'again', number=7)
        for first in range(2):
            datagram(another, bytes(8), size=2000, number=1000 + first, word=0x2000)
            datagram(f'8.8.{number % 200}.8', b'of nowhere', number=first)
    if number == 1:
        print('sending', flush=True)
    time.sleep(0.2)
'''


def examine(host, target, *options, prefix=()):
    return doctor(host, '--wait', '1', *options, target, prefix=prefix)


def start_sender(host, group=GROUP, source='', size=1, interval=0.01):
    sender = host.spawn([sys.executable, '-c', SENDER, group, PORT, 'eth0', source, size, interval])
    sender.wait_for('^sending$')
    return sender


def start_framer(host, fault, interval):
    framer = host.spawn([sys.executable, '-c', FRAMER, fault, interval])
    framer.wait_for('^sending$')
    return framer


def start_receiver(host, target=TARGETS[4], interface='eth0', group=GROUP):
    receiver = host.spawn(['hostcast', 'recv', '--quiet', '-i', interface, target])
    wait_until(lambda: host.has_joined(group, interface), f'{host.name} to join')
    return receiver


def ask_once(host, family=4):
    script = [QUERIER6] if family == 6 else [QUERIER, 3, 0, '0.0.0.0']
    done = host.run([sys.executable, '-c', *script])
    assert done.status == 0, done.stderr


def start_querier(host, version=3, interval=0.2, group='0.0.0.0', sources=()):
    querier = host.spawn([sys.executable, '-c', QUERIER, version, interval, group, *sources])
    querier.wait_for('^asked$')
    return querier


def load_rules(host, rules):
    done = host.run(['nft', '-f', '-'], stdin=rules)
    assert done.status == 0, done.stderr


def chain(hook, *rules, family='inet', policy='accept', device=''):
    device = f'device "{device}" ' if device else ''
    lines = '\n'.join(rules)
    return (f'table {family} planted {{\n chain {hook} {{\n'
            f'  type filter hook {hook} {device}priority 0; policy {policy};\n{lines}\n }}\n}}\n')


@contextlib.contextmanager
def sender_and_receiver(family=4):
    """a sends, b has joined and hears it."""
    with two_hosts() as world:
        a, b = world.hosts
        start_receiver(b, TARGETS[family], group=GROUPS[family])
        start_sender(a, GROUPS[family])
        yield world


# Nothing is wrong

@pytest.mark.parametrize('family', [4, 6])
def test_a_healthy_host(family):
    with sender_and_receiver(family) as world:
        _, b = world.hosts
        report = examine(b, TARGETS[family], '-i', 'eth0')
        assert report.causes == [] and report.status == 0, report.rungs
        assert [report.state(rung) for rung in ('reverse-path', 'firewall', 'buffer', 'version')] == ['good'] * 4
        listened = report.summary['listened']
        assert listened['wire_seen'] and listened['on_wire'] > 0
        assert listened['at_socket'] >= listened['on_wire']
        assert {'wire_dropped', 'socket_dropped', 'forgotten', 'queriers_forgotten', 'early'} <= set(listened)
        assert [name for name, count in listened['passed_over'].items() if count > 0] == []


@pytest.mark.parametrize('family', [4, 6])
def test_datagrams_in_fragments_are_whole(family):
    with two_hosts() as world:
        a, b = world.hosts
        start_receiver(b, TARGETS[family], group=GROUPS[family])
        start_sender(a, GROUPS[family], size=4000)
        report = examine(b, TARGETS[family], '-i', 'eth0')
        assert report.causes == [], report.rungs
        assert report.state('firewall') == 'good' and report.summary['listened']['on_wire'] > 0


def test_what_anybody_can_forge_makes_nobody_sick():
    with two_hosts() as world:
        a, b = world.hosts
        b.set('ipv4/conf/eth0/rp_filter', 1)
        start_receiver(b)
        a.spawn([sys.executable, '-c', FORGER]).wait_for('^sending$')
        report = examine(b, TARGETS[4], '-i', 'eth0', '--wait', '2')
        assert (report.status, report.causes) == (0, []), report.rungs
        assert report.summary['listened']['at_socket'] > 0
        states = [report.state(rung) for rung in ('reverse-path', 'duplicates', 'fragments')]
        assert states == ['noted'] * 3, report.rungs
        passed_over = report.summary['listened']['passed_over']
        assert {name for name, count in passed_over.items() if count > 0} == {
            'bad_checksum', 'malformed', 'martian', 'foreign_query'}, passed_over
        text = b.run(['hostcast', 'doctor', '-i', 'eth0', '--wait', '1', TARGETS[4]]).stdout
        assert re.search(r'^Passed over: \d+ with a wrong checksum', text, re.MULTILINE), text
        assert 'Passed over' not in b.run(['hostcast', 'doctor', '-q', '-i', 'eth0', '--wait', '1', TARGETS[4]]).stdout


# Reports so many groups that the whole packet is larger than what doctor captures of one.
LONG_REPORTER = r'''
import socket, struct, time
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(('eth0', 0))
def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff
def checked(data, at):
    return data[:at] + struct.pack('!H', checksum(data)) + data[at + 2:]
records = b''.join(struct.pack('!BBHI', 4, 0, 0, 0xef090000 + number) for number in range(300))
report = checked(struct.pack('!BBHHH', 0x22, 0, 0, 0, 300) + records, 2)
ends = socket.inet_aton('10.0.0.1') + socket.inet_aton('224.0.0.22')
header = struct.pack('!BBHHHBBH', 0x46, 0, 24 + len(report), 0, 0, 1, 2, 0) + ends + bytes([0x94, 4, 0, 0])
while True:
    wire.send(bytes.fromhex('01005e000016') + wire.getsockname()[4] + b'\x08\0' + checked(header, 10) + report)
    print('sent', flush=True)
    time.sleep(.05)
'''


def test_a_report_that_is_longer_than_what_is_captured_is_counted():
    with sender_and_receiver() as world:
        a, b = world.hosts
        for host in (a, b):
            host.ip('link set eth0 mtu 9000')
        a.spawn([sys.executable, '-c', LONG_REPORTER]).wait_for('^sent$')
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert (report.status, report.causes) == (0, []), report.rungs
        passed_over = report.summary['listened']['passed_over']
        assert passed_over['cut_off'] > 0 and passed_over['malformed'] == passed_over['bad_checksum'] == 0, passed_over


def test_rules_about_other_things_are_not_blamed():
    with sender_and_receiver() as world:
        a, b = world.hosts
        load_rules(b, chain('input', 'udp dport 6000 counter drop', 'tcp dport 5004 drop', 'ip daddr 239.1.2.4 drop',
                            'iifname "eth7" drop', 'ip saddr 10.0.0.77 counter drop'))
        start_sender(a, '239.1.2.4')
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == [], report.rungs


@contextlib.contextmanager
def heard_by_one_of_two_legs():
    """Both lead to where h1 sends; a program has joined on eth0, and hears it."""
    with two_legs() as world:
        a, b = world.hosts
        start_receiver(b)
        start_sender(a)
        yield b


@pytest.mark.parametrize('rp_filter', [0, 1])
def test_where_doctor_alone_has_joined_nothing_is_blamed(rp_filter):
    """A second interface in the same network: what doctor hears there, or the kernel drops, no program misses."""
    with heard_by_one_of_two_legs() as b:
        for interface in ('eth0', 'eth1'):
            b.set(f'ipv4/conf/{interface}/rp_filter', rp_filter)
        report = examine(b, TARGETS[4], '--all')
        assert (report.status, report.causes) == (0, []), report.rungs
        assert 'eth1' not in report.saw('duplicates') + report.saw('reverse-path')


def test_a_rule_for_an_interface_where_nobody_expects_it_is_not_blamed():
    with heard_by_one_of_two_legs() as b:
        load_rules(b, chain('input', 'iifname "eth1" udp dport 5004 counter drop'))
        report = examine(b, TARGETS[4], '--all')
        assert (report.status, report.causes) == (0, []), report.rungs


def test_what_comes_by_one_of_two_where_programs_have_joined_is_not_filtered():
    with heard_by_one_of_two_legs() as b:
        start_receiver(b, interface='eth1')
        b.set('ipv4/conf/eth1/rp_filter', 1)
        report = examine(b, TARGETS[4], '--all')
        assert 'reverse-path' not in report.causes and 'firewall' not in report.causes, report.rungs
        assert report.state('reverse-path') == 'noted' and 'by another interface they do' in report.saw('reverse-path')


def test_a_program_that_gets_fragments_misses_none_while_doctor_listens():
    """Were the group joined on the second interface, the kernel would put the fragments of both together."""
    with two_legs() as world:
        a, b = world.hosts
        receiver = b.spawn(['hostcast', 'recv', '-i', 'eth0', '--raw', TARGETS[4]])
        receiver.wait_for('joined', 'stderr')
        sender = start_sender(a, size=4000)
        receiver.wait_for(r'\d')
        report = examine(b, TARGETS[4], '--all')
        assert (report.status, report.causes) == (0, []), report.rungs
        sender.kill()
        numbers = [int(number) for number in receiver.stdout.split()]
        assert numbers == list(range(numbers[0], numbers[-1] + 1))


def test_two_legs_where_programs_have_joined_on_both():
    with heard_by_one_of_two_legs() as b:
        start_receiver(b, interface='eth1')
        report = examine(b, TARGETS[4])
        assert report.causes == ['duplicates'], report.rungs
        assert 'two interfaces lead to it' in report.remedy('duplicates')[0]


# Sends to the group, with a VLAN's tag (IEEE 802.1Q).
TAGGED = r'''
import socket, struct, time
sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
sock.bind(('eth0', 0))
def checksum(header):
    total = sum(struct.unpack('!10H', header))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff
header = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 33, 0, 0, 1, 17, 0, socket.inet_aton('10.0.0.1'), socket.inet_aton('239.1.2.3'))
header = header[:10] + struct.pack('!H', checksum(header)) + header[12:]
mac = bytes.fromhex('01005e010203') + sock.getsockname()[4]
frame = mac + struct.pack('!HHH', 0x8100, 10, 0x0800) + header + struct.pack('!HHHH', 999, 5004, 13, 0) + b'hello'
while True:
    sock.send(frame)
    print('sent', flush=True)
    time.sleep(.01)
'''


def test_what_comes_by_a_vlan_is_of_another_link():
    with sender_and_receiver() as world:
        a, b = world.hosts
        a.spawn([sys.executable, '-c', TAGGED]).wait_for('^sent$')
        report = examine(b, TARGETS[4], '--all')
        assert (report.status, report.causes) == (0, []), report.rungs
        assert report.summary['listened']['passed_over']['other_vlan'] > 0


def test_a_port_of_a_bridge_is_not_listened_on():
    """It has a link-local address, as those of virtual machines have, and all that it receives goes to the bridge."""
    with two_hosts() as world:
        a, b = world.hosts
        own_bridge(b)
        b.ip('link add inner type veth peer name outer', 'link set inner up', 'link set outer up')
        wait_until(lambda: b.link_local('outer'), 'the link-local address of outer')
        b.ip('link set outer master br0')
        assert b.link_local('outer')
        start_receiver(b, TARGETS[6], 'br0', GROUP6)
        done = b.run(['ip', '-6', 'route', 'replace', 'multicast', 'ff00::/8', 'dev', 'br0', 'table', 'local', 'metric', '1'])
        assert done.status == 0, done.stderr
        start_sender(a, GROUP6)
        report = examine(b, TARGETS[6], '--all')
        assert (report.status, report.causes) == (0, []), report.rungs
        assert report.summary['listened']['at_socket'] > 0


def test_what_a_multicast_router_forwards_does_not_come_in():
    with two_networks() as world:
        a, router, b = world.hosts
        for host in world.hosts:
            host.ip('route add 224.0.0.0/4 dev eth0')
        start_multicast_router(router)
        forward_group(router, GROUP)
        start_receiver(router)
        heard = b.spawn(['hostcast', 'recv', TARGETS[4]])
        heard.wait_for('joined', 'stderr')
        a.spawn(['hostcast', 'send', '-t', '5', '--interval', '0.01', '--count', '1000000', TARGETS[4], 'hello'])
        heard.wait_for('hello')
        report = examine(router, TARGETS[4], '--all')
        assert (report.status, report.causes) == (0, []), report.rungs
        assert report.summary['listened']['on_wire'] > 0
        report = examine(router, TARGETS[4], '-i', 'eth1', '--all')
        assert (report.status, report.causes) == (0, []), report.rungs
        assert report.summary['listened']['on_wire'] == 0


# Joins, and shares its port with nobody.
HERMIT = r'''
import socket, sys
family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
sock = socket.socket(family, socket.SOCK_DGRAM)
sock.bind(('', int(sys.argv[2])))
index = socket.if_nametoindex('eth0').to_bytes(4, sys.byteorder)
group = socket.inet_pton(family, sys.argv[1])
if family == socket.AF_INET6:
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group + index)
else:
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group + bytes(4) + index)
print('joined', flush=True)
while True:
    sock.recv(65535)
'''


@pytest.mark.parametrize('family', [4, 6])
def test_a_program_that_shares_its_port_with_nobody_is_not_in_the_way(family):
    with two_hosts() as world:
        a, b = world.hosts
        b.spawn([sys.executable, '-c', HERMIT, GROUPS[family], PORT]).wait_for('^joined$')
        start_sender(a, GROUPS[family])
        report = examine(b, TARGETS[family], '-i', 'eth0')
        assert report.causes == [] and report.state('firewall') == 'good', report.rungs
        assert report.summary['listened']['at_socket'] > 0
        load_rules(b, chain('input', 'udp dport 5004 counter drop'))
        assert examine(b, TARGETS[family], '-i', 'eth0').causes == ['firewall']


# Prints the protocol, TTL and first bytes of each IPv4 packet that comes from an address.
WITNESS = r'''
import socket, sys
sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
sock.bind(('eth0', 0x0800))
print('watching', flush=True)
while True:
    packet = sock.recv(65535)
    if socket.inet_ntoa(packet[12:16]) == sys.argv[1]:
        start = (packet[0] & 15) * 4
        print('protocol', packet[9], 'ttl', packet[8], 'data', packet[start:start + 16].hex(), flush=True)
'''


def test_what_doctor_provokes_stays_inside(two_hosts):
    a, b = two_hosts
    witness = a.spawn([sys.executable, '-c', WITNESS, b.address])
    witness.wait_for('^watching$')
    start_receiver(b)
    witness.wait_for('^protocol 2 ttl 1 data 22')  # the report of joining
    examine(b, TARGETS[4], '-i', 'eth0')
    witness.wait_for('^protocol 2 ttl 1 data 22')  # the one that was provoked
    end = b.run([sys.executable, '-c', SENDER.replace('while True', 'for _ in range(1)'), GROUP, PORT, 'eth0', '', 1, 0])
    assert end.status == 0
    witness.wait_for('^protocol 17 .*\n')
    seen = [line.split() for line in witness.stdout.splitlines() if line.startswith('protocol')]
    assert all(line[1] == '17' or line[5].startswith('22') for line in seen), seen  # reports, and no query
    assert len([line for line in seen if line[1] == '17']) == 1  # the sender's at the end
    assert all(line[3] == '1' for line in seen)


# 8: the reverse-path filter

@contextlib.contextmanager
def asymmetric(filter_of_eth0):
    """a sends from 10.9.0.1 to b's eth0; b's way back goes by eth1."""
    with World() as world:
        a, b, c = world.host('a'), world.host('b'), world.host('c')
        world.link(a, b, '10.0.0.0/24')
        world.link(c, b, '10.1.0.0/24')
        a.ip('address add 10.9.0.1/32 dev eth0')
        b.ip('route add 10.9.0.0/24 via 10.1.0.1', 'route add 224.0.0.0/4 dev eth0')
        b.set('ipv4/conf/eth0/rp_filter', filter_of_eth0)
        start_receiver(b)
        start_sender(a, source='10.9.0.1')
        yield world


def test_a_strict_filter_and_another_way_back():
    with asymmetric(1) as world:
        _, b, _ = world.hosts
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == ['reverse-path'] and report.status == 1, report.rungs
        assert 'the way back to 10.9.0.1 goes by eth1' in report.saw('reverse-path')
        assert 'IPReversePathFilter' in report.saw('reverse-path')
        mend(b, report)
        assert examine(b, TARGETS[4], '-i', 'eth0').causes == []


def test_the_filter_of_all_counts_too():
    with asymmetric(0) as world:
        _, b, _ = world.hosts
        assert examine(b, TARGETS[4], '-i', 'eth0').causes == []
        b.set('ipv4/conf/all/rp_filter', 1)
        assert examine(b, TARGETS[4], '-i', 'eth0').causes == ['reverse-path']


def test_a_loose_filter_and_no_way_back():
    with asymmetric(2) as world:
        _, b, _ = world.hosts
        assert examine(b, TARGETS[4], '-i', 'eth0').causes == []
        b.ip('route del 10.9.0.0/24')
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == ['reverse-path'], report.rungs
        assert 'no route back to 10.9.0.1' in report.saw('reverse-path')
        b.ip('route add 10.9.0.1 dev eth0')
        assert examine(b, TARGETS[4], '-i', 'eth0').causes == []


# 9: firewalls

@pytest.mark.parametrize('family', [4, 6])
@pytest.mark.parametrize('rules, named', [
    (chain('input', 'udp dport 5004 counter drop'), "'udp dport 5004 counter drop'"),
    (chain('input', 'udp dport 5004 drop'), "'udp dport 5004 drop'"),
    (chain('input', 'iifname "lo" accept', 'meta l4proto { icmp, icmpv6, igmp } accept', policy='drop'),
     'the policy (drop) of chain inet planted input'),
    (chain('prerouting', 'meta pkttype multicast meta l4proto udp counter reject with icmpx type admin-prohibited'),
     'chain inet planted prerouting'),
    (chain('ingress', 'udp dport 5004 counter drop', family='netdev', device='eth0'), 'chain netdev planted ingress'),
    ('table inet planted {\n chain strict {\n  counter drop\n }\n chain input {\n  type filter hook input priority 0;\n'
     '  udp dport 5000-5010 jump strict\n }\n}\n', 'chain inet planted strict'),
], ids=['counter', 'no-counter', 'policy', 'reject', 'ingress', 'jump'])
def test_a_rule_that_drops(family, rules, named):
    with sender_and_receiver(family) as world:
        _, b = world.hosts
        load_rules(b, rules)
        report = examine(b, TARGETS[family], '-i', 'eth0')
        assert report.causes == ['firewall'] and report.status == 1, report.rungs
        assert named in report.saw('firewall')
        mend(b, report)
        assert examine(b, TARGETS[family], '-i', 'eth0').causes == []


def plant_neighbour(host, mac, family):
    """From now on the host sends to the group with this MAC address."""
    done = host.run(['ip', 'neighbour', 'replace', GROUPS[family], 'lladdr', mac, 'nud', 'permanent', 'dev', 'eth0'])
    assert done.status == 0, done.stderr


@pytest.mark.parametrize('family', [4, 6])
def test_a_mac_address_of_another_host(family):
    with sender_and_receiver(family) as world:
        a, b = world.hosts
        plant_neighbour(a, '02:00:00:00:00:63', family)
        report = examine(b, TARGETS[family], '-i', 'eth0')
        assert report.causes == ['firewall'] and report.status == 1, report.rungs
        assert 'to the MAC address 02:00:00:00:00:63, and the group\'s is' in report.saw('firewall')
        assert report.summary['listened']['at_socket'] == 0
        command = report.remedy('firewall')[0].split('): ')[1]
        done = a.run(['sh', '-c', command.replace('INTERFACE', 'eth0')])
        assert done.status == 0, done.stderr
        healed = examine(b, TARGETS[family], '-i', 'eth0')
        assert healed.causes == [] and healed.state('firewall') == 'good', healed.rungs


def test_a_mac_address_that_linux_takes_all_the_same_is_noted():
    with sender_and_receiver() as world:
        a, b = world.hosts
        plant_neighbour(a, 'ff:ff:ff:ff:ff:ff', 4)
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == [] and report.state('firewall') == 'noted', report.rungs
        assert 'to the MAC address ff:ff:ff:ff:ff:ff' in report.saw('firewall')


def test_a_mac_address_of_this_host_is_as_good_as_the_groups():
    with sender_and_receiver() as world:
        a, b = world.hosts
        own = b.run(['ip', '-brief', 'link', 'show', 'eth0']).stdout.split()[2]
        plant_neighbour(a, own, 4)
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == [] and report.state('firewall') == 'good', report.rungs


def test_first_the_mac_address_then_the_firewall():
    with sender_and_receiver() as world:
        a, b = world.hosts
        plant_neighbour(a, '02:00:00:00:00:63', 4)
        load_rules(b, chain('input', 'udp dport 5004 counter drop'))
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == ['firewall'], report.rungs
        assert 'MAC address' in report.saw('firewall') and 'most likely' not in report.saw('firewall')
        assert a.run(['ip', 'neighbour', 'delete', GROUP, 'dev', 'eth0']).status == 0
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == ['firewall'], report.rungs
        assert 'most likely' in report.saw('firewall') and 'MAC address' not in report.saw('firewall')


def test_a_rule_that_drops_what_is_too_much():
    with sender_and_receiver() as world:
        _, b = world.hosts
        load_rules(b, chain('input', 'udp dport 5004 limit rate over 10/second burst 1 packets counter drop'))
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == ['firewall'], report.rungs
        assert 'of them did not reach the socket' in report.saw('firewall')
        assert 'limit rate over 10/second' in report.saw('firewall')
        assert report.summary['listened']['at_socket'] > 0


def test_a_sender_that_has_no_address():
    with two_hosts() as world:
        a, b = world.hosts
        start_receiver(b)
        a.ip('address flush dev eth0')
        start_sender(a)
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == ['firewall'], report.rungs
        assert 'from 0.0.0.0, and the kernel drops these' in report.saw('firewall')
        a.ip('address add 10.0.0.1/24 dev eth0')
        start_sender(a)
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == [], report.rungs


def test_what_other_interfaces_have_joined_does_not_count():
    """A socket of IPv6 that has joined on one gets what comes in on another; so half of it would look like all."""
    with sender_and_receiver(6) as world:
        _, b = world.hosts
        b.ip('link add other type veth peer name elsewhere', 'link set elsewhere up', 'link set other up')
        wait_until(lambda: b.link_local('other') and b.link_local('elsewhere'), 'the link-local addresses')
        load_rules(b, chain('input', 'udp dport 5004 numgen inc mod 2 == 0 counter drop'))
        report = examine(b, TARGETS[6])
        assert report.causes == ['firewall'], report.rungs
        assert report.summary['listened']['at_socket'] < report.summary['listened']['on_wire']


def test_a_few_wrong_checksums_stand_behind_the_rule_that_drops_all():
    with two_hosts() as world:
        a, b = world.hosts
        start_receiver(b)
        load_rules(b, chain('input', 'udp dport 5004 counter drop'))
        start_framer(a, 'checksum', 50)
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == ['firewall'] and report.summary['listened']['at_socket'] == 0, report.rungs
        assert 'most likely' in report.saw('firewall') and report.remedy('firewall')[0].startswith('nft')
        assert 'with a wrong UDP checksum' in report.saw('firewall')
        mend(b, report)
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == [] and report.state('firewall') == 'noted', report.rungs


def test_the_rule_can_be_taken_away():
    with sender_and_receiver() as world:
        _, b = world.hosts
        load_rules(b, chain('input', 'udp dport 5004 counter drop'))
        report = examine(b, TARGETS[4], '-i', 'eth0')
        done = b.run(['sh', '-c', report.commands('firewall')[1]])
        assert done.status == 0, done.stderr
        assert examine(b, TARGETS[4], '-i', 'eth0').causes == []


@pytest.mark.parametrize('family', [4, 6])
def test_a_rule_of_iptables(family):
    iptables = 'iptables' if family == 4 else 'ip6tables'
    if not shutil.which(iptables, path=environment()['PATH']):
        pytest.skip(f'{iptables} is not installed (Debian package iptables)')
    with sender_and_receiver(family) as world:
        _, b = world.hosts
        added = b.run([iptables, '-A', 'INPUT', '-p', 'udp', '--dport', PORT, '-j', 'DROP'])
        if added.status != 0:
            pytest.skip(f'{iptables} does not work here: {added.stderr}')
        report = examine(b, TARGETS[family], '-i', 'eth0')
        assert report.causes == ['firewall'], report.rungs
        insertion, deletion = report.commands('firewall')
        assert insertion.startswith(f'{iptables} -I INPUT -d')
        assert b.run(['sh', '-c', deletion]).status == 0 and deletion.startswith(f'{iptables} -D INPUT ')
        assert 'DROP' not in b.run([iptables, '-S']).stdout
        assert b.run([iptables, '-A', 'INPUT', '-p', 'udp', '--dport', PORT, '-j', 'DROP']).status == 0
        mend(b, report)
        assert examine(b, TARGETS[family], '-i', 'eth0').causes == []


def load_iptables(host, family, policy, *rules):
    """By the iptables that is there, of nftables or the older one."""
    iptables = 'iptables' if family == 4 else 'ip6tables'
    if not shutil.which(iptables, path=environment()['PATH']):
        pytest.skip(f'{iptables} is not installed (Debian package iptables)')
    for arguments in [('-P', 'INPUT', policy), *(rule.split() for rule in rules)]:
        done = host.run([iptables, *arguments])
        if done.status != 0:
            pytest.skip(f'{iptables} does not work here: {done.stderr}')


@pytest.mark.parametrize('family', [4, 6])
@pytest.mark.parametrize('rules, state', [
    (['udp dport 5004 accept'], 'good'),
    (['ct state established,related accept', 'meta l4proto { tcp, udp } th dport { 22, 5004 } accept'], 'good'),
    (['udp dport 6000 accept', 'meta l4proto { icmp, icmpv6, igmp } accept'], 'cause'),
    (['meta l4proto { icmp, icmpv6, igmp } accept', 'udp dport 5004 drop', 'udp dport 5004 accept'], 'cause'),
    (['ct state established accept', 'meta l4proto { icmp, icmpv6, igmp } accept'], 'cause'),
], ids=['port', 'ports', 'another-port', 'behind', 'established'])
def test_rules_that_accept_before_the_policy_drops(family, rules, state):
    with sender_and_receiver(family) as world:
        _, b = world.hosts
        load_rules(b, chain('input', *rules, policy='drop'))
        report = examine(b, TARGETS[family], '-i', 'eth0')
        assert report.state('firewall') == state, report.rungs
        assert report.causes == (['firewall'] if state == 'cause' else []), report.rungs
        if state == 'cause':
            named = "'udp dport 5004 drop'" if 'udp dport 5004 drop' in rules else 'the policy (drop) of chain inet planted'
            assert named in report.saw('firewall')
            mend(b, report)
            assert examine(b, TARGETS[family], '-i', 'eth0').causes == []


@pytest.mark.parametrize('family', [4, 6])
@pytest.mark.parametrize('port, state', [(5004, 'good'), (6000, 'cause')])
def test_rules_of_iptables_that_accept_before_the_policy_drops(family, port, state):
    with sender_and_receiver(family) as world:
        _, b = world.hosts
        load_iptables(b, family, 'DROP', '-N allowed', '-A INPUT -i lo -j ACCEPT',
                      '-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT',
                      f'-A INPUT -p {"igmp" if family == 4 else "ipv6-icmp"} -j ACCEPT', '-A INPUT -j allowed',
                      f'-A allowed -p udp --dport {port} -j ACCEPT')
        report = examine(b, TARGETS[family], '-i', 'eth0')
        assert report.state('firewall') == state, report.rungs
        if state == 'cause':
            assert 'the policy (drop) of' in report.saw('firewall') and ' filter INPUT' in report.saw('firewall')
            mend(b, report)
            assert examine(b, TARGETS[family], '-i', 'eth0').causes == []


def test_a_policy_that_the_group_does_not_get_to_is_not_blamed():
    """What one chain accepts, another one may drop."""
    with sender_and_receiver() as world:
        _, b = world.hosts
        load_rules(b, chain('input', 'udp dport 5004 accept', 'meta l4proto igmp accept', policy='drop'))
        load_rules(b, 'table ip second {\n chain late {\n  type filter hook input priority 10; policy drop;\n'
                      '  ip protocol igmp accept\n }\n}\n')
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == ['firewall'], report.rungs
        assert 'the policy (drop) of chain ip second late' in report.saw('firewall')
        mend(b, report)
        assert examine(b, TARGETS[4], '-i', 'eth0').causes == []


PERHAPS, SURELY = 'one would be dropped, unless a rule before accepts it, by ', 'one would be dropped by '


@pytest.mark.parametrize('rules, said', [
    (['udp dport 5004 accept', 'ip daddr 224.0.0.0/4 drop'], ''),
    (['iifname "eth0" ip daddr 239.0.0.0/8 accept', 'udp dport 5004 drop'], ''),
    (['udp dport 5004 drop', 'udp dport 5004 accept'], SURELY),
    (['udp dport 6000 accept', 'tcp dport 5004 accept', 'udp dport 5004 drop'], SURELY),
    (['iifname "lo" accept', 'udp dport 5004 drop'], SURELY),
    (['ct state established accept', 'udp dport 5004 drop'], PERHAPS),
    (['meta mark 1 accept', 'udp dport 5004 drop'], PERHAPS),
    (['ip saddr 10.0.0.0/24 accept', 'udp dport 5004 drop'], PERHAPS),
], ids=['port', 'group', 'behind', 'another-port', 'loopback', 'established', 'mark', 'source'])
def test_what_a_rule_would_do_where_nothing_comes(rules, said):
    with two_hosts() as world:
        _, b = world.hosts
        start_receiver(b)
        load_rules(b, chain('input', 'ip protocol igmp accept', *rules))
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == [], report.rungs
        assert report.state('firewall') == ('noted' if said else 'unknown'), report.rungs
        assert f'{said}the rule' in report.saw('firewall') if said else 'dropped' not in report.saw('firewall')


@pytest.mark.parametrize('rules, said', [
    (['-A INPUT -p udp --dport 5004 -j ACCEPT', '-A INPUT -d 224.0.0.0/4 -j DROP'], ''),
    (['-A INPUT -p udp --dport 6000 -j ACCEPT', '-A INPUT -d 224.0.0.0/4 -j DROP'], SURELY),
    (['-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT', '-A INPUT -p udp --dport 5004 -j DROP'], PERHAPS),
    (['-N mine', '-A INPUT -j mine', '-A INPUT -d 224.0.0.0/4 -j DROP', '-A mine -p udp --dport 5004 -j ACCEPT'], ''),
], ids=['port', 'another-port', 'established', 'chain'])
def test_what_a_rule_of_iptables_would_do_where_nothing_comes(rules, said):
    with two_hosts() as world:
        _, b = world.hosts
        start_receiver(b)
        load_iptables(b, 4, 'ACCEPT', '-A INPUT -p igmp -j ACCEPT', *rules)
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == [], report.rungs
        assert report.state('firewall') == ('noted' if said else 'unknown'), report.rungs
        assert f'{said}the rule' in report.saw('firewall') if said else 'dropped' not in report.saw('firewall')


def test_a_rule_on_the_sender():
    with sender_and_receiver() as world:
        a, _ = world.hosts
        load_rules(a, chain('output', f'ip daddr {GROUP} counter drop'))
        report = examine(a, TARGETS[4], '-i', 'eth0', '--sender')
        assert report.causes == ['firewall'], report.rungs
        assert f"'ip daddr {GROUP} counter drop'" in report.saw('firewall')
        mend(a, report)
        assert examine(a, TARGETS[4], '-i', 'eth0', '--sender').causes == []


# 10: receive buffers

@pytest.mark.parametrize('family', [4, 6])
def test_a_program_that_does_not_read(family):
    with two_hosts() as world:
        a, b = world.hosts
        sleeper = b.spawn([sys.executable, '-c', SLEEPER, GROUPS[family], PORT])
        sleeper.wait_for('^joined$')
        start_sender(a, GROUPS[family])
        report = examine(b, TARGETS[family], '-i', 'eth0')
        assert report.causes == ['buffer'] and report.status == 1, report.rungs
        assert 'python3' in report.saw('buffer') and 'receive buffer has 23' in report.saw('buffer')
        sleeper.close_stdin()
        assert sleeper.wait() == 0
        start_receiver(b, TARGETS[family], group=GROUPS[family])
        assert examine(b, TARGETS[family], '-i', 'eth0').causes == []


def test_a_filter_that_a_program_has_is_no_buffer_that_overflows():
    with two_hosts() as world:
        a, b = world.hosts
        b.spawn([sys.executable, '-c', PICKY, GROUP, PORT]).wait_for('^joined$')
        start_sender(a)
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == [] and report.state('buffer') == 'noted', report.rungs
        assert 'a filter of its own passes over them' in report.saw('buffer')


def test_wrong_checksums_are_no_buffer_that_overflows():
    """They are lost at the program's socket; doctor may not see the wire."""
    with two_hosts() as world:
        a, b = world.hosts
        start_receiver(b)
        start_framer(a, 'checksum', 1)
        report = examine(b, TARGETS[4], '-i', 'eth0', prefix=PLAIN)
        assert report.causes == ['buffer'] and 'with a wrong checksum' in report.saw('buffer'), report.rungs
        assert not any('rmem_max' in line for line in report.remedy('buffer'))


def test_a_program_of_ipv4_is_not_looked_at_for_ipv6():
    with two_hosts() as world:
        _, b = world.hosts
        b.spawn([sys.executable, '-c', SLEEPER, GROUP, PORT]).wait_for('^joined$')
        report = examine(b, TARGETS[6], '-i', 'eth0', '--all')
        assert report.causes == ['membership'], report.rungs
        assert 'no program of this host has joined' in report.saw('membership')
        assert 'no program here gets the group' in report.saw('buffer')


# 12: switches that snoop

def own_bridge(host, *settings):
    """Makes eth0 of the host a port of a bridge, which has its address then."""
    address = host.address
    host.ip('link add br0 type bridge mcast_snooping 1 ' + ' '.join(settings), 'address flush dev eth0',
            'link set eth0 master br0', 'link set br0 up', f'address add {address}/24 dev br0',
            'route replace 224.0.0.0/4 dev br0')
    wait_until(lambda: host.link_local('br0'), 'the link-local address of br0')
    wait_until(lambda: is_forwarding(host, 'eth0'), 'the port of br0 to forward')


def is_forwarding(host, port):
    return json.loads(host.run(['bridge', '-j', 'link', 'show', 'dev', port]).stdout)[0]['state'] == 'forwarding'


def table_of(run, bridge):
    tables = json.loads(run(['bridge', '-j', 'mdb', 'show', 'dev', bridge]).stdout)
    return {(entry['port'], entry['grp']) for table in tables for entry in table['mdb']}


@pytest.mark.parametrize('family', [4, 6])
def test_a_bridge_of_this_host_that_has_forgotten(family):
    with two_hosts() as world:
        a, b = world.hosts
        group = GROUPS[family]
        own_bridge(b, 'mcast_membership_interval 100')
        start_receiver(b, TARGETS[family], 'br0', group)
        start_sender(a, group)
        ask_once(a, family)
        wait_until(lambda: ('br0', group) not in table_of(b.run, 'br0'), 'the membership to expire')
        report = examine(b, TARGETS[family], '-i', 'br0')
        assert report.causes == ['snooping'], report.rungs
        assert 'the membership has expired' in report.saw('snooping')
        assert f'relies on the querier {a.address if family == 4 else a.link_local()}' in report.saw('snooping')
        mend(b, report)
        assert examine(b, TARGETS[family], '-i', 'br0').causes == []


def test_a_bridge_of_this_host_that_asks_too_seldom():
    with two_hosts() as world:
        a, b = world.hosts
        own_bridge(b, 'mcast_query_response_interval 10', 'mcast_membership_interval 3000')
        b.ip('link set br0 type bridge mcast_querier 1')
        start_receiver(b, interface='br0')
        start_sender(a)
        wait_until(lambda: ('br0', GROUP) in table_of(b.run, 'br0'), 'the membership')
        report = examine(b, TARGETS[4], '-i', 'br0')
        assert report.causes == ['snooping'], report.rungs
        assert 'expires in' in report.saw('snooping') and 'only every 125' in report.saw('snooping')
        mend(b, report)
        assert examine(b, TARGETS[4], '-i', 'br0').causes == []


def test_a_bridge_of_this_host_that_nobody_asks_on_is_noted():
    with two_hosts() as world:
        a, b = world.hosts
        own_bridge(b)
        start_receiver(b, interface='br0')
        start_sender(a)
        report = examine(b, TARGETS[4], '-i', 'br0')
        assert report.causes == [], report.rungs
        assert report.state('snooping') == 'noted' and 'nobody asks' in report.saw('snooping')


def on_the_switch(world):
    return doctor(world, '--wait', '1', TARGETS[4])


def test_a_host_that_only_switches():
    """It has no address, no route and no receiver, and needs none; its bridge is looked at."""
    with snooped_bridge(2) as world:
        _, b = world.hosts
        report = on_the_switch(world)
        assert (report.status, report.causes) == (0, []), report.rungs
        assert 'the bridge br snoops, and nobody has joined on br' in report.saw('snooping')
        start_receiver(b)
        wait_until(lambda: GROUP in world.switch.learned(b), 'the membership')
        report = on_the_switch(world)
        port = world.switch.port(b)
        assert f'the bridge br snoops, and knows that the group is wanted on {port}' in report.saw('snooping')
        assert report.saw('snooping').count('is wanted on') == 1
        assert report.state('address') == report.state('route') == 'good'
        assert GROUP not in json.dumps(json.loads(world.run(['ip', '-j', 'maddress', 'show', 'dev', 'br']).stdout))
        world.ip('link set dev br type bridge mcast_querier 0')
        world.run(['bridge', 'link', 'set', 'dev', port, 'mcast_flood', 'off'])
        report = on_the_switch(world)
        assert report.causes == ['snooping'] and f'bridge link set dev {port} mcast_flood on' in str(report.remedy('snooping'))


# That a switch had forgotten shows in the group's coming within two intervals of its sender after the report. They
# are so long that a host which stands still meanwhile does no harm; and so long doctor has to listen then, for it to be no
# accident.
SLOWLY = 0.1
LONG = ('--wait', '5')


def test_a_switch_elsewhere_that_has_forgotten():
    with hosts_on_bridge(2, snooping=True) as world:
        a, b = world.hosts
        world.ip('link set dev br type bridge mcast_membership_interval 100')
        start_receiver(b)
        ask_once(a)
        wait_until(lambda: GROUP not in world.switch.learned(b), 'the membership to expire')
        start_sender(a, interval=SLOWLY)
        report = examine(b, TARGETS[4], '-i', 'eth0', *LONG)
        assert report.causes == ['snooping'], report.rungs
        assert 'nothing came on eth0 until' in report.saw('snooping')


# Waits for an IGMPv3 report from an address whose record has the type of an answer (RFC 3376 section 4.2.12), not of a
# change: doctor has made that host send it. A fifth of a second later it begins to send, as if started after doctor.
LATE_SENDER = r'''
import socket, sys, time
watch = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
watch.bind(('eth0', 0x0800))
print('watching', flush=True)
is_told = False
while not is_told:
    packet = watch.recv(65535)
    report = packet[(packet[0] & 15) * 4:]
    is_told = packet[9] == 2 and socket.inet_ntoa(packet[12:16]) == sys.argv[1] and report[0] == 0x22 and report[8] == 2
time.sleep(0.2)
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    sock.sendto(b'hello', (sys.argv[2], int(sys.argv[3])))
    time.sleep(0.01)
'''


def test_a_sender_that_is_started_after_doctor():
    with two_hosts() as world:
        a, b = world.hosts
        a.spawn([sys.executable, '-c', LATE_SENDER, b.address, GROUP, PORT]).wait_for('^watching$')
        start_receiver(b)
        report = examine(b, TARGETS[4], '-i', 'eth0', '--wait', '2.5')
        assert report.causes == [], report.rungs
        assert report.state('snooping') == 'noted' and report.summary['listened']['at_socket'] > 0


def test_a_querier_is_seen():
    with sender_and_receiver() as world:
        a, b = world.hosts
        start_querier(a)
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == [], report.rungs
        assert report.state('snooping') == 'good'
        assert f'{a.address} asks for memberships on eth0 (IGMPv3' in report.saw('snooping')


# 13: versions, reports, queries

def test_a_forced_version_and_a_source():
    with two_hosts() as world:
        a, b = world.hosts
        b.set('ipv4/conf/eth0/force_igmp_version', 2)
        target = f'{a.address}@232.1.2.3:{PORT}'
        start_receiver(b, target, group='232.1.2.3')
        report = examine(b, target, '-i', 'eth0')
        assert report.causes == ['version'], report.rungs
        assert 'IGMPv2 on eth0, because' in report.saw('version')
        mend(b, report)
        assert examine(b, target, '-i', 'eth0').causes == []


def test_a_query_for_a_source_that_nobody_here_wants_needs_no_answer():
    """As routers ask when another host gives up that source."""
    with two_hosts() as world:
        a, b = world.hosts
        target = f'{a.address}@232.1.2.3:{PORT}'
        start_receiver(b, target, group='232.1.2.3')
        start_sender(a, '232.1.2.3')
        start_querier(a, group='232.1.2.3', sources=['10.9.0.9'])
        report = examine(b, target, '-i', 'eth0', '--wait', '2')
        assert report.causes == [], report.rungs


def test_a_forced_version_where_a_program_has_joined():
    """It has named an interface; the route leads out of another one, where nothing is wrong."""
    with two_legs() as world:
        a, b = world.hosts
        b.set('ipv4/conf/eth1/force_igmp_version', 2)
        target = f'{a.address}@232.1.2.3:{PORT}'
        start_receiver(b, target, 'eth1', '232.1.2.3')
        report = examine(b, target)
        assert report.causes == ['version'], report.rungs
        assert 'IGMPv2 on eth1, because' in report.saw('version')


def test_a_querier_of_an_older_version():
    with two_hosts() as world:
        a, b = world.hosts
        target = f'{a.address}@232.1.2.3:{PORT}'
        start_receiver(b, target, group='232.1.2.3')
        start_querier(a, version=2)
        report = examine(b, target, '-i', 'eth0')
        assert report.causes == ['version'], report.rungs
        assert f'because the querier {a.address} asks with IGMPv2' in report.saw('version')
        start_sender(a, '232.1.2.3')
        report = examine(b, target, '-i', 'eth0')
        assert report.causes == [] and report.state('version') == 'noted', report.rungs


def hears_after_a_report(host):
    """The switch has never heard of the membership: the next question says so, and lets this host tell it."""
    assert examine(host, TARGETS[4], '-i', 'eth0', *LONG).causes == ['snooping']
    assert examine(host, TARGETS[4], '-i', 'eth0').causes == []


def test_reports_that_do_not_leave():
    with snooped_bridge(2) as world:
        a, b = world.hosts
        load_rules(b, chain('output', 'ip protocol igmp counter drop'))
        start_receiver(b)
        start_sender(a, interval=SLOWLY)
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == ['version'] and report.status == 1, report.rungs
        assert 'no IGMP report of it leaves by eth0' in report.saw('version')
        assert "'ip protocol igmp counter drop'" in report.saw('version')
        mend(b, report)
        hears_after_a_report(b)


def test_an_older_version_is_not_blamed_beside_the_rule():
    with two_hosts() as world:
        a, b = world.hosts
        load_rules(b, chain('output', 'ip protocol igmp counter drop'))
        start_receiver(b)
        start_querier(a, version=2)
        report = examine(b, TARGETS[4], '-i', 'eth0', '--wait', '2')
        assert report.causes == ['version'], report.rungs
        assert 'ip protocol igmp counter drop' in report.saw('version') and 'IGMPv2' not in report.saw('version')
        assert not any('ask with' in line for line in report.remedy('version'))


def test_reports_that_are_let_out_and_queries_that_are_not():
    """A host need not be allowed to ask, as doctor does to make it report."""
    with two_hosts() as world:
        a, b = world.hosts
        load_rules(b, chain('output', 'ip daddr 224.0.0.22 accept', 'ip protocol igmp drop'))
        witness = a.spawn([sys.executable, '-c', WITNESS, b.address])
        witness.wait_for('^watching$')
        start_receiver(b)
        wait_for_quiet(witness)
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == [] and report.state('version') == 'unknown', report.rungs
        assert 'refuses the query' in report.saw('version')


def test_an_older_version_and_a_source_of_an_ordinary_group():
    """The host tells of the group alone, and picks the source itself."""
    with two_hosts() as world:
        a, b = world.hosts
        b.set('ipv4/conf/eth0/force_igmp_version', 2)
        target = f'{a.address}@{TARGETS[4]}'
        start_receiver(b, target)
        report = examine(b, target, '-i', 'eth0')
        assert report.causes == [] and report.state('version') == 'noted', report.rungs
        assert 'to ask for one source takes IGMPv3' in report.saw('version')


def test_a_forced_version_of_an_interface_with_a_long_name():
    with two_hosts() as world:
        a, b = world.hosts
        name = 'enp65s0f0np0'
        b.ip('link set eth0 down', f'link set eth0 name {name}', f'link set {name} up',
             f'route add 224.0.0.0/4 dev {name}')
        b.set(f'ipv4/conf/{name}/force_igmp_version', 2)
        target = f'{a.address}@232.1.2.3:{PORT}'
        start_receiver(b, target, name, '232.1.2.3')
        report = examine(b, target)
        assert report.causes == ['version'], report.rungs
        assert f'IGMPv2 on {name}, because' in report.saw('version')


def test_what_only_routers_join():
    """Hosts do not; and it is reported, and switches do not flood it."""
    with two_hosts() as world:
        _, b = world.hosts
        report = examine(b, 'ff02::2%eth0', '--all')
        assert report.causes == ['membership'], report.rungs
        assert 'no program of this host has joined' in report.saw('membership')
        assert report.state('snooping') == 'noted' and 'MLDv2 report left' in report.saw('version')
        b.set('ipv6/conf/eth0/forwarding', 1)
        report = examine(b, 'ff02::2%eth0')
        assert report.causes == [] and 'kernel has joined' in report.saw('membership'), report.rungs


def test_mld_reports_that_do_not_leave():
    with snooped_bridge(2) as world:
        a, b = world.hosts
        load_rules(b, chain('output', 'icmpv6 type mld2-listener-report counter drop'))
        start_sender(a, GROUP6)
        report = examine(b, TARGETS[6], '-i', 'eth0', '--all')
        assert 'version' in report.causes, report.rungs
        assert "'icmpv6 type mld2-listener-report counter drop'" in report.saw('version')


def wait_for_quiet(witness):
    """Joining is told twice (RFC 3376 section 8.11)."""
    wait_until(lambda: witness.stdout.count('protocol 2 ttl 1 data 22') == 2, 'the reports of joining')


@contextlib.contextmanager
def joined_before(rules):
    """b has joined, and has no reason to report it any more, which looks like an answer; a sends."""
    with two_hosts() as world:
        a, b = world.hosts
        load_rules(b, rules)
        witness = a.spawn([sys.executable, '-c', WITNESS, b.address])
        witness.wait_for('^watching$')
        start_receiver(b)
        wait_for_quiet(witness)
        start_sender(a)
        yield a, b


def test_queries_that_are_not_heard():
    with joined_before(chain('input', 'ip protocol igmp drop')) as (a, b):
        start_querier(a)
        report = examine(b, TARGETS[4], '-i', 'eth0', '--wait', '2')
        assert report.causes == ['version'], report.rungs
        assert 'does not answer IGMP queries' in report.saw('version')
        assert "'ip protocol igmp drop'" in report.saw('version')
        mend(b, report)
        assert examine(b, TARGETS[4], '-i', 'eth0', '--wait', '2').causes == []


def test_a_rule_for_the_group_drops_no_queries():
    with joined_before(chain('input', 'ip daddr 239.0.0.0/8 drop')) as (_, b):
        report = examine(b, TARGETS[4], '-i', 'eth0', '--all')
        assert report.causes == ['firewall'], report.rungs
        assert report.state('version') == 'good'


def test_queries_that_the_policy_drops():
    """Nobody asks, and the group comes in: it need not be so tomorrow."""
    with joined_before(chain('input', 'udp dport 5004 accept', policy='drop')) as (_, b):
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == [] and report.state('version') == 'noted', report.rungs
        assert 'does not hear IGMP queries on eth0' in report.saw('version')
        assert 'the policy (drop) of chain inet planted input' in report.saw('version')
        done = b.run(['sh', '-c', report.commands('version')[0]])
        assert done.status == 0, done.stderr
        assert examine(b, TARGETS[4], '-i', 'eth0').state('version') == 'good'


# 16: fragments

def test_a_few_lost_fragments_of_many_are_noted():
    with two_hosts() as world:
        a, b = world.hosts
        start_receiver(b)
        framer = start_framer(a, 'fragment', 50)
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == [] and report.state('fragments') == 'noted', report.rungs
        assert 'some never came' in report.saw('fragments')
        framer.kill()  # another one numbers its datagrams alike, and would repeat them
        start_framer(a, 'fragment', 2)
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == ['fragments'], report.rungs


def test_queries_that_hosts_must_pass_over():
    with sender_and_receiver(6) as world:
        a, b = world.hosts
        a.spawn([sys.executable, '-c', FALSE_QUERIER6]).wait_for('^asked$')
        report = examine(b, TARGETS[6], '-i', 'eth0', '--wait', '2')
        assert report.causes == [] and report.state('version') == 'noted', report.rungs
        assert 'came from no link-local address' in report.saw('version')
        assert 'no query on eth0' in report.saw('snooping')


# Two at once

def test_first_the_filter_then_the_firewall():
    with asymmetric(1) as world:
        _, b, _ = world.hosts
        load_rules(b, chain('input', 'udp dport 5004 counter drop'))
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == ['reverse-path'], report.rungs
        mend(b, report)
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == ['firewall'], report.rungs
        mend(b, report)
        assert examine(b, TARGETS[4], '-i', 'eth0').causes == []


def test_first_the_firewall_then_the_buffer():
    with two_hosts() as world:
        a, b = world.hosts
        b.spawn([sys.executable, '-c', SLEEPER, GROUP, PORT]).wait_for('^joined$')
        load_rules(b, chain('input', 'udp dport 5004 drop'))
        start_sender(a)
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == ['firewall'], report.rungs
        mend(b, report)
        assert examine(b, TARGETS[4], '-i', 'eth0').causes == ['buffer']


def test_first_the_membership_then_the_reports():
    with snooped_bridge(2) as world:
        a, b = world.hosts
        load_rules(b, chain('output', 'ip protocol igmp drop'))
        start_sender(a, interval=SLOWLY)
        assert examine(b, TARGETS[4], '-i', 'eth0').causes == ['membership']
        start_receiver(b)
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == ['version'], report.rungs
        mend(b, report)
        hears_after_a_report(b)


# Without rights

PLAIN = ['setpriv', '--inh-caps=-all', '--bounding-set=-net_raw,-net_admin']


def test_without_rights_a_filter_that_drops_something_is_no_cause():
    """Its counter is that of the host: what was dropped may be anybody's."""
    with asymmetric(1) as world:
        _, b, _ = world.hosts
        report = examine(b, TARGETS[4], '-i', 'eth0', prefix=PLAIN)
        assert report.causes == [] and report.state('reverse-path') == 'noted', report.rungs
        assert 'IPReversePathFilter' in report.saw('reverse-path')


def test_without_rights_the_filter_of_a_named_source_is_one():
    with asymmetric(1) as world:
        a, b, _ = world.hosts
        b.spawn(['hostcast', 'recv', '-i', 'eth0', '10.9.0.1@232.1.1.1'])
        wait_until(lambda: b.has_joined('232.1.1.1'), 'the receiver')
        start_sender(a, source='10.9.0.1', group='232.1.1.1')
        report = examine(b, '10.9.0.1@232.1.1.1:5004', '-i', 'eth0', prefix=PLAIN)
        assert report.causes == ['reverse-path'], report.rungs


def test_without_rights_it_says_what_it_could_not_see():
    with sender_and_receiver() as world:
        _, b = world.hosts
        load_rules(b, chain('input', 'udp dport 5004 counter drop'))
        report = examine(b, TARGETS[4], '-i', 'eth0', prefix=PLAIN)
        assert not report.summary['listened']['wire_seen']
        assert 'CAP_NET_RAW' in report.summary['listened']['no_wire_reason']
        assert 'CAP_NET_ADMIN' in report.saw('firewall')
        assert [report.state(rung) for rung in ('firewall', 'snooping', 'version')] == ['unknown'] * 3
        assert report.causes == [], report.rungs
