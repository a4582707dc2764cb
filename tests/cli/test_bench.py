"""hostcast bench on loopback: what is planted is found, whoever answers is listed, and nobody's datagrams do harm."""

import contextlib
import json
import re
import signal
import resource
import socket
import struct
import subprocess
import threading
import time

import pytest

from support.conditions import LIMIT_SECONDS, wait_until
from support.loopback import ADDRESS, free_port
from support.program import environment, resolve

MAGIC = b'HCB1'
HEADER = struct.Struct('!4sBBHIIQq')
ASKING = 1200  # the size of a datagram that is answered
GROUP = '224.1.1.7'


def packet(kind, step=1, stream=7, number=0, flags=0, clock=0, sent_ns=0, body=b''):
    if kind in 'he':
        body = body.ljust(ASKING - HEADER.size, b'\0')
    return HEADER.pack(MAGIC, ord(kind), flags, step, stream, clock, number, sent_ns) + body


def iperf_packet(number, size=100):
    """Ends are negative."""
    return struct.pack('>iIIi', number, 0, 0, -1 if number < 0 else 0).ljust(size, b'\0')


def data(number, **fields):
    return packet('d', number=number, body=bytes(68), **fields)


def start_recv(spawn, target, *options):
    receiver = spawn(['hostcast', 'bench', 'recv', '--json', *options, target])
    receiver.wait_for('note: (joined|listening)', 'stderr')
    return receiver


def start_at_host(spawn, *options):
    port = free_port()
    return start_recv(spawn, f'{ADDRESS}:{port}', *options), (ADDRESS, port)


def finish(receiver, status=0):
    """Its events, when it has ended."""
    assert receiver.wait() == status, receiver.describe()
    return [json.loads(line) for line in receiver.stdout.splitlines()]


def of_kind(events, kind):
    return [event for event in events if event['event'] == kind]


def summary_so_far(receiver, is_wanted, what):
    """Its summary, as soon as that is as it should be."""
    def wanted():
        receiver.signal(signal.SIGUSR1)
        events = [json.loads(line) for line in receiver.stdout.splitlines()]
        return next((event for event in of_kind(events, 'summary') if is_wanted(event)), None)
    return wait_until(wanted, what)


def ask(sender, post, datagram, address):
    """The answer, and where it came from; it is asked for again until it comes."""
    answers = []

    def answered():
        sender.sendto(datagram, address)
        with contextlib.suppress(TimeoutError):
            answers.append(post.recvfrom(65535))
        return answers
    post.settimeout(0.1)
    wait_until(answered, 'an answer')
    return answers[0]


def has_nothing(post):
    post.setblocking(False)
    with pytest.raises(BlockingIOError):
        post.recv(65535)


@contextlib.contextmanager
def plain_sender():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((ADDRESS, 0))
        sender.settimeout(LIMIT_SECONDS)
        yield sender


class Relay(threading.Thread):
    """Between a sender and a receiver: treat(number, step, datagram) gives the datagrams to be passed on for each message;
    what is no message is passed on as it is."""

    def __init__(self, target, treat):
        super().__init__(daemon=True)
        self.target, self.treat = target, treat
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind((ADDRESS, 0))
        self.address = '{}:{}'.format(*self.socket.getsockname())

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        with plain_sender() as sender:
            sender.sendto(b'stop', self.socket.getsockname())
        self.join()
        self.socket.close()

    def run(self):
        while (datagram := self.socket.recv(65535)) != b'stop':
            _, kind, _, step, _, _, number, _ = HEADER.unpack(datagram[:HEADER.size])
            for copy in self.treat(number, step, datagram) if kind == ord('d') else [datagram]:
                self.socket.sendto(copy, self.target)


# What is planted is found

PLANTED = [0, 1, 2, 4, 3, 3, 7, 8]  # of ten: 5, 6 and 9 are lost, 3 comes late and twice


@pytest.mark.parametrize('limits, status', [
    ((), 0), (('--max-loss', '30'), 0), (('--max-loss', '29.9'), 5), (('--max-duplicates', '0'), 5),
    (('--max-reordered', '14'), 5), (('--max-duplicates', '15', '--max-reordered', '15'), 0)])
