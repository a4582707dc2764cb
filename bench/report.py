"""docs/benchmarks.md and docs/benchmarks.svg, from results."""

from bench import plot, soak_report
from bench.contenders.everyone import BY_MEASURE
from bench.pieces import ONE_RECEIVER
from bench.spread import Results, ratio
from bench.table import number, table, times, with_spread
from bench.targets import best, judge, of_kind

HEAD = '''# Benchmarks

Written by `make bench` and `make bench-full` (bench/run); do not edit. Every figure is the median of {runs} with its
spread, the least to the most, in parentheses.

One host sends, and others receive, each in a network namespace of its own on a switch by veth; what stands in the
middle (a server, a rendezvous point, a relay) has its own too. The sender has one core and the receivers the other, for
every contender alike; a server may use both. The contenders take turns within each run.

- `card`: the interfaces cut super-datagrams themselves, as veth does by default.
- `plain`: that is switched off (`ethtool -K eth0 tx-udp-segmentation off`), so that the kernel cuts them, as with most
  real cards.
- `100 Mbit/s`: each host is behind a line of that rate, in both directions (`tc tbf`).
'''

NOTES = '''## What is not here

Aeron is not in Debian. Core NATS, ZeroMQ over TCP and the others that say "order, repair" give what hostcast does not:
a message arrives, in its place, or the sender or the receiver learns of it. hostcast, as LCM and iperf, sends each
message once.
'''

RATE_TEXT = '''The highest rate at which no receiver loses more than 0.1 %, as the slowest receiver saw it. One search
for all: who makes the sender wait, as brokers do, is run unpaced, and what arrived counts; otherwise the rate is
narrowed down to 4 %. CPU is that of all processes, user and system, servers too, for each message delivered to each
receiver; what the kernel does for them in threads of its own is not in it, and little.'''

FORWARD_TEXT = '''Under a flood, on a core of its own; the source and the receivers share the other one. Copies that the
relay sent, by its own account, and its CPU time for each.'''

LATENCY_TEXT = '''One way, from application to application, at 1,000 messages a second; of the slowest receiver.'''

RECEIVE_TEXT = '''One receiver under a flood that is more than any can take: what it took in.'''


def write_all(found, machine, directory, soak=None):
    """soak: what bench/soak has kept, where there was one."""
    results, kinds = Results(found), kinds_of(found)
    (directory / 'benchmarks.md').write_text(text(found, results, kinds, machine, soak))
    (directory / 'benchmarks.svg').write_text(plot.svg(results, kinds))


def kinds_of(found):
    """'limit', 'peer' or 'hostcast' by name, for those of which there are results; in the order of the tables."""
    names = {piece.contender for piece, _, _ in found}
    return {one.name: one.kind for contenders in BY_MEASURE.values() for one in contenders if one.name in names}


def text(found, results, kinds, machine, soak):
    parts = [HEAD.format(runs=runs_of(found)), machine_text(found, machine), targets_text(results, kinds),
             '![Messages a second](benchmarks.svg)\n']
    for measure, title, introduction, rows in (
            ('rate', 'Rate', RATE_TEXT, rate_table), ('forward', 'Forwarding', FORWARD_TEXT, forward_table),
            ('latency', 'Latency', LATENCY_TEXT, latency_table),
            ('round trip', 'Round trip', 'Between two hosts, 1,000 a second.', latency_table),
            ('receive', 'Receiving', RECEIVE_TEXT, receive_table),
            ('file', 'A file', 'To every receiver.', file_table)):
        parts += section(results, kinds, measure, title, introduction, rows)
    parts += [soak_report.section(soak)] if soak else []
    return '\n'.join([*parts, configurations(found), NOTES])


def section(results, kinds, measure, title, introduction, rows):
    places = results.places(measure)
    if not places:
        return []
    parts = [f'## {title}\n\n{introduction}\n']
    for where in places:
        world, size, receivers = where
        names = [name for name in kinds if name in results.contenders(measure, where)]
        message = '' if measure == 'file' else f' {size:,} bytes,'
        number_of = '1 receiver' if measure in ONE_RECEIVER else f'{receivers} receivers'
        parts.append(f'### {title}: {world},{message} {number_of}\n\n'
                     f'{rows(results, kinds, measure, where, names)}\n')
    return parts


def runs_of(found):
    counts = {}
    for piece, _, _ in found:
        key = (piece.measure, piece.world, piece.size, piece.receivers, piece.contender)
        counts[key] = counts.get(key, 0) + 1
    least, most = min(counts.values(), default=0), max(counts.values(), default=0)
    return f'{least} run' + 's' * (least != 1) if least == most else f'{least} to {most} runs'


