"""Who passes on what comes, a copy to each child: under a flood, on a core of its own. Who sends the flood and who
hears the copies share the other core. They are bare programs (limit), but for one flood: hostcast sends to a group
through a router, since limit knows no TTL."""

import json
import signal
from dataclasses import dataclass

from bench.contenders.base import BENCH, GROUP, LIMIT, PORT, Contender, last_pairs, missing_command, missing_program
from bench.processes import RECEIVER_CORE, SENDER_CORE, Processes
from bench.worlds import must, wait_for_member

RELAY_CORE, OTHERS_CORE = RECEIVER_CORE, SENDER_CORE
TREE_PORT = 10000
FOREVER = 1_000_000_000


@dataclass(frozen=True)
class Forwarded:
    copies_per_second: float
    cpu_us: float             # microseconds of the relay's CPU time for each copy
    memory: int = 0           # bytes, the most that the relay had


class Relay(Contender):
    floods = None  # where the flood goes; None: to the relay itself

    def missing(self):
        return missing_program(LIMIT)

    def forward(self, place, load):
        with Processes() as processes:
            relay = self.start(place, load, processes)
            sinks = [processes.start(host, OTHERS_CORE, [LIMIT, 'recv', 'train', *self.heard_at(host)])
                     for host in place.receivers]
            for sink in sinks:
                sink.process.wait_for('^ready$', 'stderr')
            for one in relay:
                one.begin()
            self.flood(place, load, processes).wait(may_fail=True)
            received = [last_pairs(sink.wait(may_fail=True)).get('messages', 0) for sink in sinks]
            memory = self.memory(relay)
            copies = self.copies(relay, received)
            cpu = self.cpu(relay)
        assert copies, f'{self.name} passed nothing on'
        return Forwarded(copies / load.seconds, cpu * 1e6 / copies, memory)

    def flood(self, place, load, processes):
        return processes.start(place.sender, OTHERS_CORE, [
            LIMIT, 'send', 'train', self.floods or place.middle.address, PORT, '-i', 'eth0', '-s', load.size,
            '-t', load.seconds])

    def heard_at(self, host):
        """Where a receiver listens."""
        return [host.address, PORT]

    def start(self, place, load, processes):
        """Starts it, and returns its processes when they are ready."""
        raise NotImplementedError

    def copies(self, relay, received):
        """How many it sent, by its own account."""
        return last_pairs(relay[0].stop())['copies']


    def cpu(self, relay):
        return sum(one.cpu() for one in relay)

    def memory(self, relay):
        """Where it is of interest."""
        return 0


class LimitForward(Relay):
    kind = 'limit'

    def __init__(self, way, configuration):
        self.name, self._way, self.configuration = f'limit forward {way}', way, configuration

    def start(self, place, load, processes):
        children = [host.address for host in place.receivers]
        relay = processes.start(place.middle, RELAY_CORE, [
            LIMIT, 'forward', self._way, place.middle.address, PORT, *children, '-s', load.size])
        relay.process.wait_for('^ready$', 'stderr')
        return [relay]

    def copies(self, relay, received):
        return last_pairs(relay[0].wait())['copies']


class PythonForwarder(Relay):
    name = '30 lines of Python'
    configuration = 'bench/peers/forwarder.py: recvfrom(), and sendto() for each child'

    def start(self, place, load, processes):
        children = [host.address for host in place.receivers]
        relay = processes.start(place.middle, RELAY_CORE, [
            '/usr/bin/python3', BENCH / 'peers' / 'forwarder.py', PORT, *children])
        relay.process.wait_for('^ready$')
        return [relay]


class Socat(Relay):
    """It has one destination: so one for each child, and all of them hear the flood, which goes to a group."""

    name = 'socat'
    configuration = ('one socat -u UDP4-RECV:...,ip-add-membership=... UDP4-SENDTO:... for each child; its copies are '
                     'counted where they arrive')
    floods = GROUP

    def missing(self):
        return missing_command('socat') or super().missing()

    def start(self, place, load, processes):
        relay = [processes.start(place.middle, RELAY_CORE, [
            'socat', '-u', f'UDP4-RECV:{PORT},reuseaddr,ip-add-membership={GROUP}:eth0',
            f'UDP4-SENDTO:{host.address}:{PORT}']) for host in place.receivers]
        wait_for_member(place, place.middle, GROUP)
        return relay

    def copies(self, relay, received):
        return sum(received)