def test_planted_faults_are_counted_and_judged(spawn, limits, status):
    receiver, address = start_at_host(spawn, '-c', '1', *limits)
    with plain_sender() as sender:
        for number in PLANTED:
            sender.sendto(data(number), address)
        sender.sendto(packet('e', number=10, body=b'port 9\n'), address)
        sender.sendto(packet('b'), address)
        events = finish(receiver, status)
        step, = of_kind(events, 'step')
        assert step['sender'] == '{}:{}'.format(*sender.getsockname())
    expected = {'step': 1, 'protocol': 'hostcast', 'sent': 10, 'received': 7, 'bytes': 700, 'lost': 3, 'loss_percent': 30,
                'duplicates': 1, 'reordered': 1, 'longest_gap': 2, 'late': 0, 'wild': 0, 'corrupt': 0}
    assert expected.items() <= step.items()
    assert of_kind(events, 'summary')[0]['is_within_limits'] == (status == 0)


def test_a_report_is_what_was_counted(spawn):
    _, address = start_at_host(spawn)
    with plain_sender() as sender, plain_sender() as post:
        hello = f'port {post.getsockname()[1]}\n'.encode()
        sender.sendto(packet('h', body=hello), address)
        answer, receiver = post.recvfrom(65535)
        assert answer[:5] == MAGIC + b'H'
        assert answer[HEADER.size:] == f'name {socket.gethostname()}\n'.encode()
        for number in PLANTED:
            sender.sendto(data(number), address)
        for _ in range(2):  # it is asked until an answer comes, and told again
            answer, source = ask(sender, post, packet('e', number=10, body=hello), address)
            assert source == receiver
            report = dict(line.split(maxsplit=1) for line in answer[HEADER.size:].decode().splitlines())
            assert {'sent': '10', 'received': '7', 'lost': '3', 'duplicates': '1'}.items() <= report.items()


def test_an_earlier_step_is_over(spawn):
    """What comes of it later changes nothing any more."""
    receiver, address = start_at_host(spawn, '-c', '1')
    with plain_sender() as sender:
        for step, count in ((1, 3), (2, 2)):
            for number in range(count):
                sender.sendto(data(number, step=step), address)
        sender.sendto(packet('e', step=1, number=99, body=b'port 9\n'), address)
        sender.sendto(data(3, step=1), address)
        sender.sendto(packet('b'), address)
        events = finish(receiver)
    assert [(step['step'], step['sent'], step['received']) for step in of_kind(events, 'step')] == [(1, 3, 3), (2, 2, 2)]
    assert of_kind(events, 'summary')[0]['stale'] == 2


def test_who_says_no_end_is_silent_at_last(spawn):
    receiver, address = start_at_host(spawn, '-c', '1', '-w', '1')
    with plain_sender() as sender:
        for number in (0, 2):
            sender.sendto(data(number), address)
        step, = of_kind(finish(receiver), 'step')
    assert {'sent': 3, 'lost': 1, 'is_end_known': False}.items() <= step.items()


def spoil(number, _, datagram):
    """Of each ten: the second is lost, the third comes twice, the fifth after the sixth, the eighth is spoiled."""
    digit = number % 10
    if digit == 1:
        return []
    if digit == 2:
        return [datagram, datagram]
    if digit == 4:
        spoil.kept = datagram
        return []
    if digit == 5:
        return [datagram, spoil.kept]
    if digit == 7:
        return [datagram[:-1] + bytes([datagram[-1] ^ 1])]
    return [datagram]


def test_the_sender_learns_what_a_bad_network_does(hostcast, spawn):
    receiver, address = start_at_host(spawn, '-c', '1')
    with Relay(address, spoil) as relay:
        sent = hostcast('bench', 'send', '--json', '--receivers', '1', '-c', '1000', '--rate', '5kpps', '--verify',
                        '--max-loss', '5', relay.address)
    assert sent.status == 5, sent.stderr
    report, = of_kind(sent.events, 'report')
    expected = {'sent': 1000, 'received': 800, 'lost': 200, 'corrupt': 100, 'duplicates': 100, 'reordered': 100,
                'longest_gap': 1}
    assert expected.items() <= report.items()
    step, = of_kind(finish(receiver), 'step')
    assert expected.items() <= step.items()


