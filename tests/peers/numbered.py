"""Payloads that tell their number, source and size, and of which every byte is known. They are text without line feeds,
and stand one behind the other without anything between them.

numbered_sink.c checks them.
"""
HEADER = 20
PATTERN = bytes(33 + (place * 7 + place // 90) % 90 for place in range(66000))


def payload(number, source=0, size=1000):
    start = (number * 31 + source * 7) % 256
    return b'%010d%04d%06d' % (number, source, size) + PATTERN[start:start + size - HEADER]
