"""Acknowledged messages: hostcast send --ack, hostcast recv --ack, and plain sockets on either side."""

import contextlib
import re
import select
import signal
import socket
import threading

import pytest

from support import loopback
from support.conditions import LIMIT_SECONDS
from support.loopback import start_recv

GROUP = '239.77.41.1'
RTT = r'answered in \d+\.\d{3} ms'


@contextlib.contextmanager
def responder(port, *answers, silent_to=()):
    """A member that answers each message with these answers, except the messages (counted from 1) in silent_to."""
    stopper, stopped = socket.socketpair()

    def answer():
        number = 0
        while stopped not in select.select([member, stopped], [], [])[0]:
            _, sender = member.recvfrom(65535)
            number += 1
            for text in answers if number not in silent_to else ():
                member.sendto(text, sender)

    with stopper, stopped, loopback.member(GROUP, port) as member:
        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield
        finally:
            stopper.send(b'stop')
            thread.join()


@pytest.fixture
def port():
    return loopback.free_port()


@pytest.fixture
def target(port):
    return f'{GROUP}:{port}'


@pytest.fixture
def send(hostcast):
    return lambda *args, **options: hostcast('send', '--ack', '-i', 'lo', *args, **options)


# Who answered

def test_each_receiver_is_listed_once_with_its_time(send, spawn, target):
    receivers = [start_recv(spawn, target, option) for option in ('--ack', '--ack=yes, I do')]
    result = send(target, 'who hears me?')
    assert result.status == 0
    lines = sorted(line.split(': ', 1)[1] for line in result.stdout.splitlines())
    assert lines == ['ack', 'yes, I do']
    assert len({line.split()[0] for line in result.stdout.splitlines()}) == 2
    assert result.stderr == 'hostcast send: 1 message sent, 2 answers from 2 receivers\n'
    for receiver in receivers:
        receiver.wait_for(': who hears me\\?$')
        receiver.signal(signal.SIGINT)
        assert receiver.wait() == 0
        assert '1 message, 13 bytes, 1 acknowledged' in receiver.stderr


def test_duplicates_are_told_apart(send, port, target):
    with responder(port, b'once', b'\x1btwice'):
        result = send(target, 'hello')
    first, second = result.stdout.splitlines()
    assert first.endswith(' ms: once') and second.endswith(r' ms (duplicate): \x1btwice')
    assert result.status == 0
    assert result.stderr.endswith('1 answer from 1 receiver, 1 more as duplicates\n')


def test_no_answer_is_status_1(send, target):
    result = send('-w', 0.05, target, 'hello')
    assert result.status == 1
    assert result.stdout == ''
    assert '0 answers from 0 receivers' in result.stderr


@pytest.mark.parametrize('expected, status', [(1, 0), (2, 7)])
def test_fewer_than_expected_is_status_7(send, port, target, expected, status):
    with responder(port, b'one'):
        result = send('--expect', expected, target, 'hello')
    assert result.status == status
    assert ('; fewer than the 2 expected answered 1 of them' in result.stderr) == (status == 7)


def test_the_deadline_does_not_forgive_those_that_are_missing(send, port, target):
    with responder(port, b'one'):
        result = send('--expect', 2, '-W', 2, '-w', 60, target, 'hello')
    assert result.status == 7
    assert 'expected answered 1 of them' in result.stderr


def test_a_host_that_refuses_is_said(hostcast, port):
    result = hostcast('send', '--ack', '-w', 0.1, f'127.0.0.1:{port}', 'hello')
    assert result.status == 3
    assert f'127.0.0.1:{port} refuses' in result.stderr


def test_nothing_sent_is_no_answer(send, target):
    assert send('--expect', 1, target, stdin='').status == 1


def test_what_the_deadline_kept_from_being_sent_is_said(send, port, target):
    with responder(port, b'one'):
        result = send('-c', 5, '-w', 1, '--interval', 600, '-W', 2, target, 'hello')
    assert result.status == 7
    assert '1 message sent, 4 not sent, 1 answer' in result.stderr


def test_an_answer_to_each_group_of_a_range_is_no_duplicate(send, spawn, port):
    groups = f'{GROUP}+2:{port}'
    start_recv(spawn, groups, '--ack')
    result = send('--expect', 1, groups, 'hello')
    assert result.status == 0
    assert result.stdout.count('answered in') == 2 and 'duplicate' not in result.stdout
    assert '2 answers from 1 receiver' in result.stderr


def test_many_messages_at_once_if_they_are_few(send, spawn, target):
    start_recv(spawn, target, '--ack')
    assert send('-c', 3, '--interval', 0, '--expect', 1, target, 'hello').status == 0


