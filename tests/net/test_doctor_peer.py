"""Two doctors, --listen and --peer, in networks that have the faults of the rungs 11, 14, 15 and 16; and whom they serve."""

import ast
import contextlib
import ipaddress
import json
import shutil
import signal
import sys

import pytest

from support.conditions import wait_until
from support.doctor import Report
from support.peers import peer
from support.program import environment
from support.tree import PROGRAM
from support.world import World
from support.worlds import forward_group, hosts_on_bridge, start_multicast_router, two_legs

GROUP = '239.1.2.3'
GROUP6 = 'ff15::1:2:3'
PORT = 10002


def listen(host, *options, env=None):
    process = host.spawn(['hostcast', 'doctor', '--listen', '--json', *options], env=env)
    wait_until(lambda: host.is_bound(PORT), 'the listener')
    return process


class PeerReport(Report):
    """With what two doctors have found out together."""

    def __init__(self, result):
        super().__init__(result)
        self.peer = next((event for event in result.events if event['event'] == 'peer'), None)

    def arrived(self, way, kind):
        return self.peer[way][kind]['arrived']


def ask(host, listener, *options, group=GROUP):
    """Asks as a person would who has nothing joined: --all, to see every rung."""
    target = group if ':' in group else f'{group}:5004'
    return PeerReport(host.run(['hostcast', 'doctor', '--json', '--all', '--peer', listener, *options, target]))


def forward(router, group, *ways):
    """From each (source address, interface in, interface out) of the group."""
    for source, arrival, departure in ways:
        added = router.run(['smcroutectl', 'add', arrival, source, group, departure])
        assert added.status == 0, added.stderr


def need(program, package):
    if not shutil.which(program, path=environment()['PATH']):
        pytest.skip(f'{program} is not installed (Debian package {package})')


def drop_group(host, hook):
    """On the way in or on the way out of this host."""
    need('nft', 'nftables')
    rules = f'table ip test {{\n chain {hook} {{ type filter hook {hook} priority 0;\n  ip daddr {GROUP} drop\n }}\n}}\n'
    done = host.run(['nft', '-f', '-'], stdin=rules)
    assert done.status == 0, done.stderr


def drop_fragments(host):
    """Of what is passed on: those behind the first."""
    need('nft', 'nftables')
    rules = ('table inet test {\n chain forward { type filter hook forward priority 0;\n'
             '  ip frag-off & 0x1fff != 0 counter drop\n  frag frag-off != 0 counter drop\n }\n}\n')
    done = host.run(['nft', '-f', '-'], stdin=rules)
    assert done.status == 0, done.stderr


# Nothing is wrong

@pytest.mark.parametrize('family', [4, 6])
def test_two_healthy_hosts(two_hosts, family):
    a, b = two_hosts
    listener = listen(b, '-c', '1')
    report = ask(a, b.address if family == 4 else b.address6, group=GROUP if family == 4 else GROUP6)
    assert (report.status, report.causes, report.summary['verdict']) == (0, [], 'healthy'), report.rungs
    for way in ('to_peer', 'from_peer'):
        for kind in ('unicast', 'group', 'group_ttl_1', 'group_ttl_user', 'unicast_large', 'group_large'):
            count = report.peer[way][kind]
            assert (count['sent'], count['arrived'], count['repeated']) == (10, 10, 0), (way, kind)
        assert report.peer[way]['unicast']['ttl_least'] == 64
        assert report.peer[way]['mtu'] == 1500
    assert {rung['rung'] for rung in report.peer['peer_rungs']} == {*range(1, 11), 12, 13, 17}
    assert 'cause' not in {rung['state'] for rung in report.peer['peer_rungs']}
    for name in ('ttl', 'network', 'duplicates', 'fragments'):
        assert report.rungs[name]['state'] == 'good'
    assert listener.wait() == 0
    end = listener.wait_for_event('session_end')
    assert end['how'] == 'done'
    assert end['heard']['is_wire_seen'] and report.peer['to_peer']['is_wire_seen']  # both sides say the same
    assert listener.wait_for_event('summary')['sessions'] == 1


def start_receiver(host, interface='eth0'):
    receiver = host.spawn(['hostcast', 'recv', '--quiet', '-i', interface, f'{GROUP}:5004'])
    wait_until(lambda: host.has_joined(GROUP, interface), f'{host.name} to join')
    return receiver


def test_a_program_here_has_joined(two_hosts):
    """The peer's probes come after doctor made this host report, which says nothing of a switch; and afterwards doctor's
    own membership is not taken for a program's."""
    a, b = two_hosts
    receiver = start_receiver(a)
    listen(b)
    report = ask(a, b.address)
    assert (report.status, report.causes, report.summary['verdict']) == (0, [], 'healthy'), report.rungs
    assert report.rungs['snooping']['state'] == 'noted'
    receiver.signal(signal.SIGINT)
    assert receiver.wait() == 0
    report = ask(a, b.address)
    saw = report.rungs['membership']['saw']
    assert 'no program of this host has joined' in saw and 'sends to it' not in saw


def start_idle_sender(host):
    """Bound to the group's port, as those of market data and PTP are."""
    bind = ("import socket, sys; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
            "s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('', 5004)); sys.stdin.read()")
    host.spawn([sys.executable, '-c', bind])
    wait_until(lambda: host.is_bound(5004), 'the idle sender')


