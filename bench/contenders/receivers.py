"""Who only receives, under a flood that is more than any can take: one receiver, and what it took in."""

import re
from dataclasses import dataclass

from bench.contenders.base import GROUP, LIMIT, PORT, Contender, last_pairs, missing_program
from bench.processes import RECEIVER_CORE, SENDER_CORE, Processes
from bench.worlds import wait_for_member

# "hostcast recv: 1234 messages, ..." on standard error
HOSTCAST_SUMMARY = re.compile(r'^hostcast recv: (\d+) message', re.MULTILINE)


PRINTS = {
    ('--join',): 'prints nothing',
    (): r'prints to /dev/null; messages of zero bytes, each of which it shows as \x00, are the most work there is',
}


@dataclass(frozen=True)
class Taken:
    rate: float    # messages a second
    cpu_us: float  # microseconds of CPU time of the receiver for each message


class Receiver(Contender):
    def missing(self):
        return missing_program(LIMIT)

    def receive(self, place, load):
        host = place.receivers[0]
        with Processes() as processes:
            receiver = processes.start(host, RECEIVER_CORE, self.command(load))
            wait_for_member(place, host, GROUP)
            receiver.begin()
            processes.start(place.sender, SENDER_CORE, [
                LIMIT, 'send', 'train', GROUP, PORT, '-i', 'eth0', '-s', load.size, '-t', load.seconds]).wait()
            messages = self.messages(receiver)
            return Taken(messages / load.seconds, receiver.cpu() * 1e6 / messages)

    def command(self, load):
        raise NotImplementedError

    def messages(self, receiver):
        raise NotImplementedError


class LimitReceiver(Receiver):
    kind = 'limit'

    def __init__(self, way, configuration):
        self.name, self._way, self.configuration = f'limit recv {way}', way, configuration

    def command(self, load):
        return [LIMIT, 'recv', self._way, GROUP, PORT, '-i', 'eth0', '-s', load.size]

    def messages(self, receiver):
        return last_pairs(receiver.wait())['messages']


class HostcastReceiver(Receiver):
    kind = 'hostcast'

    def __init__(self, *options):
        self._options = options
        self.name = ' '.join(['hostcast recv', *options])
        self.configuration = PRINTS.get(options, 'what it prints goes to /dev/null')

    def command(self, load):
        output = [] if '--join' in self._options else ['--output', '/dev/null']
        return ['hostcast', 'recv', '-i', 'eth0', *self._options, *output, f'{GROUP}:{PORT}']

    def messages(self, receiver):
        receiver.stop()
        return int(HOSTCAST_SUMMARY.search(receiver.process.stderr)[1])


RECEIVERS = [
    LimitReceiver('batch', 'recvmmsg()'),
    LimitReceiver('train', 'recvmmsg() of trains (UDP_GRO)'),
    HostcastReceiver('--join'),
    HostcastReceiver('--raw'),
    HostcastReceiver(),
]