def test_what_has_no_column_is_said_below(hostcast, spawn):
    _, address = start_at_host(spawn)
    with Relay(address, spoil) as relay:
        sent = hostcast('bench', 'send', '--receivers', '1', '-c', '100', '--verify', relay.address)
    *_, row, remark = sent.stdout.splitlines()
    assert re.match(r' +1 127\.0\.0\.1:\d+ +[\d.]+ +[\d.]+ +20 20\.000 % +10 +10 +1 ', row)
    assert remark == '     there were 10 with wrong content'
    assert 'up to 20 % lost' in sent.stderr


def test_without_faults_nothing_is_found(hostcast, spawn):
    receiver, address = start_at_host(spawn, '-c', '1')
    sent = hostcast('bench', 'send', '--json', '--receivers', '1', '-c', '3000', '--rate', '10kpps', '--verify',
                    '--size', '64x2,1024,9000', '--max-loss', '0', '--max-duplicates', '0', '--max-reordered', '0',
                    '{}:{}'.format(*address))
    assert sent.status == 0, sent.stderr
    report, = of_kind(sent.events, 'report')
    expected = {'sent': 3000, 'received': 3000, 'bytes': 750 * (64 * 2 + 1024 + 9000), 'lost': 0, 'corrupt': 0,
                'longest_gap': 0, 'latency_count': 3000, 'latency_backward': 0, 'latency': 'one way'}
    assert expected.items() <= report.items()
    assert 0 < report['latency_p50_ns'] <= report['latency_p99_ns'] <= report['latency_max_ns']
    assert report['cpu_ns'] > 0 and of_kind(sent.events, 'sent')[0]['cpu_ns'] > 0
    finish(receiver)


def test_round_trips(hostcast, spawn):
    _, address = start_at_host(spawn)
    sent = hostcast('bench', 'send', '--json', '--receivers', '1', '-c', '200', '--rtt=10', '{}:{}'.format(*address))
    report, = of_kind(sent.events, 'report')
    assert {'latency': 'round trip', 'latency_count': 20, 'lost': 0}.items() <= report.items()


def test_a_receiver_that_leaves_in_the_end_refuses_nothing(hostcast, spawn):
    receiver, address = start_at_host(spawn, '-c', '1')
    sent = hostcast('bench', 'send', '--json', '--receivers', '1', '-c', '10', '{}:{}'.format(*address))
    assert of_kind(sent.events, 'summary')[0]['icmp_refused'] == 0
    finish(receiver)


def test_where_clocks_differ_round_trips_are_measured(spawn):
    """A receiver on another host: every tenth message of 1,000 a second is to come back."""
    with plain_sender() as group:
        sender = spawn(['hostcast', 'bench', 'send', '--json', '--receivers', '1', '-c', '100',
                        '{}:{}'.format(*group.getsockname())])
        flags, post = {}, None
        while len(flags) < 100:
            datagram, _ = group.recvfrom(65535)
            _, kind, flag, _, stream, _, number, _ = HEADER.unpack(datagram[:HEADER.size])
            if kind == ord('h'):
                post = (ADDRESS, int(re.search(rb'^port (\d+)$', datagram[HEADER.size:], re.MULTILINE)[1]))
                group.sendto(packet('H', stream=stream, clock=5, body=b'name far\n'), post)
            elif kind == ord('d'):
                flags[number] = flag
                if flag & 1:
                    group.sendto(datagram, post)
        sender.wait_for('1 of 1 receivers have another clock', 'stderr')
        assert [number for number in sorted(flags) if flags[number] & 1] == list(range(0, 100, 10))
        group.sendto(packet('R', stream=stream, step=1, clock=5, body=b'name far\nsent 100\nreceived 100\n'), post)
        report = sender.wait_for_event('report')
        assert {'latency': 'round trip', 'latency_count': 10, 'name': 'far'}.items() <= report.items()
        assert sender.wait() == 0


# Rates

