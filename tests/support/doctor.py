"""hostcast doctor, run to its end, and what it has said."""

from support.program import resolve

# Long enough to hear somebody who sends all the time; an option in the test goes before it.
WAIT = ('--wait', '0.5')


class Report:
    """What doctor --json has said."""

    def __init__(self, result):
        self.status = result.status
        self.stderr = result.stderr
        events = result.events
        assert events and events[-1]['event'] == 'summary', result
        self.summary = events[-1]
        self.rungs = {event['name']: event for event in events if event['event'] == 'rung'}

    @property
    def verdict(self):
        return self.summary['verdict']

    @property
    def causes(self):
        """The names of the rungs."""
        return self.summary['causes']

    def state(self, rung):
        return self.rungs[rung]['state']

    def saw(self, rung):
        return self.rungs[rung]['saw']

    def remedy(self, rung):
        """What helps, one command or sentence each, the best first."""
        return self.rungs[rung].get('remedy', [])


def doctor(host, *args, prefix=()):
    return Report(host.run([*prefix, *resolve(['hostcast', 'doctor', '--json', *WAIT, *args])]))


def mend(host, report):
    """Does what doctor says first of the first cause."""
    command = report.remedy(report.causes[0])[0]
    done = host.run(['sh', '-c', command])
    assert done.status == 0, f'{command}: {done.stderr}'
