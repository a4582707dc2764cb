"""Other software, each through a program in bench/peers; iperf measures itself."""

import re

from bench.contenders.base import (BENCH, GROUP, ORDER_AND_REPAIR, PEERS, PORT, NO_GUARANTEES, SenderAndReceivers,
                                   missing_command, missing_program)
from bench.processes import BOTH_CORES, RECEIVER_CORE, SENDER_CORE
from bench.worlds import wait_for_members
from support.conditions import wait_until

# iperf has no "as fast as it goes" for UDP; nothing here reaches this.
IPERF_FLAT_OUT = '100g'
SENT = re.compile(r'Sent (\d+) datagrams')
# "[  1] 0.0000-0.4953 sec  4.84 MBytes  82.0 Mbits/sec   0.004 ms 44/5003 (0.88%) ..."
REPORT = r'0\.0000-([0-9.]+) sec .* ms +(\d+)/ *(\d+) \(.*\n'


class PeerProgram(SenderAndReceivers):
    """target: what it is called with, where {own}, {sender} and {middle} stand for addresses."""

    def __init__(self, name, program, target, guarantees):
        self.name, self.guarantees = name, guarantees
        self._program, self._target = PEERS / program, target
        self.configuration = head_comment(BENCH / 'peers' / f'{program}.c')

    def missing(self):
        return missing_program(self._program)

    def start_sender(self, place, load, processes, receivers):
        """It looks for receivers until all have heard it."""
        sender = processes.start(place.sender, SENDER_CORE, self.sender(place, load))
        for receiver in receivers:
            receiver.process.wait_for('^ready$')
        processes.begin()
        sender.process.send_line('')
        return sender

    def sender(self, place, load):
        return self._command('send', place.sender, place, load)

    def receiver(self, place, host, load):
        return self._command('recv', host, place, load)

    def _command(self, side, host, place, load):
        target = self._target.format(own=host.address, sender=place.sender.address,
                                     middle=place.middle.address)
        return [self._program, side, target, load.size, load.rate, load.seconds]


class Nats(PeerProgram):
    def missing(self):
        return missing_command('nats-server') or super().missing()

    def start_servers(self, place, processes):
        server = processes.start(place.middle, BOTH_CORES, ['nats-server', '-c', BENCH / 'peers' / 'nats.conf'])
        server.process.wait_for('Server is ready', 'stderr')


class Iperf(SenderAndReceivers):
    """Measures itself; has no percentiles of latency."""

    name = 'iperf2 multicast'
    configuration = 'iperf -u to the group, -w 4M (receive buffer); unpaced it is told -b 100g.'
    latency = None

    def missing(self):
        return missing_command('iperf')

    def run(self, place, load, processes):
        receivers = self.start_receivers(place, load, processes)
        processes.begin()
        sender = processes.start(place.sender, SENDER_CORE, self.sender(place, load))
        sent = int(SENT.search(sender.wait())[1])
        received = [iperf_received(receiver.process.wait_for(REPORT)) for receiver in receivers]
        return {'messages': sent}, received

    def start_receivers(self, place, load, processes):
        receivers = [processes.start(host, RECEIVER_CORE, self.receiver(GROUP, load)) for host in place.receivers]
        wait_for_members(place, GROUP)
        return receivers

    def sender(self, place, load):
        rate = f'{load.rate:.0f}pps' if load.rate else IPERF_FLAT_OUT
        return ['iperf', '-u', '-c', self.target(place), '-p', PORT, '-l', load.size, '-b', rate, '-t', load.seconds,
                '-e']

    def receiver(self, address, load):
        return ['iperf', '-s', '-u', '-B', address, '-p', PORT, '-l', load.size, '-w', '4M', '-e']

    def target(self, place):
        return GROUP


class IperfUnicast(Iperf):
    name = 'iperf2 unicast (1 receiver)'
    kind = 'aside'
    configuration = 'iperf -u to a host, -w 4M (receive buffer); unpaced it is told -b 100g.'

    def start_receivers(self, place, load, processes):
        host = place.receivers[0]
        receiver = processes.start(host, RECEIVER_CORE, self.receiver(host.address, load))
        wait_until(lambda: host.is_bound(PORT), 'iperf to listen')
        return [receiver]

    def target(self, place):
        return place.receivers[0].address


def iperf_received(report):
    seconds, lost, total = float(report[1]), int(report[2]), int(report[3])
    return {'messages': total - lost, 'seconds': seconds}


def head_comment(path):
    """What a program's first comment says of its guarantees and configuration: its second paragraph."""
    comment = path.read_text().partition('/*')[2].partition('*/')[0]
    lines = [line.strip().removeprefix('*').strip() for line in comment.splitlines()]
    return ' '.join(lines[lines.index('') + 1:]).strip()


PEERS_OF_ALL = [
    Iperf(),
    IperfUnicast(),
    Nats('NATS', 'peer_nats', 'nats://{middle}:4222', ORDER_AND_REPAIR),
    PeerProgram('ZeroMQ TCP', 'peer_zmq', 'tcp://{sender}:7702', ORDER_AND_REPAIR),
    PeerProgram('ZeroMQ epgm', 'peer_zmq', 'epgm://{own};239.255.77.2:7703', ORDER_AND_REPAIR),
    PeerProgram('Cyclone DDS', 'peer_cyclonedds', 'bench', ORDER_AND_REPAIR),
    PeerProgram('NORM', 'peer_norm', '239.255.77.3:7704', ORDER_AND_REPAIR),
    PeerProgram('LCM', 'peer_lcm', 'udpm://239.255.77.4:7705?ttl=1', NO_GUARANTEES),
]
