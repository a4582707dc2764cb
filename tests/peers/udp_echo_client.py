#!/usr/bin/env python3
"""Sends each message as a datagram and prints the answer to it."""

import argparse
import socket

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument('address')
parser.add_argument('port', type=int)
parser.add_argument('message', nargs='+')
arguments = parser.parse_args()

family = socket.AF_INET6 if ':' in arguments.address else socket.AF_INET
client = socket.socket(family, socket.SOCK_DGRAM)
client.settimeout(5)
for message in arguments.message:
    client.sendto(message.encode(), (arguments.address, arguments.port))
    data, server = client.recvfrom(65535)
    print(f'answer {data.decode()!r} from {server[0]} port {server[1]}', flush=True)
