"""What a tree is for: groups where the network carries none, and a steady 100 Mbit/s."""

import re
import shutil
import signal
import struct

import pytest

from support.conditions import wait_until
from support.program import environment, resolve
from support.text_nodes import counters, wait_for_place
from support.trees import Member, Node
from support.world import World

GROUP = '239.1.2.3'
PORT = 5004

# iperf -u: a number of four bytes, from 1 on (of the last one it is negative), seconds and microseconds, and filling.
IPERF_SIZE = 1470
IPERF_NUMBER = struct.Struct('!i')


# ---- Three networks ----

@pytest.fixture
def three_networks():
    """Two hosts in each of 10.1.0.0/24, 10.2.0.0/24 and 10.3.0.0/24, and a router between them that forwards no group:
    a list of six hosts, network by network."""
    with World() as world:
        router = world.host('router')
        router.set('ipv4/ip_forward', 1)
        hosts = []
        for number in (1, 2, 3):
            pair = [world.host(f'n{number}{letter}') for letter in 'ab']
            world.bridge(f'br{number}', [router, *pair], f'10.{number}.0.0/24')
            for host in pair:
                host.ip(f'route add default via 10.{number}.0.1')
            hosts += pair
        yield hosts


class Trial:
    """A rendezvous point on the first host and a node on each, with the defaults and some --allow."""

    def __init__(self, hosts, allowed):
        allow = [word for network in sorted(allowed) for word in ('--allow', network)]
        point, *_ = hosts
        self.rdv = point.spawn(['hostcast', 'rdv', *allow])
        self.rdv.wait_for('listening', 'stderr')
        self.nodes = [host.spawn(['hostcast', 'node', '--rdv', point.address, *listen, '--stdin', *allow])
                      for host, listen in zip(hosts, [('--listen', '0.0.0.0:10002'), *[()] * 5])]
        for node in self.nodes:
            node.wait_for('listening', 'stderr')

    def suggested(self):
        """What the notes of all of them say would help."""
        notes = ''.join(process.stderr for process in (self.rdv, *self.nodes))
        advice = re.findall(r'is not served, its network is not allowed; to admit it: (.*)\n', notes)
        return {network for line in advice for network in re.findall(r'--allow ([^\s,]+)', line)}

    def is_whole(self):
        """Everybody has found a place."""
        notes = [node.stderr for node in self.nodes]
        attached = sum('note: is now a child of' in text for text in notes)
        roots = sum('note: is now the root' in text for text in notes)
        return (attached, roots) == (len(self.nodes) - 1, 1)

    def stop(self):
        for process in (*self.nodes, self.rdv):
            process.signal(signal.SIGINT)
            assert process.wait() == 0, process.describe()


def test_a_tree_carries_what_the_network_does_not(three_networks, measured):
    a, neighbour, *others = three_networks

    # Plain multicast reaches the neighbour, and nobody else.
    receivers = [host.spawn(['hostcast', 'recv', GROUP]) for host in (neighbour, *others)]
    for receiver in receivers:
        receiver.wait_for('joined', 'stderr')
    assert a.run(['hostcast', 'send', '--ttl', 9, GROUP, 'by multicast']).status == 0
    receivers[0].wait_for(': by multicast$')

    # The tree, first without --allow, then with what the program says.
    allowed = set()
    for round in range(1, 5):
        trial = Trial(three_networks, allowed)
        wait_until(lambda: trial.is_whole() or trial.suggested() - allowed, 'a tree, or advice')
        if trial.is_whole() and not trial.suggested() - allowed:
            break
        # All three networks have somebody who asks the rendezvous point.
        wait_until(lambda: len(allowed | trial.suggested()) >= 2, 'advice on the others')
        allowed |= trial.suggested()
        trial.stop()
    assert trial.is_whole(), trial.rdv.describe()
    measured(f'three networks: whole in trial {round} with --allow {" --allow ".join(sorted(allowed))}')
    for number, node in enumerate(trial.nodes):
        node.send_line(f'by tree {number}')
    expected = sorted(f'by tree {number}' for number in range(len(trial.nodes)))
    for node in trial.nodes:
        wait_until(lambda: node.stdout.count('\n') == len(expected), f'all payloads, {node.describe()}')
        assert sorted(node.stdout.splitlines()) == expected

    # The same verbs as for the group, and by now the group would have arrived.
    allow = [word for network in sorted(allowed) for word in ('--allow', network)]
    receiver = others[-1].spawn(['hostcast', 'recv', '--listen', '0.0.0.0:10003', *allow, f'tree://{a.address}'])
    receiver.wait_for('is now a child of', 'stderr')
    assert others[0].run(['hostcast', 'send', f'tree://{a.address}', 'by verb']).status == 0
    receiver.wait_for('by verb')
    assert [process.stdout for process in receivers[1:]] == [''] * len(others)


