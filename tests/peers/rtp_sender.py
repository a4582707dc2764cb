"""Sends one RTP stream to one or more groups, each with faults of its own (RFC 3550).

    rtp_sender.py '{"feeds": [{"group": "224.1.1.1", "lost": [7]}], "packets": 100}'

Of a feed: group, port (5004), source (a local address), lost and swapped (numbers: not sent, sent after the next one),
behind (packets by which it is later than the others). Of all: packets, interval (seconds, 0.002), first (number, 0),
ssrc, payload_type (96), step (of the timestamp, 180).
"""

import json
import socket
import struct
import sys
import time


def order(count, feed):
    """The numbers in the order in which this feed sends them."""
    numbers = list(range(count))
    for number in feed.get('swapped', []):
        numbers[number], numbers[number + 1] = numbers[number + 1], numbers[number]
    return numbers


def main():
    spec = json.loads(sys.argv[1])
    count, interval = spec['packets'], spec.get('interval', 0.002)
    feeds = []
    for feed in spec['feeds']:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((feed.get('source', '0.0.0.0'), 0))
        feeds.append((sock, feed, order(count, feed)))
    longest = max(feed.get('behind', 0) for feed in spec['feeds'])
    start = time.monotonic()
    for turn in range(count + longest):
        time.sleep(max(0, start + turn * interval - time.monotonic()))
        for sock, feed, numbers in feeds:
            place = turn - feed.get('behind', 0)
            if not 0 <= place < count or numbers[place] in feed.get('lost', []):
                continue
            number = spec.get('first', 0) + numbers[place]
            header = struct.pack('!BBHII', 0x80, spec.get('payload_type', 96), number % 65536,
                                 number * spec.get('step', 180) % 2**32, spec.get('ssrc', 0x1234))
            sock.sendto(header + b'media' * 20, (feed['group'], feed.get('port', 5004)))


main()
