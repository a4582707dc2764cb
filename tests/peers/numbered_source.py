"""Sends numbered payloads (numbered.py) over UDP, singly or in trains (UDP_SEGMENT).

numbered_source.py ADDRESS PORT [--count N] [--rate N] [--source N] [--sizes N,...] [--per-train N] [--head TEXT]

With several sizes they take turns, train by train. --head stands before each payload (it is followed by a line feed).
At --rate payloads a second; without it, and for the next 10,000 after SIGUSR1, as fast as it can. Ends after so many, or
at SIGTERM, and prints how many went.
"""
import argparse, itertools, signal, socket, struct, time
from numbered import payload

UDP_SEGMENT = 103
BURST = 10000

parser = argparse.ArgumentParser()
parser.add_argument('address')
parser.add_argument('port', type=int)
parser.add_argument('--count', type=int, default=1 << 31)
parser.add_argument('--rate', type=float)
parser.add_argument('--source', type=int, default=0)
parser.add_argument('--sizes', default='1000')
parser.add_argument('--per-train', type=int, default=1)
parser.add_argument('--head', default='')
options = parser.parse_args()

plain = socket.socket(socket.AF_INET6 if ':' in options.address else socket.AF_INET, socket.SOCK_DGRAM)
plain.connect((options.address, options.port))
head = options.head.encode() + b'\n' if options.head else b''
sizes = itertools.cycle(map(int, options.sizes.split(',')))
next_number = 0

def send(train, size):
    segment = [(socket.IPPROTO_UDP, UDP_SEGMENT, struct.pack('H', size))] if len(train) > 1 else []
    while True:
        try:
            return plain.sendmsg([b''.join(train)], segment)
        except ConnectionRefusedError: pass  # of an earlier one: nothing was sent

def pace():
    global due
    if not options.rate or next_number < burst_end: return
    due = max(due, time.monotonic() - 0.01) + options.per_train / options.rate
    time.sleep(max(0, due - time.monotonic()))

def burst(*_):
    global burst_end
    burst_end = next_number + BURST

def stop(*_):
    global is_stopped
    is_stopped = True

is_stopped, burst_end, due = False, 0, time.monotonic()
signal.signal(signal.SIGUSR1, burst)
signal.signal(signal.SIGTERM, stop)
while next_number < options.count and not is_stopped:
    size, last = next(sizes), min(next_number + options.per_train, options.count)
    send([head + payload(number, options.source, size) for number in range(next_number, last)], len(head) + size)
    next_number = last
    pace()
print(next_number)
