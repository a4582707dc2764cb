"""Sends so many datagrams to a group, at once, for each line of its input, which is their number.

    burst_sender.py GROUP SIZE
"""

import socket
import sys

group, size = sys.argv[1], int(sys.argv[2])
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 5)
for line in sys.stdin:
    for _ in range(int(line)):
        sock.sendto(bytes(size), (group, 5004))
    print('sent', flush=True)
