"""Several runs of one measure: their median, and how far apart they are."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    median: float
    least: float
    most: float
    runs: int


def spread(values):
    return Spread(statistics.median(values), min(values), max(values), len(values))


class Results:
    """Spreads by what was measured: results.get('rate', 'card', 1024, 3, 'NATS').get('rate')."""

    def __init__(self, pieces):
        self._values = {}
        for piece, result, _ in pieces:
            for field, value in result.items():
                key = (piece.measure, piece.world, piece.size, piece.receivers, piece.contender, field)
                self._values.setdefault(key, []).append(value)
        self._found = {key[:5] for key in self._values}

    def get(self, measure, world, size, receivers, contender, field):
        """The Spread, or None where nothing was measured."""
        values = self._values.get((measure, world, size, receivers, contender, field))
        return spread(values) if values else None

    def places(self, measure):
        """Of this measure: (world, size, receivers), in order."""
        return sorted({key[1:4] for key in self._found if key[0] == measure})

    def contenders(self, measure, place):
        return {key[4] for key in self._found if key[0] == measure and key[1:4] == place}


def ratio(one, other):
    """Of two medians; None where one is not there."""
    return one.median / other.median if one and other and other.median else None