# ---- 100 Mbit/s ----

@pytest.fixture
def iperf():
    """iperf(host, '-t', 1) runs it at 100 Mbit/s against the data port, and tells how many datagrams it has sent.

    Nobody there answers the statistics that it wants at the end, so it does without.
    """
    if not shutil.which('iperf', path=environment()['PATH']):
        pytest.skip('iperf is not installed (Debian package iperf)')

    def iperf(host, *options):
        result = host.run(['iperf', '-u', '-c', '127.0.0.1', '-p', 10001, '-b', '100M', '--no-udp-fin', *options])
        sent = re.search(r'Sent (\d+) datagrams', result.stdout)
        assert result.status == 0 and sent, result
        return int(sent[1]) - 1  # its report counts one more than leave it
    return iperf


class FileNode:
    """A node on loopback that writes its payloads into a file."""

    def __init__(self, host, number, directory, data_port, *options):
        self.address = f'127.0.0.{number + 2}:10000'
        self._file = directory / f'payloads of {number}'
        node = resolve(['hostcast', 'node', '--rdv', '127.0.0.1', '--listen', self.address, '--data-port', data_port,
                        '--output', 'raw', *options])
        self.process = host.spawn(['sh', '-c', 'file=$0; exec "$@" >"$file"', self._file, *node])
        self.parent = wait_for_place(self.process)

    def numbers(self):
        """What iperf has numbered and this node has written."""
        data = self._file.read_bytes()
        assert len(data) % IPERF_SIZE == 0
        return [abs(IPERF_NUMBER.unpack_from(data, start)[0]) for start in range(0, len(data), IPERF_SIZE)]


@pytest.fixture
def eight_nodes(host, tmp_path, request):
    """The first one is the root; the last one has no children, and the data port that iperf sends to."""
    options = getattr(request, 'param', ())
    host.spawn(['hostcast', 'rdv', '--listen', '127.0.0.1']).wait_for('listening', 'stderr')
    nodes = [FileNode(host, number, tmp_path, 10001 if number == 7 else 0, *options) for number in range(8)]
    assert [node.parent for node in nodes].index(None) == 0
    return nodes


# The kernel counts a train that it drops as one: only without trains is everything counted to the last datagram.
counting_each = pytest.mark.parametrize('eight_nodes', [('--no-trains',)], indirect=True, ids=['no trains'])


DROPS = ('kernel_drops', 'send_no_buffers', 'send_failed', 'child_overflow')


def losses_of(nodes, sent):
    """What each of them has not got, by iperf's numbers, and what each has counted as dropped; both must fit."""
    root, entry = nodes[0], nodes[-1]
    above = {node: next((other for other in nodes if other.address == node.parent), entry) for node in nodes}
    counts, dropped = {}, {}

    def is_settled():
        """All that went in at one end of a link has come out at the other, or is counted as dropped at either (control
        messages too: so nothing may move any more)."""
        before = dict(counts)
        counts.update({node: counters(node.process) for node in nodes})
        if counts != before:
            return False
        dropped.update({node: sum(counts[node][name] for name in DROPS) for node in nodes})
        given = {node: counts[above[node]]['data_delivered'] for node in nodes}
        given[root] = counts[entry]['input_sent']
        return (counts[entry]['input'] + dropped[entry] >= sent and
                all(counts[node]['data_delivered'] + dropped[node] + dropped[above[node]] >= given[node]
                    for node in nodes))

    wait_until(is_settled, f'all of {sent} to arrive or to be counted')
    numbers = {node: node.numbers() for node in nodes}
    for node in nodes:
        assert numbers[node] == sorted(set(numbers[node]))  # each once, in their order
        assert set(numbers[node]) <= set(numbers[above[node]] if node is not root else range(1, sent + 1))
        assert len(numbers[node]) == counts[node]['data_delivered']
    assert counts[entry]['input_overflow'] == counts[entry]['input_lost'] == 0
    return {node: sent - len(numbers[node]) for node in nodes}, dropped


