"""What forwards for others does not wait for the reader of its own output: hostcast rdv, node, and recv of a tree."""

import json
import os
import re
import signal

import pytest

from support.conditions import wait_until
from support.program import resolve
from support.trees import Tree, ask, program_at

# More than may wait: 16 MiB, and what a pipe holds.
PAYLOADS = [f'{number:04}'.ljust(60000, 'x') for number in range(350)]

STOP, GO_ON, INTERRUPT = '\x13', '\x11', '\x03'  # Ctrl-S, Ctrl-Q, Ctrl-C


@pytest.fixture
def tree(spawn):
    return Tree(spawn)


@pytest.fixture
def unread(tmp_path):
    """A pipe with a name, and the descriptor of its reader, who has not read."""
    path = tmp_path / 'pipe'
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reader, True)
    yield path, reader
    os.close(reader)


def into(path, command, how='>'):
    return ['sh', '-c', f'exec "$@" {how} "$0"', path, *resolve(command)]


def node(tree, *options):
    return ['hostcast', 'node', '--rdv', tree.rdv.address, '--listen', '127.0.0.1:0', '--data-port', '0', *options]


def recv(tree, *options):
    return ['hostcast', 'recv', '--listen', '127.0.0.1:0', *options, f'tree://{tree.rdv.address}']


def recv_into(path):
    return lambda tree, *options: recv(tree, '--output', path, *options)


def text_of(line):
    return line.rpartition(': ')[2]


def text_of_json(line):
    event = json.loads(line)
    return event['text'] if event['event'] == 'message' else None


class Child:
    """A child of the root, by which payloads enter the tree; it writes them to a file."""

    def __init__(self, spawn, tree, path):
        wait_until(lambda: tree.rdv.summary()['registered'] == 1, 'a root')
        self._process = spawn(into(path, node(tree)))
        self._path = path
        self._port = int(self._process.wait_for(r'of this host at port (\d+)\n', 'stderr')[1])
        self._process.wait_for('now a child of', 'stderr')
        self._sent = ''

    def send(self, payloads):
        """Returns when they have come back from the root, all of them and in their order."""
        with program_at('127.0.0.1') as program:
            for payload in payloads:
                program.sendto(payload.encode(), ('127.0.0.1', self._port))
                self._sent += payload + '\n'
                self._wait_for(len(self._sent) - 500_000)  # no buffer overflows
        self._wait_for(len(self._sent))
        assert self._path.read_text() == self._sent

    def wait_until_root_has_left(self):
        self._process.wait_for('now the root', 'stderr')

    def _wait_for(self, size):
        wait_until(lambda: self._path.stat().st_size >= size, 'what went in to come back')


@pytest.fixture
def start_child(spawn, tree, tmp_path):
    return lambda: Child(spawn, tree, tmp_path / 'child')


def read_on(reader, is_enough=lambda data: False):
    """What there is to read, until that is enough or the end."""
    data = b''
    while not is_enough(data):
        part = os.read(reader, 1 << 20)
        if not part:
            break
        data += part
    return data


@pytest.mark.parametrize('command, options, text', [
    (node, [], text_of), (node, ['--json'], text_of_json), (recv, [], text_of)])
def test_a_reader_who_stops_holds_up_nobody(spawn, tree, unread, command, options, text, start_child):
    path, reader = unread
    stalled = spawn(into(path, command(tree, *options)))
    child = start_child()
    child.send(PAYLOADS)
    stalled.wait_for('note: standard output is not read fast enough: more than 16 MiB wait for its reader', 'stderr')

    # Reading on it finds what waited, and behind a gap what comes later.
    data = read_on(reader, lambda data: len(data) > 1 << 20)
    child.send(['later'])
    data += read_on(reader, lambda data: b'later' in data)
    stalled.signal(signal.SIGINT)
    data += read_on(reader)
    assert stalled.wait() == 0, stalled.stderr
    lines = data.decode().split('\n')
    assert lines.pop() == ''
    shown = [shown for shown in map(text, lines) if shown is not None]
    assert shown == [*PAYLOADS[:len(shown) - 1], 'later']
    assert stalled.stderr.count('is not read fast enough') == 1
    dropped = re.search(r'output_dropped\W+(\d+)', lines[-1] if '--json' in options else stalled.stderr)
    assert int(dropped[1]) == len(PAYLOADS) + 1 - len(shown)