def test_a_ladder_has_a_step_for_each_rate(hostcast, spawn):
    _, address = start_at_host(spawn)
    sent = hostcast('bench', 'send', '--json', '--receivers', '1', '-c', '100', '--rate', '1kpps,2Mbit,max',
                    '{}:{}'.format(*address))
    assert [(event['rate'], event['rate_unit']) for event in of_kind(sent.events, 'sent')] == [
        (1000, 'pps'), (2000000, 'bit/s'), (0, 'pps')]
    assert [event['step'] for event in of_kind(sent.events, 'report')] == [1, 2, 3]
    assert all(event['received'] == 100 for event in of_kind(sent.events, 'report'))


def test_the_rate_is_never_exceeded_by_more_than_is_made_good(hostcast):
    """A stall of up to 50 ms is made good, so no more than that may be missing from the time it takes."""
    sent = hostcast('bench', 'send', '--json', '-w', '0', '-c', '500', '--rate', '1kpps', '-i', 'lo', f'{GROUP}:{free_port()}')
    event, = of_kind(sent.events, 'sent')
    assert event['messages'] == 500
    assert event['elapsed_ns'] >= 449e6


def test_bursts_go_together(hostcast, spawn):
    port = free_port()
    receiver = start_recv(spawn, f'{GROUP}:{port}', '-i', 'lo', '-c', '1')
    sent = hostcast('bench', 'send', '--json', '--receivers', '1', '-c', '60', '--burst', '20', '--rate', '100pps', '-i', 'lo',
                    f'{GROUP}:{port}')
    assert sent.status == 0, sent.stderr
    step, = of_kind(finish(receiver), 'step')
    assert step['received'] == 60
    assert step['longest_pause_ns'] >= 140e6  # a burst of 20 is due every 200 ms


def test_a_search_stays_below_what_is_lost(hostcast, spawn):
    """From the third step on the network loses much, whatever the rate."""
    _, address = start_at_host(spawn)
    with Relay(address, lambda number, step, datagram: [] if step >= 3 and number % 2 else [datagram]) as relay:
        sent = hostcast('bench', 'send', '--json', '--receivers', '1', '--search', '--time', '0.1', '--rate', '1kpps',
                        relay.address)
    assert sent.status == 0, sent.stderr
    summary, = of_kind(sent.events, 'summary')
    assert 0 < summary['highest_rate'] <= 2000
    rates = [event['rate'] for event in of_kind(sent.events, 'sent')]
    assert rates[:2] == [1000, 2000][:len(rates)]
    assert all(rate > 2000 for rate in rates[2:])


@pytest.mark.parametrize('messages, stdin', [(['hello'], ''), ([], 'hello\n' * 400)])
def test_send_keeps_a_rate(hostcast, spawn, messages, stdin):
    port = free_port()
    receiver = spawn(['hostcast', 'recv', '--json', '-i', 'lo', '-c', '400', f'{GROUP}:{port}'])
    receiver.wait_for('note: joined', 'stderr')
    sent = hostcast('send', '-c', '400', '--rate', '1kpps', '-i', 'lo', f'{GROUP}:{port}', *messages, stdin=stdin)
    assert sent.status == 0, sent.stderr
    times = [event['time_ns'] for event in of_kind(finish(receiver), 'message')]
    assert times[-1] - times[0] >= 349e6  # of 399 ms, but for a stall that is made good


@pytest.mark.parametrize('rate', ['', '0', 'fast', '10Mb', '-1', '1001G'])
@pytest.mark.parametrize('verb', [('send',), ('bench', 'send')])
def test_what_is_no_rate(hostcast, verb, rate):
    result = hostcast(*verb, '--rate', rate, GROUP)
    assert result.status == 2
    assert f"--rate '{rate}' must be bits a second, as 10M or 10Mbit" in result.stderr


# Who is there

