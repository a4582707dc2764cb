"""Datagrams that come to a node in trains, and leave it so (T-11): it makes no difference to what arrives. The parent,
the rendezvous point and the children are plain sockets."""

import random
import signal
import socket

import pytest

from support.conditions import LIMIT_SECONDS, wait_until
from support.trains import send_in_trains, send_train
from support.trees import Node, program_at, split

IP = {4: '127.0.0.1', 6: '::1'}
FAMILIES = pytest.mark.parametrize('family', [4, 6])
OPTIONS = pytest.mark.parametrize('options', [(), ('--no-trains',)], ids=['trains', 'no trains'])
CHILDREN = 3


@pytest.fixture
def family():
    return 4


@pytest.fixture
def options():
    return ()


@pytest.fixture
def parent(family):
    """It is the rendezvous point as well."""
    with program_at(IP[family]) as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        yield plain


@pytest.fixture
def plain(family):
    """Sockets, by their number."""
    opened = [socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET, socket.SOCK_DGRAM)
              for _ in range(CHILDREN + 2)]
    for each in opened:
        each.bind((IP[family], 0))
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        each.settimeout(LIMIT_SECONDS)
    yield opened
    for each in opened:
        each.close()


def text_of(plain):
    ip, port, *_ = plain.getsockname()
    return f'[{ip}]:{port}' if ':' in ip else f'{ip}:{port}'


def place_of(plain):
    return '{} {}'.format(*plain.getsockname()[:2]).encode()


@pytest.fixture
def node(spawn, parent, family, options):
    """A child of the parent."""
    listen = '[::1]:0' if family == 6 else '127.0.0.1:0'
    process = spawn(['hostcast', 'node', '--json', '--rdv', text_of(parent), '--listen', listen, '--data-port', '0',
                     *options])
    node = Node(process)
    to = split(node.address)
    assert parent.recv(100) == b'ROOT\n'
    parent.sendto(b'TOOR\n' + place_of(parent), to)
    assert parent.recv(100).startswith(b'RJOI')
    parent.sendto(b'YJOI\n%s %d' % (to[0].encode(), to[1]), to)
    process.wait_for_event('attached')
    return node


@pytest.fixture
def children(node, plain):
    return plain[:CHILDREN] if join(node, plain[:CHILDREN]) else None


def join(node, sockets):
    for child in sockets:
        child.sendto(b'RJOI\n', split(node.address))
        assert child.recv(2000).startswith(b'YJOI')
    return True


class Asleep:
    """What is sent meanwhile the node finds all at once."""

    def __init__(self, node):
        self._process = node.process

    def __enter__(self):
        self._process.signal(signal.SIGSTOP)

    def __exit__(self, *_):
        self._process.signal(signal.SIGCONT)


def must_get(children, expected):
    """Each child gets these datagrams, in this order, and nothing else."""
    for child in children:
        got = [child.recv(65535) for _ in expected]
        assert [datagram[:60] for datagram in got] == [datagram[:60] for datagram in expected]
        assert got == expected


def must_get_no_more(node, children, parent):
    """A payload of four bytes comes next."""
    parent.sendto(b'DATA\nlast', split(node.address))
    must_get(children, [b'DATA\nlast'])


def data(number, size):
    """DATA of this size, whose every byte is known."""
    return b'DATA\n' + random.Random(number).randbytes(size - 5)


def counts(node):
    return node.summary()


# ---- What is passed on ----

@OPTIONS
@FAMILIES
@pytest.mark.parametrize('send', [send_in_trains, lambda plain, datagrams, to: [plain.sendto(d, to) for d in datagrams]],
                         ids=['from trains', 'from single ones'])
def test_each_child_gets_what_the_parent_sent_byte_for_byte_in_order(node, parent, children, send):
    """Sizes in runs, each size alone, as large as they can be, without a payload, and with CRLF (T-1)."""
    sizes = [1000] * 100 + [999] + [1001] * 3 + [5, 6, 5, 5] + list(range(20, 60)) + [1400] * 70 + [300] + [65507 - 40]
    datagrams = [data(number, size) for number, size in enumerate(sizes)]
    datagrams += [b'DATA', b'DATA', b'DATA\n', b'DATA\r\nx', b'DATA\r\n', b'DATA\ny\r', b'DATA\nyy', b'DATA\r\nz']
    with Asleep(node):
        send(parent, datagrams, split(node.address))
    must_get(children, datagrams)
    must_get_no_more(node, children, parent)
    wait_until(lambda: len(node.payloads) == len(datagrams) + 1, 'all deliveries')
    assert node.payloads[:len(sizes)] == [datagram[5:] for datagram in datagrams[:len(sizes)]]
    assert node.payloads[len(sizes):] == [b'', b'', b'', b'x', b'', b'y\r', b'yy', b'z', b'last']
    summary = counts(node)
    assert summary['data_copied'] == CHILDREN * (len(datagrams) + 1)
    assert [child['copies'] for child in summary['children']] == [len(datagrams) + 1] * CHILDREN
    assert [child['dropped'] for child in summary['children']] == [0] * CHILDREN


@OPTIONS
@pytest.mark.parametrize('bad', [b'XXXX\n', b'NDAT\n\n', b'DATA\r\n', b'ROOT\n', b'DAT\n', b'TOOR\n', b'data\n', b'\0'],
                         ids=repr)
