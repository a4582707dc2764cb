"""hostcast node: trees on loopback, each node at an address of its own (T-6 to T-15)."""

import concurrent.futures
import contextlib
import random
import signal
import socket

import pytest

from support.conditions import wait_until
from support.loopback import free_port
from support.text_nodes import counters, wait_for_place
from support.tree import PROGRAM
from support.trees import SHORT, Node, Tree, ask, program_at, split, wait_for_payloads

BINARY = random.Random(3).randbytes(1400)


@pytest.fixture
def tree(spawn):
    return Tree(spawn)


def wait_for_parent(node, parents):
    return wait_until(lambda: node.parent in parents and node.parent, f'{node.address} to find another parent')


def places(nodes):
    """How many are root, and the parents of the others."""
    parents = [node.parent for node in nodes]
    return parents.count('root'), {parent for parent in parents if parent != 'root'}


# ---- The tree and what goes through it ----

def test_nodes_make_a_tree(tree):
    nodes = tree.grow(7, '--children', '2')
    assert nodes[0].parent == 'root'
    roots, parents = places(nodes)
    assert roots == 1 and parents <= {node.address for node in nodes}
    for node in nodes:
        children = {other.address for other in nodes if other.parent == node.address}
        summary = node.summary()
        assert {child['address'] for child in summary['children']} == children
        assert len(children) <= 2
        assert summary['path'][-1:] == ([nodes[0].address] if node is not nodes[0] else [])


def test_every_payload_comes_once_to_every_node(tree):
    nodes = tree.grow(7, '--children', '2')
    payloads = [b'hello', b'', 'h\u00e9'.encode(), b'DATA\nx', BINARY, bytes(65502)]
    for node, payload in zip(nodes, payloads):
        node.send(payload)
    wait_for_payloads(nodes, payloads)
    for node in nodes:
        own = [event for event in node.events if event['event'] == 'message' and event['own']]
        assert len(own) == (1 if node is not nodes[6] else 0)


def test_a_burst_keeps_its_order(tree):
    nodes = tree.grow(5, '--children', '2')
    payloads = [f'{number:04}'.encode() + bytes(1000) for number in range(2000)]
    for payload in payloads:
        nodes[4].send(payload)
    for node in nodes:
        wait_until(lambda: len(node.payloads) == len(payloads), f'the burst at {node.address}')
        assert node.payloads == payloads


def test_lines_of_standard_input_are_payloads(tree):
    root, other = tree.node(), tree.node('--stdin')
    other.process.send('first\nsecond\n\nlast without its end')
    other.process.close_stdin()
    wait_for_payloads([root, other], [b'first', b'second', b'', b'last without its end'])
    root.send(b'still there')  # the end of input does not end the node
    wait_until(lambda: b'still there' in other.payloads, 'it to go on')


def test_over_ipv6(spawn):
    tree = Tree(spawn, family=socket.AF_INET6)
    nodes = tree.grow(4, '--children', '1')
    assert places(nodes)[0] == 1
    nodes[3].send(BINARY)
    with program_at('::1') as program:
        program.sendto(b'x' * 65522, ('::1', nodes[2].data_port))
    wait_for_payloads(nodes, [BINARY, b'x' * 65522])


def test_a_node_without_room_for_children_sends_nobody_on(tree):
    tree.node('--children', '0')
    other = tree.start_node('--retry', '0.05')
    other.process.wait_for_event('unreachable', address=tree.nodes[0].address)
    assert tree.nodes[0].summary()['joins_unanswered'] > 0


# ---- Repair ----

def test_children_of_one_that_leaves_move_at_once(tree):
    """With the default timers of minutes: LEAV is what they act on."""
    root, left, child = tree.grow(3, '--children', '1')
    assert child.parent == left.address
    summary = left.stop()
    assert summary['state'] == 'idle'
    wait_for_parent(child, [root.address])
    root.send(b'after')
    wait_until(lambda: child.payloads == [b'after'], 'the payload')
    events = [event['event'] for event in root.events]
    assert 'child_left' in events and 'child_expired' not in events


