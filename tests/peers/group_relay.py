#!/usr/bin/env python3
"""Sends what comes to GROUP on one address's network on to GROUP from another address of this host, under that
address: what programs do that carry a group where no router does. Prints ready."""

import argparse
import socket

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument('group')
parser.add_argument('port', type=int)
parser.add_argument('arrival')
parser.add_argument('departure')
arguments = parser.parse_args()

hearing = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
hearing.bind((arguments.group, arguments.port))
hearing.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                   socket.inet_aton(arguments.group) + socket.inet_aton(arguments.arrival))
sending = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sending.bind((arguments.departure, 0))
sending.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(arguments.departure))
sending.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
print('ready', flush=True)
while True:
    sending.sendto(hearing.recv(65535), (arguments.group, arguments.port))