def test_who_is_bound_and_has_not_joined_explains_no_path(two_hosts):
    a, b = two_hosts
    for host in (a, b):
        start_idle_sender(host)
    listen(b)
    report = ask(a, b.address)
    assert (report.status, report.causes) == (0, []), report.rungs
    assert {'rung': 6, 'state': 'noted'} in report.peer['peer_rungs']
    assert ask(a, f'{b.address}:9').status == 7


@pytest.mark.parametrize('family', [4, 6])
def test_a_source_specific_group(two_hosts, family):
    """Each side joins for what the other one sends, whoever was named."""
    a, b = two_hosts
    addresses, group = ((a.address, b.address), '232.1.2.3') if family == 4 else ((a.address6, b.address6), 'ff35::4321')
    listener = listen(b)
    report = ask(a, addresses[1], group=f'{addresses[1]}@{group}')
    assert report.causes == [], report.rungs
    assert report.arrived('to_peer', 'group') == report.arrived('from_peer', 'group') == 10
    session = listener.wait_for_event('session')
    assert session['source'] == addresses[0]


def test_a_link_local_group(two_hosts):
    """Each side fills in the zone itself."""
    a, b = two_hosts
    listen(b)
    report = ask(a, f'{b.link_local()}%eth0', '-i', 'eth0', group='ff12::1:2:3')
    assert report.causes == [], report.rungs
    assert report.arrived('to_peer', 'group') == report.arrived('from_peer', 'group') == 10


def test_ttl_is_enough_for_the_routers(two_networks):
    a, router, b = two_networks
    start_multicast_router(router)
    forward(router, GROUP, (a.address, 'eth0', 'eth1'), (b.address, 'eth1', 'eth0'))
    listen(b, '--allow', '10.1.0.0/24')
    report = ask(a, b.address, '-t', '2')
    assert (report.status, report.causes) == (0, []), report.rungs
    assert '1 router' in report.rungs['ttl']['saw']
    assert report.arrived('to_peer', 'group_ttl_1') == 0
    assert report.peer['to_peer']['group']['ttl_least'] == 63


def test_text_for_people(two_hosts):
    a, b = two_hosts
    listener = b.spawn(['hostcast', 'doctor', '--listen'])
    listener.wait_for(r'listening at 0\.0\.0\.0:10002', 'stderr')
    result = a.run(['hostcast', 'doctor', '--peer', b.address, f'{GROUP}:5004'])
    assert result.status == 0, result
    assert f'with {b.address}:10002: arrived of what was sent\n' in result.stdout
    assert '  group, TTL 64      10 of 10, TTL 64 ' in result.stdout
    assert '  its own rungs      1 good, 2 good, 3 good, 4 good, ' in result.stdout
    listener.wait_for(rf'{a.address}:\d+: {GROUP}:5004 joined\n')
    listener.wait_for(rf'{a.address}:\d+: {GROUP}:5004 done; arrived here: 10 by unicast, 10 to the group; '
                      'sent: 10 by unicast, 10 to the group\n')
    listener.signal(signal.SIGINT)
    assert listener.wait() == 0
    listener.wait_for('hostcast doctor: 1 session\n', 'stderr')


# Rung 11

def test_ttl_too_small(two_networks):
    a, router, b = two_networks
    start_multicast_router(router)
    forward(router, GROUP, (a.address, 'eth0', 'eth1'), (b.address, 'eth1', 'eth0'))
    listen(b, '--allow', '10.1.0.0/24')
    report = ask(a, b.address)
    assert (report.status, report.causes) == (1, ['ttl']), report.rungs
    assert 'both ways, datagrams to the group with TTL 1 do not arrive, those with TTL 64 do: 1 router on the way' \
        in report.rungs['ttl']['saw']
    assert any('hostcast send -t 2 239.1.2.3:5004' in line for line in report.rungs['ttl']['remedy'])


# Rung 14

def test_a_router_that_forwards_no_groups(two_networks):
    a, router, b = two_networks
    listen(b, '--allow', '10.1.0.0/24')
    report = ask(a, b.address)
    assert (report.status, report.causes) == (1, ['network']), report.rungs
    network = report.rungs['network']
    assert f'between here and {b.address}, both ways, unicast passes (10 of 10 datagrams, 1 router between), the group ' \
        'does not (0 of 10 with TTL 64)' in network['saw']
    assert any(f'tree://{b.address}' in line for line in network['instead'])
    assert any(f'smcroutectl add IN {GROUP} OUT' in line for line in network['remedy'])


def test_a_router_that_forwards_one_way(two_networks):
    a, router, b = two_networks
    start_multicast_router(router)
    forward_group(router, GROUP)
    listen(b, '--allow', '10.1.0.0/24')
    report = ask(a, b.address, '-t', '2')
    assert (report.status, report.causes) == (1, ['network']), report.rungs
    assert f'from here to {b.address} the group passes (10 of 10)' in report.rungs['network']['saw']
    assert f'from {b.address} to here unicast passes' in report.rungs['network']['saw']


def test_a_switch_that_drops_groups():
    need('nft', 'nftables')
    with hosts_on_bridge(2) as world:
        a, b = world.hosts
        rules = ('table bridge test {\n chain forward { type filter hook forward priority 0;\n'
                 f'  ip daddr {GROUP} counter drop\n }}\n}}\n')
        done = world.run(['nft', '-f', '-'], stdin=rules)
        assert done.status == 0, done.stderr
        listen(b)
        report = ask(a, b.address)
        assert (report.status, report.causes) == (1, ['network']), report.rungs
        assert f'nor is it on the wire of {b.address}' in report.rungs['network']['saw']
        assert any('no router is between' in line for line in report.rungs['network']['remedy'])


