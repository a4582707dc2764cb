"""hostcast itself: bench send and bench recv over multicast, unicast and a tree; send and recv --join."""

import re
import signal

from bench.contenders.base import GROUP, ORDER, PORT, SenderAndReceivers
from bench.contenders.receivers import HOSTCAST_SUMMARY
from bench.processes import BOTH_CORES, RECEIVER_CORE, SENDER_CORE
from bench.worlds import CARD, PLAIN, wait_for_members
from support.conditions import wait_until
from support.program import json_lines

FOREVER = 1_000_000_000
BENCH_RECV = ['hostcast', 'bench', 'recv', '--json']
SENT = re.compile(r'^hostcast send: (\d+) message', re.MULTILINE)


class HostcastBench(SenderAndReceivers):
    """The receivers report to the sender, which prints all as JSON."""

    kind = 'hostcast'

    def run(self, place, load, processes):
        receivers = self.start_receivers(place, processes)
        processes.begin()
        sender = processes.start(place.sender, SENDER_CORE, self.sender(place, load, len(receivers)))
        sent, received = reports(sender.wait(may_fail=True))
        assert len(received) == len(receivers), f'not all receivers were found\n{sender.process.describe()}'
        return sent, received

    def start_receivers(self, place, processes):
        receivers = [processes.start(host, RECEIVER_CORE, [*BENCH_RECV, *self.options, *self.receive_options,
                                                           self.target(place)]) for host in place.receivers]
        wait_for_members(place, GROUP)
        return receivers

    def sender(self, place, load, receivers):
        return ['hostcast', 'bench', 'send', '--json', *self.options, '--receivers', receivers, '--size', load.size,
                '--rate', rate_of(load), '--time', load.seconds, self.target(place)]

    options = ('-i', 'eth0')  # of both sides
    receive_options = ()

    def target(self, place):
        return f'{GROUP}:{PORT}'


class HostcastMulticast(HostcastBench):
    name = 'hostcast multicast'
    configuration = 'hostcast bench send and bench recv to a group, as they are'


class HostcastUnicast(HostcastBench):
    name = 'hostcast unicast (1 receiver)'
    kind = 'aside'
    configuration = 'hostcast bench send and bench recv'
    options = ()

    def start_receivers(self, place, processes):
        host = place.receivers[0]
        receiver = processes.start(host, RECEIVER_CORE, [*BENCH_RECV, *self.options, self.target(place)])
        wait_until(lambda: host.is_bound(PORT), 'the receiver to listen')
        return [receiver]

    def target(self, place):
        return f'{place.receivers[0].address}:{PORT}'


class HostcastTree(HostcastBench):
    """The rendezvous point stands in the middle, and every receiver is a node."""

    name = 'hostcast tree'
    guarantees = ORDER
    configuration = ('hostcast rdv, and bench recv tree://... on every receiver: one is the root, and has up to three '
                     'children')
    options = ()

    def start_receivers(self, place, processes):
        processes.start(place.middle, BOTH_CORES, ['hostcast', 'rdv', '-q'])
        receivers = []
        for host in place.receivers:
            receivers.append(processes.start(host, RECEIVER_CORE, [*BENCH_RECV, self.target(place)]))
            receivers[-1].process.wait_for('is now (the root|a child)', 'stderr')
        return receivers

    def target(self, place):
        return f'tree://{place.middle.address}'


class HostcastSend(SenderAndReceivers):
    """What has no numbers is counted: as many messages as were sent have to come."""

    name = 'hostcast send, recv --join'
    kind = 'hostcast'
    configuration = 'hostcast send -c with one message, over and over; recv --join counts'
    latency = None
    # Nobody says when the last message came; where they queue up for a slow line, that is after the sender has ended.
    worlds = (CARD, PLAIN)

    def run(self, place, load, processes):
        receivers = [processes.start(host, RECEIVER_CORE, self.receiver(place, host, load))
                     for host in place.receivers]
        wait_for_members(place, GROUP)
        processes.begin()
        sender = processes.start(place.sender, SENDER_CORE, self.sender(place, load))
        sender.wait(may_fail=True)
        sent = int(SENT.search(sender.process.stderr)[1])
        received = [self.received(receiver, load) for receiver in receivers]
        return {'messages': sent}, received

    def received(self, receiver, load):
        receiver.stop(signal.SIGINT)
        found = HOSTCAST_SUMMARY.search(receiver.process.stderr)
        return {'messages': int(found[1]) if found else 0, 'seconds': load.seconds}

    def sender(self, place, load):
        rate = ['--rate', rate_of(load)] if load.rate else []
        return ['hostcast', 'send', '-i', 'eth0', '-W', load.seconds, '-c', FOREVER, *rate, f'{GROUP}:{PORT}',
                'x' * load.size]

    def receiver(self, place, host, load):
        return ['hostcast', 'recv', '-i', 'eth0', '--join', f'{GROUP}:{PORT}']


class HostcastRoundTrip(HostcastUnicast):
    """Every message comes back."""

    name = 'hostcast'
    kind = 'hostcast'
    configuration = 'hostcast bench send --rtt and bench recv'

    def round_trip(self, place, load):
        return self.latency(place, load)

    def sender(self, place, load, receivers):
        return super().sender(place, load, receivers) + ['--rtt']


class HostcastSpinningRoundTrip(HostcastRoundTrip):
    name = 'hostcast, spinning'
    kind = 'aside'
    configuration = 'hostcast bench send --rtt and bench recv, both with --busy-poll'
    options = ('--busy-poll',)


def rate_of(load):
    return f'{load.rate:.0f}pps' if load.rate else 'max'


def reports(output):
    """What was sent, and what each receiver says, as other contenders print it."""
    events = json_lines(output)
    sent = sum(event['messages'] for event in events if event['event'] == 'sent')
    return {'messages': sent}, [pairs_of(event) for event in events if event['event'] == 'report']


def pairs_of(report):
    """Of one that did not answer in the end: nothing arrived, as far as anybody knows."""
    if not report['has_reported']:
        return {}
    return {'messages': report['received'], 'seconds': report['elapsed_ns'] / 1e9,
            'p50_us': report['latency_p50_ns'] / 1e3, 'p99_us': report['latency_p99_ns'] / 1e3}