def test_a_root_that_leaves_is_succeeded(tree):
    root, *others = tree.grow(4)
    root.stop()
    wait_until(lambda: places(others) in [(1, {node.address}) for node in others], 'another root')
    others[2].send(b'after')
    wait_for_payloads(others, [b'after'])


def test_a_tree_heals_when_nodes_are_killed(tree):
    nodes = tree.grow(6, '--children', '2', *SHORT)
    killed = next(node for node in nodes[1:] if any(other.parent == node.address for other in nodes))
    orphans = [node for node in nodes if node.parent == killed.address]
    killed.process.kill()
    alive = [node for node in nodes if node is not killed]
    for node in orphans:
        wait_for_parent(node, [other.address for other in alive])
    nodes[0].send(b'after')
    wait_for_payloads(alive, [b'after'])


def test_a_killed_root_is_succeeded(spawn):
    tree = Tree(spawn, *SHORT[2:4])
    root, *others = tree.grow(4, *SHORT)
    root.process.kill()
    wait_until(lambda: places(others) in [(1, {node.address}) for node in others], 'another root')
    others[0].send(b'after')
    wait_for_payloads(others, [b'after'])


def test_a_child_that_is_gone_costs_the_others_nothing(tree):
    """The ICMP errors that its copies bring back come out of calls that send to the others."""
    root, gone, child = tree.grow(3)
    gone.process.kill()
    payloads = [str(number).encode() for number in range(1000)]
    root.process.signal(signal.SIGSTOP)  # so that it finds many of them at once
    for payload in payloads:
        root.send(payload)
    root.process.signal(signal.SIGCONT)
    wait_until(lambda: len(child.payloads) == 1000, 'all payloads at the other child')
    assert child.payloads == payloads
    summary = root.summary()
    assert summary['unreachable'] > 0
    assert (summary['send_failed'], summary['send_dropped'], summary['data_copied']) == (0, 0, 2000)


def test_payloads_wait_for_the_first_root(spawn):
    """Without a rendezvous point there is none; when it comes they go, in their order."""
    port = free_port()
    node = Node(spawn(['hostcast', 'node', '--json', '--rdv', f'127.0.0.1:{port}', '--listen', '127.0.0.2:0',
                       '--data-port', '0', '--retry', '0.1']))
    payloads = [str(number).encode() for number in range(1100)]
    for payload in payloads:
        node.send(payload)
    wait_until(lambda: node.summary()['input'] == 1100, 'all to be taken')
    assert (node.summary()['waiting'], node.summary()['input_overflow'], node.payloads) == (1024, 76, [])
    assert node.process.stderr.count('no root is known, and no more than 1024 payloads') == 1
    spawn(['hostcast', 'rdv', '--listen', f'127.0.0.1:{port}'])
    wait_until(lambda: len(node.payloads) == 1024, 'those that waited')
    assert node.payloads == payloads[:1024]


# ---- Strangers ----

def test_payloads_of_a_stranger_come_back(tree):
    root, child = tree.grow(2)
    with program_at('127.0.0.9') as stranger:
        ip, port = split(root.address)
        assert ask(stranger, child.address, b'DATA\nx') == f'NDAT\n{ip} {port}\nx'.encode()
        stranger.sendto(b'DATA\nto the root', split(root.address))
    wait_for_payloads([root, child], [b'to the root'])
    assert child.summary()['data_stranger'] == 1


def test_other_networks_are_refused(tree):
    node = tree.node('--allow', '127.99.0.0/16')  # the rendezvous point is admitted all the same
    with program_at('127.98.0.1') as stranger:
        stranger.sendto(b'DATA\nx', split(node.address))
        node.process.wait_for('127.98.0.1 is not served, its network is not allowed; to admit it: '
                              '--allow 127.98.0.0/24\n', 'stderr')
    assert (node.summary()['not_allowed'], node.payloads) == (1, [])