def test_the_other_side_drops_it(two_hosts):
    """Its firewall does, behind the wire that it captures on: that is not the network."""
    a, b = two_hosts
    drop_group(b, 'input')
    listen(b)
    report = ask(a, b.address)
    assert (report.status, report.causes) == (1, ['network']), report.rungs
    saw = report.rungs['network']['saw']
    assert f"the group's datagrams reach eth0 of {b.address} and not its socket" in saw
    assert f'{b.address} has a cause of its own: firewall: ' in saw and 'rule' in saw
    assert report.rungs['network']['remedy'][0] == (
        f'first, on {b.address}, while somebody sends to it: hostcast doctor {GROUP}:5004')
    assert {'rung': 9, 'state': 'cause'} in report.peer['peer_rungs']


def test_the_rules_of_the_other_side_are_long_in_coming(two_hosts, tmp_path):
    """It answers all the same, and says what it knows without them."""
    a, b = two_hosts
    drop_group(b, 'input')
    never = tmp_path / 'nft'
    never.write_text('#!/bin/sh\nexec sleep infinity\n')
    never.chmod(0o755)
    listen(b, env={'PATH': f'{tmp_path}:{environment()["PATH"]}'})
    report = ask(a, b.address)
    assert (report.status, report.causes) == (1, ['network']), report.rungs
    saw = report.rungs['network']['saw']
    assert f"the group's datagrams reach eth0 of {b.address} and not its socket" in saw
    assert f'{b.address} has a cause of its own: firewall: ' in saw and 'most likely' not in saw
    assert {'rung': 9, 'state': 'cause'} in report.peer['peer_rungs']


def test_the_other_side_listens_before_it_joins(two_hosts, tmp_path):
    """However long its rules take: of a membership that is there already no report leaves, and it would miss it."""
    a, b = two_hosts
    need('nft', 'nftables')
    joined = tmp_path / 'joined'
    slow = tmp_path / 'nft'
    slow.write_text(f'#!/bin/sh\ntest -e {joined} || cat /proc/net/igmp >{joined}\n'
                    f'exec {shutil.which("nft", path=environment()["PATH"])} "$@"\n')
    slow.chmod(0o755)
    listen(b, env={'PATH': f'{tmp_path}:{environment()["PATH"]}'})
    report = ask(a, b.address)
    assert (report.status, report.causes) == (0, []), report.rungs
    group = int.from_bytes(ipaddress.ip_address(GROUP).packed, sys.byteorder)
    assert f'{group:08X}' not in joined.read_text()
    assert {'rung': 13, 'state': 'good'} in report.peer['peer_rungs']


def test_the_other_side_filters_by_the_way_back():
    """What a sends to the group comes from another address than what it sends to b, and b would reach that by eth1."""
    with World() as world:
        a, b, c = world.host('a'), world.host('b'), world.host('c')
        world.link(a, b, '10.0.0.0/24')
        world.link(c, b, '10.1.0.0/24')
        a.ip('address add 10.9.0.1/32 dev eth0', f'route add {GROUP} dev eth0 src 10.9.0.1')
        b.ip('route add 10.9.0.0/24 via 10.1.0.1', 'route add 224.0.0.0/4 dev eth0')
        b.set('ipv4/conf/eth0/rp_filter', 1)
        listen(b)
        report = ask(a, '10.0.0.2')
        assert (report.status, report.causes) == (1, ['network']), report.rungs
        assert '10.0.0.2 has a cause of its own: reverse-path filter: the way back to 10.9.0.1 goes by eth1' in (
            report.rungs['network']['saw'])
        assert {'rung': 8, 'state': 'cause'} in report.peer['peer_rungs']


def test_the_other_side_drops_it_and_a_program_here_has_joined(two_hosts):
    a, b = two_hosts
    drop_group(b, 'input')
    start_receiver(a)
    listen(b)
    report = ask(a, b.address)
    assert (report.status, report.causes) == (1, ['network']), report.rungs
    assert f"the group's datagrams reach eth0 of {b.address} and not its socket" in report.rungs['network']['saw']


def test_a_listener_that_may_not_capture(two_hosts):
    """Then it cannot tell its firewall from the network, and doctor says what would."""
    need('setpriv', 'util-linux')
    a, b = two_hosts
    drop_group(b, 'input')
    b.spawn(['setpriv', '--bounding-set', '-net_raw', '--inh-caps', '-net_raw', PROGRAM, 'doctor', '--listen'])
    wait_until(lambda: b.is_bound(PORT), 'the listener')
    report = ask(a, b.address)
    assert (report.status, report.causes) == (1, ['network']), report.rungs
    assert 'the group does not (0 of 10 with TTL 64)' in report.rungs['network']['saw']
    assert not report.peer['to_peer']['is_wire_seen']
    assert any(f'or {b.address} itself drops it: as root' in line for line in report.rungs['network']['remedy'])


def test_the_other_side_has_no_route(two_hosts):
    """It joins all the same, on the interface that it has, and says what is wrong with it."""
    a, b = two_hosts
    b.ip('route del 224.0.0.0/4')
    listen(b)
    report = ask(a, b.address)
    assert report.status == 1
    assert report.causes == ['network'], report.rungs
    assert 'cannot be reached' in report.rungs['network']['saw']
    assert f'{b.address} says: ' in report.rungs['network']['saw']
    assert report.arrived('to_peer', 'group') == 10
    assert report.arrived('from_peer', 'group') == 0


