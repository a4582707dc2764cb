"""hostcast decode --conversations and the pictures, of what real sockets say to each other in namespaces."""

import re
import shutil
import signal
import xml.etree.ElementTree as ElementTree
from collections import Counter

import pytest

from support.capturing import captured, decode, wait_for_outcome, wait_for_text
from support.conditions import wait_until
from support.program import environment, run
from support.worlds import hosts_on_bridge

PORT = 55556
SVG = '{http://www.w3.org/2000/svg}'
PYTHON = '/usr/bin/python3'


def conversations(file):
    """Each with its steps, as a pair."""
    found = []
    for event in decode(file, '--conversations')[:-1]:
        if event['event'] == 'conversation':
            found.append((event, []))
        else:
            found[-1][1].append(event)
    return found


def conversation(file):
    (only,) = [pair for pair in conversations(file) if pair[0]['transport'] == 'tcp']
    return only


def calls(steps, side):
    return [step[f'{side}_calls'] for step in steps if step.get(f'{side}_calls')]


def received_bytes(steps):
    """What the server's recv() can return, all in all."""
    return sum(int(number) for call in calls(steps, 'server')
               for number in re.findall(r'recv\(\) can return (\d+)', call))


def marks(steps):
    return Counter(mark for step in steps for mark in step['marks'])


def serve(host, *options):
    server = host.spawn(['hostcast', 'echo', 'serve', '--addr', host.address, *options])
    server.wait_for('listening', 'stderr')
    return server


def nft(host, rules):
    if not shutil.which('nft', path=environment()['PATH']):
        pytest.skip('nft is not installed (Debian package nftables)')
    added = host.run(['nft', '-f', '-'], stdin=rules)
    assert added.status == 0, added.stderr


def python(host, code, *args):
    return host.spawn([PYTHON, '-u', '-c', 'import socket, struct, sys\n' + code, *args])


# TCP

def test_an_echo_from_connect_to_close(two_hosts, tmp_path):
    a, b = two_hosts
    serve(b)
    file = tmp_path / 'a.pcapng'
    with captured(a, file):
        assert a.run(['hostcast', 'echo', 'send', '--addr', b.address, 'hello']).status == 0
        wait_for_outcome(file, 'closed')
    about, steps = conversation(file)
    assert about['server'] == f'{b.address}:{PORT}' and about['client'].startswith(f'{a.address}:')
    assert (about['client_counters']['bytes'], about['server_counters']['bytes']) == (5, 5)
    client, server = calls(steps, 'client'), calls(steps, 'server')
    assert client[:3] == ['connect()', 'connect() returns', 'send() of 5 bytes'], client
    assert server[:3] == ['listen() was called', 'accept() can return', 'recv() can return 5'], server
    assert 'recv() can return 5' in client and 'send() of 5 bytes' in server
    # The client sends all and then calls shutdown(), as its source says. If the answer was there before that, it
    # can't be told from close().
    assert any('shutdown(' in call for call in client), client
    assert server[-1] == 'close()'
    assert steps[-1]['server_state'] == 'CLOSED' and steps[-1]['client_state'] == 'TIME-WAIT'
    assert marks(steps) == {}


ECHO_SERVER = '''
server = socket.create_server((sys.argv[1], 55556))
print('listening')
client = server.accept()[0]
while data := client.recv(65536):
    client.sendall(data)
client.close()
'''

ECHO_CLIENT = '''
client = socket.create_connection((sys.argv[1], 55556))
for message in (b'one', b'three'):
    client.sendall(message)
    client.recv(100)
client.shutdown(socket.SHUT_WR)
client.recv(100)
client.close()
'''

# What decode says of a system call and its result.
CALLS = {'connect': lambda _: ['connect()', 'connect() returns'], 'listen': lambda _: ['listen() was called'],
         'accept4': lambda _: ['accept() can return'], 'sendto': lambda size: [f'send() of {size} bytes'],
         'recvfrom': lambda size: [f'recv() can return {size}'], 'shutdown': lambda _: ['close() or shutdown()'],
         'close': lambda _: ['close()']}


def traced(log):
    """The calls on sockets, in the words of decode."""
    calls_made = re.findall(r'^\d+ +(\w+)\(\d+<TCP:.* = (\d+)', log.read_text(), re.MULTILINE)
    return [said for name, result in calls_made if name in CALLS for said in CALLS[name](result)]


