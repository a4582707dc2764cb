"""The plot: messages a second without loss, one point a contender on a logarithmic axis, with its spread. A panel a
world. Legible on light and dark ground; no fonts but those that are there."""

import math
from html import escape

from bench.worlds import CARD, PLAIN

SIZE, RECEIVERS = 1024, 3
PANELS = ((CARD, 'interface segments (card)'), (PLAIN, 'kernel segments (plain)'))

WIDTH, LABELS, MARGIN, GAP = 860, 190, 20, 40
TOP, ROW, BOTTOM = 78, 24, 44
TITLE = f'Messages a second, {SIZE:,} bytes, to {RECEIVERS} receivers that lose less than 0.1 %'

STYLE = '''
  text { font: 13px sans-serif; fill: #24292f; }
  .title { font-weight: bold; font-size: 15px; }
  .small { font-size: 11px; fill: #57606a; }
  .grid { stroke: #d0d7de; }
  .spread { stroke-width: 2; }
  .hostcast { fill: #0969da; stroke: #0969da; } .limit { fill: #57606a; stroke: #57606a; }
  .peer { fill: #bc4c00; stroke: #bc4c00; }
  text.hostcast, text.limit, text.peer { stroke: none; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .small { fill: #9198a1; }
    .grid { stroke: #3d444d; }
    .hostcast { fill: #4493f8; stroke: #4493f8; } .limit { fill: #9198a1; stroke: #9198a1; }
    .peer { fill: #f0883e; stroke: #f0883e; }
  }
'''


class Axis:
    """Logarithmic, from one power of ten to another."""

    def __init__(self, values, left, width):
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self._left, self._scale = left, width / (self.high - self.low)

    def at(self, value):
        return self._left + (math.log10(value) - self.low) * self._scale

    def ticks(self):
        return [10**power for power in range(self.low, self.high + 1)]


def svg(results, kinds):
    worlds = [(world, title, rates_in(results, kinds, world)) for world, title in PANELS]
    worlds = [panel for panel in worlds if panel[2]]
    names = order(worlds)
    height = TOP + ROW * len(names) + BOTTOM
    values = [value for *_, rates in worlds for spread in rates.values() for value in (spread.least, spread.most)
              if value > 0]
    drawn = [text(MARGIN, 24, TITLE, 'title'), legend()]
    drawn += [text(LABELS, row_at(index) + 4, name, kinds[name], 'end') for index, name in enumerate(names)]
    width = (WIDTH - LABELS - MARGIN - GAP * len(worlds)) / max(len(worlds), 1)
    for index, (_, title, rates) in enumerate(worlds):
        axis = Axis(values, LABELS + GAP / 2 + index * (width + GAP), width)
        drawn += panel(axis, title, rates, names, kinds, height)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
            f'height="{height}" role="img">\n<title>{escape(TITLE)}</title>\n<style>{STYLE}</style>\n'
            + '\n'.join(drawn) + '\n</svg>\n')


def rates_in(results, kinds, world):
    where = (world, SIZE, RECEIVERS)
    found = {name: results.get('rate', *where, name, 'rate') for name, kind in kinds.items() if kind != 'aside'}
    return {name: spread for name, spread in found.items() if spread and spread.median > 0}


def order(worlds):
    """The fastest first, as the first panel has it."""
    medians = {}
    for *_, rates in reversed(worlds):
        medians.update({name: spread.median for name, spread in rates.items()})
    return sorted(medians, key=lambda name: -medians[name])


def panel(axis, title, rates, names, kinds, height):
    bottom = height - BOTTOM + 6
    drawn = [text(axis.at(axis.ticks()[0]), TOP - 14, title, 'small')]
    for tick in axis.ticks():
        x = axis.at(tick)
        drawn += [f'<line class="grid" x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{bottom}"/>',
                  text(x, bottom + 16, short(tick), 'small', 'middle')]
    for index, name in enumerate(names):
        if name in rates:
            drawn += mark(axis, rates[name], row_at(index), kinds[name])
    return drawn


def mark(axis, spread, y, kind):
    x = axis.at(spread.median)
    left, right = axis.at(max(spread.least, 10**axis.low)), axis.at(spread.most)
    after = right + 8
    drawn = [f'<line class="spread {kind}" x1="{left:.1f}" y1="{y}" x2="{right:.1f}" y2="{y}"/>',
             f'<circle class="{kind}" cx="{x:.1f}" cy="{y}" r="4.5"/>']
    anchor, at = ('start', after) if after + 40 < axis.at(10**axis.high) + GAP else ('end', left - 8)
    return drawn + [text(at, y + 4, short(spread.median), 'small', anchor)]


def legend():
    entries = (('hostcast', 'hostcast'), ('limit', 'bare programs (the limit)'), ('peer', 'other software'))
    drawn, x = [], MARGIN
    for kind, name in entries:
        drawn += [f'<circle class="{kind}" cx="{x + 5}" cy="42" r="4.5"/>', text(x + 16, 46, name, 'small')]
        x += 40 + 6 * len(name)
    return '\n'.join(drawn)


def row_at(index):
    return TOP + ROW * index + ROW / 2


def short(value):
    """1.77 M, 247 k"""
    for unit, name in ((1e6, ' M'), (1e3, ' k')):
        if value >= unit:
            return f'{value / unit:.3g}{name}'
    return f'{value:.3g}'


def text(x, y, content, kind, anchor='start'):
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(content)}</text>'