def test_the_other_side_may_not_send(two_hosts):
    a, b = two_hosts
    drop_group(b, 'output')
    listen(b)
    report = ask(a, b.address)
    assert (report.status, report.causes) == (1, ['network']), report.rungs
    assert f'{b.address} says: sending to {GROUP}:5004 is not permitted' in report.rungs['network']['saw']
    assert report.peer['from_peer']['group']['sent'] == 0
    assert report.arrived('to_peer', 'group') == 10


def test_the_other_side_may_not_join(two_hosts):
    """It tells why, and its own ladder tells it too."""
    a, b = two_hosts
    b.set('ipv4/igmp_max_memberships', 0)
    listen(b)
    report = ask(a, b.address)
    assert (report.status, report.causes) == (1, ['network']), report.rungs
    saw = report.rungs['network']['saw']
    assert f'{b.address} says: cannot join {GROUP}' in saw
    assert f'{b.address} has a cause of its own: joining: ' in saw
    assert {'rung': 5, 'state': 'cause'} in report.peer['peer_rungs']
    assert report.arrived('from_peer', 'group') == 10


RECEIVER = """
import socket, sys
group, interface, bind_to, is_shared = sys.argv[1:]
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
if is_shared == 'shared':
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((bind_to, 5004))
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + bytes(4)
             + socket.if_nametoindex(interface).to_bytes(4, sys.byteorder))
sys.stdin.read()
"""


def start_plain_receiver(host, bind_to='', is_shared='shared'):
    host.spawn([sys.executable, '-c', RECEIVER, GROUP, 'eth0', bind_to, is_shared])
    wait_until(lambda: host.has_joined(GROUP, 'eth0'), f'{host.name} to join')


@pytest.mark.parametrize('options', [(), ('--sender',)])
def test_the_program_of_the_other_side_is_bound_elsewhere(two_hosts, options):
    """All probes arrive, at a socket of doctor's; the program gets nothing."""
    a, b = two_hosts
    start_plain_receiver(b, b.address)
    listen(b)
    report = ask(a, b.address, *options)
    assert report.arrived('to_peer', 'group') == 10
    assert (report.status, report.causes) == (1, ['network']), report.rungs
    assert f'{b.address} has a cause of its own: binding: ' in report.rungs['network']['saw']
    assert report.rungs['network']['remedy'] == [f'first, on {b.address}: hostcast doctor {GROUP}:5004']
    assert f'at {b.address}, on its rung 7, binding' in report.summary['text']


def test_the_program_of_the_other_side_has_joined_elsewhere():
    """The network carries it to where the asker is."""
    with World() as world:
        a, b, c = world.host('a'), world.host('b'), world.host('c')
        world.link(a, b, '10.0.0.0/24')
        world.link(c, b, '10.1.0.0/24')
        a.ip('route add 224.0.0.0/4 dev eth0')
        b.ip('route add 224.0.0.0/4 dev eth0')
        start_receiver(b, 'eth1')
        listen(b)
        report = ask(a, '10.0.0.2', '--sender')
        assert (report.status, report.causes) == (1, ['network']), report.rungs
        assert report.arrived('to_peer', 'group') == 10
        saw = report.rungs['network']['saw']
        assert '10.0.0.2 has a cause of its own: membership: 239.1.2.3 comes in on eth0, but ' in saw
        assert 'not on the wire' not in saw and 'nor is it' not in saw


def test_a_program_of_the_other_side_that_does_not_share_its_port(two_hosts):
    """It gets all; what comes is counted on the wire."""
    a, b = two_hosts
    start_plain_receiver(b, is_shared='alone')
    listen(b)
    report = ask(a, b.address, '--sender')
    assert (report.status, report.causes) == (0, []), report.rungs
    assert report.arrived('to_peer', 'group') == 10
    assert 'counted on the wire alone' in report.rungs['network']['saw']


def test_a_port_in_use_where_nobody_may_capture(two_hosts):
    """That doctor could count nothing there is no fault of the network, and no health."""
    need('setpriv', 'util-linux')
    a, b = two_hosts
    start_plain_receiver(b, is_shared='alone')
    b.spawn(['setpriv', '--bounding-set', '-net_raw', '--inh-caps', '-net_raw', PROGRAM, 'doctor', '--listen'])
    wait_until(lambda: b.is_bound(PORT), 'the listener')
    report = ask(a, b.address, '--sender')
    assert (report.status, report.causes, report.rungs['network']['state']) == (0, [], 'unknown'), report.rungs
    assert 'is in use by' in report.rungs['network']['saw']
    assert report.verdict == 'silent'


def test_a_sender_needs_nothing_back(two_hosts):
    """A host that receives need not be allowed to send."""
    a, b = two_hosts
    drop_group(b, 'output')
    listen(b)
    report = ask(a, b.address, '--sender')
    assert (report.status, report.causes, report.rungs['network']['state']) == (0, [], 'noted'), report.rungs
    assert report.summary['text'] == f'No fault found: {GROUP}:5004 gets through to the other host.'


def test_a_sender_behind_a_router_that_forwards_one_way(two_networks):
    """That is how most are set. From the other side, where it is not, the same router is the cause."""
    a, router, b = two_networks
    start_multicast_router(router)
    forward_group(router, GROUP)
    listener = listen(b, '--allow', '10.1.0.0/24', '-c', '1')
    report = ask(a, b.address, '-t', '2', '--sender')
    assert (report.status, report.causes) == (0, []), report.rungs
    assert listener.wait() == 0
    listen(a, '--allow', '10.2.0.0/24')
    report = ask(b, a.address, '--sender')
    assert (report.status, report.causes) == (1, ['network']), report.rungs
    assert any(f'smcroutectl add IN {GROUP} OUT' in line for line in report.rungs['network']['remedy'])


