"""What was asked of hostcast, and whether it was met."""

from dataclasses import dataclass

from bench.spread import ratio
from bench.worlds import CARD, LINE_BITS, PLAIN, SLOW

SIZE = 1024
# What a frame carries besides the payload: Ethernet, IPv4 and UDP.
HEADER_BYTES = 14 + 20 + 8
LINE_RATE = 0.95  # of what the line carries as payload: this much is "at line rate"
CHILDREN = 3      # of a node of a tree, unless told otherwise

SENDER_AND_RECEIVERS = ('hostcast send, recv --join', 'hostcast multicast')
NODE = 'hostcast node'
MIB = 1 << 20


@dataclass(frozen=True)
class Target:
    text: str
    wanted: str
    measured: str        # '-' where nothing was
    is_met: bool | None  # None: not measured


class Asked:
    """Stands for results, and only notes of which contenders they are wanted, and where."""

    def __init__(self):
        self.of = set()

    def get(self, measure, world, size, receivers, contender, field):
        self.of.add((measure, world, size, receivers, contender))

    def places(self, measure):
        return []


def compared(kinds):
    """All that the targets look at: (measure, world, size, receivers, contender)."""
    asked = Asked()
    judge(asked, kinds)
    return asked.of


def judge(results, kinds):
    """kinds: 'limit', 'peer' or 'hostcast' by the contender's name."""
    judged = [*forwarding(results, kinds), *multicast(results, kinds), *slow_lines(results), *latency(results),
              memory(results)]
    return [target for target in judged if target]


def best(results, measure, where, names, field, choose):
    """The Spread with the best median among these contenders, or None."""
    found = [results.get(measure, *where, name, field) for name in names]
    return choose(filter(None, found), key=lambda one: one.median, default=None)


def of_kind(kinds, kind):
    return [name for name, its_kind in kinds.items() if its_kind == kind]


def at_most(text, measured, limit):
    return against(text, f'at most {limit:g}', measured, measured is not None and measured <= limit)


def at_least(text, measured, limit):
    return against(text, f'at least {limit:g}', measured, measured is not None and measured >= limit)


def against(text, wanted, measured, is_met):
    if measured is None:
        return Target(text, wanted, '-', None)
    return Target(text, wanted, f'{measured:.2f}', is_met)


def forwarding(results, kinds):
    for world in (CARD, PLAIN):
        for children in (3, 8):
            where = (world, SIZE, children)
            least = best(results, 'forward', where, of_kind(kinds, 'limit'), 'cpu_us', min)
            node = results.get('forward', *where, NODE, 'cpu_us')
            yield at_most(f'forwarding to {children} ({world}): CPU per copy, times that of the best bare way',
                          ratio(node, least), 1.25)


def multicast(results, kinds):
    for ours in SENDER_AND_RECEIVERS:
        for world in (CARD, PLAIN):
            where = (world, SIZE, 3)
            rate = results.get('rate', *where, ours, 'rate')
            limit = best(results, 'rate', where, of_kind(kinds, 'limit'), 'rate', max)
            yield at_least(f'{ours} to 3 receivers ({world}): rate, times that of the limit', ratio(rate, limit), 0.8)
        where = (CARD, SIZE, 3)
        peer = best(results, 'rate', where, of_kind(kinds, 'peer'), 'rate', max)
        yield at_least(f'{ours} to 3 receivers ({CARD}): rate, times that of the best peer',
                       ratio(results.get('rate', *where, ours, 'rate'), peer), 4)


def line_messages():
    """Messages a second that fill the line."""
    return LINE_BITS / 8 / (SIZE + HEADER_BYTES)


def slow_lines(results):
    for receivers in (3, 8):
        fan_out = min(CHILDREN, receivers - 1)  # one receiver is the root
        for ours, share in (('hostcast multicast', 1), ('hostcast tree', fan_out)):
            rate = results.get('rate', SLOW, SIZE, receivers, ours, 'rate')
            wanted = line_messages() / share
            text = f'{ours} to {receivers} behind {SLOW}: rate, times that of the line'
            yield at_least(text + (f' divided by {share}' if share > 1 else ''),
                           rate.median / wanted if rate else None, LINE_RATE)


def latency(results):
    for measure, ours, text in (('round trip', 'hostcast', 'round trip'),
                                ('latency', 'hostcast multicast', 'one-way latency at 1,000 a second')):
        receivers = 3
        for world in (CARD, PLAIN):
            where = (world, SIZE, receivers)
            yield at_most(f'{text} ({world}): median, times that of a bare program',
                          ratio(results.get(measure, *where, ours, 'p50_us'),
                                results.get(measure, *where, 'limit', 'p50_us')), 1.15)


def memory(results):
    most = max((spread.most for where in results.places('forward')
                if (spread := results.get('forward', *where, NODE, 'memory'))), default=None)
    return against('memory of a node that forwards, MiB at the most', 'less than 64',
                   most / MIB if most else None, most is not None and most < 64 * MIB)