def test_all_receivers_are_in_one_table(hostcast, spawn):
    port = free_port()
    receivers = [start_recv(spawn, f'{GROUP}:{port}', '-i', 'lo', '-c', '1') for _ in range(3)]
    sent = hostcast('bench', 'send', '--receivers', '3', '-c', '100', '-i', 'lo', f'{GROUP}:{port}')
    assert sent.status == 0, sent.stderr
    heading, columns, *rows = sent.stdout.splitlines()
    assert heading.strip() == 'one way latency, us'
    assert columns.split() == ('step receiver msg/s Mbit/s lost loss dup reord gap p50 p90 p99 p99.9 max CPU/msg').split()
    assert re.match(r' +1 sent, of 1 kpps +[\d.]+ +[\d.]+ +[\d.]+ [nu]s$', rows[0])
    cells = [re.match(r' +1 (127\.0\.0\.1:\d+) +[\d.]+ +[\d.]+ +0 +0 % +0 +0 +0( +[\d.]+){5} +[\d.]+ [nu]s$', row)
             for row in rows[1:]]
    assert len(cells) == 3 and all(cells), sent.stdout
    assert {len(row) for row in rows} == {len(columns)}
    assert sorted(cell[1] for cell in cells) == [cell[1] for cell in cells]
    assert '100 messages sent to ' in sent.stderr and '3 receivers, nothing lost' in sent.stderr
    for receiver in receivers:
        finish(receiver)


def test_too_few_receivers(hostcast, spawn):
    _, address = start_at_host(spawn)
    sent = hostcast('bench', 'send', '--receivers', '2', '-w', '1', '{}:{}'.format(*address))
    assert sent.status == 7
    assert re.search(r'1 of 2 receivers answered within 1 s: 127\.0\.0\.1:\d+ ', sent.stderr)
    assert sent.stdout == ''


def test_too_few_receivers_are_no_complete_run(hostcast):
    sent = hostcast('bench', 'send', '--json', '--receivers', '1', '-w', '0.1', '-i', 'lo', f'{GROUP}:{free_port()}')
    assert sent.status == 7
    summary = json.loads(sent.stdout.splitlines()[-1])
    assert (summary['is_complete'], summary['receivers'], summary['receivers_wanted']) == (False, 0, 1)


def test_a_rate_that_is_not_reached_is_said(hostcast):
    """So many messages no processor can send; nobody needs to hear them."""
    sent = hostcast('bench', 'send', '--rate', '1000Gpps', '--time', '0.6', '-w', '0.1', '-i', 'lo',
                    f'{GROUP}:{free_port()}')
    assert sent.status == 0
    assert 'THE RATE WAS NOT REACHED' in sent.stderr


@pytest.mark.parametrize('limits, status', [((), 0), (('--max-loss', '1'), 7), (('--search',), 7)])
def test_nobody_is_there(hostcast, limits, status):
    sent = hostcast('bench', 'send', '-w', '0.1', '-c', '10', *limits, '-i', 'lo', f'{GROUP}:{free_port()}')
    assert sent.status == status
    assert 'no receiver answered within 0.1 s' in sent.stderr
    assert 'nobody reported what came' in sent.stderr


def test_a_host_where_nobody_listens(hostcast):
    sent = hostcast('bench', 'send', '-w', '0.1', '-c', '10', f'{ADDRESS}:{free_port()}')
    assert sent.status == 3
    assert 'ICMP: nobody listens there' in sent.stderr


def test_a_receiver_that_dies_is_missing(hostcast, spawn):
    port = free_port()
    receivers = [start_recv(spawn, f'{GROUP}:{port}', '-i', 'lo') for _ in range(2)]
    sender = spawn(['hostcast', 'bench', 'send', '--json', '--receivers', '2', '--rate', '100pps,20pps', '-c', '50', '-i', 'lo',
                    f'{GROUP}:{port}'])
    sender.wait_for_event('report', step=1)
    receivers[0].kill()
    assert sender.wait() == 7
    events = [json.loads(line) for line in sender.stdout.splitlines()]
    assert sorted(event['has_reported'] for event in of_kind(events, 'report') if event['step'] == 2) == [False, True]
    assert of_kind(events, 'summary')[0]['is_complete'] is False


