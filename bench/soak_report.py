"""The section of docs/benchmarks.md about the soak, from what bench/soak has kept in soak.json."""

from bench import endurance
from bench.table import number, table
from bench.usage import Usage

TEXT = '''Half of the highest rate without loss for a long time, 1,024 bytes to three receivers, with content that is
checked, and receive buffers of 256 MiB as far as net.core.rmem_max allows (bench/soak). Memory is what a process has
allocated, after the first tenth of the time and at the end, of the process that has grown most; descriptors likewise.'''

WAYS = {'tree': 'through the root of a tree', 'multicast': 'multicast'}


def section(kept):
    rows = [row(way, found) for way, found in kept['ways'].items()]
    heads = ['', '>highest, a second', '>sent, a second', '>for, s', '>messages to each', '>lost', '>repeated', '>changed',
             '>memory, MiB', '>descriptors']
    return f'## Soak\n\n{TEXT}\n\n- {kept["version"]}, measured until {kept["measured_at"]} UTC\n\n{table(heads, rows)}\n'


def row(way, found):
    reports = found['reports']
    memory, descriptors = (most_grown(found, figure) for figure in ('allocated', 'descriptors'))
    return [WAYS[way], number(found['highest_rate']), number(found['rate']), f'{found["seconds"]:,.0f}',
            f'{found["sent"]["messages"]:,}', *(f'{sum(report[name] for report in reports):,}'
                                                for name in ('lost', 'duplicates', 'corrupt')),
            f'{memory.begin / 2**20:.2f} to {memory.end / 2**20:.2f}', f'{descriptors.begin} to {descriptors.end}']


def most_grown(found, figure):
    series = [series_of(samples) for samples in found['samples'].values()]
    return max((endurance.change(one, found['seconds'], figure) for one in series
                if endurance.has_lasted(one, found['seconds'])), key=lambda change: change.growth)


def series_of(samples):
    """As they were before they were written."""
    return [(sample['second'], Usage(**{name: value for name, value in sample.items() if name != 'second'}))
            for sample in samples]
