"""The matrix in pieces: one measure of one contender in one world, once. Each piece leaves a file, and is not measured
again while that is there."""

import json
import os
import re
from dataclasses import asdict, dataclass

from bench.worlds import CARD, PLAIN, SLOW


@dataclass(frozen=True)
class Piece:
    measure: str
    world: str
    size: int       # bytes of a message
    receivers: int
    contender: str
    run: int        # from 1 on

    def where(self):
        """All but the run."""
        return self.measure, self.world, self.size, self.receivers, self.contender

    def path(self, directory):
        words = [self.measure, self.world, str(self.size), f'to{self.receivers}', self.contender, f'run{self.run}']
        return directory / ('.'.join(re.sub(r'[^\w-]+', '_', word) for word in words) + '.json')


@dataclass(frozen=True)
class Extent:
    """How much is measured."""
    worlds: tuple
    sizes: tuple
    receivers: tuple


# The other receivers stay idle in these.
ONE_RECEIVER = ('round trip', 'receive')

QUICK = Extent((CARD, PLAIN), (1024,), (3,))
FULL = Extent((CARD, PLAIN, SLOW), (64, 1024), (3, 8))


def is_sensible(measure, world, size, receivers, extent):
    """What is left out: it would be the same, or say nothing."""
    if world == SLOW:
        return measure == 'rate'
    if measure in ONE_RECEIVER:
        return receivers == min(extent.receivers)
    if measure == 'file':
        return receivers == min(extent.receivers) and size == max(extent.sizes)
    return True


def all_pieces(extent, contenders, runs):
    """contenders: names by measure. In the order in which they are measured: the contenders take turns within a run,
    so that what the machine does meanwhile befalls them all, and each run begins with another one, since who comes
    first finds the machine awake; worlds change seldom."""
    return [Piece(measure, world, size, receivers, contender, run)
            for run in range(1, runs + 1)
            for world in extent.worlds
            for receivers in extent.receivers
            for size in extent.sizes
            for measure, names in contenders.items() if is_sensible(measure, world, size, receivers, extent)
            for contender in rotated(names, run - 1)]


def rotated(names, by):
    return [names[(index + by) % len(names)] for index in range(len(names))]


def missing(pieces, directory):
    return [piece for piece in pieces if not piece.path(directory).exists()]


def write(piece, result, context, directory):
    """context: what else is known of it, such as when and with which version it was measured."""
    directory.mkdir(parents=True, exist_ok=True)
    path = piece.path(directory)
    unfinished = path.with_suffix('.tmp')
    unfinished.write_text(json.dumps({'piece': asdict(piece), 'result': result, **context}, indent=1) + '\n')
    os.replace(unfinished, path)


def read_all(directory):
    """A list of (Piece, result, context)."""
    found = []
    for path in sorted(directory.glob('*.json')):
        content = json.loads(path.read_text())
        found.append((Piece(**content.pop('piece')), content.pop('result'), content))
    return found
