"""A tree on the hosts of a world: the rendezvous point on the last one, a node on each of the others; what can befall
it, and how soon it has to be whole again."""

import json
import signal
import time
from dataclasses import dataclass

from support.conditions import wait_until
from support.trees import Member, Node

# What a round trip and a process may be late on a machine that runs several worlds at once, with sanitizers perhaps.
MACHINE_SECONDS = 2


@dataclass(frozen=True)
class Timers:
    """Short ones; hold is longer than refresh and three retries (T-8), and these are longer than a process may be kept
    from running, which nobody shall take for its end."""
    refresh: float = 1
    hold: float = 3
    retry: float = 0.4

    @property
    def of_node(self):
        return ['--refresh', self.refresh, '--hold', self.hold, '--retry', self.retry]

    @property
    def of_rdv(self):
        return ['--hold', self.hold]


def repair_bounds(timers, depth, children, nodes):
    """Seconds until every live node is attached, by what happened: docs/protocol.md, section 8, in its symbols.

    R is as long as section 8 allows, and L, the nodes of a circle, are all.
    """
    F, H, r = timers.refresh, timers.hold, timers.retry
    U, B, R, D, k, L = 3 * r, min(F, 30), r, depth, min(children, 8), nodes
    W = 3 * R + (D + 1) * (R + r)
    E = min((D * (k - 1) + 1) * U + (D + 1) * R, 64 * U)
    return {
        'a parent crashed': F + 2 * U + W,
        'the root crashed': H + U + B + W,
        'the rendezvous point was restarted': max(F, r + B) + W,
        'two roots': max(F, r + B) + W,
        'a partition has healed': H + E + B + W,
        'anything': H + E + max(B, L * (1 + R)) + W,
    }


class WorldNode(Node):
    """Knows its host, and reads each of its events once."""

    def __init__(self, host, process):
        self.host = host
        self.place = f'{host.address}:10000'
        self._read = []
        self._read_length = 0
        super().__init__(process)

    @property
    def events(self):
        text = self.process.stdout
        end = text.rfind('\n') + 1
        self._read += [json.loads(line) for line in text[self._read_length:end].splitlines()]
        self._read_length = max(end, self._read_length)
        return self._read

    def send(self, payload):
        self.process.send_line(payload.decode())

    def count(self, event):
        return sum(found['event'] == event for found in self.events)


