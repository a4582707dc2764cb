"""Trees of hostcast and of a second implementation, the script tests/peers/tree_peer.py, which was written from
docs/protocol.md alone."""

import ast
import re
import signal

import pytest

from support.conditions import wait_until
from support.peers import peer
from support.told import telling
from support.tree_worlds import crash, depth_of
from support.trees import SHORT, Node, Tree, split, wait_for_payloads
from support.worlds import hosts_on_bridge

PLACES = ['root', 'inner node', 'leaf']


class Script:
    """A node, or a rendezvous point, that is the script."""

    def __init__(self, process):
        self.process = process
        self.address = written(process.wait_for(r'^listening (\S+) (\d+)$'))

    @property
    def lines(self):
        return self.process.stdout.rpartition('\n')[0].splitlines()

    @property
    def payloads(self):
        return [ast.literal_eval(line.removeprefix('payload ')) for line in self.lines if line.startswith('payload ')]

    @property
    def parent(self):
        """Its parent's address, 'root', or None while it looks for one."""
        for line in reversed(self.lines):
            if line in ('is root', 'no parent'):
                return 'root' if line == 'is root' else None
            if line.startswith('parent '):
                return written(re.fullmatch(r'parent (\S+) (\d+)', line))
        return None

    def send(self, payload):
        self.process.send_line(payload.decode())

    def leave(self):
        self.process.signal(signal.SIGTERM)
        assert self.process.wait() == 0, self.process.describe()


def written(match):
    """An address as hostcast writes it."""
    return f'[{match[1]}]:{match[2]}' if ':' in match[1] else f'{match[1]}:{match[2]}'


class MixedTree(Tree):
    """Like Tree, but the script may be the rendezvous point, and nodes."""

    def __init__(self, spawn, *timers, rdv_is_script=False):
        super().__init__(spawn, *hold_of(timers))
        self.timers = timers
        if rdv_is_script:
            crash(self.rdv.process)
            self.start_script_rdv()

    def start_script_rdv(self):
        """At the address of the rendezvous point before it."""
        self.rdv = Script(self._spawn(peer('tree_peer', 'rdv', *split(self.rdv.address), *hold_of(self.timers))))

    def script(self, *options):
        ip, port = split(self._listen(len(self.nodes) + 2))
        script = Script(self._spawn(peer('tree_peer', 'node', ip, port, *split(self.rdv.address),
                                         *self.timers, *options)))
        self.nodes.append(script)
        wait_until(lambda: script.parent, f'{script.address} to find a parent')
        return script

    def chain(self, *are_scripts):
        """The root first; each node has room for one child."""
        return [(self.script if is_script else self.hostcast)('--children', '1') for is_script in are_scripts]

    def hostcast(self, *options):
        return self.node(*self.timers, *options)

    def is_whole(self):
        """One root, and every chain of parents ends there."""
        parents = {node.address: node.parent for node in self.nodes}
        return list(parents.values()).count('root') == 1 and None not in [depth_of(place, parents) for place in parents]

    def wait_until_whole(self):
        wait_until(self.is_whole, 'a whole tree')

    def lose(self, node):
        """kill -9"""
        crash(node.process)
        self.nodes.remove(node)

    def check_each_gets_each_once(self, prefix='from'):
        before = {node.address: len(node.payloads) for node in self.nodes}
        sent = [f'{prefix} {node.address}'.encode() for node in self.nodes]
        for node, payload in zip(self.nodes, sent):
            node.send(payload)
        wait_for_payloads([Since(node, before[node.address]) for node in self.nodes], sent)


class Since:
    """What a node delivers from now on."""

    def __init__(self, node, count):
        self.node, self.count, self.address = node, count, node.address

    @property
    def payloads(self):
        return self.node.payloads[self.count:]


def hold_of(timers):
    return timers[timers.index('--hold'):][:2] if timers else ()


def chain_with_script(tree, place):
    """Four nodes in a line, one of them the script."""
    number = {'root': 0, 'inner node': 1, 'leaf': 3}[place]
    nodes = tree.chain(*(at == number for at in range(4)))
    assert [node.parent for node in nodes] == ['root', *(node.address for node in nodes[:-1])]
    return nodes, nodes[number]


# ---- It takes part ----

@pytest.mark.parametrize('place', PLACES)
def test_the_script_carries_and_sends(spawn, place):
    tree = MixedTree(spawn)
    nodes, script = chain_with_script(tree, place)
    tree.check_each_gets_each_once('first')
    tree.check_each_gets_each_once('second')
    for number, node in enumerate(nodes):
        if node is not script:  # T-9: the root path goes through the script
            assert node.summary()['path'] == [other.address for other in reversed(nodes[:number])]
            assert [node.summary()[counter] for counter in ('malformed', 'unknown', 'unasked')] == [0, 0, 0]


def test_the_script_as_rendezvous_point(spawn):
    tree = MixedTree(spawn, rdv_is_script=True)
    nodes = [tree.hostcast('--children', '2') for _ in range(6)]
    tree.check_each_gets_each_once()
    nodes[0].stop()
    tree.nodes.remove(nodes[0])
    tree.rdv.process.wait_for('^no root$')
    tree.rdv.process.wait_for(r'^root ')
    tree.wait_until_whole()
    tree.check_each_gets_each_once('again')


