"""A tree of twelve nodes on a switch, and what may befall it (T-4 to T-9): that every payload comes once to every node,
and that the tree is whole again within the bounds of docs/protocol.md, section 8."""

import json
import shutil

import pytest

from support.conditions import wait_until
from support.program import environment
from support.tree_worlds import Timers, WorldTree
from support.worlds import hosts_on_bridge

NODES = 12

LOSS = '''
table netdev loss {
    counter data { }
    chain ingress {
        type filter hook ingress device eth0 priority 0
        %s numgen random mod 100 < 10 counter name data drop
    }
}
'''


@pytest.fixture
def world():
    with hosts_on_bridge(NODES + 1) as world:
        yield world


@pytest.fixture
def tree(world):
    tree = WorldTree(world)
    tree.grow()
    return tree


@pytest.fixture
def nft():
    if not shutil.which('nft', path=environment()['PATH']):
        pytest.skip('nft is not installed (Debian package nftables)')

    def nft(host, rules):
        result = host.run(['nft', '-f', '-'], stdin=rules)
        assert result.status == 0, result.stderr
    return nft


def dropped(host):
    """Packets, by the rules above."""
    listed = json.loads(host.run(['nft', '-j', 'list', 'counters']).stdout)['nftables']
    return next(entry['counter']['packets'] for entry in listed if 'counter' in entry)


# ---- Nothing happens ----

def test_every_payload_comes_once_to_every_node(tree):
    tree.check_each_gets_each_once()
    for number in range(100):
        tree.nodes[number % NODES].send(b'number %d' % number)
    for node in tree.nodes:
        wait_until(lambda: len(node.payloads) == NODES + 100, f'all payloads at {node.place}')
        assert len(set(node.payloads)) == NODES + 100
    assert [node.count('parent_lost') + node.count('root_lost') for node in tree.nodes] == [0] * NODES


# ---- Somebody dies ----

def test_the_root_is_killed(tree, measured):
    tree.kill(tree.root)
    tree.heal('the root crashed', measured)


def test_an_inner_node_is_killed(tree, measured):
    tree.kill(tree.inner_node())
    tree.heal('a parent crashed', measured)


def test_the_rendezvous_point_is_killed_and_started_again(tree, measured):
    """The tree does not need it, once a node knows the root; and it learns the root again."""
    tree.check_each_gets_each_once()
    tree.kill_rdv()
    tree.root.process.wait_for_event('rdv_silent')
    tree.check_each_gets_each_once()
    root = tree.root.place
    tree.start_rdv()
    tree.heal('the rendezvous point was restarted', measured)
    assert tree.rdv.process.wait_for_event('registered')['address'] == root
    assert sum(node.count('parent_lost') + node.count('root_lost') for node in tree.nodes) == 0


def test_two_roots_become_one(world, nft, measured):
    """The rendezvous point is started again, and a newcomer registers before it hears from the old root (T-5)."""
    tree = WorldTree(world)
    tree.grow(tree.hosts[:-1])
    old = tree.root
    nft(tree.rdv_host, f'''table ip deaf {{
        chain input {{ type filter hook input priority 0; ip saddr {old.host.address} udp dport 10000 drop; }}
    }}''')
    tree.kill_rdv()
    tree.start_rdv()
    new, = tree.start_nodes(tree.hosts[-1:])
    new.process.wait_for_event('root_gained')
    assert old.parent == 'root'
    nft(tree.rdv_host, 'delete table ip deaf')
    tree.heal('two roots', measured)
    assert (new.parent, old.count('root_lost')) == ('root', 1)


# ---- The network fails ----

def test_an_inner_node_is_cut_off_and_comes_back(tree, measured):
    """For the others it is as if it had crashed; it lives, and goes on alone."""
    lost = tree.inner_node()
    tree.cut(lost)
    tree.heal('a parent crashed', measured)
    lost.process.wait_for_event('rdv_silent')
    tree.mend(lost)
    tree.heal('a partition has healed', measured)


def test_the_root_is_cut_off_and_comes_back(tree, measured):
    """Meanwhile there are two. A root that was its child takes its payloads only when the hold time is over (T-11), and
    counts what it drops until then."""
    lost = tree.root
    tree.cut(lost)
    tree.heal('the root crashed', measured)
    lost.process.wait_for_event('rdv_silent')
    assert (lost.parent, tree.root.parent) == ('root', 'root')
    others = list(tree.nodes)
    tree.mend(lost)
    tree.heal('a partition has healed', measured, senders=others)
    sent = []

    def passes():
        """One at a time: the next one when the last one is there, or is counted as dropped."""
        if sent and tree.has_everywhere(sent[-1]):
            return True
        if tree.root.summary()['data_former'] == len(sent):
            sent.append(tree.fresh_payload())
            lost.send(sent[-1])
        return False

    wait_until(passes, 'a payload of the one that was root')
    tree.check_each_gets_each_once()


def test_a_tree_forms_and_stays_where_packets_are_lost(world, nft, measured):
    """One packet of ten, whatever it is, at every host."""
    for host in world.hosts:
        nft(host, LOSS % '')
    tree = WorldTree(world)
    tree.grow()
    for _ in range(3):  # and all others refresh as often
        tree.rdv.process.wait_for_event('refreshed')
    wait_until(tree.is_whole, 'the tree to be whole still')
    losses = [node.count('parent_lost') + node.count('root_lost') for node in tree.nodes]
    measured(f'10 % loss: {sum(losses)} parents lost while the root refreshed three times')
    for host in world.hosts:
        nft(host, 'delete table netdev loss')
    tree.heal('anything', measured)


def test_what_is_lost_is_data_alone(world, nft, measured):
    """Every payload that a node has not got, its network or that of an ancestor has dropped: to the last one, so without
    trains, of which nft counts each as one."""
    tree = WorldTree(world, Timers(refresh=120, hold=180), options=['--no-trains'])
    tree.grow()
    for host in world.hosts:
        nft(host, LOSS % 'ip protocol udp udp length > 1000')
    sent = [b'%04d' % number + b'x' * 1000 for number in range(300)]
    for payload in sent:
        tree.root.send(payload)

    by_place = {node.place: node for node in tree.nodes}
    wait_until(lambda: tree.root.payloads == sent, 'the root to deliver')
    for node in tree.nodes:
        parent = by_place.get(node.parent)
        if parent:
            wait_until(lambda: len(parent.payloads) == len(node.payloads) + dropped(node.host),
                       f'what {node.place} has got and lost to be what {parent.place} had')
            assert set(node.payloads) <= set(parent.payloads)
        assert node.payloads == sorted(set(node.payloads))  # each once, in their order
    lost = sum(len(sent) - len(node.payloads) for node in tree.nodes)
    assert lost > 0
    measured(f'10 % loss: {lost} of {len(sent) * NODES} deliveries lost, all of them by the network')
    assert sum(node.count('parent_lost') for node in tree.nodes) == 0
