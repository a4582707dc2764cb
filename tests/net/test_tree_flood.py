"""Correctness under speed: whatever a tree is flooded with, what a node delivers is what was sent, byte for byte, each
payload once and in the order of its source; and what comes to a node has come to its parent.

Nodes stop and go on while the sources send as fast as they can (not longer than the readers of the nodes' output can
follow); they are killed, leave and join again at a rate that leaves room for those who join. FLOOD_SECONDS=60 in the
environment makes it last.
"""

import os
import random
import signal
import time

from support.checked_nodes import CheckedNode, are_within, count_of
from support.conditions import wait_until
from support.peers import peer
from support.trees import Member
from support.worlds import hosts_on_bridge

ROUNDS = 3
LEAVES = 4
PROGRESS = 1000  # payloads of a source, between two troubles
SINGLE, TRAINS = 1, 2  # sources
RATES = {SINGLE: 20000, TRAINS: 50000}
LOSSES = ('child_overflow', 'kernel_drops', 'output_dropped', 'unreachable')


class Flood:
    """A root, a node below it, another below that, and four leaves below the last: who joins again finds its way."""

    def __init__(self, world, directory):
        self._directory = directory
        self._outside, *hosts = world.hosts
        Member(self._outside.spawn(['hostcast', 'rdv', '--json', '--listen', '0.0.0.0:10005']))
        self.root, *self.inner = [self._start(host, children) for host, children in zip(hosts, (1, 1, LEAVES))]
        self.leaves = [self._start(host, 0) for host in hosts[3:]]
        self.ended = []  # (parent's address, numbers)
        self._sources = {
            SINGLE: start_source(self.root.host, SINGLE, '127.0.0.1', 10001, '--sizes', '1000,200,21'),
            TRAINS: start_source(self._outside, TRAINS, self.root.host.address, 10000, '--sizes', '1000,1400,100',
                                 '--per-train', 45, '--head', 'DATA'),
        }

    @property
    def nodes(self):
        return [self.root, *self.inner, *self.leaves]

    def _start(self, host, children):
        return CheckedNode(host, f'{self._outside.address}:10005', self._directory, '--children', children, '--retry',
                           '0.2')

    def wait_for_progress(self):
        """All that live go on delivering, of both sources."""
        for node in self.nodes:
            before = node.last_numbers()
            wait_until(lambda: has_gone_on(before, node.last_numbers()),
                       f'{node.address} to deliver more than {before}: {node.counters()}')

    # Troubles

    def stop_for_a_while(self, node):
        node.process.signal(signal.SIGSTOP)
        for source in self._sources.values():
            source.signal(signal.SIGUSR1)
        self._wait_for_root()
        node.process.signal(signal.SIGCONT)

    def kill(self, leaf):
        self._replace(leaf, signal.SIGKILL)

    def leave(self, leaf):
        self._replace(leaf, signal.SIGINT)

    def _replace(self, leaf, end):
        leaf.process.signal(end)
        leaf.process.wait()
        self.ended.append((leaf.parent, leaf.numbers_at_end()))
        self._wait_for_root()
        self.leaves[self.leaves.index(leaf)] = self._start(leaf.host, 0)

    def _wait_for_root(self):
        before = self.root.last_numbers()
        wait_until(lambda: has_gone_on(before, self.root.last_numbers()), 'the root to go on')

    # The end

    def finish(self):
        """Returns how much each source has sent, when nothing moves any more."""
        sent = {}
        for source, process in self._sources.items():
            process.signal(signal.SIGTERM)
            assert process.wait() == 0, process.describe()
            sent[source] = int(process.stdout)
        before = []

        def is_quiet():
            now = [(node.last_numbers(), node.counters()) for node in self.nodes]
            was, before[:] = list(before), now
            return was == now

        wait_until(is_quiet, 'the tree to be quiet')
        return sent


def start_source(host, source, *args):
    return host.spawn(peer('numbered_source', *args, '--source', source, '--rate', RATES[source]))


def has_gone_on(before, now):
    return all(now.get(source, 0) > before.get(source, 0) + PROGRESS for source in (SINGLE, TRAINS))


def test_what_arrives_in_a_flood_is_what_was_sent(tmp_path, measured):
    chance = random.Random(4)
    begun, length = time.monotonic(), float(os.environ.get('FLOOD_SECONDS', 0))
    with hosts_on_bridge(4 + LEAVES) as world:
        flood = Flood(world, tmp_path)
        flood.wait_for_progress()
        troubles = 0
        while troubles < ROUNDS or time.monotonic() - begun < length:
            troubles += 1
            leaf = chance.choice(flood.leaves)
            if troubles % 3 == 1:
                flood.stop_for_a_while(chance.choice([leaf, *flood.inner]))
            elif troubles % 3 == 2:
                flood.kill(leaf)
            else:
                flood.leave(leaf)
            flood.wait_for_progress()
        sent = flood.finish()
        numbers = {node.address: node.numbers() for node in flood.nodes}
        counts = {node.address: node.counters() for node in flood.nodes}
        delivered = [(node.parent, numbers[node.address]) for node in flood.nodes[1:]] + flood.ended

    root = numbers[flood.root.address]
    for source in sent:
        assert are_within(root[source], [[0, sent[source] - 1]])
    compared = [(parent, below) for parent, below in delivered if counts[parent]['output_dropped'] == 0]
    for parent, below in compared:
        for source, ranges in below.items():
            assert are_within(ranges, numbers[parent][source])
    total = sum(count_of(ranges) for each in [root, *(below for _, below in delivered)] for ranges in each.values())
    measured(f'flood: {troubles} troubles in {time.monotonic() - begun:.0f} s; of {sum(sent.values())} payloads the root '
             f'has got {sum(map(count_of, root.values()))}; {total} were delivered and checked by all, {len(compared)} of '
             f'{len(delivered)} nodes were compared with their parent; '
             + ', '.join(f'{name} {sum(count[name] for count in counts.values())}' for name in LOSSES))
