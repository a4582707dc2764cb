#!/usr/bin/env python3
"""Joins a multicast group, prints each datagram and its sender, and answers the sender with "ack"."""

import argparse
import ipaddress
import socket
import struct

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument('group')
parser.add_argument('port', type=int)
parser.add_argument('--interface', help='name; IPv6 link-local groups need it')
arguments = parser.parse_args()

group = ipaddress.ip_address(arguments.group)
index = socket.if_nametoindex(arguments.interface) if arguments.interface else 0

if group.version == 4:
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    level, option = socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP
    membership = struct.pack('=4s4si', group.packed, b'\0\0\0\0', index)
else:
    receiver = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    level, option = socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP
    membership = struct.pack('=16si', group.packed, index)
receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
receiver.bind(('', arguments.port))
receiver.setsockopt(level, option, membership)
print(f'joined {group} port {arguments.port}', flush=True)

while True:
    data, sender = receiver.recvfrom(65535)
    print(f'received {data.decode(errors="replace")!r} from {sender[0]} port {sender[1]}', flush=True)
    receiver.sendto(b'ack', sender)
