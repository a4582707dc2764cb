#!/usr/bin/python3
"""join_tree.py ADDRESS PORT PARENT PARENT_PORT: becomes a child of a node (T-6) at this address, and ends. Whatever
listens there next gets what the node passes on, until the node forgets the child, 180 s later (T-8)."""

import socket
import sys

address, port, parent, parent_port = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])

child = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
child.bind((address, port))
child.settimeout(1)
for _ in range(30):
    child.sendto(b'RJOI\n', (parent, parent_port))
    try:
        answer = child.recv(65535)
    except TimeoutError:
        continue
    if answer.startswith(b'YJOI'):
        sys.exit(0)
sys.exit(f'{parent} does not take {address} as its child')
