#!/usr/bin/python3
"""forwarder.py PORT CHILD...: the forwarder of the first assignment: what arrives goes to every child, one call a copy.

Ended by SIGTERM it says how many copies it sent.
"""

import signal
import socket
import sys

copies = 0


def end(*_):
    print(f'copies={copies}', flush=True)
    sys.exit(0)


port = int(sys.argv[1])
children = [(child, port) for child in sys.argv[2:]]
signal.signal(signal.SIGTERM, end)

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(('', port))
print('ready', flush=True)
while True:
    message, _ = server.recvfrom(65535)
    for child in children:
        server.sendto(message, child)
        copies += 1
