#!/usr/bin/env python3
"""Sends every datagram back to where it came from."""

import argparse
import socket

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument('address', nargs='?', default='127.0.0.1')
parser.add_argument('port', nargs='?', type=int, default=5001)
arguments = parser.parse_args()

family = socket.AF_INET6 if ':' in arguments.address else socket.AF_INET
server = socket.socket(family, socket.SOCK_DGRAM)
server.bind((arguments.address, arguments.port))
print(f'listening on {arguments.address} port {arguments.port}', flush=True)

while True:
    data, client = server.recvfrom(65535)
    print(f'received {len(data)} bytes from {client[0]} port {client[1]}', flush=True)
    server.sendto(data, client)