# ---- Output ----

@pytest.fixture
def start(spawn, tree):
    """start('--output', 'raw') is a node that writes text, with a root whose data port takes payloads."""
    root = tree.node()

    def start(*options, spawner=spawn):
        process = spawner(['hostcast', 'node', '--rdv', tree.rdv.address, '--listen', '127.0.0.3:0', '--data-port', '0',
                           *options])
        wait_until(lambda: len(root.summary()['children']) == 1, 'the node to join')
        return process
    return root, start


@pytest.mark.parametrize('options, shown', [
    ([], 'one\ntwo\n\n\x1b[31m\n'), (['--output', 'raw'], 'onetwo\n\x1b[31m'), (['-o', 'none'], '')])
def test_output(start, options, shown):
    root, start_node = start
    process = start_node(*options)
    for payload in (b'one', b'two\n', b'\x1b[31m'):
        root.send(payload)
    wait_until(lambda: len(root.payloads) == 3, 'the payloads')
    wait_until(lambda: process.stdout == shown, 'the output')
    process.signal(signal.SIGINT)
    assert process.wait() == 0
    assert 'data_received 3, data_delivered 3' in process.stderr
    assert process.stdout == shown


def test_a_smaller_receive_buffer_than_asked_is_told(start):
    _, start_node = start
    node = start_node('--rcvbuf', str(1 << 30))
    node.wait_for('note: the system gives a receive buffer of .* instead of 1073741824; to allow more: sysctl '
                  'net.core.rmem_max=1073741824\n', 'stderr')


def test_a_terminal_is_safe(start, spawn_terminal):
    root, start_node = start
    terminal = start_node(spawner=spawn_terminal)
    root.send(b'\x1b]0;title\x07')
    terminal.wait_for(r'\\x1b\]0;title\\x07')


@pytest.mark.parametrize('output, reason', [('| true', 'Broken pipe'), ('> /dev/full', 'No space left on device')])
def test_output_that_fails_ends_the_node_which_leaves_first(spawn, tree, output, reason):
    """With the default timers of minutes: LEAV is what the others act on (T-15)."""
    command = '"$0" node "$@"; echo "status $?" >&2'
    process = spawn(['sh', '-c', f'({command}) {output}', PROGRAM, '--rdv', tree.rdv.address, '--listen', '127.0.0.5:0',
                     '--data-port', '0'])
    address = process.wait_for(r'listening at (\S+), ', 'stderr')[1]
    assert wait_for_place(process) is None
    child = tree.node()
    assert child.parent == address
    child.send(b'x')
    process.wait_for(f'cannot write to standard output: {reason}', 'stderr')
    process.wait_for('^status 4\n', 'stderr')
    tree.rdv.process.wait_for_event('left', address=address)
    wait_until(lambda: child.parent == 'root', 'the child to succeed')


def test_notes_tell_of_the_place_in_the_tree(start, tree):
    root, start_node = start
    process = start_node()
    process.wait_for(r'^hostcast node: note: listening at 127\.0\.0\.3:\d+, for payloads of this host at port \d+\n',
                     'stderr')
    process.wait_for(rf'^hostcast node: note: is now a child of {root.address}\n', 'stderr')
    root.stop()
    process.wait_for(rf'^hostcast node: note: is no child any more of {root.address}\n', 'stderr')
    process.wait_for('^hostcast node: note: is now the root\n', 'stderr')
    assert 'looks for a parent' not in process.stderr


def test_a_root_that_takes_no_children_says_so(tree, spawn):
    process = spawn(['hostcast', 'node', '--rdv', tree.rdv.address, '--listen', '127.0.0.5:0', '--data-port', '0',
                     '--children', '0'])
    process.wait_for(r'^hostcast node: note: is now the root, and takes no children \(--children 0\): nobody can join\n',
                     'stderr')


