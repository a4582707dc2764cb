"""Measures one piece."""

from dataclasses import asdict, replace

from bench.contenders.base import Load
from bench.search import highest

LATENCY_RATE = 1000  # messages a second


def measure(piece, contender, place, seconds):
    """Returns what was found as a dictionary of numbers."""
    load = Load(piece.size, 0, seconds)
    if piece.measure == 'rate':
        return asdict(highest(lambda rate: contender.trial(place, replace(load, rate=rate))))
    if piece.measure in ('latency', 'round trip'):
        load = replace(load, rate=LATENCY_RATE)
    return asdict(getattr(contender, piece.measure.replace(' ', '_'))(place, load))
