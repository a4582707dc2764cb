"""hostcast capture beside what a test does, and what hostcast decode says of it."""

import contextlib
import json
import signal

from support.conditions import wait_until
from support.program import run


@contextlib.contextmanager
def captured(host, file, *options):
    """What passes the host's interface meanwhile is in the file afterwards."""
    process = host.spawn(['hostcast', 'capture', '-i', 'eth0', '--write', file, *options])
    process.wait_for('note: capturing on .*\n', 'stderr')
    yield process
    process.signal(signal.SIGINT)
    assert process.wait() == 0, process.describe()


def decode(file, *options):
    """The events, the summary last."""
    result = run(['hostcast', 'decode', '--json', *options, file])
    assert result.status == 0, result.stderr
    return result.events


def wait_for_text(file, text, *options):
    """Until decode, while the file still grows, says so."""
    def is_said():
        return text in run(['hostcast', 'decode', *options, file]).stdout
    wait_until(is_said, f'decode to say {text!r}')


def wait_for_outcome(file, outcome):
    """Until a conversation in the file has ended like this."""
    def has_ended():
        result = run(['hostcast', 'decode', '--json', '--conversations', file])
        if result.status not in (0, 1, 7):  # 7: a packet is just being written
            return False
        return any(event.get('outcome') == outcome for event in map(json.loads, result.stdout.splitlines()))
    wait_until(has_ended, f'a conversation that is {outcome}')
