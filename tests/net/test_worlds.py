"""The worlds themselves, proven with plain programs: what they promise is what the other tests build on."""

import os
import signal
import sys

import pytest

from support import worlds
from support.conditions import wait_until
from support.peers import peer
from support.program import Process
from support.tree import REPOSITORY
from support.world import World

GROUP = '224.1.1.1'
OTHER_GROUP = '224.1.1.2'
ROUTED_GROUP = '239.1.2.3'
GROUP6 = 'ff02::101'
ROUTED_GROUP6 = 'ff05::1:3'
PORT = 10000


def start_receiver(host, group, *options):
    receiver = host.spawn(peer('multicast_receiver', group, PORT, *options))
    receiver.wait_for('^joined')
    return receiver


def start_sniffer(host):
    sniffer = host.spawn(peer('sniffer', 'eth0'))
    sniffer.wait_for('^sniffing')
    return sniffer


# Two hosts

def test_multicast_is_delivered_and_answered(two_hosts):
    a, b = two_hosts
    receiver = start_receiver(b, GROUP)
    sender = a.run(peer('multicast_sender', GROUP, PORT, 'hello'))
    assert f"answer 'ack' from {b.address} port {PORT}\n" in sender.stdout
    receiver.wait_for(f"received 'hello' from {a.address}")


@pytest.mark.parametrize('group', [GROUP6, ROUTED_GROUP6])
def test_ipv6_multicast_is_delivered_and_answered(two_hosts, group):
    a, b = two_hosts
    receiver = start_receiver(b, group, '--interface', 'eth0')
    sender = a.run(peer('multicast_sender', group, PORT, 'hello', '--interface', 'eth0'))
    assert "answer 'ack' from" in sender.stdout
    receiver.wait_for(f"received 'hello' from ({a.link_local()}|{a.address6}) ")


def test_addresses_are_as_documented(two_hosts):
    a, b = two_hosts
    assert (a.address, b.address) == ('10.0.0.1', '10.0.0.2')
    assert (a.address6, b.address6) == ('fd00::1', 'fd00::2')
    assert a.link_local().startswith('fe80::')


def test_has_joined_follows_the_membership(two_hosts):
    _, b = two_hosts
    groups = [(GROUP, ()), (GROUP6, ('--interface', 'eth0'))]
    for group, options in groups:
        assert not b.has_joined(group)
        receiver = start_receiver(b, group, *options)
        assert b.has_joined(group)
        assert not b.has_joined(group, 'lo')
        receiver.kill()
        wait_until(lambda: not b.has_joined(group), 'the end of the membership')


@pytest.mark.parametrize('address', ['127.0.0.1', '::1'])
def test_is_bound_follows_the_socket(host, address):
    for protocol in ('udp', 'tcp'):
        assert not host.is_bound(5001, protocol)
        server = host.spawn(peer(f'{protocol}_echo_server', address, 5001))
        wait_until(lambda: host.is_bound(5001, protocol), f'{protocol} port 5001')
        assert not host.is_bound(5001, 'tcp' if protocol == 'udp' else 'udp')
        server.kill()
        wait_until(lambda: not host.is_bound(5001, protocol), 'the end of the socket')


@pytest.mark.parametrize('protocol', ['udp', 'tcp'])
@pytest.mark.parametrize('address', ['127.0.0.1', '::1', '10.0.0.1', 'fd00::1'])
def test_echo_peers_understand_each_other(host, protocol, address):
    server = host.spawn(peer(f'{protocol}_echo_server', address, 5001))
    server.wait_for('^listening')
    client = host.run(peer(f'{protocol}_echo_client', address, 5001, 'one', 'zwölf'))
    assert client.status == 0, client.stderr
    assert "answer 'one'" in client.stdout and "answer 'zwölf'" in client.stdout
    server.wait_for('^received 3 bytes')


def test_settings_are_private_to_a_host(two_hosts):
    a, b = two_hosts
    a.set('ipv4/igmp_max_memberships', 3)
    read = ['cat', '/proc/sys/net/ipv4/igmp_max_memberships']
    assert a.run(read).stdout == '3\n'
    assert b.run(read).stdout != '3\n'


# Bridges

def test_twenty_hosts_on_a_bridge():
    with worlds.hosts_on_bridge(20) as world:
        first, *_, last = world.hosts
        assert last.address == '10.0.0.20'
        receivers = [start_receiver(host, GROUP) for host in world.hosts[1:]]
        sender = first.spawn(peer('multicast_sender', GROUP, PORT, 'hello'))
        for host in world.hosts[1:]:
            assert host.has_joined(GROUP)
        for receiver in receivers:
            receiver.wait_for(f"received 'hello' from {first.address}")
        assert sender.wait() == 0
        assert sender.stdout.count("answer 'ack'") == 19


@pytest.mark.parametrize('world_of_three, is_flooded', [(worlds.hosts_on_bridge, True), (worlds.snooped_bridge, False)])
@pytest.mark.parametrize('group, options', [(GROUP, ()), ('ff05::101', ('--interface', 'eth0'))])
def test_only_a_snooping_bridge_spares_the_others(world_of_three, is_flooded, group, options):
    with world_of_three(3) as world:
        a, b, c = world.hosts
        receiver = start_receiver(b, group, *options)
        if not is_flooded:
            wait_until(lambda: group in world.switch.learned(b), f'the bridge to learn {group}')
            assert group not in world.switch.learned(c)
        sniffer = start_sniffer(c)
        a.run(peer('multicast_sender', group, PORT, 'hello', *options))
        receiver.wait_for("received 'hello'")
        # What the same host sends later, the sniffer shows later.
        a.run(peer('multicast_sender', '224.0.0.251', PORT, 'to everybody'))
        sniffer.wait_for('> 224.0.0.251 ')
        assert (f'> {group} ' in sniffer.stdout) == is_flooded