def test_the_calls_are_those_that_the_programs_made(two_hosts, tmp_path):
    a, b = two_hosts
    if not shutil.which('strace', path=environment()['PATH']):
        pytest.skip('strace is not installed')

    def trace(code, log):
        return ['strace', '-f', '-yy', '-e', f'trace={",".join(CALLS)}', '-o', log,
                PYTHON, '-u', '-c', 'import socket, sys\n' + code, b.address]

    server = b.spawn(trace(ECHO_SERVER, tmp_path / 'server'))
    server.wait_for('listening')
    file = tmp_path / 'a.pcapng'
    with captured(a, file, '--filter', 'tcp'):
        client = a.run(trace(ECHO_CLIENT, tmp_path / 'client'))
        assert client.status == 0, client.stderr
        assert server.wait() == 0
        wait_for_outcome(file, 'closed')
    _, steps = conversation(file)
    made = traced(tmp_path / 'client')
    assert made[-1] == 'close()'  # which sends nothing after shutdown()
    assert calls(steps, 'client') == made[:-1]
    made = traced(tmp_path / 'server')
    assert made[-2:] == ['close()', 'close()']  # of the connection, and of the listening socket
    assert calls(steps, 'server') == made[:-1]


def test_loss_is_told_and_every_byte_counted_once(two_hosts, tmp_path):
    """Seen by the client, and by the server behind the loss."""
    a, b = two_hosts
    nft(b, '''
        table netdev loss {
            chain arriving {
                type filter hook ingress device "eth0" priority 0;
                tcp dport 55556 numgen inc mod 10 == 5 counter drop
            }
        }''')
    serve(b)
    file = tmp_path / 'a.pcapng'
    lines = ''.join(f'line {number} {"x" * 1000}\n' for number in range(30))
    with captured(a, file):
        assert a.run(['hostcast', 'echo', 'send', '--addr', b.address], stdin=lines).status == 0
        wait_for_outcome(file, 'closed')
    about, steps = conversation(file)
    found = marks(steps)
    assert found['retransmission'] > 0 and found['sent_again'] > 0, found
    for side in ('client', 'server'):
        assert about[f'{side}_counters']['bytes'] == len(lines)
    assert received_bytes(steps) == len(lines), 'what was lost is received when it comes again'
    assert_as_tshark_says(file, steps)
    numbers = {step['number']: step for step in steps}
    for step in steps:
        if 'sent_again' in step['marks']:
            again = numbers[step['later']]
            assert 'retransmission' in again['marks'] and again['sequence'] <= step['sequence']


BULK_CLIENT = '''
client = socket.create_connection((sys.argv[1], 55556))
client.sendall(bytes(400000))
client.close()
'''

READING_SERVER = '''
server = socket.create_server((sys.argv[1], 55556))
print('listening')
client = server.accept()[0]
while client.recv(65536):
    pass
client.close()
'''


@pytest.mark.parametrize('where', ['client', 'server'])
def test_a_bulk_transfer_with_loss(two_hosts, tmp_path, where):
    """Segments as the network carries them, and fast retransmissions."""
    a, b = two_hosts
    if not shutil.which('ethtool', path=environment()['PATH']):
        pytest.skip('ethtool is not installed')
    for host in (a, b):
        assert host.run(['ethtool', '-K', 'eth0', 'tso', 'off', 'gso', 'off', 'gro', 'off']).status == 0
    nft(b, '''
        table netdev loss {
            chain arriving {
                type filter hook ingress device "eth0" priority 0;
                tcp dport 55556 numgen inc mod 50 == 40 counter drop
            }
        }''')
    python(b, READING_SERVER, b.address).wait_for('listening')
    file = tmp_path / 'a.pcapng'
    with captured(a if where == 'client' else b, file, '--filter', 'tcp'):
        sent = a.run([PYTHON, '-c', 'import socket, sys\n' + BULK_CLIENT, b.address])
        assert sent.status == 0, sent.stderr
        wait_for_outcome(file, 'closed')
    about, steps = conversation(file)
    found = marks(steps)
    assert about['client_counters']['bytes'] == 400000
    assert found['fast'] > 0 and found['duplicate_ack'] > 0, found
    assert received_bytes(steps) == 400000
    assert_as_tshark_says(file, steps)


SAME_FLAGS = {'gap': 'lost_segment', 'unseen_ack': 'ack_lost_segment', 'keep_alive': 'keep_alive',
              'window_zero': 'zero_window', 'window_full': 'window_full'}


