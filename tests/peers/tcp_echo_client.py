#!/usr/bin/env python3
"""Sends each message over one connection and prints the answer to it."""

import argparse
import socket

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument('address')
parser.add_argument('port', type=int)
parser.add_argument('message', nargs='+')
arguments = parser.parse_args()

with socket.create_connection((arguments.address, arguments.port), timeout=5) as connection:
    for message in arguments.message:
        request = message.encode()
        connection.sendall(request)
        answer = b''
        while len(answer) < len(request):
            data = connection.recv(65536)
            if not data:
                raise SystemExit('the server closed the connection')
            answer += data
        print(f'answer {answer.decode()!r}', flush=True)
