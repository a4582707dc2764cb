"""Plain sockets on the loopback interface of this machine, to talk to a program with. Nothing leaves the machine, and
each test takes a port of its own."""

import contextlib
import itertools
import os
import random
import socket
import struct

from support.conditions import LIMIT_SECONDS

ADDRESS = '127.0.0.1'

WORKERS_MAX, PORTS_EACH = 16, 1250


def ports_of(worker):
    """Those of one of the processes that run tests at the same time, in a new order each time.

    The system gives them to nobody by itself, so that nobody can take one before it is used: it begins at 32768.
    """
    first = 12000 + PORTS_EACH * (worker % WORKERS_MAX)
    return itertools.cycle(random.sample(range(first, first + PORTS_EACH), PORTS_EACH))


_ports = ports_of(int(os.environ.get('PYTEST_XDIST_WORKER', 'gw0').removeprefix('gw')))


def free_port(kind=socket.SOCK_DGRAM, address=ADDRESS):
    """A port that nothing uses."""
    while True:
        port = next(_ports)
        family = socket.AF_INET6 if ':' in address else socket.AF_INET
        with socket.socket(family, kind) as probe, contextlib.suppress(OSError):
            probe.bind((address, port))
            return port


def member(group, port):
    """A socket that has joined a group."""
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    receiver.bind((group, port))
    membership = socket.inet_aton(group) + socket.inet_aton(ADDRESS)
    receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    receiver.settimeout(LIMIT_SECONDS)
    return receiver


def sender(address=ADDRESS, ttl=1):
    """A socket that sends to groups, bound to an address and a port; sendto() is all it takes."""
    speaker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    speaker.bind((address, 0))
    speaker.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack('=4s4si', b'', b'', socket.if_nametoindex('lo')))
    speaker.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)
    speaker.settimeout(LIMIT_SECONDS)
    return speaker


def take(receiver, count):
    """The next datagrams of a socket."""
    return [receiver.recv(65535) for _ in range(count)]


def start_recv(spawn, target, *options):
    """Starts hostcast recv on loopback, and returns when it has joined."""
    process = spawn(['hostcast', 'recv', '-i', 'lo', *options, target])
    process.wait_for('^hostcast recv: note: joined', 'stderr')
    return process
