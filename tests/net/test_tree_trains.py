"""Trains between hosts (T-11): with and without them, on interfaces that cut trains and on those that do not, past
children that do not read or are gone, and what does not concern the tree."""

import shutil
import signal

import pytest

from support.checked_nodes import CheckedNode, are_within, count_of
from support.conditions import wait_until
from support.peers import peer
from support.program import environment
from support.trees import Member
from support.worlds import hosts_on_bridge

COUNT = 2000
SOURCE = 3
ALL = {SOURCE: [[0, COUNT - 1]]}
SIZES = '1000,1400,100,1000'


@pytest.fixture
def start(tmp_path):
    """start(world.hosts, options, ...) starts a rendezvous point on the first host, and a node with these options on
    each of the following ones."""
    def start(hosts, *options):
        point, *others = hosts
        Member(point.spawn(['hostcast', 'rdv', '--json', '--listen', '0.0.0.0:10005']))
        return [CheckedNode(host, f'{point.address}:10005', tmp_path, *words)
                for host, words in zip(others, options)]
    return start


def put(node, *options, count=COUNT):
    """Payloads of a program on the host of this node, in trains."""
    sent = node.host.run(peer('numbered_source', '127.0.0.1', 10001, '--source', SOURCE, '--count', count, '--sizes', SIZES,
                              '--per-train', 30, *options))
    assert (sent.status, sent.stdout) == (0, f'{count}\n'), sent.stderr


def set_cutting(hosts):
    """Their interfaces take no trains, as most real ones; the kernel cuts them before."""
    if not shutil.which('ethtool', path=environment()['PATH']):
        pytest.skip('ethtool is not installed (Debian package ethtool)')
    for host in hosts:
        changed = host.run(['ethtool', '-K', 'eth0', 'tx-udp-segmentation', 'off'])
        assert changed.status == 0, changed.stderr


# ---- With and without ----

@pytest.mark.parametrize('card', [True, False], ids=['the interface cuts trains', 'the kernel cuts trains'])
@pytest.mark.parametrize('single', [(), ('--per-train', 1)], ids=['put in by trains', 'put in one by one'])
def test_nodes_with_trains_and_nodes_without_make_one_tree(start, card, single):
    """The root, one of its two children, and one of the two leaves below each."""
    without, with_ = ['--children', '2', '--no-trains'], ['--children', '2']
    with hosts_on_bridge(8) as world:
        if not card:
            set_cutting(world.hosts)
        nodes = start(world.hosts, without, with_, without, with_, without, with_, without)
        put(nodes[0], *single)
        for node in nodes:
            node.wait_for(ALL)
        put(nodes[5], '--source', SOURCE + 1, count=1000)  # from a leaf by way of the root, which it has to ask for
        for node in nodes:
            node.wait_for({**ALL, SOURCE + 1: [[0, 999]]})
        for node in nodes:
            counts = node.counters()
            assert [counts[name] for name in ('child_overflow', 'kernel_drops', 'send_failed')] == [0, 0, 0]
            assert 'refuses to send several datagrams' not in node.process.stderr or '--no-trains' in node.process.args


def test_segments_larger_than_the_mtu_are_fragmented(start):
    """The system refuses such trains, but not their datagrams."""
    with hosts_on_bridge(3) as world:
        for host in world.hosts:
            host.ip('link set dev eth0 mtu 1000')
        root, child = start(world.hosts, [], [])
        put(root)
        for node in (root, child):
            node.wait_for(ALL)
        assert root.counters()['send_too_large'] == 0
        assert 'refuses to send several datagrams' not in root.process.stderr