def test_the_rendezvous_point_of_scripts_alone(spawn):
    tree = MixedTree(spawn, *SHORT)
    scripts = [tree.script('--children', '2') for _ in range(6)]
    tree.check_each_gets_each_once()
    tree.lose(scripts[0])
    tree.wait_until_whole()
    tree.check_each_gets_each_once('again')
    assert [tree.rdv.summary()[counter] for counter in ('malformed', 'unknown', 'unasked')] == [0, 0, 0]


@pytest.mark.parametrize('family', [4, 6])
def test_between_hosts(family):
    """hostcast at wildcard addresses learns from the script who it is (T-9), and the other way round."""
    with hosts_on_bridge(5) as world:
        addresses = [host.address if family == 4 else host.address6 for host in world.hosts]
        rdv = world.hosts[0].spawn(['hostcast', 'rdv', f'-{family}'])
        rdv.wait_for('listening at', 'stderr')
        nodes = []
        for host, address in list(zip(world.hosts, addresses))[1:]:
            if len(nodes) % 2:
                node = Node(host.spawn(['hostcast', 'node', f'-{family}', '--json', '--stdin', '--rdv', addresses[0],
                                        '--children', '1']))
                node.address = f'[{address}]:10000' if family == 6 else f'{address}:10000'
            else:
                node = Script(host.spawn(peer('tree_peer', 'node', address, 10000, addresses[0], 10000, '--children', 1)))
            nodes.append(node)
            wait_until(lambda: node.parent, f'{address} to find a parent')
        assert [node.parent for node in nodes] == ['root', *(node.address for node in nodes[:-1])]
        assert nodes[1].summary()['seen_as'] == nodes[1].address
        for node in nodes:
            node.process.send_line(f'from {node.address}')
        wait_for_payloads(nodes, [f'from {node.address}'.encode() for node in nodes])


# ---- It goes ----

@pytest.mark.parametrize('place', PLACES)
def test_the_tree_heals_when_the_script_is_killed(spawn, place):
    tree = MixedTree(spawn, *SHORT)
    _, script = chain_with_script(tree, place)
    tree.lose(script)
    tree.wait_until_whole()
    tree.check_each_gets_each_once()


@pytest.mark.parametrize('place', PLACES)
def test_the_script_says_that_it_leaves(spawn, place):
    """With the default timers nobody would find out within the test (T-15)."""
    tree = MixedTree(spawn)
    _, script = chain_with_script(tree, place)
    script.leave()
    tree.nodes.remove(script)
    tree.wait_until_whole()
    tree.check_each_gets_each_once()


@pytest.mark.parametrize('number', [0, 2])
def test_the_script_hears_that_others_leave(spawn, number):
    """Its parent, who is the root, or its child."""
    tree = MixedTree(spawn)
    nodes = tree.chain(False, True, False, False)
    nodes[number].stop()
    tree.nodes.remove(nodes[number])
    tree.wait_until_whole()
    tree.check_each_gets_each_once()


def test_the_script_heals_when_its_parent_is_killed(spawn):
    tree = MixedTree(spawn, *SHORT)
    nodes = tree.chain(False, False, True, False)
    tree.lose(nodes[1])
    tree.wait_until_whole()
    tree.check_each_gets_each_once()
    assert nodes[3].summary()['path'] == [nodes[2].address, nodes[0].address]


def test_nothing_is_lost_while_the_rendezvous_point_is_killed(spawn):
    """T-5: the root registers with the next one."""
    tree = MixedTree(spawn, *SHORT, rdv_is_script=True)
    nodes = tree.chain(False, True, False)
    crash(tree.rdv.process)
    nodes[0].send(b'without it')
    wait_for_payloads(nodes, [b'without it'])
    tree.start_script_rdv()
    assert written(tree.rdv.process.wait_for(r'^root (\S+) (\d+)$')) == nodes[0].address
    tree.hostcast()
    assert tree.is_whole()
    tree.check_each_gets_each_once()


# ---- Payloads come back (T-11) ----

def test_who_sends_to_a_script_that_is_root_no_more_sends_again(spawn):
    tree = MixedTree(spawn)
    script = tree.script()
    sender = spawn(['hostcast', 'send', f'tree://{tree.rdv.address}'])
    sender.send_line('to the first')
    script.process.wait_for("^payload b'to the first'$")
    script.leave()
    tree.nodes.remove(script)
    nodes = [tree.hostcast()]
    again = Script(spawn(peer('tree_peer', 'node', *split(script.address), *split(tree.rdv.address))))
    wait_until(lambda: again.parent, 'the script to be a child')
    sender.send_line('to the second')
    sender.close_stdin()
    assert sender.wait() == 0, sender.describe()
    wait_for_payloads([*nodes, again], [b'to the second'])


def test_the_script_sends_again_what_comes_back(spawn):
    """Its rendezvous point errs for a while, and names a node that is not the root."""
    tree = MixedTree(spawn)
    root, other = tree.hostcast(), tree.hostcast()
    named = root
    with telling() as make:
        rdv = make(lambda request: 'TOOR\n{} {}'.format(*split(named.address)))
        script = Script(spawn(peer('tree_peer', 'node', split(root.address)[0], 0, rdv.ip, rdv.port)))
        wait_until(lambda: script.parent == root.address, 'the script to be a child')
        named = other
        script.send(b'hello')
        wait_until(lambda: other.summary()['data_stranger'], 'the payload to come where it should not')
        named = root
        wait_for_payloads([root, other, script], [b'hello'])