def test_a_node_that_finds_no_place_says_so_once(tree, spawn):
    root = tree.node('--children', '0')
    process = spawn(['hostcast', 'node', '--rdv', tree.rdv.address, '--listen', '127.0.0.5:0', '--data-port', '0',
                     '--retry', '0.05'])
    note = 'note: has found no place in the tree, and tries again\n'
    process.wait_for(f'^hostcast node: {note}', 'stderr')
    wait_until(lambda: counters(process)['walks'] > 3, 'it to try again')
    assert process.stderr.count(note) == 1
    root.stop()  # now there is room
    assert wait_for_place(process) is None


def test_verbose_tells_of_the_walk_too(start):
    root, start_node = start
    process = start_node('-v')
    process.wait_for('^hostcast node: note: looks for a parent\n', 'stderr')
    process.wait_for(f'^hostcast node: note: asks to be a child of {root.address}\n', 'stderr')


def test_sigusr1_shows_the_state(tree, spawn):
    root, child = tree.grow(2)
    process = spawn(['hostcast', 'node', '--rdv', tree.rdv.address, '--listen', '127.0.0.4:0', '--data-port', '0'])
    process.wait_for('child of', 'stderr')
    process.signal(signal.SIGUSR1)
    process.wait_for(rf'^hostcast node: attached, seen as 127\.0\.0\.4:\d+, parent {root.address}; no children\n'
                     r'hostcast node: walks 1, parents 1, received \d+\n', 'stderr')


def test_the_summary_has_every_counter(tree):
    """As the man page lists them."""
    summary = tree.node().stop()
    assert {'data_received', 'data_delivered', 'data_copied', 'data_stranger', 'walks', 'children_joined', 'not_allowed',
            'malformed', 'input', 'input_overflow', 'input_too_large', 'input_foreign', 'input_sent', 'input_lost',
            'received', 'kernel_drops', 'send_waits', 'send_dropped', 'send_no_buffers', 'send_too_large', 'send_failed',
            'unreachable', 'waiting', 'passed_on', 'passed_on_failed'} <= set(summary)


# ---- A program on this host ----

def test_payloads_go_to_a_local_program(tree):
    root = tree.node()
    with program_at('127.0.0.1') as program:
        node = tree.node('--deliver', '127.0.0.1:%d' % program.getsockname()[1])
        for payload in (b'one', BINARY, b''):
            root.send(payload)
        assert [program.recv(65535) for _ in range(3)] == [b'one', BINARY, b'']
        assert node.summary()['passed_on'] == 3


def test_a_local_program_that_does_not_listen_is_counted(tree):
    node = tree.node('--deliver', f'127.0.0.1:{free_port()}')
    for number in range(10):
        node.send(b'x')
        wait_until(lambda: len(node.payloads) > number, 'the payload')
    summary = node.stop()
    assert summary['passed_on'] + summary['passed_on_failed'] == 10
    assert summary['passed_on_failed'] >= 9  # whether the last one was taken nobody has said yet


def test_a_local_program_that_does_not_listen_is_told_once(start):
    root, start_node = start
    port = free_port()
    process = start_node('--deliver', f'127.0.0.1:{port}')
    for number in range(10):
        root.send(b'%d' % number)
        process.wait_for(f'^{number}\n')
    process.signal(signal.SIGINT)
    assert process.wait() == 0
    assert process.stderr.count(f'note: nobody listens at 127.0.0.1:{port} (--deliver): payloads do not arrive there '
                                '(the summary counts them)\n') == 1
    assert process.stderr.count('nobody listens') == 1


# ---- Limits ----

