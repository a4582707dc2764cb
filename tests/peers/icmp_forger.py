#!/usr/bin/env python3
"""Tells a UDP socket COUNT times (in whole batches) that nobody listens where it never sent to (ICMP port unreachable)."""

import argparse
import ctypes
import ipaddress
import os
import socket
import struct

NOBODY = '127.0.0.99'
BATCH = 64

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument('address', help='of the socket')
parser.add_argument('port', type=int)
parser.add_argument('count', type=int)
arguments = parser.parse_args()


class Vector(ctypes.Structure):
    _fields_ = [('base', ctypes.c_char_p), ('size', ctypes.c_size_t)]


class Header(ctypes.Structure):
    """struct msghdr, for a connected socket"""
    _fields_ = [('name', ctypes.c_void_p), ('name_size', ctypes.c_uint32),
                ('vectors', ctypes.POINTER(Vector)), ('vector_count', ctypes.c_size_t),
                ('control', ctypes.c_void_p), ('control_size', ctypes.c_size_t), ('flags', ctypes.c_int)]


class Message(ctypes.Structure):
    """struct mmsghdr"""
    _fields_ = [('header', Header), ('size', ctypes.c_uint)]


def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def port_unreachable(quoted, check=0):
    return struct.pack('!BBHI', 3, 3, check, 0) + quoted


source, destination = (ipaddress.ip_address(text).packed for text in (arguments.address, NOBODY))
quoted = struct.pack('!BBHHHBBH4s4sHHHH', 0x45, 0, 36, 0, 0, 64, socket.IPPROTO_UDP, 0, source, destination,
                     arguments.port, 9, 16, 0)
packet = port_unreachable(quoted, checksum(port_unreachable(quoted)))

out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
out.connect((arguments.address, 0))
vector = Vector(packet, len(packet))
message = Message(Header(None, 0, ctypes.pointer(vector), 1, None, 0, 0), 0)
batch = (Message * BATCH)(*[message] * BATCH)
send_many = ctypes.CDLL(None, use_errno=True).sendmmsg  # send() for each would leave the socket time to recover
for _ in range(0, arguments.count, BATCH):
    if send_many(out.fileno(), batch, BATCH, 0) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
