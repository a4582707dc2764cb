"""Nodes whose payloads are checked while they come, every byte of them and their order: peers/numbered.py."""

import itertools
import json
import os
import signal

from peers.numbered import payload
from support.conditions import wait_until
from support.program import resolve
from support.text_nodes import counters, wait_for_place
from support.tree import BUILD

_serial = itertools.count()


class CheckedNode:
    def __init__(self, host, rdv, directory, *options):
        """With the default listening address it is the only one of its host."""
        self.host = host
        self.address = f'{host.address}:10000'
        pipe = directory / f'payloads {next(_serial)}'
        os.mkfifo(pipe)
        self._sink = host.spawn([BUILD / 'tests' / 'numbered_sink', pipe])
        self._sink.wait_for('reading')
        node = resolve(['hostcast', 'node', '--rdv', rdv, '--output', 'raw', *options])
        self.process = host.spawn(['sh', '-c', 'pipe=$0; exec "$@" >"$pipe"', pipe, *node])
        self.parent = wait_for_place(self.process)

    def numbers(self):
        """What it has delivered by now: of each source the ranges of numbers."""
        self._sink.signal(signal.SIGUSR1)
        return self._ranges()

    def last_numbers(self):
        """The last one of each source, which is soon said however much there was."""
        self._sink.signal(signal.SIGUSR2)
        return {source: last for source, [[_, last]] in self._ranges().items()}

    def numbers_at_end(self):
        """The same when the node has ended."""
        assert self._sink.wait() == 0, self._sink.stderr
        return self._ranges()

    def counters(self):
        return counters(self.process)

    def wait_for(self, expected):
        """Waits until it has delivered these, and no others."""
        wait_until(lambda: self.numbers() == expected, f'{self.address} to deliver {expected}')

    def put_lines(self, numbers, size=1000):
        """Puts payloads in at its standard input (--stdin), which waits when it must."""
        self.process.send(b''.join(payload(number, size=size) + b'\n' for number in numbers))

    def _ranges(self):
        assert not self._sink.stderr, f'{self.address}: {self._sink.stderr}'
        line = self._sink.wait_for(r'^(\{.*\})\n')[1]
        return {int(source): ranges for source, ranges in json.loads(line).items()}


def count_of(ranges):
    """How many numbers a source's ranges have."""
    return sum(last - first + 1 for first, last in ranges)


def are_within(ranges, others):
    """Are all numbers of these ranges among those of the others?"""
    others = iter(others)
    other = next(others, None)
    for first, last in ranges:
        while other and other[1] < first:
            other = next(others, None)
        if not other or first < other[0] or last > other[1]:
            return False
    return True