@contextlib.contextmanager
def group_leaves_elsewhere():
    """a - b, and a's default route leads to a third host, as into a VPN."""
    with World() as world:
        a, b, c = world.host('a'), world.host('b'), world.host('c')
        world.link(a, b, '10.0.0.0/24')
        world.link(a, c, '10.1.0.0/24')
        a.ip('route add default via 10.1.0.2')
        b.ip('route add 224.0.0.0/4 dev eth0')
        yield a, b


def test_a_sender_whose_group_leaves_where_the_other_side_is_not():
    with group_leaves_elsewhere() as (a, b):
        start_receiver(b)
        listen(b)
        report = ask(a, '10.0.0.2', '--sender')
        assert (report.status, report.causes) == (1, ['route']), report.rungs
        assert 'leads out of eth1, but the peer is at eth0' in report.rungs['route']['saw']
        command = report.rungs['route']['commands'][0]
        assert command == 'ip route replace 239.0.0.0/8 dev eth0'
        a.ip(command.removeprefix('ip '))
        assert ask(a, '10.0.0.2', '--sender').causes == []


def test_a_program_here_that_names_its_interface_needs_no_route():
    """A receiver here has joined by name: the route is only noted."""
    with group_leaves_elsewhere() as (a, b):
        start_receiver(a)
        listen(b)
        report = ask(a, '10.0.0.2')
        assert (report.status, report.causes, report.rungs['route']['state']) == (0, [], 'noted'), report.rungs
        assert 'try -i eth0' in report.rungs['network']['saw']


# Rung 15

@contextlib.contextmanager
def two_routers():
    """a - (r1 and r2) - b: two routers between two networks, which both forward the group."""
    with World() as world:
        a, b, r1, r2 = (world.host(name) for name in ('a', 'b', 'r1', 'r2'))
        world.bridge('left', [r1, r2, a], '10.1.0.0/24')
        world.bridge('right', [r1, r2, b], '10.2.0.0/24')
        a.ip('route add default via 10.1.0.1')
        b.ip('route add default via 10.2.0.1')
        for router in (r1, r2):
            router.set('ipv4/ip_forward', 1)
        yield a, b, (r1, r2)


def mac(host, interface):
    return json.loads(host.run(['ip', '-j', 'link', 'show', interface]).stdout)[0]['address']


def test_two_routers_carry_it():
    with two_routers() as (a, b, routers):
        for router in routers:
            start_multicast_router(router)
            forward(router, GROUP, (a.address, 'eth0', 'eth1'), (b.address, 'eth1', 'eth0'))
        listen(b, '--allow', '10.1.0.0/24')
        report = ask(a, b.address, '-t', '2')
        assert (report.status, report.causes) == (1, ['duplicates']), report.rungs
        assert report.peer['to_peer']['group']['repeated'] == report.peer['from_peer']['group']['repeated'] == 10
        for router in routers:  # the one side and the other
            assert mac(router, 'eth0') in report.rungs['duplicates']['saw']
            assert mac(router, 'eth1') in report.rungs['duplicates']['saw']
        assert any('two routers or relays' in line for line in report.rungs['duplicates']['remedy'])


def test_two_interfaces_lead_to_it():
    """Both are on the same switch, and programs have joined on both."""
    with two_legs() as world:
        a, b = world.hosts
        for interface in ('eth0', 'eth1'):
            start_receiver(b, interface)
        listen(b)
        report = ask(a, '10.0.0.2')
        assert 'duplicates' in report.causes, report.rungs
        assert any('hostcast recv -i eth' in line for line in report.rungs['duplicates']['remedy'])
        assert {path['interface'] for path in report.peer['to_peer']['paths']} == {'eth0', 'eth1'}


def test_one_of_two_interfaces_that_lead_to_it_is_enough():
    """Both are on the same switch, but a program has joined on one of them, as one should."""
    with two_legs() as world:
        a, b = world.hosts
        start_receiver(b, 'eth1')
        listen(b)
        report = ask(a, '10.0.0.2')
        assert (report.status, report.causes) == (0, []), report.rungs
        assert {path['interface'] for path in report.peer['to_peer']['paths']} == {'eth1'}


def test_two_relays_carry_it_one_way():
    """Two faults: the one way nothing carries it, the other way two programs do, each under its own address."""
    with two_routers() as (a, b, routers):
        for router in routers:
            relay = router.spawn(peer('group_relay', GROUP, 5004, *router.addresses))
            relay.wait_for('ready\n')
        listen(b, '--allow', '10.1.0.0/24')
        report = ask(a, b.address)
        assert (report.status, report.causes) == (1, ['network', 'duplicates']), report.rungs
        assert f'from {b.address} to here unicast passes' in report.rungs['network']['saw']
        assert report.peer['to_peer']['group']['repeated'] == 10
        saw = report.rungs['duplicates']['saw']
        assert all(f'from {router.addresses[1]} ' in saw for router in routers)
        assert any('under addresses of their own' in line for line in report.rungs['duplicates']['remedy'])


