"""Plain sockets on the loopback interface of this machine, to talk to a program with. Nothing leaves the machine, and
each test takes a port of its own."""

import socket
import struct

from support.conditions import LIMIT_SECONDS

ADDRESS = '127.0.0.1'


def free_port():
    """A UDP port that nothing uses."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((ADDRESS, 0))
        return probe.getsockname()[1]


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
