"""The networks that are measured in: hosts (namespaces) on a switch by veth. The first sends, the second stands in the
middle (a server, a forwarder, a rendezvous point), all others receive."""

import contextlib
from dataclasses import dataclass

from support.conditions import wait_until
from support.worlds import snooped_bridge

# veth cuts super-datagrams itself, as few real cards do; in 'plain' the kernel has to.
CARD, PLAIN, SLOW = 'card', 'plain', '100 Mbit/s'
KINDS = (CARD, PLAIN, SLOW)

LINE_BITS = 100e6
# The queue of each line holds this much, as much as some 1,000 full frames.
LINE_QUEUE = '1500kb'
# What may leave at once: one train, and 5 ms of the line.
LINE_BURST = '70kb'


@dataclass
class Place:
    """A world in which one contender at a time is measured."""
    kind: str
    world: object
    sender: object
    middle: object
    receivers: list


@contextlib.contextmanager
def place(kind, receiver_count):
    with snooped_bridge(receiver_count + 2) as world:
        sender, middle, *receivers = world.hosts
        if kind == PLAIN:
            cut_in_software(world)
        if kind == SLOW:
            slow_down(world)
        yield Place(kind, world, sender, middle, receivers)


def cut_in_software(world):
    for host in world.hosts:
        must(host.run(['ethtool', '-K', 'eth0', 'tx-udp-segmentation', 'off']))
        features = must(host.run(['ethtool', '-k', 'eth0']))
        assert 'tx-udp-segmentation: off' in features, features


def slow_down(world):
    """Every host behind a line of its own, in both directions."""
    for host in world.hosts:
        for run, device in ((host.run, 'eth0'), (world.run, world.switch.port(host))):
            must(run(['tc', 'qdisc', 'add', 'dev', device, 'root', 'tbf', 'rate', f'{LINE_BITS:.0f}bit',
                      'burst', LINE_BURST, 'limit', LINE_QUEUE]))


def must(result):
    assert result.status == 0, result.stderr
    return result.stdout


def wait_for_members(place, group):
    for host in place.receivers:
        wait_for_member(place, host, group)


def wait_for_member(place, host, group):
    """It has joined, and the switch knows it; until then nothing is sent there."""
    wait_until(lambda: group in place.world.switch.learned(host), f'{host.name} to join {group}')