@counting_each
def test_iperf_at_100_mbits_through_eight_nodes(host, eight_nodes, iperf, measured):
    """Whatever a member has not got is counted, on the way to it."""
    sent = iperf(host, '-t', 1)
    losses, dropped = losses_of(eight_nodes, sent)
    measured(f'iperf: of {sent} datagrams at 100 Mbit/s the eight members have lost {list(losses.values())}; '
             f'counted as dropped: {list(dropped.values())}')


@pytest.mark.parametrize('eight_nodes', [('--no-trains', '--rcvbuf', '1000000')], indirect=True, ids=['small buffers'])
def test_what_is_lost_of_iperf_is_counted_where_it_was_lost(host, eight_nodes, iperf, measured):
    """A member that stands still for a while loses what its receive buffer does not hold, and all below it with it."""
    root, *_ = eight_nodes
    parents = {node.parent for node in eight_nodes}
    still = next(node for node in eight_nodes if node is not root and node.address in parents)
    still.process.signal(signal.SIGSTOP)
    sent = iperf(host, '-t', 1)
    still.process.signal(signal.SIGCONT)
    losses, dropped = losses_of(eight_nodes, sent)
    measured(f'iperf: of {sent} datagrams a member that stood still has lost {losses[still]}')
    assert 0 < losses[still] <= sum(dropped.values())
    assert all(losses[node] >= losses[still] for node in eight_nodes if node.parent == still.address)


def test_datagrams_of_iperf_do_not_fit_an_ethernet_without_fragments(two_hosts, iperf):
    """1470 bytes, 5 for DATA and 28 for IP and UDP are 1503."""
    a, b = two_hosts
    a.spawn(['hostcast', 'rdv', '--listen', '0.0.0.0:10005']).wait_for('listening', 'stderr')
    for options, arrives in ([], True), (['--no-fragment'], False):
        nodes = []
        for host, place in (a, 'root_gained'), (b, 'attached'):
            nodes.append(host.spawn(['hostcast', 'node', '--json', '--rdv', f'{a.address}:10005', *options]))
            nodes[-1].wait_for_event(place)
        sent = iperf(a, '-n', 10 * IPERF_SIZE)
        receiver = nodes[1] if arrives else nodes[0]
        for _ in range(sent):
            assert receiver.wait_for_event('message')['size'] == IPERF_SIZE
        for node in reversed(nodes):
            node.signal(signal.SIGINT)
        summaries = [node.wait_for_event('summary') for node in nodes]
        assert summaries[0]['send_too_large'] == (0 if arrives else sent)
        assert summaries[1]['data_delivered'] == (sent if arrives else 0)
        told = "whose MTU is 1500 bytes: a payload may have 1467, or go in fragments without --no-fragment"
        assert (told in nodes[0].stderr) == (not arrives)
        for node in nodes:
            assert node.wait() == 0


# ---- Behind a slow link ----

LINES = 600
LINE_SIZE = 1400


def test_a_node_that_stops_behind_a_slow_link_has_said_so(two_hosts):
    """What goes up to the root waits for room in the send buffer; at the end it is given up and counted, and the
    children hear LEAV (T-15)."""
    a, b = two_hosts
    rdv = Member(b.spawn(['hostcast', 'rdv', '--json', '--listen', f'{b.address}:10005']))
    root = start_member(b, rdv, '--children', '1')
    node = start_member(a, rdv)
    child = start_member(a, rdv, '--listen', '0.0.0.0:10002', '--data-port', '0')
    assert (root.parent, node.parent, child.parent) == ('root', f'{b.address}:10000', f'{a.address}:10000')
    slow = a.run(['tc', 'qdisc', 'add', 'dev', 'eth0', 'root', 'tbf', 'rate', '2mbit', 'burst', '10kb', 'limit', '2000kb'])
    assert slow.status == 0, slow.stderr
    node.process.send(''.join(f'{number:0{LINE_SIZE}}\n' for number in range(LINES)))
    wait_until(lambda: node.summary()['send_waits'] > 0, 'the send buffer to be full')
    summary = node.stop()
    root.process.wait_for_event('child_left', address=f'{a.address}:10000')
    wait_until(lambda: child.parent == f'{b.address}:10000', 'the child to move')  # with the default timers of minutes
    assert summary['send_unsent'] > 0
    assert len(root.payloads) == summary['input_sent'] - summary['send_unsent']


def start_member(host, rdv, *options):
    node = Node(host.spawn(['hostcast', 'node', '--json', '--stdin', '--rdv', rdv.address, *options]))
    node.wait_for_place()
    return node
