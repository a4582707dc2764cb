#!/usr/bin/env python3
"""Sends one message to a multicast group and prints every answer that comes within half a second of the last."""

import argparse
import ipaddress
import socket
import struct

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument('group')
parser.add_argument('port', type=int)
parser.add_argument('message')
parser.add_argument('--interface', help='name; IPv6 link-local groups need it')
parser.add_argument('--ttl', type=int, default=1)
arguments = parser.parse_args()

group = ipaddress.ip_address(arguments.group)
index = socket.if_nametoindex(arguments.interface) if arguments.interface else 0

if group.version == 4:
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, arguments.ttl)
    membership = struct.pack('=4s4si', group.packed, b'\0\0\0\0', index)
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, membership)
else:
    sender = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, arguments.ttl)
    sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
sender.settimeout(1.5)  # one of several that answer may be late
sender.sendto(arguments.message.encode(), (str(group), arguments.port))
print('sent', flush=True)

while True:
    try:
        data, answerer = sender.recvfrom(65535)
    except socket.timeout:
        break
    print(f'answer {data.decode(errors="replace")!r} from {answerer[0]} port {answerer[1]}', flush=True)
print('no more answers', flush=True)
