"""Ready-made worlds.

    with two_hosts() as world:
        a, b = world.hosts

Every interface also has a link-local IPv6 address. Where there is no router, multicast has a route, as on any
machine with a default route, so that programs which name no interface work.
"""

import contextlib
import shutil

import pytest

from support.conditions import wait_until
from support.program import environment
from support.world import World

NETWORK4 = '10.0.0.0/24'
NETWORK6 = 'fd00::/64'
MULTICAST4 = '224.0.0.0/4'


@contextlib.contextmanager
def two_hosts():
    """a (10.0.0.1, fd00::1) and b (10.0.0.2, fd00::2) on one cable."""
    with World() as world:
        a, b = world.host('a'), world.host('b')
        world.link(a, b, NETWORK4, NETWORK6)
        route_multicast(world)
        yield world


@contextlib.contextmanager
def hosts_on_bridge(count, **bridge_options):
    """h1 (10.0.0.1, fd00::1), h2... on a switch, world.switch, which floods multicast."""
    with World() as world:
        hosts = [world.host(f'h{number}') for number in range(1, count + 1)]
        world.switch = world.bridge('br', hosts, NETWORK4, NETWORK6, **bridge_options)
        route_multicast(world)
        yield world


@contextlib.contextmanager
def two_legs():
    """h1 (10.0.0.1) and two_legs (10.0.0.2 on eth0, 10.0.0.3 on eth1) on a switch, world.switch, which floods multicast."""
    with hosts_on_bridge(1) as world:
        host = world.host('two_legs')
        for number in (2, 3):
            interface = host.new_interface()
            world.ip(f'link add name br-leg{number} type veth peer name {interface} netns {host.inner_pid}',
                     f'link set dev br-leg{number} master br up')
            host.ip(f'link set dev {interface} up', f'address add 10.0.0.{number}/24 dev {interface}')
        wait_until(lambda: world.switch.is_forwarding(3), 'the switch')
        host.ip(f'route add {MULTICAST4} dev eth0')
        for interface in ('all', 'eth0', 'eth1'):
            host.set(f'ipv4/conf/{interface}/rp_filter', 0)
        yield world


def snooped_bridge(count):
    """Like hosts_on_bridge, but the switch snoops and asks: a group goes only to where it was joined."""
    return hosts_on_bridge(count, snooping=True, querier=True)


@contextlib.contextmanager
def two_networks():
    """a (10.1.0.2, fd01::2) - router (10.1.0.1, fd01::1 and 10.2.0.1, fd02::1) - b (10.2.0.2, fd02::2).

    world.hosts is a, router, b. The router forwards unicast, and groups only as told with forward_group.
    """
    with World() as world:
        a, router, b = world.host('a'), world.host('router'), world.host('b')
        router.set('ipv4/ip_forward', 1)
        router.set('ipv6/conf/all/forwarding', 1)
        world.link(router, a, '10.1.0.0/24', 'fd01::/64')
        world.link(router, b, '10.2.0.0/24', 'fd02::/64')
        a.ip('route add default via 10.1.0.1', 'route add default via fd01::1')
        b.ip('route add default via 10.2.0.1', 'route add default via fd02::1')
        yield world


def start_multicast_router(router):
    """Starts smcrouted on a host."""
    if not shutil.which('smcrouted', path=environment()['PATH']):
        pytest.skip('smcrouted is not installed (Debian package smcroute)')
    daemon = router.spawn(['smcrouted', '-n', '-l', 'info'])
    daemon.wait_for('Ready, waiting', 'stderr')


def forward_group(router, group, source='eth0', target='eth1'):
    """From now on the multicast router forwards the group from the one interface to the other."""
    added = router.run(['smcroutectl', 'add', source, group, target])
    assert added.status == 0, added.stderr


def route_multicast(world):
    for host in world.hosts:
        host.ip(f'route add {MULTICAST4} dev eth0')