def assert_as_tshark_says(file, steps):
    """Relative numbers, and which segments are sent again; tshark calls those out of order that come again at once."""
    if not shutil.which('tshark', path=environment()['PATH']):
        return
    flags = ['retransmission', 'out_of_order', *SAME_FLAGS.values()]
    fields = ['frame.number', 'tcp.seq', 'tcp.ack', *(f'tcp.analysis.{flag}' for flag in flags)]
    result = run(['tshark', '-r', file, '-Y', 'tcp', '-T', 'fields', *(arg for name in fields for arg in ('-e', name))])
    assert result.status == 0, result.stderr
    theirs = {}
    for line in result.stdout.splitlines():
        number, sequence, acknowledgement, *found = line.split('\t')
        is_set = {flag for flag, value in zip(flags, found) if value}
        theirs[int(number)] = (int(sequence), int(acknowledgement), is_set)
    assert len(theirs) == len(steps)
    for step in steps:
        sequence, acknowledgement, found = theirs[step['number']]
        assert (step['sequence'], step.get('acknowledgement', 0)) == (sequence, acknowledgement), step
        assert ('retransmission' in step['marks']) == bool({'retransmission', 'out_of_order'} & found), (step, found)
        for mark, flag in SAME_FLAGS.items():
            assert (mark in step['marks']) == (flag in found), (step, found)


def test_a_refused_connection(two_hosts, tmp_path):
    a, b = two_hosts
    file = tmp_path / 'a.pcapng'
    with captured(a, file):
        assert a.run(['hostcast', 'echo', 'send', '--addr', b.address, 'hello']).status == 3
        wait_for_outcome(file, 'refused')
    about, steps = conversation(file)
    assert f'nobody listens at {b.address}:{PORT}' in about['explanation']
    assert calls(steps, 'client') == ['connect()', 'connect() fails: ECONNREFUSED']
    assert calls(steps, 'server') == ['no socket listens']
    text = run(['hostcast', 'decode', '--conversations', file]).stdout
    assert f'| nobody listens at {b.address}:{PORT}: the SYN was answered with RST' in text


def test_a_syn_that_nobody_answers(two_hosts, tmp_path):
    a, b = two_hosts
    nft(b, 'table inet f { chain i { type filter hook input priority 0; tcp dport 55556 drop; }; }')
    file = tmp_path / 'a.pcapng'
    with captured(a, file):
        assert a.run(['hostcast', 'echo', 'send', '--addr', b.address, '--wait', 0.2, 'hello']).status == 3
        wait_for_outcome(file, 'unanswered')
    about, _ = conversation(file)
    assert 'nobody answers' in about['explanation']


def test_a_router_that_cannot_reach_the_server(two_networks, tmp_path):
    a, _, _ = two_networks
    file = tmp_path / 'a.pcapng'
    with captured(a, file):
        assert a.run(['hostcast', 'echo', 'send', '--addr', '10.2.0.77', '--wait', 20, 'hello']).status == 3
        wait_for_outcome(file, 'unreachable')
    about, steps = conversation(file)
    assert '10.1.0.1 says host unreachable (ICMP)' in about['explanation']
    assert calls(steps, 'client') == ['connect()', 'connect() fails: EHOSTUNREACH']  # later errors find nobody


SLOW_SERVER = '''
server = socket.create_server((sys.argv[1], 55556))
print('listening')
client = server.accept()[0]
sys.stdin.readline()
while client.recv(65536):
    pass
'''

FLOOD = '''
client = socket.create_connection((sys.argv[1], 55556))
client.setblocking(False)
sent = 0
try:
    while True:
        sent += client.send(bytes(65536))
except BlockingIOError:
    print('full')
sys.stdin.readline()
client.close()
'''


def test_a_receiver_that_does_not_read(two_hosts, tmp_path):
    a, b = two_hosts
    b.set('ipv4/tcp_rmem', '"4096 8192 8192"')
    server = python(b, SLOW_SERVER, b.address)
    server.wait_for('listening')
    file = tmp_path / 'a.pcapng'
    with captured(a, file):
        client = python(a, FLOOD, b.address)
        client.wait_for('full')
        wait_for_text(file, 'zero window', '--conversations')
        server.send_line('read')
        client.send_line('close')
        wait_for_outcome(file, 'closed')
    _, steps = conversation(file)
    server_calls = calls(steps, 'server')
    assert any('recv() is not called' in call for call in server_calls)
    assert any('recv() was called' in call for call in server_calls)
    assert marks(steps)['window_zero'] > 0


