"""hostcast watch --json in a world, and what it is shown there."""

import json
import signal

from support.peers import peer
from support.program import json_lines, resolve

GROUP = '224.1.1.1'


def watch(host, *args, json_output=True, prefix=()):
    """Starts it, and returns when it watches."""
    process = host.spawn([*prefix, *resolve(['hostcast', 'watch', *(['--json'] if json_output else []), *args])])
    process.wait_for('note: watching .*\n', 'stderr')
    return process


def end(process):
    """Stops it, and gives its summary."""
    process.signal(signal.SIGINT)
    assert process.wait() == 0, process.stderr
    return json_lines(process.stdout)[-1]


def state_with(process, kind, condition):
    """Waits for a state with an entry of this kind of which the condition holds, and gives that."""
    while True:
        state = process.wait_for_event('state')
        for entry in state[kind]:
            if condition(entry):
                return entry


def events(process, name, **fields):
    """Those that it has told so far."""
    whole_lines = process.stdout.rpartition('\n')[0]
    return [event for event in json_lines(whole_lines) if event['event'] == name and fields.items() <= event.items()]


def burst_sender(host, group=GROUP, size=10):
    return host.spawn(peer('burst_sender', group, size))


def send_rtp(host, feeds, packets, **more):
    """A stream as peers/rtp_sender.py sends it, to its end."""
    sent = host.run(peer('rtp_sender', json.dumps({'feeds': feeds, 'packets': packets, **more})))
    assert sent.status == 0, sent.stderr
