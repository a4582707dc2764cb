#!/usr/bin/env python3
"""Sends a UDP datagram in an IPv4 packet and an Ethernet frame of its own making, which no kernel has checked."""

import argparse
import ipaddress
import itertools
import socket
import struct

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument('interface')
parser.add_argument('mac', help='of the receiver')
parser.add_argument('source')
parser.add_argument('destination')
parser.add_argument('port', type=int)
parser.add_argument('message')
parser.add_argument('--flood', action='store_true', help='for ever, from all ports in turn')
arguments = parser.parse_args()

source, destination = (ipaddress.ip_address(text).packed for text in (arguments.source, arguments.destination))
payload = arguments.message.encode()

out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
out.bind((arguments.interface, 0))
ethernet = bytes.fromhex(arguments.mac.replace(':', '')) + out.getsockname()[4] + struct.pack('!H', 0x0800)


def checksum(header):
    total = sum(struct.unpack(f'!{len(header) // 2}H', header))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def ip_header(size, check=0):
    return struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + size, 0, 0, 64, socket.IPPROTO_UDP, check, source, destination)


udp_size = 8 + len(payload)
before = ethernet + ip_header(udp_size, checksum(ip_header(udp_size)))
for port in itertools.cycle(range(1024, 65536)) if arguments.flood else [40000]:
    out.send(before + struct.pack('!HHHH', port, arguments.port, udp_size, 0) + payload)
