"""The plain socket programs of tests/peers/: what hostcast has to get along with."""

import sys

from support.tree import PEERS


def peer(name, *args):
    """The command of a peer: host.run(peer('multicast_sender', '224.1.1.1', 10000, 'hello'))."""
    return [sys.executable, str(PEERS / f'{name}.py'), *map(str, args)]
