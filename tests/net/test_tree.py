"""Trees between hosts: rendezvous points and nodes at wildcard addresses, with the defaults (T-1, T-3, T-9, T-14)."""

import random
import re

import pytest

from support.checked_nodes import CheckedNode, count_of
from support.conditions import wait_until
from support.trees import Member, Node, wait_for_payloads
from support.world import World
from support.worlds import hosts_on_bridge, two_networks

BINARY = random.Random(4).randbytes(1400)
ETHERNET_MTU = 1500
AT_ONCE = 150  # payloads of 1000 bytes


def start_rdv(host, *options):
    return Member(host.spawn(['hostcast', 'rdv', '--json', *options]))


def start_node(host, rdv, *options):
    node = Node(host.spawn(['hostcast', 'node', '--json', '--rdv', rdv, *options]))
    node.host = host
    return node


def node_at(host, rdv, *options):
    node = start_node(host, rdv, *options)
    node.wait_for_place()
    return node


# A plain program on that host; nodes are in other namespaces than the test.
PUT = "import socket, sys; socket.socket(socket.AF_INET, 2).sendto(bytes.fromhex(sys.argv[1]) * int(sys.argv[2]), ('127.0.0.1', 10001))"
PUT_MANY = """
import socket, sys
program = socket.socket(socket.AF_INET, 2)
for number in range(int(sys.argv[1])):
    program.sendto(number.to_bytes(4, 'big') + bytes(996), ('127.0.0.1', 10001))
"""


def put(node, payload, times=1):
    result = node.host.run(['/usr/bin/python3', '-c', PUT, payload.hex(), times])
    assert result.status == 0, result.stderr


@pytest.mark.parametrize('family', [4, 6])
def test_a_tree_on_a_switch(family):
    with hosts_on_bridge(5) as world:
        point, *others = world.hosts
        rdv = point.address if family == 4 else point.address6
        start_rdv(point, f'-{family}')
        nodes = [node_at(host, rdv, f'-{family}', '--children', '2') for host in others]
        addresses = [f'{host.address}:10000' if family == 4 else f'[{host.address6}]:10000' for host in others]
        assert nodes[0].parent == 'root'
        assert {node.parent for node in nodes[1:]} <= set(addresses)
        for node, address in list(zip(nodes, addresses))[1:]:
            assert node.summary()['seen_as'] == address  # behind a wildcard it learns who it is
        put(nodes[3], BINARY)
        put(nodes[0], b'hello')
        wait_for_payloads(nodes, [BINARY, b'hello'])


def test_a_root_on_the_host_of_the_rendezvous_point():
    """It registers from loopback, which means another host elsewhere (T-3)."""
    with hosts_on_bridge(3) as world:
        point, one, other = world.hosts
        start_rdv(point)
        root = node_at(point, '127.0.0.1', '--listen', '0.0.0.0:10002')
        nodes = [root, node_at(one, point.address), node_at(other, point.address)]
        assert [node.parent for node in nodes] == ['root', f'{point.address}:10002', f'{point.address}:10002']
        put(nodes[2], b'hello')
        wait_for_payloads(nodes, [b'hello'])


def test_a_host_with_two_addresses_answers_from_the_one_that_was_asked():
    """T-1: the other node would take no answer from elsewhere."""
    with hosts_on_bridge(2) as world:
        point, other = world.hosts
        point.ip('address add 10.0.0.77/24 dev eth0')
        start_rdv(point)
        root = node_at(point, '127.0.0.1', '--listen', '0.0.0.0:10002')
        child = node_at(other, '10.0.0.77')
        assert child.parent == '10.0.0.77:10002'  # told as the asker found this host
        put(root, b'hello')
        wait_for_payloads([root, child], [b'hello'])
        # An address that came after the start.
        point.ip('address add 10.0.0.78/24 dev eth0')
        later = node_at(other, '10.0.0.78', '--listen', '0.0.0.0:10003')
        assert later.parent in ('10.0.0.78:10002', f'{other.address}:10000')


def test_another_network_is_refused_until_it_is_allowed():
    """T-14: what the notes suggest is enough."""
    with two_networks() as world:
        a, router, b = world.hosts
        point = start_rdv(router)
        root = node_at(a, '10.1.0.1')
        child = start_node(b, '10.2.0.1', '--retry', '0.1')
        told = root.process.wait_for(r'10\.2\.0\.2 is not served, its network is not allowed; to admit it: '
                                     r'--allow (10\.2\.0\.0/24) and, to keep those of now, --allow 127\.0\.0\.0/8 '
                                     r'--allow 10\.1\.0\.0/24\n', 'stderr')
        assert point.summary()['not_allowed'] == 0  # it is attached to both
        root.stop()
        child.wait_for_place()
        assert child.parent == 'root'
        refused = start_node(a, '10.1.0.1', '--allow', told[1], '--retry', '0.1')
        told = child.process.wait_for(r'to admit it: --allow (10\.1\.0\.0/24) and, ', 'stderr')
        child.stop()
        refused.wait_for_place()
        again = node_at(b, '10.2.0.1', '--allow', told[1])
        assert again.parent == f'{a.address}:10000'
        put(again, b'hello')
        wait_for_payloads([refused, again], [b'hello'])