def test_the_ttl_that_programs_are_seen_to_send_with_counts(two_networks):
    a, router, b = two_networks
    start_multicast_router(router)
    forward(router, GROUP, (a.address, 'eth0', 'eth1'), (b.address, 'eth1', 'eth0'))
    listen(b, '--allow', '10.1.0.0/24')
    for host in (a, b):
        sender = host.spawn(['hostcast', 'send', '--verbose', '-i', 'eth0', '-t', '5', '--interval', '0.02', '--count',
                             '1000000', f'{GROUP}:5004', 'hello'])
        sender.wait_for('message 1,', 'stderr')
    report = ask(a, b.address)
    assert report.causes == [], report.rungs
    assert 'TTL 5 is enough' in report.rungs['ttl']['saw']


# Rung 16

@pytest.mark.parametrize('family', [4, 6])
def test_a_router_that_drops_fragments(two_networks, family):
    a, router, b = two_networks
    here, there = (a.address, b.address) if family == 4 else (a.address6, b.address6)
    group = GROUP if family == 4 else GROUP6
    start_multicast_router(router)
    forward(router, group, (here, 'eth0', 'eth1'), (there, 'eth1', 'eth0'))
    drop_fragments(router)
    listen(b, '--allow', '10.1.0.0/24', '--allow', 'fd01::/64')
    report = ask(a, there, '-t', '2', group=group)
    assert (report.status, report.causes) == (1, ['fragments']), report.rungs
    assert 'those of 3000 bytes, in fragments, do not: by unicast and to the group' in report.rungs['fragments']['saw']
    most = 1472 if family == 4 else 1452
    assert any(f'at most {most} bytes' in line for line in report.rungs['fragments']['remedy'])


def test_a_switch_that_drops_fragments_and_a_program_here_has_joined():
    need('nft', 'nftables')
    with hosts_on_bridge(2) as world:
        a, b = world.hosts
        rules = ('table bridge test {\n chain forward { type filter hook forward priority 0;\n'
                 '  ip daddr 224.0.0.0/4 ip frag-off & 0x1fff != 0 drop\n }\n}\n')
        done = world.run(['nft', '-f', '-'], stdin=rules)
        assert done.status == 0, done.stderr
        start_receiver(a)
        listen(b)
        report = ask(a, b.address)
        assert (report.status, report.causes) == (1, ['fragments']), report.rungs


# Two faults at once

@pytest.mark.parametrize('larger', ['here', 'there'])
def test_an_mtu_larger_than_the_networks(two_hosts, larger):
    a, b = two_hosts
    end = {'here': a, 'there': b}[larger]
    end.ip('link set eth0 mtu 9000')
    listen(b)
    report = ask(a, b.address)
    assert (report.status, report.causes) == (1, ['fragments']), report.rungs
    assert 'the MTU where they leave is 9000, and 1500 at the other end' in report.rungs['fragments']['saw']
    remedy, advice, *_ = report.rungs['fragments']['remedy']
    assert 'at most 1472 bytes' in advice
    done = end.run(['sh', '-c', remedy.split('network: ')[1].replace('INTERFACE', 'eth0')])
    assert done.status == 0, done.stderr
    assert ask(a, b.address).causes == []


def first_cause(host, listener, *options):
    report = PeerReport(host.run(['hostcast', 'doctor', '--json', '--peer', listener, *options, f'{GROUP}:5004']))
    assert report.status == (1 if report.causes else 0)
    return report.causes[0] if report.causes else None


def test_ttl_and_fragments(two_networks):
    """The first is named; once it is mended, the second; and then none."""
    a, router, b = two_networks
    start_multicast_router(router)
    forward(router, GROUP, (a.address, 'eth0', 'eth1'), (b.address, 'eth1', 'eth0'))
    drop_fragments(router)
    listen(b, '--allow', '10.1.0.0/24')
    assert first_cause(a, b.address) == 'ttl'
    assert first_cause(a, b.address, '-t', '2') == 'fragments'
    assert router.run(['nft', 'delete', 'table', 'inet', 'test']).status == 0
    assert first_cause(a, b.address, '-t', '2') is None


def test_no_forwarding_and_ttl(two_networks):
    a, router, b = two_networks
    listen(b, '--allow', '10.1.0.0/24')
    assert first_cause(a, b.address) == 'network'
    start_multicast_router(router)
    forward(router, GROUP, (a.address, 'eth0', 'eth1'), (b.address, 'eth1', 'eth0'))
    assert first_cause(a, b.address) == 'ttl'
    assert first_cause(a, b.address, '-t', '2') is None


# Whom it serves, and what it does not do for anybody

def test_other_networks_must_be_allowed(two_networks):
    a, router, b = two_networks
    listener = listen(b)
    report = ask(a, b.address)
    assert report.status == 7 and not report.peer['is_answering']
    assert 'does not answer' in report.peer['error']
    listener.wait_for(r'--allow 10\.1\.0\.0/24', 'stderr')
    listener.signal(signal.SIGINT)
    assert listener.wait_for_event('summary')['not_allowed'] > 0
    assert listener.stderr.count('is not served') == 1


def test_nobody_listens(two_hosts):
    a, b = two_hosts
    report = ask(a, b.address)
    assert report.status == 7
    assert 'nobody listens' in report.peer['error']


class Stranger:
    """Says any bytes from a host, and shows what comes back."""

    def __init__(self, host, to):
        self._process = host.spawn(peer('udp_talker', to))

    def say(self, text):
        self._process.send_line(f'{PORT} ' + text.replace('\n', '\\n'))

    def hears(self):
        return ast.literal_eval(self._process.wait_for(rf'^received (.*) from \S+ port {PORT}\n')[1])


def padded(text):
    return text.ljust(1200)