class Smcrouted(Relay):
    """The kernel's multicast routing: the middle becomes a router with a cable to every receiver. The kernel copies
    while it takes the flood in, so what it costs is the source's CPU time and can't be told apart."""

    name = 'smcrouted'
    configuration = ('static multicast routes in the kernel, one interface a receiver; its copies are counted where '
                     'they arrive')
    floods = GROUP

    def missing(self):
        return missing_command('smcrouted') or super().missing()

    def heard_at(self, host):
        return [GROUP, PORT, '-i', 'eth1']

    def start(self, place, load, processes):
        if len(place.middle.interfaces) == 1:
            connect(place)
        router = processes.start(place.middle, RELAY_CORE, ['smcrouted', '-n', '-l', 'info'])
        router.process.wait_for('Ready, waiting', 'stderr')
        _, *cables = place.middle.interfaces
        must(place.middle.run(['smcroutectl', 'add', 'eth0', GROUP, *cables]))
        must(place.middle.run(['smcroutectl', 'join', 'eth0', GROUP]))
        wait_for_member(place, place.middle, GROUP)
        return [router]

    def cpu(self, relay):
        return 0

    def flood(self, place, load, processes):
        """With a TTL that lets it pass a router."""
        return processes.start(place.sender, OTHERS_CORE, [
            'hostcast', 'send', '-q', '-i', 'eth0', '--ttl', 2, '-W', load.seconds, '-c', FOREVER, f'{GROUP}:{PORT}',
            'x' * load.size])

    def copies(self, relay, received):
        return sum(received)


def connect(place):
    """A cable from the middle to every receiver, whose second interface it is."""
    for number, host in enumerate(place.receivers, start=1):
        place.world.link(place.middle, host, f'10.1.{number}.0/24')


class HostcastNode(Relay):
    """The root of a tree, whose children are told to it one by one (join_tree.py)."""

    name = 'hostcast node'
    kind = 'hostcast'
    configuration = 'hostcast node --output none, the root'

    def start(self, place, load, processes):
        processes.start(place.sender, OTHERS_CORE, ['hostcast', 'rdv', '-q'])
        relay = processes.start(place.middle, RELAY_CORE, [
            'hostcast', 'node', '--json', '--rdv', place.sender.address, '--children', len(place.receivers),
            '--output', 'none'])
        relay.process.wait_for_event('root_gained')
        for host in place.receivers:
            joined = host.run(['/usr/bin/python3', BENCH / 'peers' / 'join_tree.py', host.address, PORT,
                               place.middle.address, TREE_PORT])
            assert joined.status == 0, joined.stderr
        return [relay]

    def flood(self, place, load, processes):
        return processes.start(place.sender, OTHERS_CORE, [
            LIMIT, 'send', 'train', '-T', place.middle.address, TREE_PORT, '-s', load.size, '-t', load.seconds])

    def copies(self, relay, received):
        lines = relay[0].stop(signal.SIGINT).splitlines()
        summary = next(event for event in map(json.loads, reversed(lines)) if event['event'] == 'summary')
        return summary['data_copied'] - summary['send_dropped']

    def memory(self, relay):
        return relay[0].peak_memory()


RELAYS = [
    LimitForward('one', 'recv(), and sendto() for each child'),
    LimitForward('uring', 'io_uring: a multishot recv(), and up to 64 sendmsg() at once for each child'),
    LimitForward('train', 'recvmmsg(); what has one size leaves as one train for each child (UDP_SEGMENT)'),
    LimitForward('whole', 'a train read whole (UDP_GRO) leaves whole, one for each child (UDP_SEGMENT)'),
    PythonForwarder(),
    Socat(),
    Smcrouted(),
    HostcastNode(),
]
