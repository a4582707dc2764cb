"""hostcast chat by itself: options, what may be typed, what is shown. Between hosts: tests/net/test_chat.py."""

import re
import signal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.tree import PROGRAM

ROOM = '224.1.1.1'


def chat(host, *options, stdin='', name='Ada', room=ROOM):
    return host.run(['hostcast', 'chat', '--room', room, '--name', name, *options], stdin=stdin)


# Options

@pytest.mark.parametrize('args, message', [
    ([], '--room GROUP is missing'),
    (['--name', 'Ada'], '--room GROUP is missing'),
    (['--room', ROOM], '--name NAME is missing'),
    (['-room', '10.0.0.1', '-name', 'Ada'], "'10.0.0.1' is not a multicast group: groups are 224.0.0.0 to"),
    (['-room', '224.1.1', '-name', 'Ada'], "'224.1.1' is not a multicast group"),
    (['-room', '224.1.1.1:0', '-name', 'Ada'], "port '0' in '224.1.1.1:0' must be 1 to 65535"),
    (['-room', '224.1.1.1+2', '-name', 'Ada'], "the room '224.1.1.1+2' must be one group, without source or range"),
    (['-room', '10.0.0.7@232.1.1.1', '-name', 'Ada'], 'must be one group, without source or range'),
    (['-room', ROOM, '-name', 'Ada', '-6'], "'224.1.1.1' is not an IPv6 address"),
    (['-room', 'ff12::1', '-name', 'Ada', '-4'], "'ff12::1' is not an IPv4 address"),
    (['-room', ROOM, '-name', ''], "the name '' is empty"),
    (['-room', ROOM, '-name', '  '], "the name '  ' is empty"),
    (['-room', ROOM, '-name', 'A:da'], "the name 'A:da' has a colon"),
    (['-room', ROOM, '-name', '*Ada'], "the name '*Ada' begins with '*'"),
    (['-room', ROOM, '-name', 'A\tda'], 'has a control character'),
    (['-room', ROOM, '-name', b'\xff'], 'is not valid UTF-8'),
    (['-room', ROOM, '-name', 'x' * 33], 'is longer than 32 characters'),
    (['-room', ROOM, '-name', 'Bob is here'], 'contains the words of an announcement'),
    (['-room', ROOM, '-name', 'Ada', '--presence', '0'], '--presence must be at least 0.1 seconds'),
    (['-room', ROOM, '-name', 'Ada', '--presence', 'x'], "--presence 'x' must be seconds"),
    (['-room', ROOM, '-name', 'Ada', '-p', '65536'], "--port '65536' must be a number from 1 to 65535"),
    (['-room', ROOM, '-name', 'Ada', 'Bob'], "unexpected argument 'Bob'"),
    (['-room', ROOM, '-name', 'Ada', '--colour'], "unknown option '--colour'"),
])
def test_wrong_options(hostcast, args, message):
    result = hostcast('chat', *[arg if isinstance(arg, str) else arg.decode(errors='surrogateescape') for arg in args])
    assert result.status == 2
    assert result.stdout == ''
    assert re.match(r'hostcast chat: .*' + re.escape(message), result.stderr), result.stderr


def test_unknown_interface(host):
    result = chat(host, '-i', 'eth9')
    assert result.status == 3
    assert 'eth9' in result.stderr


def test_help_fits_one_screen(hostcast):
    result = hostcast('chat', '--help')
    assert result.status == 0
    assert len(result.stdout.splitlines()) <= 45
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_the_name_is_trimmed(host):
    assert 'note: you are Ada in' in chat(host, name=' Ada ').stderr


def test_quiet_says_nothing(host):
    result = chat(host, '-q', stdin='hello\n')
    assert (result.status, result.stdout, result.stderr) == (0, '', '')


# What is typed