@pytest.mark.parametrize('deadline, status', [(None, 6), ('2', 7)])
def test_a_sender_that_is_broken_off_has_results(spawn, deadline, status):
    receiver, address = start_at_host(spawn, '-c', '1')
    sender = spawn(['hostcast', 'bench', 'send', '--json', '--receivers', '1', '--rate', '1kpps,1kpps',
                    *(['-W', deadline] if deadline else []), '{}:{}'.format(*address)])
    if not deadline:
        sender.wait_for_event('receiver')
        sender.signal(signal.SIGINT)
    assert sender.wait() == status
    report, = of_kind([json.loads(line) for line in sender.stdout.splitlines()], 'report')
    step, = of_kind(finish(receiver), 'step')
    assert report['lost'] == step['lost'] == 0
    assert report['received'] == step['received']


def test_a_receiver_that_hears_nothing(spawn):
    receiver, _ = start_at_host(spawn, '-W', '0.1')
    finish(receiver, 1)


def test_a_receiver_is_a_server(spawn):
    receiver, _ = start_at_host(spawn)
    receiver.signal(signal.SIGTERM)
    assert finish(receiver)[-1]['received'] == 0


# Strangers

def test_nothing_from_strangers_does_harm(spawn):
    receiver, address = start_at_host(spawn, '-c', '1')
    with plain_sender() as sender:
        for datagram in (b'', b'hello', MAGIC + bytes(40), bytes(8) + b'\xff' * 8,  # neither ours nor iperf's
                         packet('h', body=b'port 0\n'), packet('h', body=b'port x\n'), packet('e', body=b''),
                         packet('R'), packet('H'),  # not for receivers
                         packet('e', step=65535, number=2**63, body=b'port 9\n')):
            sender.sendto(datagram, address)
    with plain_sender() as sender:
        for number in (0, 2**64 - 1, 2**63 - 1, 1, 2**40, 2, 0):
            sender.sendto(data(number, stream=8), address)
        sender.sendto(data(5, step=0, stream=8), address)
        sender.sendto(packet('e', stream=8, number=3, body=b'port 9\n'), address)
        sender.sendto(packet('b', stream=8), address)
        events = finish(receiver)
    step, = of_kind(events, 'step')
    assert {'sent': 3, 'received': 3, 'duplicates': 1, 'wild': 1, 'lost': 0}.items() <= step.items()
    summary = of_kind(events, 'summary')[0]
    assert (summary['foreign'], summary['malformed'], summary['stale']) == (4, 8, 1)


def test_senders_are_bounded(spawn):
    receiver, address = start_at_host(spawn)
    with plain_sender() as sender:
        for stream in range(1, 101):
            sender.sendto(data(0, stream=stream), address)
        summary_so_far(receiver, lambda summary: summary['unlisted'] == 36, '36 of 100 senders to be too many')
    receiver.signal(signal.SIGTERM)
    assert len(of_kind(finish(receiver), 'step')) == 64


def test_who_only_says_hello_keeps_nobody_out(spawn):
    receiver, address = start_at_host(spawn, '-c', '2')
    with plain_sender() as sender:
        for stream in range(1, 65):
            sender.sendto(packet('h', stream=stream, body=b'port 9\n'), address)
        sender.sendto(data(0, stream=1), address)  # the first of them means it
        for stream in range(100, 201):
            sender.sendto(packet('h', stream=stream, body=b'port 9\n'), address)
        for datagram in (data(1, stream=1), data(0, stream=300), packet('b', stream=1), packet('b', stream=300)):
            sender.sendto(datagram, address)
        events = finish(receiver)
    assert {step['stream']: step['received'] for step in of_kind(events, 'step')} == {1: 2, 300: 1}
    assert {'unlisted': 0, 'runs': 2}.items() <= of_kind(events, 'summary')[0].items()


def test_what_was_not_heard_cannot_end(spawn):
    """Neither by us nor by iperf, nor is it answered."""
    receiver, address = start_at_host(spawn, '-c', '1')
    with plain_sender() as sender, plain_sender() as post:
        body = f'port {post.getsockname()[1]}\n'.encode()
        for datagram in (packet('e', number=5, body=body), packet('b'), iperf_packet(-1, 128)):
            sender.sendto(datagram, address)
        sender.sendto(data(0, stream=8), address)
        sender.sendto(packet('b', stream=8), address)
        events = finish(receiver)
        has_nothing(sender)
        has_nothing(post)
    assert len(of_kind(events, 'step')) == 1
    assert {'unheard': 3, 'runs': 1, 'sent': 1}.items() <= of_kind(events, 'summary')[0].items()