class WorldTree:
    def __init__(self, world, timers=Timers(), children=3, options=()):
        *self.hosts, self.rdv_host = world.hosts
        self.world, self.timers, self.children, self._options = world, timers, children, options
        self.nodes = []
        self._depth = 0
        self._fresh = 0
        self.start_rdv()

    # Who takes part

    def start_rdv(self):
        self.rdv = Member(self.rdv_host.spawn(['hostcast', 'rdv', '--json', *self.timers.of_rdv]))

    def start_nodes(self, hosts):
        processes = [host.spawn(['hostcast', 'node', '--json', '--stdin', '--rdv', self.rdv_host.address,
                                 '--children', self.children, *self.timers.of_node, *self._options]) for host in hosts]
        started = [WorldNode(host, process) for host, process in zip(hosts, processes)]
        self.nodes += started
        return started

    def grow(self, hosts=None):
        """Starts nodes, all at once, and returns when the tree is whole."""
        started = self.start_nodes(hosts or self.hosts)
        wait_until(self.is_whole, 'a whole tree')
        return started

    def kill(self, node):
        """kill -9"""
        self.nodes.remove(node)
        crash(node.process)

    def kill_rdv(self):
        crash(self.rdv.process)

    def cut(self, node):
        """Pulls its cable; it lives, and counts no more."""
        self.nodes.remove(node)
        self.world.ip(f'link set dev {self.world.switch.port(node.host)} down')

    def mend(self, node):
        self.world.ip(f'link set dev {self.world.switch.port(node.host)} up')
        self.nodes.append(node)

    # How it is

    @property
    def root(self):
        return next(node for node in self.nodes if node.parent == 'root')

    def inner_node(self):
        """One with children that is not the root."""
        parents = {node.parent for node in self.nodes}
        return next(node for node in self.nodes if node.place in parents and node.parent != 'root')

    def is_whole(self):
        """One root, which the rendezvous point has recorded, and every chain of parents ends there."""
        parents = {node.place: node.parent for node in self.nodes}
        depths = [depth_of(place, parents) for place in parents]
        roots = [place for place, parent in parents.items() if parent == 'root']
        if roots != [self.recorded_root()] or None in depths:
            return False
        self._depth = max(self._depth, *depths)
        return True

    def recorded_root(self):
        for event in reversed(self.rdv.events):
            if event['event'] in ('registered', 'left', 'expired'):
                return event['address'] if event['event'] == 'registered' else None
        return None

    # What goes through it

    def fresh_payload(self):
        self._fresh += 1
        return f'payload {self._fresh}'.encode()

    def counts(self, payload):
        return [node.payloads.count(payload) for node in self.nodes]

    def has_everywhere(self, payload):
        return all(self.counts(payload))

    def check_each_gets_each_once(self, senders=None):
        """A payload from every node, at every node."""
        payloads = []
        for node in senders or self.nodes:
            payloads.append(self.fresh_payload())
            node.send(payloads[-1])
        for payload in payloads:
            wait_until(lambda: self.has_everywhere(payload), Wanted(self, payload))
        assert {payload: self.counts(payload) for payload in payloads} == {
            payload: [1] * len(self.nodes) for payload in payloads}

    # How it heals

    def heal(self, fault, measured, senders=None):
        """Waits until the tree is whole and a fresh payload has reached every live node, each of them once; no longer
        than section 8 of docs/protocol.md allows after this fault, which was the last thing to happen."""
        begin = time.monotonic()
        probes = []
        while not self._is_healed(probes, senders or self.nodes):
            taken = time.monotonic() - begin
            bound = self.bound(fault)
            if taken > bound + MACHINE_SECONDS:
                raise AssertionError(f'{fault}: not healed after {taken:.2f} s, bound {bound:.2f} s\n{self.describe()}')
            time.sleep(0.01)
        taken = time.monotonic() - begin
        measured(f'{fault}: healed after {taken:.2f} s, bound {self.bound(fault):.2f} s')
        self.check_each_gets_each_once(senders)

    def bound(self, fault):
        return repair_bounds(self.timers, self._depth, self.children, len(self.nodes))[fault]

    def _is_healed(self, probes, senders):
        """Puts in payloads, each at another node, until one arrives everywhere."""
        if not self.is_whole():
            return False
        if any(self.counts(payload) == [1] * len(self.nodes) for payload, _ in probes):
            return True
        if not probes or time.monotonic() - probes[-1][1] > self.timers.retry:
            probes.append((self.fresh_payload(), time.monotonic()))
            senders[len(probes) % len(senders)].send(probes[-1][0])
        return False

    def describe(self):
        """Everything that was said, for the message of a failure."""
        return '\n'.join([self.rdv.process.describe(), *(node.process.describe() for node in self.nodes)])


class Wanted:
    """A payload that does not come, for the message of a failure."""

    def __init__(self, tree, payload):
        self._tree, self._payload = tree, payload

    def __str__(self):
        for node in self._tree.nodes:
            node.summary()
        return f'{self._payload} everywhere, {self._tree.counts(self._payload)}\n{self._tree.describe()}'


def crash(process):
    process.signal(signal.SIGKILL)
    process.wait()


def depth_of(place, parents):
    """0 of the root; None where the chain of parents does not end at it."""
    for depth in range(len(parents)):
        parent = parents.get(place)
        if parent == 'root':
            return depth
        place = parent
    return None
