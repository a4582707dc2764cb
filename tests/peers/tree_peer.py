"""The tree in plain sockets, written from docs/protocol.md alone: "The least that takes part". T-n are the clauses.

tree_peer.py rdv ADDRESS PORT [--hold S]
tree_peer.py node ADDRESS PORT RDV_ADDRESS RDV_PORT [--children N] [--refresh S] [--hold S] [--retry S]

Each line of input is a payload. Prints what it delivers, and what becomes of it in the tree; leaves it on SIGTERM.
Lets everybody in (T-14), and its address is the one by which others reach it (T-3).
"""
import argparse, contextlib, ipaddress, os, random, re, select, signal, socket, sys
from time import monotonic as now

def send(kind, to, addresses=(), payload=b''):
    with contextlib.suppress(OSError):  # as good as lost on its way
        sock.sendto(f'{kind}\n'.encode() + '\n'.join(f'{ip} {port}' for ip, port in addresses).encode() + payload, to)

def parse(data):  # T-1
    kind, body = re.fullmatch(rb'([A-Z]{4})(?:\r?\n(.*)|\r?)|.*', data, re.DOTALL).groups(b'')
    with contextlib.suppress(ValueError):
        lines = [line.decode().split(' ') for line in body.splitlines() if line and kind in (b'TOOR', b'YJOI', b'NJOI')]
        return kind.decode(), [(str(ipaddress.ip_address(ip)), int(port)) for ip, port in lines], body
    return 'malformed', [], b''

class RendezvousPoint:
    root, heard = None, 0

    def tick(self):
        if self.root and now() - self.heard >= options.hold: self.take(self.root, 'LEAV')  # T-5

    def take(self, sender, kind, *_):
        if kind == 'ROOT':  # T-3
            send('TOOR', sender, [self.root] if self.root else [])
        elif kind == 'RREG' and self.root not in (None, sender):  # T-4
            send('NREG', sender)
        elif kind == 'RREG':
            if not self.root: print('root', *sender)
            self.root, self.heard = sender, now()
            send('YREG', sender)
        elif kind == 'LEAV' and sender == self.root:  # T-15
            self.root = print('no root')