def test_no_answer_is_larger_than_what_asks_for_it(spawn):
    receiver, address = start_at_host(spawn)
    with plain_sender() as sender, plain_sender() as post:
        body = f'port {post.getsockname()[1]}\n'.encode()
        hello, end = packet('h', body=body), packet('e', number=1, body=body)
        sender.sendto(hello[:-1], address)
        sender.sendto(hello, address)
        sender.sendto(end[:-1], address)
        answers = [post.recv(65535), ask(sender, post, end, address)[0]]
        assert [answer[4:5] for answer in answers] == [b'H', b'R']
        assert max(map(len, answers)) <= ASKING
    with plain_sender() as sender:
        sender.sendto(iperf_packet(1), address)
        sender.sendto(iperf_packet(-2, 127), address)
        assert len(ask(sender, sender, iperf_packet(-3, 128), address)[0]) == 128
    summary_so_far(receiver, lambda summary: (summary['malformed'], summary['unanswered']) == (2, 1),
                   'two that are too short, and one of iperf')


@pytest.mark.parametrize('is_iperf', [False, True])
def test_an_end_is_not_answered_each_time(spawn, is_iperf):
    receiver, address = start_at_host(spawn)
    with plain_sender() as sender, plain_sender() as own_post:
        post = sender if is_iperf else own_post
        body = f'port {post.getsockname()[1]}\n'.encode()
        first, end = (iperf_packet(1), iperf_packet(-2, 200)) if is_iperf else (data(0), packet('e', number=1, body=body))
        sender.sendto(first, address)
        began = time.monotonic()
        for _ in range(100):
            sender.sendto(end, address)
        answers = 0

        def all_counted():
            nonlocal answers
            post.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while post.recv(65535):
                    answers += 1
            receiver.signal(signal.SIGUSR1)
            return any(summary['too_soon'] + answers == 100 for summary in
                       of_kind([json.loads(line) for line in receiver.stdout.splitlines()], 'summary'))
        wait_until(all_counted, '100 ends to be answered, or counted')
        assert 1 <= answers <= 1 + (time.monotonic() - began) / 0.05


def test_who_is_not_allowed_is_measured_and_not_answered(spawn):
    receiver, address = start_at_host(spawn, '-c', '2', '--allow', '192.0.2.0/24', '--allow', 'fd00::/8')
    with plain_sender() as sender, plain_sender() as post:
        body = f'port {post.getsockname()[1]}\n'.encode()
        for datagram in (packet('h', body=body), data(0, flags=1), packet('e', number=2, body=body), packet('b'),
                         iperf_packet(1), iperf_packet(-2, 200)):
            sender.sendto(datagram, address)
        events = finish(receiver)
        has_nothing(sender)
        has_nothing(post)
    assert [(step['received'], step['is_end_known']) for step in of_kind(events, 'step')] == [(1, True), (1, True)]
    assert {'not_allowed': 4, 'unanswered': 0}.items() <= of_kind(events, 'summary')[0].items()
    assert receiver.stderr.count('is not served') == 1
    assert 'note: 127.0.0.1 is not served, its network is not allowed; to admit it: --allow 127.0.0.0/24\n' in receiver.stderr


def test_sums_do_not_wrap(spawn):
    receiver, address = start_at_host(spawn, '-c', '3')
    most = 2**63 - 2
    with plain_sender() as sender:
        for stream in (1, 2, 3):
            sender.sendto(data(0, stream=stream), address)
            sender.sendto(packet('e', stream=stream, number=most, body=b'port 9\n'), address)
            sender.sendto(packet('b', stream=stream), address)
        events = finish(receiver)
    assert [step['sent'] for step in of_kind(events, 'step')] == [most] * 3
    assert of_kind(events, 'summary')[0]['sent'] == of_kind(events, 'summary')[0]['lost'] == 2**63 - 1


def test_no_time_of_sending_does_harm(spawn):
    receiver, address = start_at_host(spawn, '-c', '1')
    with plain_sender() as sender:
        for number, sent_ns in enumerate((-2**63, 2**63 - 1, 0, time.time_ns())):
            sender.sendto(data(number, flags=4, sent_ns=sent_ns), address)
        sender.sendto(packet('b'), address)
        step, = of_kind(finish(receiver), 'step')
    assert {'received': 4, 'latency_count': 1, 'latency_backward': 3}.items() <= step.items()