def field(message, key):
    return next(line.removeprefix(f'{key} ') for line in message.splitlines() if line.startswith(f'{key} '))


def join(token, group=f'{GROUP} 5004', size=3000):
    return padded(f'JOIN\nsession 7\ntoken {token}\ngroup {group}\nttl 1\nsize {size}\n')


def test_a_forged_request_gets_little_and_starts_nothing(two_hosts):
    a, b = two_hosts
    listener = listen(b)
    stranger = Stranger(a, b.address)
    stranger.say('HELO\nsession 7\n')  # too short to be answered
    stranger.say('what?')
    stranger.say(join(1))  # no token was given
    stranger.say(padded('TELL\nsession 7\ntoken 1\n'))
    stranger.say(padded('HELO\nsession 7\n'))
    answer = stranger.hears()  # the first that comes back
    assert answer.startswith('TOKN\nsession 7\ntoken ') and len(answer) < 60
    stranger.say(join(int(field(answer, 'token')) ^ 1))
    stranger.say(padded('HELO\nsession 8\n'))
    assert stranger.hears().startswith('TOKN\nsession 8\n')
    assert not b.has_joined(GROUP)
    listener.signal(signal.SIGINT)
    summary = listener.wait_for_event('summary')
    assert {key: summary[key] for key in ('sessions', 'too_short', 'malformed', 'unproven', 'stale')} == {
        'sessions': 0, 'too_short': 1, 'malformed': 1, 'unproven': 2, 'stale': 1}


# Of datagrams of 1,200 bytes a receive buffer of the usual 208 KiB has room for ninety, however long it is not read.
AT_ONCE = 50


def pour(listener, stranger, texts):
    """Says them all, and returns when all were taken: who asks without end loses nothing to a listener that is slow."""
    for begin in range(0, len(texts), AT_ONCE):
        for text in texts[begin:begin + AT_ONCE]:
            stranger.say(text)
        stranger.say('the end')
        ends = begin // AT_ONCE + 1
        wait_until(lambda: (listener.signal(signal.SIGUSR1), listener.wait_for_event('summary'))[1]['malformed'] == ends,
                   'all to be taken')


def test_answers_have_a_rate(two_hosts):
    a, b = two_hosts
    listener = listen(b)
    stranger = Stranger(a, b.address)
    pour(listener, stranger, [padded('HELO\nsession 7\n')] * 1000)
    listener.signal(signal.SIGINT)
    summary = listener.wait_for_event('summary')
    assert summary['too_soon'] > 0
    answers = {stranger.hears() for _ in range(1000 - summary['too_soon'])}
    assert len(answers) == 1  # the same token each time


def test_nobody_takes_the_token_of_another(two_hosts):
    """However many ask meanwhile."""
    a, b = two_hosts
    listener = listen(b)
    first, crowd = Stranger(a, b.address), Stranger(a, b.address)
    first.say(padded('HELO\nsession 7\n'))
    token = field(first.hears(), 'token')
    pour(listener, crowd, [padded(f'HELO\nsession {session}\n') for session in range(100, 140)])
    first.say(join(token))
    assert first.hears().startswith('JYES\n')


def test_refusals_are_told_as_often_as_answered(two_hosts):
    a, b = two_hosts
    listener = listen(b)
    stranger = Stranger(a, b.address)
    stranger.say(padded('HELO\nsession 7\n'))
    token = field(stranger.hears(), 'token')
    pour(listener, stranger, [join(token, group='224.0.0.5 5004')] * 500)
    listener.signal(signal.SIGINT)
    summary = listener.wait_for_event('summary')
    assert summary['refusals'] == 500 - summary['too_soon'] < 100


def test_large_probes_are_as_large_as_it_takes(two_hosts):
    """Whatever a stranger asks for."""
    a, b = two_hosts
    listen(b)
    stranger = Stranger(a, b.address)
    stranger.say(padded('HELO\nsession 7\n'))
    token = field(stranger.hears(), 'token')
    stranger.say(join(token, size=65000))
    assert field(stranger.hears(), 'token') == token  # so that nobody else can say yes
    stranger.say(padded(f'TELL\nsession 7\ntoken {token}\n'))
    assert field(stranger.hears(), 'token') == token
    probes = [stranger.hears() for _ in range(4)]
    assert {len(probe) for probe in probes if 'large' in field(probe, 'kind')} == {3000}


def test_who_was_served_lets_others_begin(two_hosts):
    a, b = two_hosts
    listen(b)
    stranger = Stranger(a, b.address)
    stranger.say(padded('HELO\nsession 7\n'))
    token = field(stranger.hears(), 'token')
    stranger.say(join(token))
    assert stranger.hears().startswith('JYES\n')
    stranger.say(f'PART\nsession 7\ntoken {token}\n')
    stranger.say(join(token))  # a late copy begins nothing
    stranger.say(padded('HELO\nsession 8\n'))
    answer = stranger.hears()
    assert answer.startswith('TOKN\nsession 8\n')
    stranger.say(join(field(answer, 'token')).replace('session 7', 'session 8'))
    answer = stranger.hears()
    assert answer.startswith('JNOT\n') and int(field(answer, 'again_ms')) > 0


@pytest.mark.parametrize('group', ['224.0.0.5 5004', 'ff15::5 5004'])
def test_some_groups_are_joined_for_nobody(two_hosts, group):
    """Those of a link's own protocols, and those of the other family."""
    a, b = two_hosts
    listener = listen(b)
    stranger = Stranger(a, b.address)
    stranger.say(padded('HELO\nsession 7\n'))
    stranger.say(join(field(stranger.hears(), 'token'), group=group))
    answer = stranger.hears()
    assert answer.startswith('JNOT\n') and field(answer, 'again_ms') == '0'
    assert listener.wait_for_event('refusal')['problem'] == field(answer, 'text')


