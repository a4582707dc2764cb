"""A member of a chat in plain sockets: chat_peer.py GROUP PORT NAME. Says its input, prints what it hears and from where."""
import os
import socket
import sys
import threading

group, port, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
heard, spoken = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
heard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
heard.bind((group, port))
heard.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + socket.inet_aton('0.0.0.0'))


def say(text):
    spoken.sendto(text.encode(), (group, port))


def hear(where, sock):
    while True:
        data, source = sock.recvfrom(65535)
        os.write(1, f'{where} {source[0]}:{source[1]} {data.decode(errors="replace")}\n'.encode())


say(f'* {name} has joined')  # binds the socket that private messages come to
for where, sock in (('public', heard), ('private', spoken)):
    threading.Thread(target=hear, args=(where, sock), daemon=True).start()
for line in sys.stdin:
    say(f'{name}: {line.rstrip()}')
say(f'* {name} has left')
