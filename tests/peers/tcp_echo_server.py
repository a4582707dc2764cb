#!/usr/bin/env python3
"""Sends back whatever each connection sends; many connections at once."""

import argparse
import socket
import threading

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument('address', nargs='?', default='127.0.0.1')
parser.add_argument('port', nargs='?', type=int, default=55556)
arguments = parser.parse_args()


def echo(connection, client):
    with connection:
        while data := connection.recv(65536):
            print(f'received {len(data)} bytes from {client[0]} port {client[1]}', flush=True)
            connection.sendall(data)
    print(f'closed by {client[0]} port {client[1]}', flush=True)


family = socket.AF_INET6 if ':' in arguments.address else socket.AF_INET
server = socket.create_server((arguments.address, arguments.port), family=family)
print(f'listening on {arguments.address} port {arguments.port}', flush=True)
while True:
    connection, client = server.accept()
    threading.Thread(target=echo, args=(connection, client), daemon=True).start()
