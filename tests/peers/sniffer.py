#!/usr/bin/env python3
"""Prints every UDP datagram that reaches an interface, whether anybody here wants it or not."""

import argparse
import socket
import struct

ETH_P_ALL = 3
ETH_P_IP = 0x0800
ETH_P_IPV6 = 0x86DD
IPV6_HEADER_LENGTH = 40

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument('interface')
arguments = parser.parse_args()

sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
sniffer.bind((arguments.interface, ETH_P_ALL))
print(f'sniffing on {arguments.interface}', flush=True)

while True:
    packet, (_, protocol, packet_type, _, mac) = sniffer.recvfrom(65535)
    if packet_type == socket.PACKET_OUTGOING:
        continue
    if protocol == ETH_P_IP and packet[9] == socket.IPPROTO_UDP:
        source = socket.inet_ntop(socket.AF_INET, packet[12:16])
        destination = socket.inet_ntop(socket.AF_INET, packet[16:20])
        ttl = packet[8]
        udp = packet[(packet[0] & 15) * 4:]
    elif protocol == ETH_P_IPV6 and packet[6] == socket.IPPROTO_UDP:
        source = socket.inet_ntop(socket.AF_INET6, packet[8:24])
        destination = socket.inet_ntop(socket.AF_INET6, packet[24:40])
        ttl = packet[7]
        udp = packet[IPV6_HEADER_LENGTH:]
    else:
        continue
    port = struct.unpack_from('!H', udp, 2)[0]
    print(f'{source} > {destination} port {port} ttl {ttl} from {mac.hex(":")}', flush=True)