def test_lines_of_input(send, spawn, target):
    receiver = start_recv(spawn, target, '--ack', '--raw')
    result = send('-w', 1, target, stdin='one\ntwo\n')
    assert result.status == 0
    assert [line.split()[0] for line in result.stdout.splitlines()[:2]] == ['#1', '#2']
    receiver.wait_for('onetwo')


# As a ping

def test_ping_statistics(send, port, target):
    with responder(port, b'pong', silent_to={2}):
        result = send('-c', 4, '-w', 1, '--interval', 0.05, target, 'ping')
    assert result.status == 0
    assert [line.split()[0] for line in result.stdout.splitlines()[:3]] == ['#1', '#3', '#4']
    header, row = result.stdout.splitlines()[-2:]
    assert header.split() == ['receiver', 'sent', 'answered', 'loss', 'min', 'ms', 'mean', 'ms', 'p99', 'ms', 'max', 'ms']
    name, sent, answered, loss, *times = row.split()
    assert name.endswith(f':{port}') and (sent, answered, loss) == ('4', '3', '25.0%')
    least, mean, p99, most = map(float, times)
    assert 0 < least <= mean <= most and least <= p99 <= most < LIMIT_SECONDS * 1000
    assert '4 messages sent, 3 answers from 1 receiver' in result.stderr


def test_each_message_is_expected_to_be_answered(send, port, target):
    with responder(port, b'pong', silent_to={2}):
        result = send('-c', 3, '-w', 1, '--interval', 0.05, '--expect', 1, target, 'ping')
    assert result.status == 7
    assert 'fewer than the 1 expected answered 1 of them' in result.stderr


def test_json(send, port, target):
    with responder(port, b'one', b'\xff'):
        result = send('--json', '-c', 2, '-w', 1, '--expect', 1, target, 'ping')
    *answers, summary = result.events
    assert [(answer['event'], answer['number'], answer['duplicate']) for answer in answers] == [
        ('answer', 1, False), ('answer', 1, True), ('answer', 2, False), ('answer', 2, True)]
    assert (answers[0]['text'], answers[0]['size'], answers[1]['base64']) == ('one', 3, '/w==')
    assert all(answer['rtt_us'] > 0 for answer in answers)
    [receiver] = summary.pop('receivers')
    assert summary == {'event': 'summary', 'messages': 2, 'unsent': 0, 'answers': 2, 'duplicates': 2, 'unanswered': 0, 'expected': 1,
                       'short_of_expected': 0, 'refused': 0, 'unlisted': 0, 'received_bytes': 8}
    assert {name: receiver[name] for name in ('source', 'sent', 'answered', 'duplicates', 'loss_percent')} == {
        'source': answers[0]['source'], 'sent': 2, 'answered': 2, 'duplicates': 2, 'loss_percent': 0}
    assert 0 < receiver['rtt_min_us'] <= receiver['rtt_mean_us'] <= receiver['rtt_max_us']
    assert receiver['rtt_p99_us'] <= receiver['rtt_max_us']


def test_a_signal_before_the_count_is_status_6_and_shows_the_table(spawn, port, target):
    with responder(port, b'pong'):
        process = spawn(['hostcast', 'send', '--ack', '-i', 'lo', '-c', '1000', target, 'ping'])
        process.wait_for('^#1 ')
        process.signal(signal.SIGINT)
        assert process.wait() == 6
    assert re.search(r'^receiver +sent ', process.stdout, re.MULTILINE)
    assert re.search('answers? from 1 receiver', process.stderr)


def test_the_summary_on_demand(spawn, port, target):
    with responder(port, b'pong'):
        process = spawn(['hostcast', 'send', '--ack', '--json', '-i', 'lo', '-c', '1000', target, 'ping'])
        process.wait_for_event('answer')
        process.signal(signal.SIGUSR1)
        assert process.wait_for_event('summary')['answers'] == 1
        process.wait_for_event('answer', number=2)


# How options go together

@pytest.mark.parametrize('args, reason', [
    (['--expect', 1, GROUP, 'x'], '--expect and --wait go with --ack'),
    (['--wait', 1, GROUP, 'x'], '--expect and --wait go with --ack'),
    (['--ack', '--source', '127.0.0.1:7', '--interval', 0.1, GROUP, 'x'], '--interval must be at least --wait'),
    (['--ack', '--interval', 0, GROUP, 'x'], 'more than 1000 messages would wait for answers at once'),
])
def test_options_that_do_not_go_together(hostcast, args, reason):
    result = hostcast('send', *args)
    assert result.status == 2 and reason in result.stderr


def test_a_source_port_takes_one_message_at_a_time(send, port, target):
    source = loopback.free_port()
    with responder(port, b'pong'):
        result = send('--source', f'127.0.0.1:{source}', '-c', 2, '-w', 1, '--expect', 1, target, 'ping')
    assert result.status == 0, result.stderr
