"""What every contender is: a name, what it guarantees, how it is configured, and how one trial with it runs."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from bench.processes import RECEIVER_CORE, SENDER_CORE, Processes, pairs
from bench.search import Trial
from bench.worlds import KINDS, wait_for_members
from support.program import environment
from support.tree import BUILD

BENCH = Path(__file__).resolve().parents[1]
LIMIT = BUILD / 'bench' / 'limit' / 'limit'
PEERS = BUILD / 'bench' / 'peers'

GROUP, PORT = '239.255.77.1', 7701

NO_GUARANTEES = 'none'
ORDER = 'order'
ORDER_AND_REPAIR = 'order, repair'


@dataclass(frozen=True)
class Load:
    size: int      # bytes of a message
    rate: float    # messages a second; 0: as fast as it goes
    seconds: float


@dataclass(frozen=True)
class Latency:
    p50_us: float
    p99_us: float


class Contender:
    """The measures are methods: trial() for rates, latency(); a contender has those that it can do."""

    name = None
    # Or 'limit', 'hostcast'; 'aside' is in the tables and compared with nobody, for it has one receiver, however many
    # the others have, or spins.
    kind = 'peer'
    guarantees = NO_GUARANTEES
    configuration = ''
    worlds = KINDS

    def missing(self):
        """Why it can't take part here, or None."""
        return None


def missing_program(path):
    return None if os.access(path, os.X_OK) else f'{Path(path).name} was not built: its library is not installed'


def missing_command(name):
    return None if shutil.which(name, path=environment()['PATH']) else f'{name} is not installed'


class SenderAndReceivers(Contender):
    """Programs that print key=value pairs: one that sends, and one on every host that receives."""

    def trial(self, place, load):
        with Processes() as processes:
            sent, received = self.run(place, load, processes)
            return trial_of(sent, received, processes.cpu())

    def latency(self, place, load):
        """Of the slowest receiver."""
        with Processes() as processes:
            _, received = self.run(place, load, processes)
            return Latency(max(one['p50_us'] for one in received), max(one['p99_us'] for one in received))

    def run(self, place, load, processes):
        """Returns what the sender printed, and what each receiver did."""
        self.start_servers(place, processes)
        receivers = [processes.start(host, RECEIVER_CORE, self.receiver(place, host, load))
                     for host in place.receivers]
        sender = self.start_sender(place, load, processes, receivers)
        return last_pairs(sender.wait()), [result_of(receiver) for receiver in receivers]

    def start_servers(self, place, processes):
        pass

    def start_sender(self, place, load, processes, receivers):
        """Starts it when all receivers are ready."""
        for receiver in receivers:
            receiver.process.wait_for('^ready$', 'stderr')
        wait_for_members(place, GROUP)
        processes.begin()
        return processes.start(place.sender, SENDER_CORE, self.sender(place, load))

    def sender(self, place, load):
        raise NotImplementedError

    def receiver(self, place, host, load):
        raise NotImplementedError


def last_pairs(output):
    """Of the last line that has any; none, if the program came to no result."""
    lines = [line for line in output.splitlines() if '=' in line]
    return pairs(lines[-1]) if lines else {}


def result_of(receiver):
    """Of one to which nothing came: no messages."""
    return last_pairs(receiver.wait(may_fail=True))


def trial_of(sent, received, cpu):
    """One load, as its slowest receiver saw it."""
    messages = [one.get('messages', 0) for one in received]
    slowest = min(messages)
    rate = min((one['messages'] / one['seconds'] if one.get('messages') and one['seconds'] else 0) for one in received)
    loss = max(0, 1 - slowest / sent['messages']) if sent['messages'] else 1
    return Trial(rate, loss, cpu * 1e6 / sum(messages) if any(messages) else 0)
