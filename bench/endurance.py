"""What a soak has shown: how each process changed while it lasted, and what is wrong with that."""

from dataclasses import dataclass

# Bytes of allocated memory. What is resident grows also without a leak: receivers have buffers of 4 MiB from the
# beginning, most of which nobody touches until the first burst that fills them.
GROWTH_ALLOWED = 1 << 20
# A process may take what it needs in the first tenth; what it has at the end is the least of the last tenth, so that
# what comes and goes is no growth.
SETTLING_SHARE = 0.1
RATE_SHARE_MIN = 0.9  # of the rate that was asked for; with less it was another soak

UNWANTED = ('lost', 'duplicates', 'corrupt')


@dataclass(frozen=True)
class Change:
    """Of one figure of one process."""
    begin: int  # after the first tenth
    end: int
    most: int

    @property
    def growth(self):
        return self.end - self.begin


def change(series, seconds, figure):
    """figure: 'allocated' or another of Usage. series: [(second, Usage), ...] of a soak of so many seconds, which must
    have lasted."""
    begin = next(usage for second, usage in series if second >= seconds * SETTLING_SHARE)
    end = [usage for second, usage in series if second >= seconds * (1 - SETTLING_SHARE)]
    values = [getattr(usage, figure) for _, usage in series]
    return Change(getattr(begin, figure), min(getattr(usage, figure) for usage in end), max(values))


def has_lasted(series, seconds):
    return bool(series) and series[-1][0] >= seconds * (1 - SETTLING_SHARE)


def faults_of_processes(series_by_name, seconds):
    """Sentences; none if nothing has grown."""
    return [fault for name, series in series_by_name.items() for fault in faults_of_process(name, series, seconds)]


def faults_of_process(name, series, seconds):
    if not has_lasted(series, seconds):
        return [f'{name} was seen for {series[-1][0] if series else 0:.0f} s of {seconds:.0f} s only']
    memory, descriptors = change(series, seconds, 'allocated'), change(series, seconds, 'descriptors')
    found = []
    if memory.growth > GROWTH_ALLOWED:
        found.append(f'the memory of {name} has grown by {memory.growth} bytes, more than {GROWTH_ALLOWED}')
    if descriptors.growth > 0:
        found.append(f'{name} has {descriptors.end} descriptors instead of {descriptors.begin}')
    return found


def faults_of_messages(sent, reports, receivers, rate):
    """sent and reports: events of 'hostcast bench send --json' for one step at this rate, in messages a second."""
    found = []
    if sent['messages_per_second'] < rate * RATE_SHARE_MIN:
        found.append(f'{sent["messages_per_second"]:.0f} messages a second were sent instead of {rate:.0f}')
    if sent['refused']:
        found.append(f'{sent["refused"]} messages were refused by the system')
    answered = [report for report in reports if report['has_reported']]
    if len(answered) < receivers:
        found.append(f'{len(answered)} of {receivers} receivers have reported')
    return found + [f'{report[name]} {name} at {report["receiver"]}'
                    for report in answered for name in UNWANTED if report[name]]