RESETTING_SERVER = '''
server = socket.create_server((sys.argv[1], 55556))
print('listening')
client = server.accept()[0]
if sys.argv[2] == 'linger':
    client.recv(100)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
else:
    while len(client.recv(100, socket.MSG_PEEK)) < 5:
        pass
client.close()
sys.stdin.readline()
'''


@pytest.mark.parametrize('why', ['linger', 'unread'])
def test_a_close_that_resets(two_hosts, tmp_path, why):
    a, b = two_hosts
    server = python(b, RESETTING_SERVER, b.address, why)
    server.wait_for('listening')
    file = tmp_path / 'a.pcapng'
    with captured(a, file):
        a.run(['hostcast', 'echo', 'send', '--addr', b.address, 'hello'])
        wait_for_outcome(file, 'reset')
    about, steps = conversation(file)
    assert about['ended_by'] == 'server'
    assert 'close() that aborts' in calls(steps, 'server')
    assert 'recv() fails: ECONNRESET' in calls(steps, 'client') or 'send() fails: EPIPE' in calls(steps, 'client')


FINISHING_CLIENT = '''
client = socket.create_connection((sys.argv[1], 55556))
getattr(client, sys.argv[2])(*[socket.SHUT_WR][:sys.argv[2] == 'shutdown'])
print('finished')
sys.stdin.readline()
'''

TALKING_SERVER = '''
server = socket.create_server((sys.argv[1], 55556))
print('listening')
client = server.accept()[0]
assert client.recv(100) == b''
client.send(b'still there?')
sys.stdin.readline()
'''


@pytest.mark.parametrize('how, call', [('shutdown', 'shutdown(SHUT_WR)'), ('close', 'close()')])
def test_close_and_shutdown_are_told_apart(two_hosts, tmp_path, how, call):
    a, b = two_hosts
    python(b, TALKING_SERVER, b.address).wait_for('listening')
    file = tmp_path / 'a.pcapng'
    with captured(a, file):
        python(a, FINISHING_CLIENT, b.address, how).wait_for('finished')
        wait_for_outcome(file, 'half_closed' if how == 'shutdown' else 'reset')
        if how == 'shutdown':
            wait_for_text(file, 'shutdown(SHUT_WR)', '--conversations')
    _, steps = conversation(file)
    assert calls(steps, 'client')[2] == call


# UDP

def test_an_echo_over_udp(two_hosts, tmp_path):
    a, b = two_hosts
    serve(b, '--udp')
    file = tmp_path / 'a.pcapng'
    with captured(a, file):
        assert a.run(['hostcast', 'echo', 'send', '--udp', '--addr', b.address, 'one', 'two']).status == 0
        wait_for_text(file, '2 requests answered', '--conversations')
    about, steps = next(pair for pair in conversations(file) if pair[0]['server'] == f'{b.address}:5001')
    assert (about['outcome'], about['answered']) == ('answered', 2)
    assert about['answer_min_ns'] <= about['answer_mean_ns'] <= about['answer_max_ns']
    assert [step['from'] for step in steps] == ['client', 'server'] * 2
    assert [step.get('earlier') for step in steps] == [None, steps[0]['number'], None, steps[2]['number']]
    assert calls(steps, 'client') == ['sendto() of 3 bytes', 'recvfrom() can return 3'] * 2


def test_a_udp_port_without_a_socket(two_hosts, tmp_path):
    a, b = two_hosts
    file = tmp_path / 'a.pcapng'
    with captured(a, file):
        assert a.run(['hostcast', 'echo', 'send', '--udp', '--addr', b.address, 'hello']).status == 3
        wait_for_outcome(file, 'refused')
    about, steps = next(pair for pair in conversations(file) if pair[0]['outcome'] == 'refused')
    assert f'no socket is bound to {b.address}:5001' in about['explanation']
    assert steps[-1]['event'] == 'icmp_error' and steps[-1]['client_calls'] == 'the next call fails: ECONNREFUSED'