def test_a_payload_that_is_too_large_is_said_once(tree):
    node = tree.node()
    for _ in range(2):
        node.send(bytes(65507))
    node.send(b'next')
    wait_until(lambda: node.payloads == [b'next'], 'the next payload')
    summary = node.stop()
    assert (summary['input'], summary['input_too_large']) == (3, 2)
    assert node.process.stderr == ('hostcast node: note: a payload of 65507 bytes is too large and was dropped: in this '
                                   'tree one may have 65502 (the summary counts further ones as input_too_large)\n')


def test_a_line_that_is_too_large_is_said(tree):
    node = tree.node('--stdin')
    node.process.send('x' * 65503 + '\nnext\n')
    node.process.wait_for('a line is not sent: a message of 65503 bytes is too large: in this tree one may have 65502',
                          'stderr')
    wait_until(lambda: node.payloads == [b'next'], 'the next line')


def test_many_lines_wait_rather_than_being_lost(spawn):
    port = free_port()
    node = Node(spawn(['hostcast', 'node', '--json', '--rdv', f'127.0.0.1:{port}', '--listen', '127.0.0.2:0',
                       '--data-port', '0', '--retry', '0.1', '--stdin']))
    node.process.send(''.join(f'{number}\n' for number in range(5000)))
    node.process.close_stdin()
    spawn(['hostcast', 'rdv', '--listen', f'127.0.0.1:{port}'])
    wait_until(lambda: len(node.payloads) == 5000, 'all lines')
    assert node.payloads == [str(number).encode() for number in range(5000)]


def test_large_lines_wait_too(spawn):
    """What waits is bounded in bytes as well."""
    port = free_port()
    node = Node(spawn(['hostcast', 'node', '--json', '--rdv', f'127.0.0.1:{port}', '--listen', '127.0.0.2:0',
                       '--data-port', '0', '--retry', '0.1', '--stdin']))
    lines = [str(number).ljust(60000, '.') for number in range(200)]
    with contextlib.ExitStack() as writing:
        writing.enter_context(concurrent.futures.ThreadPoolExecutor()).submit(node.process.send, '\n'.join(lines))
        spawn(['hostcast', 'rdv', '--listen', f'127.0.0.1:{port}'])
        wait_until(lambda: len(node.payloads) == 199, 'all lines but the last')
        node.process.close_stdin()
    wait_until(lambda: len(node.payloads) == 200, 'all lines')
    assert node.payloads == [line.encode() for line in lines]


# ---- Errors ----

@pytest.mark.parametrize('args, message', [
    ([], '--rdv HOST[:PORT] is missing'),
    (['127.0.0.1'], "'127.0.0.1' is no option (the rendezvous point goes with --rdv)"),
    (['--rdv', '224.1.1.1'], "'tree://224.1.1.1' names no host"),
    (['--rdv', '0.0.0.0'], "'tree://0.0.0.0' names no host"),
    (['--rdv', '169.254.1.1'], "'tree://169.254.1.1' is link-local"),
    (['--rdv', '127.0.0.1', '--listen', '[::1]:10000'], "--listen '[::1]:10000' is not IPv4, and one tree has one"),
    (['--rdv', '127.0.0.1', '--children', '17'], '--children'),
    (['--rdv', '127.0.0.1', '--data-port', '65536'], '--data-port'),
    (['--rdv', '127.0.0.1', '--output', 'hex'], "--output 'hex' must be text, raw or none"),
    (['--rdv', '127.0.0.1', '--output', 'raw', '--json'], '--output raw and --json do not go together'),
    (['--rdv', '127.0.0.1', '--refresh', '0'], '--refresh, --hold and --retry must be at least 0.001 seconds'),
    (['--rdv', '127.0.0.1', '--deliver', '127.0.0.1'], "--deliver '127.0.0.1' must be ADDR:PORT"),
    (['--rdv', '127.0.0.1', '--allow', 'x'], "'x' is no network"),
])
def test_usage_errors(hostcast, args, message):
    result = hostcast('node', *args)
    assert (result.status, result.stdout) == (2, ''), result.stderr
    assert result.stderr.startswith(f'hostcast node: {message}'), result.stderr