@pytest.mark.parametrize('line, reason', [
    (b'\xff', 'the text is not valid UTF-8'),
    (b'hello\x1b[31m', 'the text has a control character'),
    ('csi \u009b'.encode(), 'the text has a control character'),
    (b'/msg', '/msg needs a name and a text: /msg NAME TEXT'),
    (b'/msg Bob hello', "nobody named 'Bob' is here (/who tells who is)"),
    (b'/name', 'the new name is empty'),
    (b'/name A:da', 'the new name has a colon'),
    (b'/name *', "the new name begins with '*'"),
    (b'/nick Bob', "there is no command '/nick' (/help lists them; a line that begins with a slash is said with two)"),
    (b'/\x1b', r"there is no command '/\x1b'"),
])
def test_what_cannot_be_sent_is_refused(host, line, reason):
    result = chat(host, '--json', stdin=b'before\n' + line + b'\nafter\n')
    assert f'hostcast chat: not sent: {reason}' in result.stderr
    assert result.status == 2
    summary = result.events[-1]
    assert (summary['event'], summary['messages_sent'], summary['refused_lines']) == ('summary', 2, 1)


def test_own_messages_are_not_shown(host):
    result = chat(host, stdin='hello\n/who\n/name Grace\n//slash\n\n')
    assert result.status == 0
    assert result.stdout == '* 1 is here:\n*   Ada (you)\n'
    assert 'note: you are now Grace' in result.stderr
    assert 'hostcast chat: 2 messages sent, 0 received; private: 0 sent, 0 received; malformed: 0; dropped by the ' \
           'kernel: 0\n' in result.stderr


def test_json_of_one_who_is_alone(host):
    result = chat(host, '-j', stdin='/who\n')
    who, summary = result.events
    assert who == {'event': 'who', 'name': 'Ada', 'members': []}
    assert summary == summary | {'event': 'summary', 'messages_sent': 0, 'malformed': 0, 'overflow': 0, 'sent': 2,
                                 'sent_bytes': len('* Ada has joined* Ada has left')}


def test_help_lists_every_command(host):
    result = chat(host, stdin='/help\n')
    assert re.findall(r'^\*   (/\S+)', result.stdout, re.MULTILINE) == ['/who', '/name', '/msg', '/quit', '//TEXT', '/help']


def test_sigusr1_shows_the_summary(host):
    process = host.spawn(['hostcast', 'chat', '-room', ROOM, '-name', 'Ada'])
    process.wait_for('you are', 'stderr')
    process.signal(signal.SIGUSR1)
    process.wait_for('0 messages sent', 'stderr')
    process.close_stdin()
    process.wait_for('0 messages sent', 'stderr')
    assert process.wait() == 0


def test_output_that_cannot_be_written(host):
    process = host.spawn(['sh', '-c', '"$1" chat -room 224.1.1.1 -name Ada > /dev/full', 'sh',
                          str(PROGRAM)])
    process.wait_for('you are', 'stderr')
    process.send_line('/who')
    process.wait_for('cannot write to standard output: No space left on device; 1 result is lost', 'stderr')
    assert process.wait() == 4


# Whatever is typed: a line is said as it is, or refused, and nothing else is shown.

PIECES = st.sampled_from(['/', 'msg', 'name', 'who', ' ', ': ', '* ', 'Ada', ' is now ', 'ü', '\x00', '\x1b', '\u202e'])
LINES = st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=8).map(lambda parts: re.sub('[\r\n]', '', ''.join(parts)))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=20))
def test_any_lines(host, lines):
    result = chat(host, '--json', stdin=''.join(line + '\n' for line in lines).encode(errors='surrogatepass'))
    summary = result.events[-1]
    assert summary['event'] == 'summary' and summary['malformed'] == 0 and summary['messages_received'] == 0
    assert result.status == (2 if summary['refused_lines'] else 0), result.stderr
    assert summary['refused_lines'] == result.stderr.count('not sent: ')
    said = [line for line in lines if line.strip(' \t') and (line[0] != '/' or line.startswith('//'))]
    assert summary['messages_sent'] <= len(said)