class Node:
    is_root, path, candidates, backoffs, root_asked = False, [], [], 0, 0

    def __init__(self):
        self.children, self.own, self.waiting, self.sent = {}, {me}, [], []  # own: what the parent calls it, too (T-9)
        self.ask('ROOT', rdv)

    def ask(self, kind, to, tries=1):  # T-8: one request at a time; due: when it is sent again
        self.asked, self.tries, self.asked_at, self.due = (kind, to), tries, now(), now() + options.retry
        send(kind, to)

    def rest_until(self, due):  # nothing is asked before
        self.asked, self.due = (None, None), due

    def tick(self):
        for child in [child for child, heard in self.children.items() if now() - heard >= options.hold]:  # T-8
            self.take(child, 'LEAV')
        while self.waiting and self.is_root:
            self.deliver(self.waiting.pop(0))
        if self.waiting and now() - self.root_asked >= options.retry:  # T-10
            self.root_asked = now()
            send('ROOT', rdv)
        if now() < self.due: return
        if self.asked[0] and self.tries < 3: self.ask(*self.asked, self.tries + 1)
        elif self.is_root: self.ask('RREG', rdv)  # T-5
        elif self.asked[0]: self.go_on()
        elif self.path: self.ask('RJOI', self.path[0])
        else: self.ask('ROOT', rdv)

    def go_on(self):  # T-7: without the one that was asked
        self.follow([])
        if self.candidates: return self.ask('RJOI', self.candidates.pop())
        self.rest_until(now() + random.uniform(0, min(options.retry * 2**self.backoffs, options.refresh, 30)))
        self.backoffs += 1

    def follow(self, path):  # T-9
        if path == self.path: return
        self.path = path
        print(*['parent', *path[0]] if path else ['no parent'])
        for child in list(self.children):
            if child in path[1:]: send('LEAV', child)
            if child in path: self.take(child, 'LEAV')
            else: send('YJOI', child, [child, *path])

    def deliver(self, payload):  # T-11, T-12
        print('payload', payload)
        for child in self.children: send('DATA', child, payload=payload)

    def leave(self, *_):  # T-15
        for other in {rdv, *self.path[:1], *self.children}: send('LEAV', other)
        sys.exit()

    def take(self, sender, kind, addresses=(), body=b''):
        is_parent, answered = [sender] == self.path[:1], self.asked[0] if sender == self.asked[1] else None
        if kind == 'TOOR' and sender == rdv:  # T-3, T-10
            root = [address for address in addresses if address not in self.own]
            if answered == 'ROOT': self.ask(*('RJOI', root[0]) if root else ('RREG', rdv))
            while self.waiting and root:
                self.sent = self.sent[-1023:] + [(self.waiting[0], root[0])]
                send('DATA', root[0], payload=self.waiting.pop(0))
        elif kind == 'YREG' and answered == 'RREG':  # T-4
            if not self.is_root: print('is root')
            self.is_root, self.backoffs = True, 0
            self.rest_until(now() + options.refresh)
        elif kind == 'NREG' and answered == 'RREG':  # T-4, T-5
            if self.is_root: print('no parent')
            self.is_root = False
            self.ask('ROOT', rdv)
        elif kind == 'YJOI' and (is_parent or answered == 'RJOI'):  # T-7, T-9
            if self.own & set(addresses[1:]):  # a circle
                send('LEAV', sender)
                return self.go_on()
            self.own, self.candidates, self.backoffs = {me, *addresses[:1]}, [], 0
            self.follow([sender, *addresses[1:]])
            self.rest_until(now() + options.refresh if answered else min(self.due, self.asked_at + 1))
        elif kind == 'NJOI' and (is_parent or answered == 'RJOI'):  # T-7
            self.candidates = sorted(set(addresses) - self.own, key=lambda _: random.random())
            self.go_on()
        elif kind == 'RJOI' and (sender in self.children or self.path or self.is_root):  # T-6
            if sender in self.children or len(self.children) < options.children and sender not in self.path:
                if sender not in self.children: print('child', *sender)
                self.children[sender] = now()
                send('YJOI', sender, [sender, *self.path])
            elif self.children: send('NJOI', sender, self.children)
        elif kind == 'LEAV':  # T-15
            if self.children.pop(sender, None): print('no child', *sender)
            elif is_parent:
                self.follow([])
                self.ask('ROOT', rdv)
        elif kind == 'DATA' and (is_parent or self.is_root): self.deliver(body)  # T-11
        elif kind == 'DATA' and answered != 'RJOI': send('NDAT', sender, self.path[-1:], b'\n' + body)
        elif kind == 'NDAT' and (body.partition(b'\n')[2], sender) in self.sent:
            self.sent.remove((body.partition(b'\n')[2], sender))
            self.waiting.append(body.partition(b'\n')[2])

parser = argparse.ArgumentParser()
parser.add_argument('role', choices=['rdv', 'node'])
parser.add_argument('addresses', nargs='+')
for option, default in ('--children', 3), ('--refresh', 120), ('--hold', 180), ('--retry', 1):
    parser.add_argument(option, type=float, default=default)
options = parser.parse_args()
me, rdv = [*zip(options.addresses[::2], map(int, options.addresses[1::2])), None][:2]
sock = socket.socket(socket.AF_INET6 if ':' in me[0] else socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(me)
me = sock.getsockname()[:2]
sys.stdout.reconfigure(line_buffering=True)
print('listening', *me)
peer = RendezvousPoint() if options.role == 'rdv' else Node()
inputs, begun = [sock, sys.stdin] if options.role == 'node' else [sock], b''
if options.role == 'node': signal.signal(signal.SIGTERM, peer.leave)
while True:
    ready = select.select(inputs, [], [], 0.02)[0]
    if sys.stdin in ready:
        read = os.read(0, 65536)
        *lines, begun = (begun + read).split(b'\n')
        peer.waiting += lines
        inputs = inputs if read else [sock]
    peer.tick()
    if sock in ready:
        data, sender = sock.recvfrom(65535)
        peer.take(sender[:2], *parse(data))