# What it costs

def test_a_short_wait_does_not_spin():
    """The -w 0 of a sender given to a receiver."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(resolve(['hostcast', 'bench', 'recv', '-w', '0', '-W', '1', f'{ADDRESS}:{free_port()}']), check=False,
                   env=environment(), capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.25


@pytest.mark.parametrize('options, dropped', [((), 'at least '), (('--no-trains',), '')])
def test_drops_are_at_least_so_many(spawn, options, dropped):
    """The kernel counts a train that it drops as one."""
    port = free_port()
    receiver = spawn(['hostcast', 'bench', 'recv', '--rcvbuf', '1', '-w', '1000', *options, f'{ADDRESS}:{port}'])
    receiver.wait_for('note: listening', 'stderr')
    receiver.signal(signal.SIGSTOP)
    with plain_sender() as sender:
        for number in range(200):
            sender.sendto(data(number), (ADDRESS, port))
        receiver.signal(signal.SIGCONT)

        def told():
            sender.sendto(data(200), (ADDRESS, port))  # what comes next tells of those before
            receiver.signal(signal.SIGUSR1)
            return re.search(r'; dropped by the kernel: ' + dropped + r'\d+ \(', receiver.stderr)
        wait_until(told, 'drops')


def test_reports_of_strangers_are_not_believed(spawn):
    """Whoever finds the port of a sender does not know the number of its run."""
    with plain_sender() as group:
        sender = spawn(['hostcast', 'bench', 'send', '--json', '-w', '2', '-c', '5', '{}:{}'.format(*group.getsockname())])
        hello, _ = group.recvfrom(65535)
        _, kind, _, _, stream, *_ = HEADER.unpack(hello[:HEADER.size])
        post = (ADDRESS, int(re.search(rb'^port (\d+)$', hello[HEADER.size:], re.MULTILINE)[1]))
        assert kind == ord('h')
        group.sendto(packet('R', stream=stream ^ 1, body=b'name x\nsent 5\nreceived 5\n'), post)
        group.sendto(packet('H', stream=stream, body=b'name ' + b'x' * 100), post)
        group.sendto(b'noise', post)
        assert sender.wait() == 0, sender.describe()
    summary = json.loads(sender.stdout.splitlines()[-1])
    assert {'receivers': 0, 'strays': 2, 'malformed': 1, 'has_reports': False}.items() <= summary.items()


# Usage

@pytest.mark.parametrize('args, message', [
    ((), "bench recv"),
    (('listen',), "'listen' is neither send nor recv"),
    (('send',), 'one group, host or tree is needed'),
    (('send', GROUP, 'hello'), 'one group, host or tree is needed'),
    (('send', '--size', '31', GROUP), '--size 31 is too small: the header has 32 bytes'),
    (('send', '--size', '1k', GROUP), "--size '1k' must be bytes"),
    (('send', '--size', '65508', GROUP), '--size 65508 is too large'),
    (('send', '--rtt=0', GROUP), "--rtt '0' must be a number from 1"),
    (('send', '--search', '--rate', '1k,2k', GROUP), '--search begins with one --rate'),
    (('send', '--search', '--rate', 'max', GROUP), '--search begins with one --rate'),
    (('send', '--search', '--iperf', GROUP), '--search needs receivers'),
    (('send', '--iperf', '--verify', GROUP), 'do not go with --iperf'),
    (('send', '--iperf', 'tree://127.0.0.1'), '--iperf does not go with a tree'),
    (('send', '--report-to', '10.0.0.1', GROUP), '--report-to is for trees'),
    (('recv',), 'one group, address or tree is needed'),
    (('recv', '--listen', '127.0.0.1', GROUP), '--listen is for trees'),
    (('recv', '--allow', 'all', GROUP), "'all' is no network"),
])
def test_usage(hostcast, args, message):
    result = hostcast('bench', *args)
    assert result.status == 2
    assert message in result.stderr
