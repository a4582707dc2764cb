#!/usr/bin/env python3
"""Sends each line "PORT MESSAGE" of its input to that port of ADDRESS, from one socket, with \\n for LF; prints what
comes back."""

import argparse
import select
import socket
import sys

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument('address')
arguments = parser.parse_args()

talker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
talker.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
while True:
    ready, _, _ = select.select([talker, sys.stdin], [], [])
    if talker in ready:
        data, sender = talker.recvfrom(65535)
        print(f'received {data.decode()!r} from {sender[0]} port {sender[1]}', flush=True)
    if sys.stdin in ready:
        line = sys.stdin.buffer.raw.readline().decode()
        if not line:
            break
        port, _, message = line.rstrip('\n').partition(' ')
        talker.sendto(message.replace('\\n', '\n').encode(), (arguments.address, int(port)))