def test_segments_larger_than_the_mtu_are_refused_alone_where_they_may_not_be_fragmented(start):
    """Of four trains two have segments of 1000 bytes and one of 100; with DATA these fit 1033 bytes, 1400 do not."""
    with hosts_on_bridge(3) as world:
        for host in world.hosts:
            host.ip('link set dev eth0 mtu 1033')
        root, child = start(world.hosts, ['--no-fragment'], [])
        put(root)
        root.wait_for(ALL)
        too_large = sum(1 for number in range(COUNT) if number // 30 % 4 == 1)
        wait_until(lambda: count_of(child.numbers().get(SOURCE, [])) == COUNT - too_large, 'all that fits')
        counts = root.counters()
        assert counts['send_too_large'] == too_large
        assert f'{child.address} (heard' in root.process.stderr
        assert f'has lost {too_large} payloads' in root.process.stderr


# ---- Children that are of no use ----

def test_children_that_do_not_read_or_are_gone_do_not_disturb_the_others(start):
    with hosts_on_bridge(6) as world:
        few = ['--children', '3']
        root, stopped, killed, live, below = start(world.hosts, few, [*few, '--rcvbuf', '1000000'], few, few, few)
        assert {stopped.parent, killed.parent, live.parent} == {root.address}
        stopped.process.signal(signal.SIGSTOP)
        killed.process.signal(signal.SIGKILL)
        killed.process.wait()
        count = 20000
        for number in range(10):  # a little later the receive buffer of the one that is stopped is full
            put(root, '--source', number, count=count // 10)
            live.wait_for({source: [[0, count // 10 - 1]] for source in range(number + 1)})
        counts = root.counters()
        assert counts['unreachable'] > 0
        assert [counts[name] for name in ('send_failed', 'send_dropped', 'child_overflow')] == [0, 0, 0]
        stopped.process.signal(signal.SIGCONT)
        if below.parent == live.address:
            below.wait_for(live.numbers())
        wait_until(lambda: stopped.counters()['kernel_drops'] > 0, 'drops to be counted')
        heard = stopped.numbers()
        assert all(are_within(ranges, [[0, count // 10 - 1]]) for ranges in heard.values())
        assert 0 < sum(map(count_of, heard.values())) < count


# ---- What is none of the tree's business ----

BROADCAST = """
import socket, sys
plain = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
plain.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
for _ in range(200):
    for address in sys.argv[1:]:
        plain.sendto(b'DATA\\nto everybody', (address, 10000))
"""


def turns_of(process):
    """How often it was given the processor, and how long it had it, in ticks."""
    with open(f'/proc/{process.pid}/status') as status:
        switches = sum(int(line.split()[1]) for line in status if 'ctxt_switches' in line)
    with open(f'/proc/{process.pid}/stat') as stat:
        fields = stat.read().rpartition(')')[2].split()
    return switches, int(fields[11]) + int(fields[12])


def must_rest(node):
    """Nothing comes, and nothing is due: while other programs come and go it does not run at all."""
    def is_resting():
        before = turns_of(node.process)
        for _ in range(5):
            node.host.run(['true'])
        return turns_of(node.process) == before

    wait_until(is_resting, f'{node.address} to rest, {turns_of(node.process)}')


def test_what_comes_to_all_hosts_neither_disturbs_a_node_nor_its_ways_to_children(start):
    with hosts_on_bridge(4) as world:
        root, child, _ = start(world.hosts, *[['--refresh', '100', '--hold', '200']] * 3)
        sent = world.hosts[0].run(['/usr/bin/python3', '-c', BROADCAST, '10.0.0.255', '224.0.0.1'])
        assert sent.status == 0, sent.stderr
        put(root)
        for node in (root, child):
            node.wait_for(ALL)
            wait_until(lambda: node.counters()['misaddressed'] == 200, 'the broadcasts; groups are not even heard')
            must_rest(node)


def test_a_node_rests_when_its_children_are_gone(start):
    """The system gives an ICMP error to any of the sockets at a port; it is read there, and does not wake the node
    again."""
    with hosts_on_bridge(8) as world:
        root, *children = start(world.hosts, *[['--children', '6', '--refresh', '100', '--hold', '200']] * 7)
        for child in children:
            child.process.signal(signal.SIGKILL)
            child.process.wait()
        put(root, count=1)
        wait_until(lambda: root.counters()['unreachable'] == len(children), 'an ICMP error of each')
        must_rest(root)


@pytest.mark.parametrize('listen', ['0.0.0.0:10000', '10.0.0.2:10000'])
def test_a_second_node_at_a_port_is_refused_with_the_name_of_the_first(start, listen):
    """The first one shares its port with its ways to the children, but with nobody else."""
    with hosts_on_bridge(2) as world:
        point, host = world.hosts
        start(world.hosts, [])
        second = host.run(['hostcast', 'node', '--rdv', f'{point.address}:10005', '--listen', listen, '--data-port', '0'])
        assert second.status == 4
        assert f'{listen} is in use by hostcast (process ' in second.stderr, second.stderr
