"""doctor on hosts that drop what is on the wire, and behind switches that forget them: rungs 8, 9, 10, 12 and 13."""

import contextlib
import json
import shutil
import sys

import pytest

from support.conditions import wait_until
from support.doctor import doctor, mend
from support.program import environment
from support.world import World
from support.worlds import hosts_on_bridge, snooped_bridge, two_hosts

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
    time.sleep(0.01)
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

# Asks for memberships as a router does that speaks IGMPv2 or IGMPv3: once, or all the time.
QUERIER = r'''
import socket, struct, sys, time
version, interval = int(sys.argv[1]), float(sys.argv[2])
query = struct.pack('!BBH4s', 0x11, 1, 0, b'\0\0\0\0') + (struct.pack('!BBH', 2, 125, 0) if version == 3 else b'')
total = sum(struct.unpack(f'!{len(query) // 2}H', query))
total = (total >> 16) + (total & 0xffff)
query = query[:2] + struct.pack('!H', ~(total + (total >> 16)) & 0xffff) + query[4:]
sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IGMP)
sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                socket.inet_aton('0.0.0.0') * 2 + socket.if_nametoindex('eth0').to_bytes(4, sys.byteorder))
while True:
    sock.sendto(query, ('224.0.0.1', 0))
    print('asked', flush=True)
    if not interval:
        break
    time.sleep(interval)
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


def examine(host, target, *options, prefix=()):
    return doctor(host, '--wait', '1', *options, target, prefix=prefix)


def start_sender(host, group=GROUP, source='', size=1):
    sender = host.spawn([sys.executable, '-c', SENDER, group, PORT, 'eth0', source, size])
    sender.wait_for('^sending$')
    return sender


def start_receiver(host, target=TARGETS[4], interface='eth0', group=GROUP):
    receiver = host.spawn(['hostcast', 'recv', '--quiet', '-i', interface, target])
    wait_until(lambda: host.has_joined(group, interface), f'{host.name} to join')
    return receiver


def ask_once(host, family=4):
    script = [QUERIER6] if family == 6 else [QUERIER, 3, 0]
    done = host.run([sys.executable, '-c', *script])
    assert done.status == 0, done.stderr


def start_querier(host, version=3, interval=0.2):
    querier = host.spawn([sys.executable, '-c', QUERIER, version, interval])
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


@pytest.mark.parametrize('family', [4, 6])
def test_datagrams_in_fragments_are_whole(family):
    with two_hosts() as world:
        a, b = world.hosts
        start_receiver(b, TARGETS[family], group=GROUPS[family])
        start_sender(a, GROUPS[family], size=4000)
        report = examine(b, TARGETS[family], '-i', 'eth0')
        assert report.causes == [], report.rungs
        assert report.state('firewall') == 'good' and report.summary['listened']['on_wire'] > 0


def test_rules_about_other_things_are_not_blamed():
    with sender_and_receiver() as world:
        a, b = world.hosts
        load_rules(b, chain('input', 'udp dport 6000 counter drop', 'tcp dport 5004 drop', 'ip daddr 239.1.2.4 drop',
                            'iifname "eth7" drop', 'ip saddr 10.0.0.77 counter drop'))
        start_sender(a, '239.1.2.4')
        report = examine(b, TARGETS[4], '-i', 'eth0')
        assert report.causes == [], report.rungs


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
    end = b.run([sys.executable, '-c', SENDER.replace('while True', 'for _ in range(1)'), GROUP, PORT, 'eth0', '', 1])
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


def test_a_switch_elsewhere_that_has_forgotten():
    with hosts_on_bridge(2, snooping=True) as world:
        a, b = world.hosts
        world.ip('link set dev br type bridge mcast_membership_interval 100')
        start_receiver(b)
        ask_once(a)
        wait_until(lambda: GROUP not in world.switch.learned(b), 'the membership to expire')
        start_sender(a)
        report = examine(b, TARGETS[4], '-i', 'eth0', '--wait', '1.5')
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
    assert examine(host, TARGETS[4], '-i', 'eth0', '--wait', '1.5').causes == ['snooping']
    assert examine(host, TARGETS[4], '-i', 'eth0').causes == []


def test_reports_that_do_not_leave():
    with snooped_bridge(2) as world:
        a, b = world.hosts
        load_rules(b, chain('output', 'ip protocol igmp counter drop'))
        start_receiver(b)
        start_sender(a)
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


def test_mld_reports_that_do_not_leave():
    with snooped_bridge(2) as world:
        a, b = world.hosts
        load_rules(b, chain('output', 'icmpv6 type mld2-listener-report counter drop'))
        start_sender(a, GROUP6)
        report = examine(b, TARGETS[6], '-i', 'eth0', '--all')
        assert 'version' in report.causes, report.rungs
        assert "'icmpv6 type mld2-listener-report counter drop'" in report.saw('version')


def test_queries_that_are_not_heard():
    with sender_and_receiver() as world:
        a, b = world.hosts
        load_rules(b, chain('input', 'ip protocol igmp drop'))
        start_querier(a)
        report = examine(b, TARGETS[4], '-i', 'eth0', '--wait', '2')
        assert report.causes == ['version'], report.rungs
        assert 'does not answer IGMP queries' in report.saw('version')
        assert "'ip protocol igmp drop'" in report.saw('version')
        mend(b, report)
        assert examine(b, TARGETS[4], '-i', 'eth0', '--wait', '2').causes == []


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
        start_sender(a)
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
