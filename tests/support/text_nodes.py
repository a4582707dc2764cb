"""Nodes that were started without --json."""

import collections
import re
import signal


def counters(process):
    """Those of its summary, as they are now; what is 0 is not shown."""
    process.signal(signal.SIGUSR1)
    line = process.wait_for(r'^hostcast node: (\w+ \d+(?:, \w+ \d+)*)\n', 'stderr')[1]
    return collections.Counter({name: int(value) for name, value in re.findall(r'(\w+) (\d+)', line)})


def wait_for_place(process):
    """The address of its parent; None: it is the root."""
    return process.wait_for(r'note: is now (?:a child of (\S+)|the root)\n', 'stderr')[1]