@pytest.mark.parametrize('command', [node, recv])
def test_the_first_signal_leaves_the_tree_and_waits_for_the_reader(spawn, tree, unread, command, start_child):
    path, reader = unread
    stalled = spawn(into(path, command(tree)))
    child = start_child()
    child.send(PAYLOADS[:3])
    stalled.signal(signal.SIGINT)
    child.wait_until_root_has_left()
    assert [text_of(line) for line in read_on(reader).decode().splitlines()] == PAYLOADS[:3]
    assert stalled.wait() == 0


@pytest.mark.parametrize('command', [node, recv])
def test_the_second_signal_ends_it_at_once(spawn, tree, unread, command, start_child):
    path, _ = unread
    stalled = spawn(into(path, command(tree)))
    child = start_child()
    child.send(PAYLOADS[:3])
    stalled.signal(signal.SIGINT)
    child.wait_until_root_has_left()
    stalled.signal(signal.SIGINT)
    assert stalled.wait() == -signal.SIGINT


def test_a_pipe_in_place_of_a_file(spawn, tree, unread, start_child):
    path, reader = unread
    stalled = spawn(recv_into(path)(tree))
    child = start_child()
    child.send(PAYLOADS[:3])
    stalled.signal(signal.SIGTERM)
    assert [text_of(line) for line in read_on(reader).decode().splitlines()] == PAYLOADS[:3]
    assert stalled.wait() == 0


def test_a_reader_who_goes_while_results_wait(spawn, tree, tmp_path, start_child):
    path = tmp_path / 'pipe'
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    stalled = spawn(into(path, node(tree)))
    child = start_child()
    child.send(PAYLOADS[:3])
    os.close(reader)
    assert stalled.wait() == 4
    stalled.wait_for('cannot write to standard output: Broken pipe; [23] results are lost\n', 'stderr')
    child.wait_until_root_has_left()


def test_a_terminal_that_is_stopped_holds_up_nobody(spawn, spawn_terminal, tree, start_child):
    """Nor do the notes, which go there, too; all come in their order."""
    payloads = [f'{number:04}'.ljust(1000, 'x') for number in range(500)]  # more than a terminal holds
    terminal = spawn_terminal(node(tree))
    terminal.wait_for('now the root')
    child = start_child()
    terminal.send(STOP)
    child.send(payloads)
    for _ in range(3):
        terminal.signal(signal.SIGUSR1)
        child.send(['x'])
    terminal.send(GO_ON)
    for _ in range(3):
        terminal.wait_for('^x\r\n')
    terminal.send(INTERRUPT)
    assert terminal.wait() == 0
    lines = terminal.screen.split('\r\n')
    assert [line for line in lines if line in payloads] == payloads
    assert lines[-1] == ''
    shown, summaries = 0, 0
    for line in lines:
        shown += line in ('x', *payloads)
        summary = re.search(r'data_delivered (\d+)', line)
        if summary:
            summaries += 1
            assert int(summary[1]) == shown
    assert summaries >= 2


def test_a_log_that_is_not_read_holds_up_no_rendezvous_point(spawn, unread):
    path, reader = unread
    rdv = spawn(into(path, ['hostcast', 'rdv', '--listen', '127.0.0.1:0']))
    address = rdv.wait_for(r'listening at (\S+)\n', 'stderr')[1]
    with program_at('127.0.0.2') as root, program_at('127.0.0.3') as other:
        assert ask(root, address, b'RREG\n') == b'YREG\n'
        for _ in range(3000):
            assert ask(other, address, b'RREG\n') == b'NREG\n'
    rdv.signal(signal.SIGINT)
    lines = read_on(reader).decode().splitlines()
    assert rdv.wait() == 0
    assert lines[0].startswith('the root is now 127.0.0.2:')
    assert [line.rpartition(' ')[0] for line in lines[1:]] == ['there is a root, so it cannot be'] * 3000


def test_results_are_added_to_a_file(spawn, tree, tmp_path, start_child):
    path = tmp_path / 'log'
    path.write_text('before\n')
    process = spawn(into(path, node(tree), '>>'))
    child = start_child()
    child.send(['one', 'two'])
    process.signal(signal.SIGINT)
    assert process.wait() == 0
    assert path.read_text() == 'before\none\ntwo\n'
