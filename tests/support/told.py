"""Rendezvous points and nodes that only tell how they are: sockets on loopback that answer STAT with what a test
gives them."""

import contextlib
import select
import socket
import threading


class Told:
    """A socket that answers each datagram with answer(request), a text or bytes; None: with nothing.

    What it was asked stands in requests, with the port of the asker, in the order in which it came.
    """

    def __init__(self, answer=None, address='127.0.0.1'):
        family = socket.AF_INET6 if ':' in address else socket.AF_INET
        self.answer = answer
        self.requests = []
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.ip, self.port = self.socket.getsockname()[:2]

    @property
    def name(self):
        """As people write it."""
        return f'[{self.ip}]:{self.port}' if ':' in self.ip else f'{self.ip}:{self.port}'

    @property
    def wire(self):
        """As messages have it (T-1)."""
        return f'{self.ip} {self.port}'

    def take_request(self):
        request, asker = self.socket.recvfrom(65535)
        self.requests.append((request, asker[1]))
        answer = self.answer(request) if callable(self.answer) else self.answer
        if answer is not None:
            self.socket.sendto(answer.encode() if isinstance(answer, str) else answer, asker)


@contextlib.contextmanager
def telling():
    """make = telling().__enter__(): make(answer) is a Told that answers until the end."""
    made, stop, woken = [], *socket.socketpair()
    lock = threading.Lock()

    def make(answer=None, address='127.0.0.1'):
        told = Told(answer, address)
        with lock:
            made.append(told)
        stop.send(b'.')
        return told

    def serve():
        while True:
            with lock:
                by_socket = {told.socket: told for told in made}
            for ready in select.select([woken, *by_socket], [], [])[0]:
                if ready is not woken:
                    by_socket[ready].take_request()
                elif not woken.recv(4096):
                    return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield make
    finally:
        stop.close()
        thread.join()
        woken.close()
        for told in made:
            told.socket.close()


def node(path=(), children=(), state=None, extra=''):
    """The report of a node; path and children are those whom make() made."""
    lines = ['role node', f'state {state or ("attached" if path else "root")}',
             *(f'path {ancestor.wire}' for ancestor in path), 'children_most 3',
             *(f'child {child.wire} 1500' for child in children), 'count data_received 7', 'count walks 0']
    return 'TATS\n' + ''.join(f'{line}\n' for line in lines) + extra


def rdv(root=None):
    """The report of a rendezvous point."""
    known = f'root {root.wire}\nroot_heard_ms 2500\nroot_since_ms 7384000\n' if root else ''
    return f'TATS\nrole rdv\n{known}count asked 3\ncount left 0\n'