def test_large_payloads_go_in_fragments():
    with hosts_on_bridge(2) as world:
        a, b = world.hosts
        start_rdv(a, '--listen', '0.0.0.0:10005')
        nodes = [node_at(host, f'{a.address}:10005') for host in (a, b)]
        put(nodes[1], BINARY, 46)
        put(nodes[1], b'x', ETHERNET_MTU - 28 - 5)
        wait_for_payloads(nodes, [BINARY * 46, b'x' * (ETHERNET_MTU - 28 - 5)])
        assert nodes[1].summary()['send_too_large'] == 0


def test_no_fragment_refuses_what_does_not_fit_and_says_the_limit():
    with hosts_on_bridge(2) as world:
        a, b = world.hosts
        start_rdv(a, '--listen', '0.0.0.0:10005')
        nodes = [node_at(host, f'{a.address}:10005', '--no-fragment') for host in (a, b)]
        most = ETHERNET_MTU - 28 - 5
        for size in (most + 1, most + 2, most):
            put(nodes[1], b'x', size)
        wait_for_payloads(nodes, [b'x' * most])
        assert nodes[1].summary()['send_too_large'] == 2
        assert nodes[1].process.stderr == (
            f'hostcast node: note: a datagram is too large for the path to {a.address}:10000, whose MTU is 1500 bytes: a '
            f'payload may have {most}, or go in fragments without --no-fragment (the summary counts further ones)\n')


@pytest.fixture
def two_ways():
    """a has a switch with b (eth0, 10.1.0.0/24) and one with c (eth1, 10.2.0.0/24)."""
    with World() as world:
        a, b, c = [world.host(name) for name in 'abc']
        world.bridge('br1', [a, b], '10.1.0.0/24')
        world.bridge('br2', [a, c], '10.2.0.0/24')
        c.ip('route add default via 10.2.0.1')
        yield a, b, c


def limit_rate(host, change, interface, rate):
    limited = host.run(['tc', 'qdisc', change, 'dev', interface, 'root', 'tbf', 'rate', rate, 'burst', '100kb',
                        'limit', '40mb'])
    if limited.status != 0:
        pytest.skip(f'no tbf here: {limited.stderr.strip()}')


@pytest.mark.parametrize('options', [(), ('--no-trains',)], ids=['trains', 'no trains'])
def test_a_child_behind_a_slow_link_loses_what_its_queue_cannot_hold_and_the_others_nothing(two_ways, tmp_path, options):
    count = 15000  # 15 MB: the reader of the output may take its time, the queue of a child is shorter
    a, b, c = two_ways
    start_rdv(a, '--listen', '0.0.0.0:10005')
    rdv = '10.1.0.1:10005'
    root, fast, slow = [CheckedNode(host, rdv, tmp_path, *options, *more)
                        for host, more in ((a, ['--stdin']), (b, []), (c, []))]
    assert (root.parent, fast.parent, slow.parent) == (None, '10.1.0.1:10000', '10.1.0.1:10000')
    limit_rate(a, 'add', 'eth1', '1mbit')
    # At this rate all of it would take two minutes: the fast one does not wait for the slow one. It gets no more at once
    # than its receive buffer holds, if it does not read for a while.
    for first in range(0, count, AT_ONCE):
        root.put_lines(range(first, first + AT_ONCE))
        fast.wait_for({0: [[0, first + AT_ONCE - 1]]})
    root.wait_for({0: [[0, count - 1]]})
    limit_rate(a, 'change', 'eth1', '50mbit')  # not faster than its receive buffer can be read
    at_root = root.counters()
    assert 0 < at_root['child_overflow'] < count
    assert (at_root['data_copied'], at_root['send_waits'], at_root['send_no_buffers']) == (2 * count, 0, 0)
    wait_until(lambda: count_of(slow.numbers()[0]) == count - at_root['child_overflow'],
               'the slow one to get all that its queue held')
    told = root.process.stderr
    assert told.count('the way to the child 10.2.0.2:10000 is too slow, and its queue is full') == 1
    assert re.search(rf'10\.2\.0\.2:10000 \(heard [\d.]+ s ago, has lost {at_root["child_overflow"]} payloads\)', told)
    assert not re.search(r'10\.1\.0\.2:10000 \([^)]*has lost', told)


def test_unreachable_children_do_not_disturb_the_others():
    """ICMP errors come back for a child that was killed; what goes to the other one is not lost by them."""
    with hosts_on_bridge(3) as world:
        a, b, c = world.hosts
        start_rdv(a, '--listen', '0.0.0.0:10005')
        root, killed, child = [node_at(host, f'{a.address}:10005') for host in (a, b, c)]
        killed.process.kill()
        result = a.run(['/usr/bin/python3', '-c', PUT_MANY, 500])
        assert result.status == 0, result.stderr
        wait_until(lambda: len(child.payloads) == 500, 'all payloads at the other child')
        summary = root.summary()
        assert summary['unreachable'] > 0
        assert (summary['send_failed'], summary['send_dropped']) == (0, 0)
