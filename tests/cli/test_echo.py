"""hostcast echo serve and echo send, on loopback, also with plain sockets on either side."""

import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import struct
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support import loopback
from support.conditions import LIMIT_SECONDS, wait_until
from support.program import Process, run
from support.terminal import END_OF_FILE
from support.tree import PROGRAM, REPOSITORY

LIMIT4, LIMIT6 = 65507, 65527
WITHOUT_LOG = ['sh', '-c', 'exec "$0" "$@" > /dev/null']

BIG = random.Random(1).randbytes(10 << 20)


# Helpers

def family_of(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET


def free_port(kind=socket.SOCK_STREAM, address='127.0.0.1'):
    return loopback.free_port(kind, address)


class Server:
    """A running echo serve."""

    def __init__(self, spawn, args, prefix=()):
        self.is_udp = '--udp' in args
        self.address = args[args.index('--addr') + 1] if '--addr' in args else '127.0.0.1'
        kind = socket.SOCK_DGRAM if self.is_udp else socket.SOCK_STREAM
        self.port = free_port(kind, self.address)
        self.process = spawn([*prefix, PROGRAM, 'echo', 'serve', '-p', self.port, *args])
        if '--json' in args:
            self.process.wait_for_event('listening')
        else:
            self.process.wait_for('listening', 'stderr')

    def connect(self):
        return socket.create_connection((self.address, self.port), timeout=LIMIT_SECONDS)

    def stop(self, number=signal.SIGTERM):
        self.process.signal(number)
        assert self.process.wait() == 0
        return self.process.stdout

    def send(self, *args, **options):
        to = ['--addr', self.address, '-p', self.port] + (['--udp'] if self.is_udp else [])
        return run(['hostcast', 'echo', 'send', *to, *args], **options)


@pytest.fixture
def serve(spawn):
    return lambda *args, **options: Server(spawn, args, **options)


@contextlib.contextmanager
def plain_tcp_server(handle):
    """A plain server that gives its one connection to handle, and its port."""
    with socket.create_server(('127.0.0.1', free_port())) as listener:
        def serve_one():
            connection, _ = listener.accept()
            with connection:
                handle(connection)

        listener.settimeout(LIMIT_SECONDS)
        thread = threading.Thread(target=serve_one)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@contextlib.contextmanager
def plain_udp_socket(address='127.0.0.1'):
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as plain:
        plain.bind((address, free_port(socket.SOCK_DGRAM, address)))
        plain.settimeout(LIMIT_SECONDS)
        yield plain


def send_to(port, *args, **options):
    return run(['hostcast', 'echo', 'send', '-p', port, *args], **options)


def receive_all(connection):
    data = bytearray()
    while part := connection.recv(1 << 16):
        data += part
    return bytes(data)


def receive_exactly(connection, size):
    data = bytearray()
    while len(data) < size:
        part = connection.recv(size - len(data))
        assert part, f'closed after {len(data)} of {size} bytes'
        data += part
    return bytes(data)


def reset(connection):
    """Closes it as the death of a program with unread data does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    connection.close()


# The server and its log

@pytest.mark.parametrize('udp, address', [([], '127.0.0.1:55556'), (['--udp'], '127.0.0.1:5001')])
def test_defaults(host, udp, address):
    server = host.spawn(['hostcast', 'echo', 'serve', *udp])
    protocol = 'udp' if udp else 'tcp'
    server.wait_for(f'^hostcast echo serve: listening on {protocol} {address}: only programs on this host', 'stderr')
    result = host.run(['hostcast', 'echo', 'send', *udp, 'hello'])
    assert (result.status, result.stdout) == (0, 'hello\n')


def test_log_tells_who_connected_what_came_and_what_went(serve):
    server = serve()
    with server.connect() as client:
        name = '{}:{}'.format(*client.getsockname())
        for message in (b'hello\n', b'\x1b[31m\xff'):
            client.sendall(message)
            assert receive_exactly(client, len(message)) == message
    server.process.wait_for('^closed')
    assert server.stop().splitlines() == [
        f'connection from {name} to 127.0.0.1:{server.port}',
        f'message from {name}, 6 bytes: hello\\n',
        f'answer to {name}, 6 bytes: hello\\n',
        f'message from {name}, 6 bytes: \\x1b[31m\\xff',
        f'answer to {name}, 6 bytes: \\x1b[31m\\xff',
        f'closed {name}, end of file: 2 messages (12 bytes), 2 answers (12 bytes)',
    ]
    assert '1 connection, 2 messages (12 bytes), 2 answers (12 bytes), 0 errors' in server.process.stderr


def test_log_of_udp_names_both_addresses(serve):
    server = serve('--udp')
    with plain_udp_socket() as client:
        client.sendto(b'ping', ('127.0.0.1', server.port))
        assert client.recvfrom(100) == (b'ping', ('127.0.0.1', server.port))
        name = '{}:{}'.format(*client.getsockname())
    server.process.wait_for('^answer.*\n')
    assert server.stop().splitlines() == [f'message from {name} to 127.0.0.1:{server.port}, 4 bytes: ping',
                                          f'answer to {name} from 127.0.0.1:{server.port}, 4 bytes: ping']
    assert '1 message (4 bytes), 1 answer (4 bytes), 0 errors; dropped by the kernel: 0' in server.process.stderr


def test_log_as_json(serve):
    server = serve('--json')
    with server.connect() as client:
        name = '{}:{}'.format(*client.getsockname())
        for message in (b'hello', b'\xff'):
            client.sendall(message)
            receive_exactly(client, len(message))
    server.process.wait_for_event('closed')
    server.stop()
    events = [json.loads(line) for line in server.process.stdout.splitlines()]
    local = f'127.0.0.1:{server.port}'
    assert [event['event'] for event in events] == [
        'listening', 'connection', 'message', 'answer', 'message', 'answer', 'closed', 'summary']
    assert events[0]['protocol'] == 'tcp' and events[0]['address'] == local
    assert all((event['client'], event['local']) == (name, local) for event in events[1:-1])
    assert [event.get('text', event.get('base64')) for event in events[2:6]] == ['hello', 'hello', '/w==', '/w==']
    assert events[6]['reason'] == 'end of file' and events[6]['unanswered_bytes'] == 0
    assert events[7] == {'event': 'summary', 'connections': 1, 'messages': 2, 'message_bytes': 6, 'answers': 2,
                         'answer_bytes': 6, 'errors': 0}
    assert server.process.stderr == ''


def test_verbose_and_time_tell_more_in_each_line(serve):
    server = serve('--verbose', '--time')
    assert server.send('hello').status == 0
    server.process.wait_for('closed')
    stamp = r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}'
    assert re.search(rf'^{stamp} message from 127.0.0.1:\d+ to 127.0.0.1:{server.port}, 5 bytes: hello$',
                     server.stop(), re.MULTILINE)


@pytest.mark.parametrize('address, reach', [('127.0.0.1', 'only programs on this host'),
                                            ('0.0.0.0', 'any address of this host, over IPv4'),
                                            ('::1', 'only programs on this host'),
                                            ('::', 'any address of this host, over IPv6')])
def test_ready_line_says_who_can_reach_it(serve, address, reach):
    server = serve('--addr', address)
    assert reach in server.process.stderr
    result = server.send('hello')
    assert (result.status, result.stdout) == (0, 'hello\n')


@settings(max_examples=60)
@given(chunks=st.lists(st.binary(min_size=1, max_size=5000), min_size=1, max_size=20))
def test_bytes_come_back_in_order_however_they_are_cut(echo_port, chunks):
    with socket.create_connection(('127.0.0.1', echo_port), timeout=LIMIT_SECONDS) as client:
        for chunk in chunks:
            client.sendall(chunk)
        client.shutdown(socket.SHUT_WR)
        assert receive_all(client) == b''.join(chunks)


@settings(max_examples=60)
@given(chunks=st.lists(st.text('ab\n', min_size=1, max_size=30), min_size=1, max_size=20))
def test_a_reply_to_each_line_however_it_is_cut(reply_port, chunks):
    text = ''.join(chunks)
    lines = text.count('\n') + (not text.endswith('\n'))
    with socket.create_connection(('127.0.0.1', reply_port), timeout=LIMIT_SECONDS) as client:
        for chunk in chunks:
            client.sendall(chunk.encode())
        client.shutdown(socket.SHUT_WR)
        assert receive_all(client) == b'pong\n' * lines


@pytest.fixture(scope='module')
def echo_port():
    with Process(['hostcast', 'echo', 'serve', '-p', port := free_port()]) as process:
        process.wait_for('listening', 'stderr')
        yield port


@pytest.fixture(scope='module')
def reply_port():
    with Process(['hostcast', 'echo', 'serve', '--reply', 'pong', '-p', port := free_port()]) as process:
        process.wait_for('listening', 'stderr')
        yield port


def test_ten_megabytes_both_ways_at_once(serve):
    server = serve(prefix=WITHOUT_LOG)
    with server.connect() as client:
        sender = threading.Thread(target=lambda: (client.sendall(BIG), client.shutdown(socket.SHUT_WR)))
        sender.start()
        assert receive_all(client) == BIG
        sender.join()


def test_many_clients_at_once(serve):
    server = serve()
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in range(600)]
        for number, client in enumerate(clients):
            client.sendall(b'message %d' % number)
        for number, client in reversed(list(enumerate(clients))):
            message = b'message %d' % number
            assert receive_exactly(client, len(message)) == message
    wait_until(lambda: server.process.stdout.count('closed ') == 600, 'all to be closed')
    server.stop()
    assert '600 connections, 600 messages' in server.process.stderr


def test_a_client_that_never_reads_holds_up_nobody(serve):
    server = serve()
    with server.connect() as greedy:
        greedy.settimeout(0.5)  # a connection that takes nothing for so long is full
        accepted = 0
        with contextlib.suppress(TimeoutError):
            while accepted < 1 << 28:
                accepted += greedy.send(b'x' * 65536)
        assert accepted < 1 << 28, 'the server takes without end what nobody reads'
        assert server.send('hello').stdout == 'hello\n'
    server.process.wait_for(f'^closed 127.0.0.1.*not answered: ')


def test_a_client_that_dies_is_told_and_holds_up_nobody(serve):
    server = serve()
    dying, other = server.connect(), server.connect()
    name = '{}:{}'.format(*dying.getsockname())
    dying.sendall(b'last words')
    receive_exactly(dying, 10)
    reset(dying)
    server.process.wait_for(f'^closed {name}, Connection reset by peer: 1 message')
    with other:
        other.sendall(b'alive')
        assert receive_exactly(other, 5) == b'alive'
    server.process.wait_for('^closed.*end of file')
    server.stop()
    assert f'note: lost the connection from {name}: Connection reset by peer' in server.process.stderr
    assert '1 error' in server.process.stderr


def test_a_killed_program_is_a_client_that_leaves(serve, spawn):
    server = serve()
    client = spawn(['hostcast', 'echo', 'send', '-p', server.port])
    client.send_line('hello')
    client.wait_for('^hello$')
    client.kill()
    server.process.wait_for('^closed')
    assert server.send('still there').stdout == 'still there\n'


def test_without_descriptors_clients_wait_and_it_is_said_once(serve):
    server = serve(prefix=['prlimit', '--nofile=20:20'])
    clients = [server.connect() for _ in range(30)]
    for number, client in enumerate(clients):
        client.sendall(b'%02d' % number)
    server.process.wait_for('note: no more clients for now: Too many open files.*20 descriptors', 'stderr')
    wait_until(lambda: [state(server.process.pid) for _ in range(50)].count('R') < 10, 'the server to sleep and not to spin')
    for number, client in enumerate(clients):
        with client:
            assert receive_exactly(client, 2) == b'%02d' % number
    wait_until(lambda: server.process.stdout.count('closed ') == 30, 'all to be served')
    server.stop()
    assert server.process.stderr.count('no more clients') == 1


def state(pid):
    with open(f'/proc/{pid}/stat', encoding='utf-8') as file:
        return file.read().rpartition(')')[2].split()[0]


def test_what_is_owed_is_answered_after_a_half_close(serve):
    server = serve()
    with server.connect() as client:
        client.sendall(BIG[:300_000])
        client.shutdown(socket.SHUT_WR)
        assert receive_all(client) == BIG[:300_000]


def test_a_restart_need_not_wait_for_old_connections(serve, spawn):
    server = serve()
    client = server.connect()
    client.sendall(b'x')
    receive_exactly(client, 1)
    server.stop()  # closes first: the connection stays in TIME-WAIT here
    assert client.recv(1) == b''
    client.close()
    again = spawn(['hostcast', 'echo', 'serve', '-p', server.port])
    again.wait_for('listening', 'stderr')
    assert server.send('hello').stdout == 'hello\n'


def test_reply_answers_each_line(serve):
    server = serve('--reply', 'got it')
    result = server.send(stdin='one\n\nthree')
    assert (result.status, result.stdout) == (0, 'got it\n' * 3)
    result = server.send('a message without LF')  # whose end is the end of file
    assert (result.status, result.stdout) == (0, 'got it\n')
    server.process.wait_for('^closed.*\n^connection.*\n.*message.*20 bytes: a message without LF\n.*answer.*7 bytes: got it')


def test_a_line_that_is_too_long_for_the_reply_counts_as_several(serve):
    server = serve('--reply', 'got it')
    with server.connect() as client:
        client.sendall(b'x' * 100_000 + b'\n')
        assert receive_exactly(client, 14) == b'got it\n' * 2
    sizes = [server.process.wait_for(r'^message from \S+, (\d+) bytes')[1] for _ in range(2)]
    assert sizes == ['65536', '34465']


def test_reply_over_udp(serve):
    server = serve('--udp', '--reply', 'pong')
    result = server.send('a', 'b')
    assert (result.status, result.stdout) == (0, 'pong\npong\n')
    server.process.wait_for('4 bytes: pong$')


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize('protocol', ['--tcp', '--udp'])
def test_a_signal_ends_the_server_with_a_summary(serve, number, protocol):
    server = serve(protocol)
    assert server.send('hello').status == 0
    server.stop(number)
    assert '1 message (5 bytes), 1 answer (5 bytes)' in server.process.stderr


def test_open_connections_are_closed_before_the_summary(serve):
    server = serve('--json')
    with server.connect() as client:
        server.process.wait_for_event('connection')
        server.stop()
        assert client.recv(1) == b''
    events = [json.loads(line)['event'] for line in server.process.stdout.splitlines()]
    assert events[-2:] == ['closed', 'summary']


def test_sigusr1_prints_the_summary_and_goes_on(serve):
    server = serve()
    server.process.signal(signal.SIGUSR1)
    server.process.wait_for('0 connections', 'stderr')
    assert server.send('hello').status == 0
    server.process.signal(signal.SIGUSR1)
    server.process.wait_for('1 connection,', 'stderr')
    server.stop()


@pytest.mark.parametrize('protocol', ['--tcp', '--udp'])
def test_count_ends_the_server_after_so_many_answers(serve, protocol):
    server = serve(protocol, '--count', '3')
    assert server.send('a', 'b', 'c').stdout == 'a\nb\nc\n'
    assert server.process.wait() == 0
    assert server.process.stdout.count('answer to') == 3


def test_deadline_of_the_server():
    serve = ['hostcast', 'echo', 'serve', '--deadline', '0.1', '-p', free_port()]
    assert run(serve).status == 1  # nothing came


def test_deadline_of_the_server_with_too_few_answers(serve):
    server = serve('--deadline', '2', '--count', '2')
    assert server.send('one').status == 0
    assert server.process.wait() == 7


def test_a_count_cut_short_by_a_signal_is_status_6(serve):
    server = serve('--count', '2')
    server.process.signal(signal.SIGINT)
    assert server.process.wait() == 6


@pytest.mark.parametrize('output, reason', [('| true', 'Broken pipe'), ('> /dev/full', 'No space left on device')])
def test_a_log_that_cannot_be_written_ends_the_server(spawn, output, reason):
    port = free_port()
    command = f'"$0" echo serve -p {port} {output}; exit $?' if '>' in output else \
        f'("$0" echo serve -p {port}; echo "status $?" >&2) {output}'
    server = spawn(['sh', '-c', command, PROGRAM])
    server.wait_for('listening', 'stderr')
    send_to(port, '--wait', '1', 'hello')
    server.wait_for(f'cannot write to standard output: {reason}', 'stderr')
    if '>' in output:
        assert server.wait() == 4
    else:
        server.wait_for('status 4', 'stderr')


@pytest.mark.parametrize('udp', [[], ['--udp']])
def test_the_first_line_of_the_log_that_cannot_be_written_is_an_error(spawn, udp):
    port = free_port()
    server = spawn(['sh', '-c', f'exec "$0" echo serve --json -p {port} "$@" > /dev/full', PROGRAM, *udp])
    assert server.wait() == 4
    assert 'cannot write to standard output: No space left on device' in server.stderr


@pytest.mark.skipif(not shutil.which('strace'), reason='strace is not installed')
def test_accepting_that_goes_on_failing_does_not_spin(spawn):
    port = free_port()
    server = spawn(['strace', '-qq', '-f', '-o', os.devnull, '-e', 'inject=accept4:error=ECONNABORTED', PROGRAM,
                    'echo', 'serve', '-p', port, '--deadline', '1.5'])
    server.wait_for('listening', 'stderr')
    with socket.create_connection(('127.0.0.1', port)):
        server.wait()
    assert 2 <= int(re.search(r'(\d+) errors', server.stderr)[1]) <= 4


# The client

@pytest.mark.parametrize('protocol', ['--tcp', '--udp'])
def test_answers_one_a_line(serve, protocol):
    result = serve(protocol).send('one', 'two words', 'ends in LF\n', 'zwölf')
    assert (result.status, result.stdout) == (0, 'one\ntwo words\nends in LF\nzwölf\n')


def test_lines_of_standard_input_over_one_connection(serve):
    server = serve()
    text = ''.join(f'line {number}\n' for number in range(1000)) + '\nlast without LF'
    result = server.send(stdin=text)
    assert (result.status, result.stdout) == (0, text + '\n')
    assert server.stop().count('connection from') == 1


def test_nothing_to_send_is_no_error(serve):
    result = serve().send(stdin='')
    assert (result.status, result.stdout) == (0, '')


def test_a_message_goes_as_it_is_and_a_line_with_its_lf():
    got = []

    def echo(connection):
        while data := connection.recv(100):
            got.append(data)
            connection.sendall(data)

    with plain_tcp_server(echo) as port:
        assert send_to(port, 'one', 'two').status == 0
    with plain_tcp_server(echo) as port:
        assert send_to(port, stdin='three\nfour').status == 0
    assert got == [b'one', b'two', b'three\n', b'four\n']


def test_a_large_file_comes_back_whole(serve, tmp_path):
    path, back = tmp_path / 'big', tmp_path / 'back'
    path.write_bytes(BIG)
    server = serve(prefix=WITHOUT_LOG)
    result = run(['sh', '-c', f'"$0" echo send -p {server.port} -c 2 --file {path} > {back}', PROGRAM])
    assert result.status == 0, result.stderr
    assert back.read_bytes() == (BIG + b'\n') * 2


def test_a_large_message_needs_no_server_that_reads_it_first(tmp_path):
    """The server sends as it reads, from small buffers: whoever sent all before reading would never end."""
    path = tmp_path / 'big'
    path.write_bytes(BIG)

    def echo(connection):
        while data := connection.recv(4096):
            connection.sendall(data)

    with plain_tcp_server(echo) as port:
        result = send_to(port, '--json', '--file', path)
    assert result.status == 0
    assert result.events[0]['size'] == len(BIG) and result.events[0]['whole']


def test_answers_in_pieces_are_put_together():
    def echo_in_pieces(connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while data := connection.recv(100):
            for byte in data:
                connection.sendall(bytes([byte]))

    with plain_tcp_server(echo_in_pieces) as port:
        assert send_to(port, 'hello', 'world').stdout == 'hello\nworld\n'
    with plain_tcp_server(echo_in_pieces) as port:
        assert send_to(port, stdin='hello\nworld\n').stdout == 'hello\nworld\n'


@pytest.mark.parametrize('size, limit', [(10, 1 << 20), (1 << 20, 2 << 20)])
def test_an_endless_answer_is_broken_off(size, limit):
    def never_stop(connection):
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(b'x' * 65536)

    with plain_tcp_server(never_stop) as port:
        result = send_to(port, '--quiet', stdin='m' * (size - 1) + '\n')
    assert result.status == 7
    assert f'longer than the {limit} bytes that are kept' in result.stderr
    assert limit <= len(result.stdout) <= limit + 65537


def test_an_answer_to_a_line_ends_at_its_lf_whatever_its_length():
    def shout(connection):
        with connection.makefile('rwb') as file:
            for line in file:
                file.write(b'you said ' + line)
                file.flush()

    def nod(connection):
        while connection.recv(100):
            connection.sendall(b'ok\n')

    with plain_tcp_server(shout) as port:
        assert send_to(port, stdin='a\nb\n').stdout == 'you said a\nyou said b\n'
    with plain_tcp_server(nod) as port:
        assert send_to(port, stdin='a long line\nb\n').stdout == 'ok\nok\n'


def test_json_of_the_client(serve):
    server = serve()
    result = server.send('--json', 'hello', '--count', 2)
    first, second, summary = result.events
    assert first.items() >= {'event': 'answer', 'source': f'127.0.0.1:{server.port}', 'number': 1, 'message_size': 5,
                             'size': 5, 'whole': True, 'text': 'hello'}.items()
    assert 0 < first['rtt_us'] < LIMIT_SECONDS * 1e6
    assert second['number'] == 2
    assert summary.items() >= {'event': 'summary', 'server': f'127.0.0.1:{server.port}', 'protocol': 'tcp',
                               'connected': True, 'messages': 2, 'message_bytes': 10, 'answers': 2, 'answer_bytes': 10,
                               'unanswered': 0, 'cut_off': 0, 'shorter': 0, 'unsent': 0, 'unexpected_bytes': 0}.items()
    assert summary['rtt_min_us'] <= summary['rtt_mean_us'] <= summary['rtt_max_us']
    assert result.stderr == ''


def test_verbose_tells_each_round_trip(serve):
    result = serve().send('--verbose', 'hello')
    assert re.search(r'answer 1: 5 bytes, round trip \d+\.\d{3} ms', result.stderr)
    assert result.stdout == 'hello\n'


def test_quiet_says_nothing(serve):
    server = serve('--quiet', '--json')
    result = server.send('--quiet', 'hello')
    assert (result.status, result.stdout, result.stderr) == (0, 'hello\n', '')
    server.stop()
    assert server.process.stderr == ''


def test_count_and_interval(serve):
    server = serve()
    began = time.monotonic()
    result = server.send('a', 'b', '--count', 5, '--interval', 0.05)
    assert (result.status, result.stdout) == (0, 'a\nb\na\nb\na\n')
    assert time.monotonic() - began >= 0.2


def test_count_of_lines(serve):
    server = serve()
    assert server.send('--count', 2, stdin='a\nb\nc\n').stdout == 'a\nb\n'
    result = server.send('--count', 5, '--json', stdin='a\nb\n')  # there are no more
    assert (result.status, result.events[-1]['messages'], result.events[-1]['unsent']) == (0, 2, 0)


def test_on_a_terminal_there_is_a_prompt_and_answers_are_escaped(serve, spawn_terminal):
    server = serve()
    terminal = spawn_terminal(['hostcast', 'echo', 'send', '-p', server.port])
    terminal.wait_for('> ')
    terminal.send_line('hello')
    terminal.wait_for('hello\r\n')  # the line that was typed
    terminal.wait_for('^hello\r\n')
    terminal.send(END_OF_FILE)
    assert terminal.wait() == 0

    def red(connection):
        connection.recv(100)
        connection.sendall(b'\x1b[31mred\n')

    with plain_tcp_server(red) as port:
        terminal = spawn_terminal(['hostcast', 'echo', 'send', '-p', port, 'x'])
        terminal.wait_for(r'^\\x1b\[31mred\r\n')
        assert terminal.wait() == 0


# Not answered

def test_refused(host):
    result = host.run(['hostcast', 'echo', 'send', 'hello'])
    assert (result.status, result.stdout) == (3, '')
    assert '127.0.0.1:55556 refuses the connection: that host is up, but nobody listens' in result.stderr


def test_a_connection_to_oneself_is_a_refusal(host):
    """The system may give the caller the very port that it calls."""
    host.set('ipv4/ip_local_port_range', '55556 55556')
    result = host.run(['hostcast', 'echo', 'send', '--wait', 5, 'hello'])
    assert (result.status, result.stdout) == (3, '')
    assert 'refuses the connection' in result.stderr


def test_unreachable(host):
    result = host.run(['hostcast', 'echo', 'send', '--addr', '192.0.2.1', 'hello'])
    assert (result.status, result.stdout) == (3, '')
    assert '192.0.2.1:55556 is unreachable: no route leads there' in result.stderr


def test_timed_out(host):
    result = host.run(['hostcast', 'echo', 'send', '--addr', '10.0.0.77', '--wait', 0.2, '--json', 'hello'])
    assert result.status == 3
    assert 'does not answer: timed out after 0.2 s without a refusal' in result.stderr
    assert not result.events[0]['connected'] and result.events[0]['unsent'] == 1


def test_refused_over_udp(host):
    result = host.run(['hostcast', 'echo', 'send', '--udp', 'hello'])
    assert (result.status, result.stdout) == (3, '')
    assert '127.0.0.1:5001 refuses: that host is up and says (ICMP port unreachable)' in result.stderr


@pytest.mark.parametrize('how, said', [
    (lambda connection: None, 'the server closed the connection without an answer'),
    (reset, 'the connection broke after 0 bytes of the answer: Connection reset by peer')])
def test_no_answer_at_all_is_status_7(how, said):
    def hear_and_end(connection):
        connection.recv(100)
        how(connection)

    with plain_tcp_server(hear_and_end) as port:
        result = send_to(port, 'hello')
    assert (result.status, result.stdout) == (7, '')
    assert f'message 1: {said}' in result.stderr


def test_a_silent_server_ends_the_run_after_wait():
    done = threading.Event()
    with plain_tcp_server(lambda connection: done.wait(LIMIT_SECONDS)) as port:
        result = send_to(port, '--wait', 0.2, 'hello', 'world')
        done.set()
    assert (result.status, result.stdout) == (7, '')
    assert 'no answer to message 1 within 0.2 s (--wait)' in result.stderr
    assert '1 message (5 bytes) sent, 0 answers (0 bytes), 1 not answered, 1 not sent' in result.stderr


def test_a_part_of_an_answer_is_shown_and_is_status_7():
    done = threading.Event()

    def half(connection):
        connection.sendall(connection.recv(100)[:3])
        done.wait(LIMIT_SECONDS)

    with plain_tcp_server(half) as port:
        result = send_to(port, '--wait', 1, 'hello')
        done.set()
    assert (result.status, result.stdout) == (7, 'hel\n')
    assert 'message 1: 3 bytes came back, not the 5 that were sent, and nothing more for 1 s' in result.stderr


def test_an_answer_that_the_server_ends_may_be_shorter():
    with plain_tcp_server(lambda connection: connection.sendall(connection.recv(100)[:2])) as port:
        result = send_to(port, 'hello')
    assert (result.status, result.stdout) == (0, 'he\n')
    assert '1 answer (2 bytes), 1 shorter than its message' in result.stderr


def test_a_server_that_closes_too_early_is_status_7():
    def one(connection):
        connection.sendall(connection.recv(100))

    with plain_tcp_server(one) as port:
        result = send_to(port, 'one', 'two', 'three')
    assert (result.status, result.stdout) == (7, 'one\n')
    with plain_tcp_server(one) as port:
        result = send_to(port, stdin='one\ntwo\n')
    assert (result.status, result.stdout) == (7, 'one\n')


def test_a_server_that_closes_after_the_last_answer_is_no_error(spawn):
    with plain_tcp_server(lambda connection: connection.sendall(connection.recv(100))) as port:
        client = spawn(['hostcast', 'echo', 'send', '-p', port])
        client.send_line('one')
        client.wait_for('closed the connection', 'stderr')
        client.close_stdin()
        assert (client.wait(), client.stdout) == (0, 'one\n')


def test_progress_is_not_cut_off_by_wait():
    """--wait limits silence, not the time that a long answer takes."""
    def slow(connection):
        for byte in connection.recv(100):
            time.sleep(0.15)  # not for a condition: slowness is what is tested
            connection.sendall(bytes([byte]))

    with plain_tcp_server(slow) as port:
        result = send_to(port, '--wait', 0.8, 'slowly')
    assert (result.status, result.stdout) == (0, 'slowly\n')


def test_a_lost_datagram_ends_after_wait():
    with plain_udp_socket() as server:
        result = send_to(server.getsockname()[1], '--udp', '--wait', 0.2, 'hello')
    assert (result.status, result.stdout) == (7, '')
    assert 'no answer to message 1 within 0.2 s' in result.stderr


def test_a_late_answer_is_not_taken_for_the_next_one():
    with plain_udp_socket() as server, Process(
            ['hostcast', 'echo', 'send', '--udp', '-p', server.getsockname()[1], '--wait', 1, 'lost', 'answered']) as client:
        first, first_client = server.recvfrom(100)
        second, second_client = server.recvfrom(100)  # when the first has been given up
        assert (first, second) == (b'lost', b'answered') and first_client != second_client
        server.sendto(b'late', first_client)
        server.sendto(second, second_client)
        assert (client.wait(), client.stdout) == (7, 'answered\n')
        assert 'no answer to message 1' in client.stderr


def test_interrupted(serve, spawn):
    with plain_udp_socket() as server:
        client = spawn(['hostcast', 'echo', 'send', '--udp', '-p', server.getsockname()[1], '--wait', 600, 'hello'])
        server.recvfrom(100)
        client.signal(signal.SIGINT)
        assert client.wait() == 6
    client = spawn(['hostcast', 'echo', 'send', '-p', serve().port])
    client.send_line('hello')
    client.wait_for('hello')
    client.signal(signal.SIGINT)
    assert client.wait() == 0


def test_deadline_of_the_client():
    with plain_udp_socket() as server:
        result = send_to(server.getsockname()[1], '--udp', '--deadline', 0.2, '--wait', 600, 'hello')
        assert result.status == 1
    with plain_tcp_server(lambda connection: connection.sendall(connection.recv(100))) as port:
        result = send_to(port, '--deadline', 1, '--interval', 600, 'a', 'b')
        assert (result.status, result.stdout) == (7, 'a\n')


# Limits

@pytest.mark.parametrize('address, limit, other', [('127.0.0.1', LIMIT4, LIMIT6), ('::1', LIMIT6, LIMIT4)])
@pytest.mark.parametrize('way', ['file', 'input'])
def test_udp_limit(serve, tmp_path, address, limit, other, way):
    path = tmp_path / 'message'

    def send(size):
        if way == 'input':
            return server.send(stdin='x' * (size - 1) + '\n')
        path.write_text('x' * size)
        return server.send('--file', path)

    server = serve('--udp', '--addr', address)
    result = send(limit)
    assert result.status == 0 and len(result.stdout.rstrip()) in (limit, limit - 1)
    result = send(limit + 1)
    assert (result.status, result.stdout) == (2, '')
    for said in (f'a message of {limit + 1} bytes', str(limit), str(other), 'SO_SNDBUF', 'SO_RCVBUF', 'length'):
        assert said in result.stderr
    assert server.stop().count('message from') == 1


def test_the_buffers_in_the_error_are_those_of_the_system(tmp_path):
    path = tmp_path / 'message'
    path.write_text('x' * 70000)
    result = run(['hostcast', 'echo', 'send', '--udp', '--file', path])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
        send, receive = (plain.getsockopt(socket.SOL_SOCKET, option) for option in (socket.SO_SNDBUF, socket.SO_RCVBUF))
    assert f'SO_SNDBUF {send}, SO_RCVBUF {receive} bytes' in result.stderr


def test_nothing_is_sent_if_one_message_is_too_large(tmp_path):
    path = tmp_path / 'message'
    path.write_text('x' * 70000)
    with plain_udp_socket() as server:
        result = send_to(server.getsockname()[1], '--udp', 'small', '--file', path)
        assert result.status == 2
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.recv(100)


def test_an_empty_message_goes_over_udp_only(serve):
    result = serve('--udp').send('', 'x')
    assert (result.status, result.stdout) == (0, '\nx\n')
    result = serve().send('')
    assert result.status == 2 and 'empty message' in result.stderr


@pytest.mark.parametrize('args, status, said', [
    ([], 2, 'hostcast echo serve'),
    (['hear'], 2, "'hear' is neither serve nor send"),
    (['serve', '--port', '0'], 2, "--port '0' must be a number from 1 to 65535"),
    (['serve', '--port', '65536'], 2, "--port '65536' must be a number from 1 to 65535"),
    (['serve', '--addr', '203.0.113.9'], 3, '203.0.113.9:55556 is not an address of this host'),
    (['serve', '--addr', 'fe80::1'], 3, 'name the interface, as in fe80::1%eth0'),
    (['serve', '--addr', '224.1.1.1'], 2, "'224.1.1.1' is a group"),
    (['serve', '--addr', '1.2.3'], 2, "'1.2.3' is no address"),
    (['serve', '--udp', '--tcp'], 2, 'choose one of --tcp and --udp'),
    (['serve', '-6', '--addr', '127.0.0.1'], 2, "'127.0.0.1' is not an IPv6 address"),
    (['serve', '127.0.0.1'], 2, "'127.0.0.1' is no option (an address goes with --addr)"),
    (['serve', '--loud'], 2, "unknown option '--loud'"),
    (['send', '--addr', '224.1.1.1', 'x'], 2, "'224.1.1.1' is a group"),
    (['send', '--udp', '--tcp', 'x'], 2, 'choose one of --tcp and --udp'),
    (['send', '--wait', 'soon', 'x'], 2, "--wait 'soon' must be seconds"),
    (['send', '--addr', 'nobody.invalid', 'x'], 3, "cannot resolve the host name 'nobody.invalid'"),
    (['send', '--file', '/no/such/file'], 4, 'cannot read /no/such/file: No such file'),
])
def test_bad_input(hostcast, args, status, said):
    result = hostcast('echo', *args)
    assert (result.status, result.stdout) == (status, '')
    assert said in result.stderr


@pytest.mark.parametrize('protocol', ['--tcp', '--udp'])
@pytest.mark.parametrize('address', ['127.0.0.1', '0.0.0.0'])
def test_an_address_in_use_names_the_holder(serve, hostcast, protocol, address):
    server = serve(protocol)
    result = hostcast('echo', 'serve', protocol, '--addr', address, '-p', server.port)
    assert result.status == 4
    assert f'{address}:{server.port} is in use by hostcast (process {server.process.pid})' in result.stderr
    assert '--port' in result.stderr


def test_a_port_without_the_right_to_it(host):
    # Without the capability even root may not; the limit is the system's default.
    host.set('ipv4/ip_unprivileged_port_start', 1024)
    result = host.run(['setpriv', '--bounding-set=-net_bind_service', PROGRAM, 'echo', 'serve', '-p', 80])
    assert result.status == 4
    assert 'binding to 127.0.0.1:80 is not permitted' in result.stderr


@pytest.mark.parametrize('side', [[], ['serve'], ['send']])
def test_help_fits_one_screen(hostcast, side):
    result = hostcast('echo', *side, '--help')
    assert result.status == 0 and len(result.stdout.splitlines()) <= 45
    assert 'hostcast echo serve' in result.stdout and 'hostcast echo send' in result.stdout
    assert 'man hostcast-echo)' in result.stdout


def test_the_manual_names_every_option(hostcast):
    page = (REPOSITORY / 'docs' / 'man' / 'hostcast-echo.1').read_text().replace('\\-', '-')
    for side in ('serve', 'send'):
        for option in re.findall(r'--([a-z0-9-]+)', hostcast('echo', side, '--help').stdout):
            assert f'--{option}' in page or f'Fl -{option}' in page, option
