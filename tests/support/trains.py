"""Trains of datagrams, by plain sockets (udp(7)): several of one size, the last perhaps shorter, with one call."""

import socket
import struct

UDP_SEGMENT = 103
SEGMENTS_MAX = 64
BYTES_MAX = 65487


def send_train(plain, datagrams, address):
    """Sends datagrams that make a train."""
    control = [(socket.IPPROTO_UDP, UDP_SEGMENT, struct.pack('H', len(datagrams[0])))] if len(datagrams) > 1 else []
    plain.sendmsg([b''.join(datagrams)], control, 0, address)


def trains_of(datagrams):
    """The same datagrams in trains, each as long as it can be."""
    train = []
    for datagram in datagrams:
        is_next = (train and len(train) < SEGMENTS_MAX and 0 < len(datagram) <= len(train[0]) == len(train[-1]) and
                   len(datagram) + sum(map(len, train)) <= BYTES_MAX)
        if not is_next and train:
            yield train
            train = []
        train.append(datagram)
    if train:
        yield train


def send_in_trains(plain, datagrams, address):
    for train in trains_of(datagrams):
        send_train(plain, train, address)