# Says nothing else than its arguments: what it answers to HELO, JOIN and TELL, each followed by session and token; and
# prints what it is asked.
LISTENER_OF_THREE_WORDS = f"""
import socket, sys, time
ANSWERS = dict(zip((b'HELO', b'JOIN', b'TELL'), (word.encode().decode('unicode_escape') for word in sys.argv[1:])))
listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
listener.bind(('0.0.0.0', {PORT}))
while True:
    request, asker = listener.recvfrom(65536)
    print(request[:4].decode(), flush=True)
    answer = ANSWERS.get(request[:4])
    if answer:
        session = request.split(b'\\n')[1].decode()
        kind, rest = answer.split('\\n', 1)
        listener.sendto(f'{{kind}}\\n{{session}}\\n{{rest}}'.encode(), asker)
"""


def listen_falsely(host, *answers):
    listener = host.spawn([sys.executable, '-c', LISTENER_OF_THREE_WORDS, *answers])
    wait_until(lambda: host.is_bound(PORT), 'the listener')
    return listener


def test_who_should_ask_again_too_late_does_not_wait(two_hosts):
    a, b = two_hosts
    listen_falsely(b, r'TOKN\ntoken 9\n', r'JNOT\ntoken 9\nagain_ms 60000\ntext later\n')
    report = ask(a, b.address)
    assert report.peer['error'] == 'the other side refuses: later'


def test_a_report_without_the_token_is_none(two_hosts):
    """Members of the group see the session's number, and could invent one."""
    a, b = two_hosts
    listen_falsely(b, r'TOKN\ntoken 9\n', r'JYES\ntoken 9\n', r'TOLD\ntoken 8\nis_done 1\n')
    report = ask(a, b.address)
    assert 'answers no more' in report.peer['error']


def test_who_never_comes_to_an_end_is_left(two_hosts, monkeypatch):
    monkeypatch.setattr('support.program.LIMIT_SECONDS', 60)  # doctor has 30 s
    a, b = two_hosts
    listen_falsely(b, r'TOKN\ntoken 9\n', r'JYES\ntoken 9\n', r'TOLD\ntoken 9\nis_done 0\n')
    report = ask(a, b.address)
    assert 'did not come to an end in 30 s' in report.peer['error']


def test_who_falls_silent_is_left(two_hosts):
    a, b = two_hosts
    listener = listen(b, '-c', '1')
    stranger = Stranger(a, b.address)
    stranger.say(padded('HELO\nsession 7\n'))
    stranger.say(join(field(stranger.hears(), 'token')))
    assert stranger.hears().startswith('JYES\n')
    wait_until(lambda: b.has_joined(GROUP), 'the listener to join')
    assert listener.wait() == 0
    assert listener.wait_for_event('session_end')['how'] == 'silent'
    assert not b.has_joined(GROUP)


def test_two_ask_at_once():
    """One after the other is served."""
    with hosts_on_bridge(3) as world:
        a, b, c = world.hosts
        listener = listen(b, '-c', '2')
        askers = [host.spawn(['hostcast', 'doctor', '--json', '--peer', b.address, f'{GROUP}:5004']) for host in (a, c)]
        for asker in askers:
            assert asker.wait() == 0, asker.describe()
        assert listener.wait() == 0
        assert listener.wait_for_event('summary')['sessions'] == 2


def test_at_another_address_and_port(two_hosts):
    a, b = two_hosts
    b.spawn(['hostcast', 'doctor', f'--listen={b.address}:12345'])
    wait_until(lambda: b.is_bound(12345), 'the listener')
    assert ask(a, f'{b.address}:12345').causes == []


def test_listening_has_a_deadline(two_hosts):
    _, b = two_hosts
    assert b.run(['hostcast', 'doctor', '--listen', '-W', '0.1']).status == 1
    assert b.run(['hostcast', 'doctor', '--listen', '-W', '0.1', '-c', '1']).status == 1
    refused = b.run(['hostcast', 'doctor', '--listen=239.1.2.3'])
    assert refused.status == 2 and 'must be an address of this host' in refused.stderr


def test_a_signal_ends_the_conversation(two_hosts):
    """The other side is told."""
    a, b = two_hosts
    listener = listen(b, '-c', '1')
    asker = a.spawn(['hostcast', 'doctor', '--peer', b.address, f'{GROUP}:5004'])
    listener.wait_for_event('session')
    asker.signal(signal.SIGINT)
    asker.wait()
    assert listener.wait() == 0
    assert listener.wait_for_event('session_end')['how'] == 'done'


def test_a_signal_before_the_answer_ends_the_conversation_too(two_hosts):
    """Nobody knows then whether the other side has begun."""
    a, b = two_hosts
    listener = listen_falsely(b, r'TOKN\ntoken 9\n')
    asker = a.spawn(['hostcast', 'doctor', '--peer', b.address, f'{GROUP}:5004'])
    listener.wait_for('^JOIN$')
    asker.signal(signal.SIGINT)
    asker.wait()
    listener.wait_for('^PART$')


def test_on_one_and_the_same_host(host):
    listen(host)
    report = ask(host, host.address)
    assert report.causes == [], report.rungs
    assert report.arrived('to_peer', 'group') == report.arrived('from_peer', 'group') == 10
