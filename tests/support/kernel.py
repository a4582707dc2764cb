"""What the kernel says about a network namespace, read from the /proc of a process in it (no program is started)."""

import socket
import sys
from pathlib import Path

TCP_LISTENING = '0A'
TENTATIVE = 0x40  # IFA_F_TENTATIVE: the address may not be used yet


class NetworkFiles:
    def __init__(self, pid):
        self._directory = Path(f'/proc/{pid}/net')

    def groups(self, interface):
        """The multicast groups that somebody has joined on this interface."""
        return self._groups4(interface) | self._groups6(interface)

    def ports(self, protocol):
        """The local ports in use; of TCP those that listen."""
        rows = self._rows(protocol) + self._rows(protocol + '6')
        return {int(row[1].split(':')[1], 16) for row in rows[1:]
                if row[0] != 'sl' and (protocol != 'tcp' or row[3] == TCP_LISTENING)}

    def link_local(self, interface):
        """The usable link-local IPv6 address, or None."""
        for address, _, _, scope, flags, name in self._rows('if_inet6'):
            if name == interface and scope == '20' and not int(flags, 16) & TENTATIVE:
                return socket.inet_ntop(socket.AF_INET6, bytes.fromhex(address))
        return None

    def mld_queries_received(self):
        return next(int(row[1]) for row in self._rows('snmp6') if row[0] == 'Icmp6InGroupMembQueries')

    def _groups4(self, interface):
        """A line per interface, followed by its groups, each indented and in the byte order of the machine."""
        groups = set()
        current = None
        for line in self._lines('igmp')[1:]:
            fields = line.split()
            if not line.startswith('\t'):
                current = fields[1].rstrip(':')
            elif current == interface:
                groups.add(socket.inet_ntoa(int(fields[0], 16).to_bytes(4, sys.byteorder)))
        return groups

    def _groups6(self, interface):
        return {socket.inet_ntop(socket.AF_INET6, bytes.fromhex(group))
                for _, name, group, *_ in self._rows('igmp6') if name == interface}

    def _rows(self, name):
        return [line.split() for line in self._lines(name)]

    def _lines(self, name):
        return (self._directory / name).read_text().splitlines()