@pytest.mark.parametrize('args, message', [
    (['--rdv', 'name.invalid'], "cannot resolve the host name 'name.invalid'"),
    (['--rdv', '127.0.0.1', '--listen', '192.0.2.1'], '192.0.2.1:10000 is not an address of this host'),
    (['--rdv', '127.0.0.1', '--deliver', '192.0.2.1:5004'], "--deliver '192.0.2.1:5004' is no address of this host"),
])
def test_addresses_that_do_not_exist(hostcast, args, message):
    result = hostcast('node', *args)
    assert (result.status, result.stdout) == (3, '')
    assert result.stderr.startswith(f'hostcast node: {message}'), result.stderr


@pytest.mark.parametrize('listen', ['127.0.0.1', '0.0.0.0'])
def test_a_node_is_not_its_own_rendezvous_point(hostcast, listen):
    port = free_port()
    result = hostcast('node', '--rdv', f'127.0.0.1:{port}', '--listen', f'{listen}:{port}', '--data-port', '0')
    assert (result.status, result.stdout) == (2, '')
    assert result.stderr == (f'hostcast node: the rendezvous point 127.0.0.1:{port} would be this node itself: give the '
                             'node another port or address to listen at (--listen)\n')


@pytest.mark.parametrize('listen', ['127.0.0.1', '0.0.0.0'])
def test_the_data_port_is_another_one(hostcast, listen):
    port = free_port()
    result = hostcast('node', '--rdv', '127.0.0.2:9', '--listen', f'{listen}:{port}', '--data-port', port)
    assert (result.status, result.stdout) == (2, '')
    assert result.stderr == (f'hostcast node: the data port {port} is the port that the node listens at; give it another '
                             '(--data-port)\n')


def test_what_is_delivered_must_not_come_back(hostcast):
    port = free_port()
    result = hostcast('node', '--rdv', '127.0.0.1', '--listen', '127.0.0.2:0', '--data-port', port,
                      '--deliver', f'127.0.0.1:{port}')
    assert result.status == 2
    assert "leads back to this node's own data port" in result.stderr


def test_a_port_in_use_names_its_holder(tree, hostcast):
    result = hostcast('node', '--rdv', tree.rdv.address, '--listen', tree.rdv.address, '--data-port', '0')
    assert result.status == 4
    assert result.stderr == (f'hostcast node: {tree.rdv.address} is in use by hostcast (process {tree.rdv.process.pid}); '
                             'stop it or choose another port (--listen)\n')


def test_a_data_port_that_was_given_must_be_free(tree, hostcast):
    node = tree.node()
    result = hostcast('node', '--rdv', tree.rdv.address, '--listen', '127.0.0.9:0', '--data-port', node.data_port)
    assert result.status == 4
    assert result.stderr == (f'hostcast node: 127.0.0.1:{node.data_port} is in use by hostcast (process '
                             f'{node.process.pid}); stop it or choose another port (--data-port)\n')


def test_the_usual_data_port_may_be_taken(host):
    """The second node on a host goes on without, and says so."""
    host.spawn(['hostcast', 'rdv']).wait_for('listening at 0.0.0.0:10000', 'stderr')
    first = host.spawn(['hostcast', 'node', '--rdv', '127.0.0.1', '--listen', '0.0.0.0:10002'])
    first.wait_for('listening at 0.0.0.0:10002, for payloads of this host at port 10001\n', 'stderr')
    second = host.spawn(['hostcast', 'node', '--rdv', '127.0.0.1', '--listen', '0.0.0.0:10003', '--stdin'])
    second.wait_for(r'note: 127\.0\.0\.1:10001 is in use by hostcast \(process \d+\); ', 'stderr')
    second.wait_for('listening at 0.0.0.0:10003\n', 'stderr')
    second.wait_for('child of', 'stderr')
    second.send_line('hello')
    first.wait_for('^hello\n')