def test_a_group_that_several_answer(tmp_path):
    with hosts_on_bridge(3) as world:
        a, *others = world.hosts
        for host in others:
            host.spawn(['hostcast', 'recv', '--ack', '224.1.1.1:10000'])
            wait_until(lambda: host.has_joined('224.1.1.1'), 'the receiver to join')
        file = tmp_path / 'a.pcapng'
        with captured(a, file):
            asked = a.run(['hostcast', 'send', '--ack', '--expect', 2, '--wait', 20, '224.1.1.1:10000', 'hello'])
            assert asked.status == 0, asked.stderr
            wait_for_text(file, 'by 2 hosts', '--conversations')
        about, steps = next(pair for pair in conversations(file) if pair[0]['server'] == '224.1.1.1:10000')
    assert about['outcome'] == 'answered'
    answers = [step for step in steps if step['from'] == 'members']
    assert {step['sender'].partition(':')[0] for step in answers} == {host.address for host in others}
    assert {step['earlier'] for step in answers} == {steps[0]['number']}
    assert decode(file, '--conversations', '--group', '224.1.1.1')[:-1] == [
        about | {'conversation': 1}, *(step | {'conversation': 1} for step in steps)]


# What a capture does not have

def test_headers_alone_tell_every_byte(two_hosts, tmp_path):
    """64 bytes end within the options, of which Linux has 12 in each segment."""
    a, b = two_hosts
    serve(b, '--tcp')
    file = tmp_path / 'a.pcapng'
    with captured(a, file, '--snap', '64'):
        assert a.run(['hostcast', 'echo', 'send', '--tcp', '--addr', b.address, 'x' * 500]).status == 0
        wait_for_outcome(file, 'closed')
    about, steps = conversation(file)
    assert about['client_counters']['bytes'] == about['server_counters']['bytes'] >= 500
    assert received_bytes(steps) == about['client_counters']['bytes']
    assert marks(steps).keys().isdisjoint({'gap', 'unseen_ack'})
    assert not about['window_scale_known']


def test_one_direction_is_no_silence(two_hosts, tmp_path):
    a, b = two_hosts
    serve(b, '--tcp')
    file = tmp_path / 'a.pcapng'
    with captured(a, file, '--filter', f'tcp and dst host {b.address}'):
        assert a.run(['hostcast', 'echo', 'send', '--tcp', '--addr', b.address, 'hello']).status == 0
        wait_for_outcome(file, 'half_closed')
    about, steps = conversation(file)
    assert about['explanation'] == ("half closed: the client sends no more (FIN); only the client's packets are in the "
                                    "capture")
    assert calls(steps, 'client')[:2] == ['connect()', 'connect() returns']


# Pictures

def texts(svg):
    return [element.text for element in ElementTree.parse(svg).getroot().iter(f'{SVG}text')]


def test_a_ladder_has_every_segment(two_hosts, tmp_path):
    a, b = two_hosts
    serve(b)
    file, picture = tmp_path / 'a.pcapng', tmp_path / 'a.svg'
    with captured(a, file):
        assert a.run(['hostcast', 'echo', 'send', '--addr', b.address, 'hello <&>']).status == 0
        wait_for_outcome(file, 'closed')
    result = run(['hostcast', 'decode', '--ladder', picture, file])
    assert result.status == 0, result.stderr
    _, steps = conversation(file)
    shown = texts(picture)
    for step in steps:
        label = f'{step["flags"]}  seq {step["sequence"]}'
        assert any(text.startswith(label) for text in shown), label
    assert any('“hello <&>”' in text for text in shown)
    groups = ElementTree.parse(picture).getroot().iter(f'{SVG}g')
    assert sum(group.get('class') == 'step' for group in groups) == len(steps)


def test_a_timeline_of_a_group(two_hosts, tmp_path):
    a, b = two_hosts
    file, picture = tmp_path / 'a.pcapng', tmp_path / 'a.svg'
    with captured(a, file):
        receiver = b.spawn(['hostcast', 'recv', '-i', 'eth0', '239.1.1.1'])
        wait_until(lambda: b.has_joined('239.1.1.1'), 'the receiver to join')
        assert a.run(['hostcast', 'send', '--no-trains', '239.1.1.1', 'one', 'two']).status == 0
        receiver.wait_for('two\n')
        receiver.signal(signal.SIGINT)
        assert receiver.wait() == 0
        wait_for_text(file, 'leaves 239.1.1.1')
    result = run(['hostcast', 'decode', '--timeline', picture, '--group', '239.1.1.1', file])
    assert result.status == 0, result.stderr
    shown = texts(picture)
    for text in ('239.1.1.1', a.address, b.address, 'member, IGMPv3'):
        assert text in shown, shown
    assert any(text.startswith('sends 2 datagrams') for text in shown), shown
