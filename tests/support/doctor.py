"""hostcast doctor, run to its end, and what it has said."""

import shutil
import subprocess

from support.program import resolve

# Long enough to hear somebody who sends all the time; an option in the test goes before it.
WAIT = ('--wait', '0.5')


# Shells that read commands differently: zsh refuses patterns that match no file.
SHELLS = [path for path in map(shutil.which, ['sh', 'bash', 'zsh']) if path]
TOOLS = {'bpftool', 'bridge', 'ethtool', 'hostcast', 'ip', 'ip6tables', 'iptables', 'nft', 'perf', 'sysctl', 'tc'}


def expect_commands(event):
    """Each line of a remedy is a sentence, or a command that can be pasted into a shell as it is."""
    commands = event.get('commands', [])
    for line in event.get('remedy', []):
        assert line in commands or line.split()[0] not in TOOLS, f'a command that is not marked as one: {line}'
    for command in commands:
        assert command in event['remedy'] and command.split()[0] in TOOLS, event
        for shell in SHELLS:
            read = subprocess.run([shell, '-c', f': {command}'], capture_output=True, text=True)
            assert (read.returncode, read.stderr) == (0, ''), f'{shell} refuses {command}: {read.stderr}'


class Report:
    """What doctor --json has said."""

    def __init__(self, result):
        self.status = result.status
        self.stderr = result.stderr
        events = result.events
        assert events and events[-1]['event'] == 'summary', result
        self.summary = events[-1]
        self.rungs = {event['name']: event for event in events if event['event'] == 'rung'}
        for event in self.rungs.values():
            expect_commands(event)

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

    def commands(self, rung):
        """Those lines of it that are commands."""
        return self.rungs[rung].get('commands', [])


def doctor(host, *args, prefix=()):
    return Report(host.run([*prefix, *resolve(['hostcast', 'doctor', '--json', *WAIT, *args])]))


def mend(host, report):
    """Does what doctor says first of the first cause."""
    command = report.commands(report.causes[0])[0]
    done = host.run(['sh', '-c', command])
    assert done.status == 0, f'{command}: {done.stderr}'