def test_a_snooping_bridge_forgets_who_leaves():
    with worlds.snooped_bridge(3) as world:
        b = world.hosts[1]
        receiver = start_receiver(b, GROUP)
        wait_until(lambda: GROUP in world.switch.learned(b), 'the bridge to learn')
        receiver.kill()
        wait_until(lambda: GROUP not in world.switch.learned(b), 'the bridge to forget')


# Two networks

@pytest.mark.parametrize('version', [4, 6])
def test_unicast_crosses_the_router(two_networks, version):
    a, _, b = two_networks
    address = b.address if version == 4 else b.address6
    b.spawn(peer('udp_echo_server', address, 5001)).wait_for('^listening')
    assert "answer 'hello'" in a.run(peer('udp_echo_client', address, 5001, 'hello')).stdout


@pytest.mark.parametrize('group, options', [(ROUTED_GROUP, ()), (ROUTED_GROUP6, ('--interface', 'eth0'))])
def test_the_router_forwards_a_group_if_the_ttl_allows(two_networks, group, options):
    a, router, b = two_networks
    worlds.start_multicast_router(router)
    worlds.forward_group(router, group)
    receiver = start_receiver(b, group, *options)
    a.run(peer('multicast_sender', group, PORT, 'too short', *options, '--ttl', 1))
    sender = a.run(peer('multicast_sender', group, PORT, 'far enough', *options, '--ttl', 2))
    receiver.wait_for(f"received 'far enough' from ({a.address}|{a.address6}) ")
    assert 'too short' not in receiver.stdout
    assert "answer 'ack'" in sender.stdout


def test_the_router_forwards_no_other_group(two_networks):
    a, router, b = two_networks
    worlds.start_multicast_router(router)
    worlds.forward_group(router, ROUTED_GROUP)
    receiver, other = start_receiver(b, ROUTED_GROUP), b.spawn(peer('multicast_receiver', OTHER_GROUP, PORT + 1))
    other.wait_for('^joined')
    a.run(peer('multicast_sender', OTHER_GROUP, PORT + 1, 'astray', '--ttl', 9))
    a.run(peer('multicast_sender', ROUTED_GROUP, PORT, 'routed', '--ttl', 9))
    receiver.wait_for("received 'routed'")
    assert other.stdout.count('received') == 0


# Isolation and cleaning up

def test_worlds_do_not_see_each_other():
    with worlds.two_hosts() as one, worlds.two_hosts() as other:
        receivers = [start_receiver(world.hosts[1], GROUP) for world in (one, other)]
        one.hosts[0].run(peer('multicast_sender', GROUP, PORT, 'in one'))
        other.hosts[0].run(peer('multicast_sender', GROUP, PORT, 'in other'))
        receivers[0].wait_for("received 'in one'")
        receivers[1].wait_for("received 'in other'")
        assert [receiver.stdout.count('received') for receiver in receivers] == [1, 1]


def test_daemons_end_with_the_world():
    with World() as world:
        shell = world.host('a').spawn(['sh', '-c', 'setsid sleep infinity <&- >&- 2>&- & exec sleep infinity'])
        wait_until(lambda: len(processes_in(shell.pid)) == 4, 'holder, keeper and the two')
        pids = processes_in(shell.pid)
    assert not any(is_alive(pid) for pid in pids)


MAKE_A_WORLD_AND_WAIT = '''
import sys
from support import worlds
with worlds.two_hosts() as world:
    sleeper = world.hosts[0].spawn(['sleep', 'infinity'])
    print('pid', sleeper.pid, flush=True)
    sys.stdin.read()
'''


def test_nothing_is_left_over_when_the_tests_are_killed():
    python = Process([sys.executable, '-c', MAKE_A_WORLD_AND_WAIT], env={'PYTHONPATH': str(REPOSITORY / 'tests')})
    with python:
        pids = processes_in(int(python.wait_for(r'^pid (\d+)$')[1]))
        assert len(pids) == 4
        python.signal(signal.SIGKILL)
        assert python.wait() == -signal.SIGKILL
        wait_until(lambda: not any(is_alive(pid) for pid in pids), 'the end of all processes in the world')


def test_the_reason_for_skipping_is_given():
    ask = 'from support import namespaces; print(namespaces.why_unavailable())'
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$0" -c "$1"'
    with World() as world:
        answer = world.run(['sh', '-c', forbid, sys.executable, ask], env={'PYTHONPATH': str(REPOSITORY / 'tests')})
    assert answer.stdout.startswith('no network namespaces: unshare')


def processes_in(pid):
    """All processes in the process namespace of this one."""
    namespace = os.readlink(f'/proc/{pid}/ns/pid')
    return [other for other in os.listdir('/proc') if other.isdigit() and namespace_of(other) == namespace]


def namespace_of(pid):
    try:
        return os.readlink(f'/proc/{pid}/ns/pid')
    except OSError:  # it ended meanwhile, or belongs to somebody else
        return None


def is_alive(pid):
    return namespace_of(pid) is not None