@pytest.mark.parametrize('place', [0, 1, 30, 62, 63])
def test_a_bad_segment_does_not_take_its_neighbours_with_it(node, parent, children, bad, place):
    train = [data(number, 900) for number in range(64)]
    train[place] = bad + b'x' * (900 - len(bad))
    send_train(parent, train, split(node.address))
    expected = [datagram for datagram in train if datagram.startswith(b'DATA')]
    assert len(expected) == (64 if bad == b'DATA\r\n' else 63)
    must_get(children, expected)
    must_get_no_more(node, children, parent)
    assert counts(node)['data_received'] == len(expected) + 1


@OPTIONS
def test_what_stands_behind_the_end_of_the_parent_in_a_train_is_no_longer_its_childs(node, parent, children):
    """LEAV, and DATA of the same size behind it (T-11, T-15)."""
    size = len(b'LEAV\n')
    train = [b'DATA\n'] * 20 + [b'LEAV\n'] + [b'DATA\n'] * 20
    assert {len(datagram) for datagram in train} == {size}
    send_train(parent, train, split(node.address))
    must_get(children, [b'DATA\n'] * 20)
    node.process.wait_for_event('parent_lost')
    wait_until(lambda: counts(node)['data_former'] + counts(node)['data_stranger'] + counts(node)['data_candidate'] == 20,
               'the others to be refused')
    assert counts(node)['data_delivered'] == 20


@OPTIONS
def test_several_sources_and_control_messages_in_one_burst(node, parent, plain):
    """A stranger's payloads go back to it, a child that comes in the middle gets what follows."""
    *first, late, stranger = plain
    join(node, first)
    to = split(node.address)
    of_parent = [data(number, 700) for number in range(90)]
    of_stranger = [data(number, 700) for number in range(1000, 1030)]
    with Asleep(node):
        for begin in range(0, 90, 30):
            send_in_trains(parent, of_parent[begin:begin + 30], to)
            send_in_trains(stranger, of_stranger[begin // 3:begin // 3 + 10], to)
            parent.sendto(b'YJOI\n%s %d' % (to[0].encode(), to[1]), to)
            if begin == 30:
                first[0].sendto(b'LEAV\n', to)
                late.sendto(b'RJOI\n', to)
            stranger.sendto(b'what?', to)
    must_get(first[1:], of_parent)
    must_get(first[:1], of_parent[:60])
    assert late.recv(2000).startswith(b'YJOI')
    must_get([late], of_parent[60:])
    refusal = b'NDAT\n' + place_of(parent) + b'\n'
    assert [stranger.recv(2000) for _ in of_stranger] == [refusal + datagram[5:] for datagram in of_stranger]
    must_get_no_more(node, [*first[1:], late], parent)
    assert counts(node)['data_stranger'] == len(of_stranger)


@OPTIONS
def test_whatever_the_burst(node, parent, children):
    """Trains and single datagrams of random sizes, other messages among them."""
    chance = random.Random(11)
    for _ in range(20):
        burst = []
        while len(burst) < 150:
            size = chance.choice([5, 6, 100, 1000, 1400, 4000])
            train = [data(chance.random(), size) for _ in range(chance.randrange(1, 60))]
            if chance.random() < 0.5:
                train[chance.randrange(len(train))] = b'XXXX\n' + bytes(size - 5)
            burst += train
        with Asleep(node):
            if chance.random() < 0.5:
                send_in_trains(parent, burst, split(node.address))
            else:
                for datagram in burst:
                    parent.sendto(datagram, split(node.address))
        must_get(children, [datagram for datagram in burst if datagram.startswith(b'DATA')])
    must_get_no_more(node, children, parent)


# ---- What enters the tree here, and what is given to a program ----

@OPTIONS
def test_trains_at_the_data_port_go_up_to_the_root(node, parent):
    payloads = [random.Random(number).randbytes(size) for number, size in
                enumerate([800] * 100 + [1, 2, 3, 3, 3] + [1200] * 40 + [0, 0, 65000])]
    with program_at('127.0.0.1') as program, Asleep(node):
        send_in_trains(program, payloads, ('127.0.0.1', node.data_port))
    assert parent.recv(100) == b'ROOT\n'
    parent.sendto(b'TOOR\n' + place_of(parent), split(node.address))
    assert [parent.recv(65535) for _ in payloads] == [b'DATA\n' + payload for payload in payloads]
    assert counts(node)['input_sent'] == len(payloads)


@pytest.fixture
def program():
    with program_at('127.0.0.1') as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        yield plain


@pytest.mark.parametrize('no_trains', [False, True])
def test_a_local_program_gets_the_payloads_alone(spawn, parent, program, no_trains):
    """T-12"""
    process = spawn(['hostcast', 'node', '--json', '--rdv', text_of(parent), '--listen', '127.0.0.1:0', '--data-port', '0',
                     '--deliver', text_of(program), *['--no-trains'] * no_trains])
    node = Node(process)
    to = split(node.address)
    parent.recv(100)
    parent.sendto(b'TOOR\n' + place_of(parent), to)
    parent.recv(100)
    parent.sendto(b'YJOI\n%s %d' % (to[0].encode(), to[1]), to)
    process.wait_for_event('attached')
    datagrams = [data(number, size) for number, size in enumerate([600] * 80 + [5, 5, 5, 6, 7] + [1300] * 50 + [400, 400])]
    with Asleep(node):
        send_in_trains(parent, datagrams, to)
    assert [program.recv(65535) for _ in datagrams] == [datagram[5:] for datagram in datagrams]
    wait_until(lambda: counts(node)['passed_on'] == len(datagrams), 'the count')