def machine_text(found, machine):
    times_of_day = sorted(context['measured_at'] for _, _, context in found)
    versions = sorted({context['version'] for _, _, context in found})
    seconds = sorted({context['seconds'] for _, _, context in found})
    lines = ['## Machine\n',
             f'- {machine["processor"]}, {machine["cores"]} cores, {machine["memory_gib"]:g} GiB',
             f'- {machine["system"]}, {machine["kernel"]}',
             f'- {", ".join(machine["packages"])}']
    if times_of_day:
        lines.append(f'- measured from {times_of_day[0]} to {times_of_day[-1]} UTC; each load lasts '
                     f'{" or ".join(f"{one:g}" for one in seconds)} s')
    lines += [f'- {version}' for version in versions]
    return '\n'.join(lines) + '\n'


def targets_text(results, kinds):
    words = {True: 'met', False: '**not met**', None: 'not measured'}
    rows = [[target.text, target.wanted, target.measured, words[target.is_met]] for target in judge(results, kinds)]
    return f'## Targets\n\n{table(["target", "wanted", ">measured", ""], rows)}\n'


def guarantees(measure, name):
    return next(one.guarantees for one in BY_MEASURE[measure] if one.name == name)


def rate_table(results, kinds, measure, where, names):
    world, size, _ = where
    rates = {name: results.get(measure, *where, name, 'rate') for name in names}
    limit = best(results, measure, where, of_kind(kinds, 'limit'), 'rate', max)
    peer = best(results, measure, where, of_kind(kinds, 'peer'), 'rate', max)
    rows = []
    for name in by_median(names, rates):
        goodput = rates[name].median * size * 8 / 1e6
        rows.append([name, guarantees(measure, name), with_spread(rates[name]), number(goodput),
                     with_spread(results.get(measure, *where, name, 'cpu_us')), times(ratio(rates[name], limit)),
                     times(ratio(rates[name], peer))])
    return table(['', 'guarantees', '>messages a second', '>Mbit/s to each', '>CPU us a message', '>of the limit',
                  '>of the best peer'], rows)


def forward_table(results, kinds, measure, where, names):
    costs = {name: results.get(measure, *where, name, 'cpu_us') for name in names}
    copies = {name: results.get(measure, *where, name, 'copies_per_second') for name in names}
    limit = best(results, measure, where, of_kind(kinds, 'limit'), 'cpu_us', min)
    rows = [[name, with_spread(copies[name]), cost_text(costs[name]),
             times(ratio(costs[name], limit) or None), memory_text(results.get(measure, *where, name, 'memory'))]
            for name in by_median(names, copies)]
    return table(['', '>copies a second', '>CPU us a copy', '>of the limit', '>memory'], rows)


def cost_text(spread):
    return with_spread(spread) if spread.median else "the kernel's"


def memory_text(spread):
    return f'{spread.most / (1 << 20):.1f} MiB' if spread and spread.most else '-'


def latency_table(results, kinds, measure, where, names):
    medians = {name: results.get(measure, *where, name, 'p50_us') for name in names}
    limit = best(results, measure, where, of_kind(kinds, 'limit'), 'p50_us', min)
    rows = [[name, with_spread(medians[name]), with_spread(results.get(measure, *where, name, 'p99_us')),
             times(ratio(medians[name], limit))] for name in reversed(by_median(names, medians))]
    return table(['', '>p50, us', '>p99, us', '>p50 of the limit'], rows)


def receive_table(results, kinds, measure, where, names):
    rates = {name: results.get(measure, *where, name, 'rate') for name in names}
    limit = best(results, measure, where, of_kind(kinds, 'limit'), 'rate', max)
    rows = [[name, with_spread(rates[name]), with_spread(results.get(measure, *where, name, 'cpu_us')),
             times(ratio(rates[name], limit))] for name in by_median(names, rates)]
    return table(['', '>messages a second', '>CPU us a message', '>of the limit'], rows)


def file_table(results, kinds, measure, where, names):
    rows = [[name, guarantees(measure, name),
             with_spread(results.get(measure, *where, name, 'megabytes_per_second'), 'MB/s')] for name in names]
    return table(['', 'guarantees', '>to each receiver'], rows)


def by_median(names, spreads):
    """Largest first."""
    return sorted(names, key=lambda name: -spreads[name].median)


def configurations(found):
    names = {piece.contender for piece, _, _ in found}
    seen = {}
    for contenders in BY_MEASURE.values():
        seen.update({one.name: one.configuration for one in contenders if one.name in names and one.name not in seen})
    lines = [f'- **{name}**: {configuration}' for name, configuration in seen.items()]
    return '\n'.join(['## How each was configured\n', *lines]) + '\n'
