"""A world: hosts (network namespaces) with links and bridges between them, all private to one test."""

import contextlib
import ipaddress
import json
import os
import time

import pytest

from support import namespaces
from support.conditions import wait_until
from support.kernel import NetworkFiles
from support.program import Process, run
from support.terminal import Terminal

# The response interval of a bridge's querier. Below 100 ms the field in an IGMP query would be 0, which means
# "version 1" to the hosts.
QUERY_RESPONSE_SECONDS = 0.1


class World:
    """Use it in a with statement; at its end every process and every namespace in it is gone."""

    def __init__(self):
        reason = namespaces.why_unavailable()
        if reason:
            pytest.skip(reason)
        self.hosts = []
        self._cleanup = contextlib.ExitStack()
        self._holder = self.own(namespaces.hold())
        self._network = NetworkFiles(self._holder.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        # The end of its standard input is the end of the holder, and with it of every process in the world, also of
        # those that nobody here knows about. It ends when they have.
        self._holder.close_stdin()
        self._holder.wait()
        self._cleanup.close()

    def own(self, process):
        """The process ends with the world."""
        self._cleanup.callback(process.kill)
        return process

    # The space between the hosts, where the bridges are

    def enter(self, pid=None):
        """The command that enters the namespaces of this process (default: of the space between the hosts)."""
        return ['nsenter', '--target', str(pid or self._holder.pid), '--user', '--mount', '--pid', '--net',
                '--preserve-credentials', f'--wdns={os.getcwd()}']

    def run(self, args, **options):
        return run(args, prefix=self.enter(), **options)

    def ip(self, *lines):
        """Runs ip commands, all in one process."""
        batch(self.run, lines)

    # What there is

    def host(self, name):
        host = Host(self, name)
        self.hosts.append(host)
        return host

    def link(self, left, right, ipv4=None, ipv6=None):
        """A cable between two hosts. With networks given, left gets the first address and right the second."""
        interfaces = [(host, host.new_interface()) for host in (left, right)]
        one, other = (f'name {interface} netns {host.inner_pid}' for host, interface in interfaces)
        self.ip(f'link add {one} type veth peer {other}')
        self._start_interfaces(interfaces, ipv4, ipv6)

    def bridge(self, name, hosts, ipv4=None, ipv6=None, snooping=False, querier=False):
        """A switch. With networks given, the hosts get their addresses in order, beginning with the first."""
        bridge = Bridge(self, name)
        lines = [f'link add name {name} type bridge mcast_snooping {int(snooping)}']
        interfaces = []
        for host in hosts:
            interface = host.new_interface()
            interfaces.append((host, interface))
            lines += [f'link add name {bridge.port(host)} type veth peer name {interface} netns {host.inner_pid}',
                      f'link set dev {bridge.port(host)} master {name} up']
        self.ip(*lines, f'link set dev {name} up')
        self._start_interfaces(interfaces, ipv4, ipv6)
        wait_until(lambda: bridge.is_forwarding(len(hosts)), f'all ports of {name} to forward')
        if querier:
            self._start_querier(name, hosts)
        return bridge

    def _start_interfaces(self, interfaces, ipv4, ipv6):
        for number, (host, interface) in enumerate(interfaces, start=1):
            host.start_interface(interface, nth_address(ipv4, number), nth_address(ipv6, number))
        for host, interface in interfaces:
            wait_until(lambda: host.link_local(interface), f'the link-local address of {host.name}')

    def _start_querier(self, name, hosts):
        """Returns when the bridge forwards groups only to where they are wanted."""
        # An IPv6 query needs a source address.
        wait_until(lambda: self._network.link_local(name), f'the link-local address of {name}')
        # Until one response interval after it began to ask, a bridge floods. The interval must be in force before.
        self.ip(f'link set dev {name} type bridge mcast_igmp_version 3 mcast_mld_version 2 '
                f'mcast_query_response_interval {QUERY_RESPONSE_SECONDS * 100:.0f}')
        self.ip(f'link set dev {name} type bridge mcast_querier 1')
        # The kernel's own clock decides here, not somebody's work, and nothing shows it: waiting is exact. The rest is
        # for the clock's granularity.
        time.sleep(QUERY_RESPONSE_SECONDS + 0.03)
        # For IPv6 the querier counts only once it has sent a query.
        for host in hosts:
            wait_until(host.network.mld_queries_received, f'an MLD query at {host.name}')


class Bridge:
    def __init__(self, world, name):
        self.name = name
        self._world = world

    def port(self, host):
        """The bridge's end of the cable to this host."""
        return f'{self.name}-{host.name}'

    def is_forwarding(self, port_count):
        ports = [port for port in self._show('link', 'show') if port.get('master') == self.name]
        return len(ports) == port_count and all(port['state'] == 'forwarding' for port in ports)

    def learned(self, host):
        """The groups that the bridge knows to be wanted by this host."""
        tables = self._show('mdb', 'show', 'dev', self.name)
        return {entry['grp'] for table in tables for entry in table['mdb'] if entry['port'] == self.port(host)}

    def _show(self, *args):
        return json.loads(self._world.run(['bridge', '-j', *args]).stdout)


class Host:
    """A network namespace. Its interfaces are eth0, eth1... in the order in which they were connected."""

    def __init__(self, world, name):
        self.world = world
        self.name = name
        self.interfaces = []
        self.addresses = []
        self.addresses6 = []
        keeper, self.inner_pid = namespaces.hold_network(world.enter())
        world.own(keeper)
        self.pid = keeper.pid
        self.network = NetworkFiles(self.pid)

    # Running programs in it: args and options as in support.program

    def run(self, args, **options):
        return run(args, prefix=self._enter(), **options)

    def spawn(self, args, **options):
        return self.world.own(Process(args, prefix=self._enter(), **options))

    def terminal(self, args, **options):
        """Starts a program on a pseudo terminal."""
        return self.world.own(Terminal(args, prefix=self._enter(), **options))

    def ip(self, *lines):
        """Runs ip commands, all in one process."""
        batch(self.run, lines)

    def set(self, setting, value):
        """Sets net.* of this host: host.set('ipv4/igmp_max_memberships', 5)."""
        result = self.run(['sh', '-c', f'echo {value} > /proc/sys/net/{setting}'])
        assert result.status == 0, result.stderr

    # What it is

    @property
    def address(self):
        return self.addresses[0]

    @property
    def address6(self):
        return self.addresses6[0]

    def link_local(self, interface='eth0'):
        return self.network.link_local(interface)

    # Conditions, for wait_until

    def has_joined(self, group, interface='eth0'):
        return str(ipaddress.ip_address(group)) in self.network.groups(interface)

    def is_running(self, interface='eth0'):
        """It sends: the kernel has noticed that the other end of the cable is up."""
        return json.loads(self.run(['ip', '-j', 'link', 'show', interface]).stdout)[0]['operstate'] == 'UP'

    def is_bound(self, port, protocol='udp'):
        return port in self.network.ports(protocol)

    # For the world that builds it

    def new_interface(self):
        self.interfaces.append(f'eth{len(self.interfaces)}')
        return self.interfaces[-1]

    def start_interface(self, interface, ipv4, ipv6):
        lines = [f'link set dev {interface} up']
        if ipv4:
            lines.append(f'address add {ipv4} dev {interface}')
            self.addresses.append(str(ipv4.ip))
        if ipv6:
            lines.append(f'address add {ipv6} dev {interface} nodad')
            self.addresses6.append(str(ipv6.ip))
        self.ip(*lines)

    def _enter(self):
        return self.world.enter(self.pid)


def nth_address(network, number):
    """The address with its prefix length, as in 10.0.0.2/24; None without a network."""
    if network is None:
        return None
    network = ipaddress.ip_network(network)
    return ipaddress.ip_interface(f'{network[number]}/{network.prefixlen}')


def batch(run_somewhere, lines):
    result = run_somewhere(['ip', '-batch', '-'], stdin='\n'.join(lines) + '\n')
    assert result.status == 0, f'{result.stderr}\nin\n' + '\n'.join(lines)
