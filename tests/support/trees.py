"""Trees of hostcast nodes: rendezvous points and nodes as running programs, on loopback or on the hosts of a world."""

import contextlib
import json
import random
import socket

from support.conditions import LIMIT_SECONDS, wait_until

# For what has to be noticed by its silence: within two seconds or so, and not sooner than after one, for which a busy
# machine may keep a process from running.
SHORT = ('--refresh', '0.6', '--hold', '2.4', '--retry', '0.4')


def split(address):
    """('127.0.0.1', 10000) of '127.0.0.1:10000' or '[::1]:10000'."""
    ip, _, port = address.rpartition(':')
    return ip.strip('[]'), int(port)


class Member:
    """A rendezvous point or node that was started with --json."""

    def __init__(self, process):
        self.process = process
        listening = process.wait_for_event('listening')
        self.address = listening['address']
        self.data_port = listening.get('data_port')

    @property
    def events(self):
        whole = self.process.stdout.rpartition('\n')[0]
        return [json.loads(line) for line in whole.splitlines()]

    def summary(self):
        """Its state and counters now."""
        count = len(self._summaries())
        self.process.signal(10)  # SIGUSR1
        wait_until(lambda: len(self._summaries()) > count, 'a summary')
        return self._summaries()[-1]

    def stop(self):
        """Lets it leave, and gives its last summary."""
        self.process.signal(2)  # SIGINT
        assert self.process.wait() == 0, self.process.describe()
        return self._summaries()[-1]

    def _summaries(self):
        return [event for event in self.events if event['event'] == 'summary']


class Node(Member):
    @property
    def payloads(self):
        """The bytes of what it delivered, in their order."""
        return [payload_of(event) for event in self.events if event['event'] == 'message']

    @property
    def parent(self):
        """Its parent's address, 'root', or None while it looks for one."""
        for event in reversed(self.events):
            if event['event'] in ('attached', 'root_gained', 'parent_lost', 'root_lost'):
                return {'attached': event.get('address'), 'root_gained': 'root'}.get(event['event'])
        return None

    def send(self, payload):
        """Puts a payload in at its data port; on loopback only."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as program:
            program.sendto(payload, ('127.0.0.1', self.data_port))

    def wait_for_place(self):
        return wait_until(lambda: self.parent, f'{self.address} to find a parent')


def payload_of(event):
    import base64
    return event['text'].encode() if 'text' in event else base64.b64decode(event['base64'])


class Tree:
    """A rendezvous point on loopback, and its nodes. No two trees meet: each has a network of its own in 127/8."""

    def __init__(self, spawn, *rdv_options, family=socket.AF_INET):
        self._spawn = spawn
        self._network = f'127.{random.randint(16, 250)}.{random.randint(0, 255)}'
        self._family = family
        self.nodes = []
        self.rdv = Member(spawn(['hostcast', 'rdv', '--json', '--listen', self._listen(1), *rdv_options]))

    def node(self, *options):
        """Starts a node, and returns when it has its place."""
        node = self.start_node(*options)
        node.wait_for_place()
        return node

    def start_node(self, *options):
        listen = self._listen(len(self.nodes) + 2)
        node = Node(self._spawn(['hostcast', 'node', '--json', '--rdv', self.rdv.address, '--listen', listen,
                                 '--data-port', '0', *options]))
        self.nodes.append(node)
        return node

    def grow(self, count, *options):
        return [self.node(*options) for _ in range(count)]

    def _listen(self, number):
        return '[::1]:0' if self._family == socket.AF_INET6 else f'{self._network}.{number}:0'


def wait_for_payloads(nodes, expected):
    """Each node has delivered these payloads, in any order, and each of them once."""
    expected = sorted(expected)
    for node in nodes:
        wait_until(lambda: len(node.payloads) >= len(expected), f'{len(expected)} payloads at {node.address}')
    assert {node.address: sorted(node.payloads) == expected for node in nodes} == {node.address: True for node in nodes}


@contextlib.contextmanager
def program_at(ip, port=0):
    """A plain UDP socket."""
    with socket.socket(socket.AF_INET6 if ':' in ip else socket.AF_INET, socket.SOCK_DGRAM) as plain:
        plain.bind((ip, port))
        plain.settimeout(LIMIT_SECONDS)
        yield plain


def ask(plain, address, message):
    """Sends a message and returns the answer; it must come from where the message went (T-1)."""
    plain.sendto(message, split(address))
    answer, source = plain.recvfrom(65535)
    assert source[:2] == split(address)
    return answer
