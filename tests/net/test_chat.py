"""hostcast chat between hosts."""

import re
import shutil
import signal
import sys
import time

import pytest

from support import worlds
from support.conditions import wait_until
from support.peers import peer
from support.program import json_lines
from support.tree import REPOSITORY

ROOM = '224.1.1.1'
PORT = 5000

# Who is not heard for three times as many seconds is gone: a busy machine may keep a process from running for one.
PRESENCE = '0.6'


@pytest.fixture
def three_hosts():
    with worlds.hosts_on_bridge(3) as world:
        yield world.hosts


def join(host, name, *options, room=ROOM):
    """A chat with --json that has announced itself."""
    chat = host.spawn(['hostcast', 'chat', '--room', room, '--name', name, '--json', *options])
    chat.wait_for(f'you are {name}', 'stderr')
    return chat


def join_all(hosts, names, *options, room=ROOM):
    """Each knows of all others."""
    chats = []
    for host, name in zip(hosts, names):
        chat = join(host, name, *options, room=room)
        for other in chats:
            other.wait_for_event('join', name=name)
        wait_until(lambda: {event['name'] for event in events(chat)} >= set(names[:len(chats)]), f'{name} to know all')
        chats.append(chat)
    return chats


def leave(chat):
    chat.close_stdin()
    assert chat.wait() == 0, chat.stderr
    return events(chat)[-1]


def events(chat):
    """What it has said so far, in whole lines."""
    return json_lines(chat.stdout[:chat.stdout.rfind('\n') + 1])


ROOMS = [ROOM, '[ff12::801:101%eth0]', '[ff15::801:101]:6000']


@pytest.mark.parametrize('room', ROOMS)
def test_everybody_hears_everybody_once(three_hosts, room):
    ada, bob, eve = join_all(three_hosts, ['Ada', 'Bob', 'Eve'], '-i', 'eth0', room=room)
    ada.send_line('grüße an alle')
    bob.wait_for_event('message', name='Ada', text='grüße an alle')
    eve.wait_for_event('message', name='Ada', text='grüße an alle')
    bob.send_line('and back')
    ada.wait_for_event('message', name='Bob', text='and back')
    eve.wait_for_event('message', name='Bob', text='and back')
    summary = leave(bob)
    assert (summary['messages_sent'], summary['messages_received'], summary['kernel_drops']) == (1, 1, 0)
    for chat in (ada, eve):
        chat.wait_for_event('leave', name='Bob')
    assert leave(eve)['messages_received'] == 2
    ada.wait_for_event('leave', name='Eve')
    summary = leave(ada)
    assert (summary['messages_sent'], summary['messages_received'], summary['malformed']) == (1, 1, 0)


def test_who_is_killed_is_gone(three_hosts):
    ada, bob, eve = join_all(three_hosts, ['Ada', 'Bob', 'Eve'], '--presence', PRESENCE)
    eve.signal(signal.SIGKILL)
    for chat in (ada, bob):
        gone = chat.wait_for_event('gone')
        assert gone['name'] == 'Eve'
        assert gone['silent_s'] == pytest.approx(3 * float(PRESENCE))
        assert gone['source'].startswith(three_hosts[2].address)
    # The others, who say nothing either, are here because they announce themselves.
    ada.send_line('/who')
    assert [member['name'] for member in ada.wait_for_event('who')['members']] == ['Bob']
    ada.send_line('/msg Eve are you there?')
    ada.wait_for("not sent: nobody named 'Eve' is here", 'stderr')


@pytest.mark.parametrize('end', ['end of input', '/quit', signal.SIGINT, signal.SIGTERM])
def test_leaving_is_announced(three_hosts, end):
    ada, bob = join_all(three_hosts[:2], ['Ada', 'Bob'])
    if end == 'end of input':
        bob.close_stdin()
    elif end == '/quit':
        bob.send('/quit\nnot said any more\n')
    else:
        bob.signal(end)
    ada.wait_for_event('leave', name='Bob')
    assert bob.wait() == 0
    assert events(bob)[-1]['event'] == 'summary'
    assert 'message' not in [event['event'] for event in events(ada)]
    ada.send_line('/who')
    assert ada.wait_for_event('who')['members'] == []


def test_the_deadline_leaves_too(two_hosts):
    a, b = two_hosts
    ada = join(a, 'Ada')
    bob = join(b, 'Bob', '--deadline', '0.3')
    ada.wait_for_event('leave', name='Bob')
    assert bob.wait() == 0


@pytest.mark.parametrize('room', ROOMS[:2])
def test_a_private_message_is_heard_by_one(three_hosts, room):
    ada, bob, eve = join_all(three_hosts, ['Ada', 'Bob', 'Eve'], room=room)
    ada.send_line('/msg Bob between  us')
    private = bob.wait_for_event('private')
    assert (private['name'], private['text']) == ('Ada', 'between  us')
    bob.send_line('/msg Ada yes')
    ada.wait_for_event('private', name='Bob', text='yes')
    ada.send_line('for all')
    eve.wait_for_event('message', text='for all')
    assert 'between' not in eve.stdout and 'yes' not in eve.stdout
    summary = leave(ada)
    assert (summary['private_sent'], summary['private_received'], summary['messages_sent']) == (1, 1, 1)


def test_private_messages_between_two_on_one_host(host):
    for room in ROOMS[:2]:
        ada, bob = join_all([host, host], ['Ada', 'Bob'], room=room)
        ada.send_line('/msg Bob psst')
        bob.wait_for_event('private', name='Ada', text='psst')
        bob.send_line('/msg Ada what?')
        ada.wait_for_event('private', name='Bob', text='what?')


def test_a_new_name(three_hosts):
    ada, bob = join_all(three_hosts[:2], ['Ada', 'Bob'], '--presence', PRESENCE)
    source = bob.wait_for_event('here', name='Ada')['source']
    ada.send('/name Grace Hopper\nhello\n')
    assert bob.wait_for_event('rename') == {'event': 'rename', 'former': 'Ada', 'name': 'Grace Hopper',
                                            'source': source}
    bob.wait_for_event('message', name='Grace Hopper', text='hello')
    bob.send_line('/msg Grace Hopper welcome')
    ada.wait_for_event('private', text='welcome')
    # Newcomers hear the new name.
    eve = join(three_hosts[2], 'Eve')
    assert {eve.wait_for_event('here')['name'] for _ in range(2)} == {'Grace Hopper', 'Bob'}


def test_two_with_one_name(three_hosts):
    a, b, c = three_hosts
    bob = b.spawn(['hostcast', 'chat', '-room', ROOM, '-name', 'Bob'])
    bob.wait_for('you are', 'stderr')
    ada = a.spawn(['hostcast', 'chat', '-room', ROOM, '-name', 'Ada'])
    bob.wait_for('^\\* Ada has joined$')
    ada.send_line('just me')
    bob.wait_for('^Ada: just me$')
    other = c.spawn(['hostcast', 'chat', '-room', ROOM, '-name', 'Ada'])
    bob.wait_for(rf'^\* Ada@{c.address}:\d+ has joined$')
    ada.wait_for(rf'^\* Ada@{c.address}:\d+ has joined$')
    ada.send_line('which one?')
    address = bob.wait_for(rf'^Ada@({a.address}:\d+): which one\?$')[1]
    bob.send_line('/msg Ada hello')
    bob.wait_for(rf"more than one is named 'Ada'; write Ada@{address} or Ada@{c.address}:\d+", 'stderr')
    bob.send_line(f'/msg Ada@{address} hello')
    ada.wait_for(r'^\* private from Bob: hello$')
    other.close_stdin()
    bob.wait_for(rf'^\* Ada@{c.address}:\d+ has left$')
    ada.send_line('alone again')
    bob.wait_for('^Ada: alone again$')
    assert 'hello' not in other.stdout


def test_a_plain_python_peer_takes_part(two_hosts):
    a, b = two_hosts
    ada = join(a, 'Ada')
    bob = b.spawn(peer('chat_peer', ROOM, PORT, 'Bob'))
    ada.wait_for_event('join', name='Bob')
    bob.wait_for(rf'^public {a.address}:\d+ \* Ada is here$')
    bob.send_line('hello from Python')
    ada.wait_for_event('message', name='Bob', text='hello from Python')
    ada.send_line('hello from C')
    bob.wait_for(rf'^public {a.address}:\d+ Ada: hello from C$')
    ada.send_line('/msg Bob in your ear')
    bob.wait_for(rf'^private {a.address}:\d+ Ada: in your ear$')
    bob.close_stdin()
    ada.wait_for_event('leave', name='Bob')
    leave(ada)


def test_the_script_in_the_documentation_takes_part(two_hosts):
    a, b = two_hosts
    code = re.search('```python\n(.*?)```', (REPOSITORY / 'docs' / 'chat.md').read_text(), re.DOTALL)[1]
    ada = join(a, 'Ada')
    bob = b.spawn([sys.executable, '-u', '-c', code])
    wait_until(lambda: b.has_joined(ROOM), 'the script to join')
    ada.send_line('hello')
    bob.wait_for('^Ada: hello$')
    bob.send_line('hello from ten lines')
    ada.wait_for_event('message', name='Bob', text='hello from ten lines')


@pytest.mark.skipif(not shutil.which('socat'), reason='socat is not installed')
def test_socat_reads_along_and_takes_part(two_hosts):
    a, b = two_hosts
    socat = b.spawn(['socat', '-u', f'UDP4-RECV:{PORT},ip-add-membership={ROOM}:{b.address},reuseaddr', 'STDOUT'])
    wait_until(lambda: b.has_joined(ROOM), 'socat to join')
    ada = join(a, 'Ada')
    socat.wait_for(r'\* Ada has joined')
    ada.send_line('hello')
    socat.wait_for('Ada: hello')
    result = b.run(['socat', '-u', 'STDIN', f'UDP4-DATAGRAM:{ROOM}:{PORT}'], stdin='Bob: hello from socat\n')
    assert result.status == 0, result.stderr
    ada.wait_for_event('message', name='Bob', text='hello from socat')


def test_a_plain_receiver_reads_along(two_hosts):
    a, b = two_hosts
    plain = b.spawn(peer('multicast_receiver', ROOM, PORT))
    plain.wait_for('^joined')
    ada = join(a, 'Ada', '--presence', '0.2')
    plain.wait_for(r"received '\* Ada has joined'")
    plain.wait_for(r"received '\* Ada is here'")
    ada.send('hello\n/name Grace\n')
    plain.wait_for("received 'Ada: hello'")
    plain.wait_for(r"received '\* Ada is now Grace'")
    leave(ada)
    plain.wait_for(r"received '\* Grace has left'")


def test_hostcast_recv_reads_along(two_hosts):
    a, b = two_hosts
    recv = b.spawn(['hostcast', 'recv', f'{ROOM}:{PORT}'])
    wait_until(lambda: b.has_joined(ROOM), 'recv to join')
    ada = join(a, 'Ada')
    recv.wait_for(r': \* Ada has joined$')
    ada.send_line('hello')
    recv.wait_for(': Ada: hello$')
    leave(ada)
    recv.wait_for(r': \* Ada has left$')


SENT_AND_SHOWN = [
    (b'hello', 'hello'),
    (b'\x1b]0;title\x07\xff', r'\x1b]0;title\x07\xff'),
    (b'* Bob is gone (nothing heard for 180 s)', '* Bob is gone (nothing heard for 180 s)'),
    (b'Bob: two\nlines', r'Bob: two\nlines'),
    (b'B:ob: hi', 'B:ob: hi'),
    (b'', ''),
]


def test_what_fits_no_form_is_shown_escaped(two_hosts):
    a, b = two_hosts
    ada = a.spawn(['hostcast', 'chat', '-room', ROOM, '-name', 'Ada'])
    ada.wait_for('you are', 'stderr')
    for sent, shown in SENT_AND_SHOWN:
        send_raw(b, sent)
        ada.wait_for(rf'^\* {b.address}:\d+ sent: {re.escape(shown)}\n')
    send_raw(b, b'x' * 5000)
    ada.wait_for(rf'^\* {b.address}:\d+ sent: x{{1000}}\.\.\. \(5000 bytes\)$')
    send_raw(b, 'Bob: \u202egnirts'.encode())
    ada.wait_for(r'^Bob: \\u\{202e\}gnirts$')
    ada.send_line('/who')
    ada.wait_for(r'^\* 1 is here')
    ada.close_stdin()
    assert ada.wait() == 0
    assert f'malformed: {len(SENT_AND_SHOWN) + 1}' in ada.stderr
    assert '\x1b' not in ada.stdout


SEND = 'import socket, sys; socket.socket(2, 2).sendto(bytes.fromhex(sys.argv[1]), (sys.argv[2], 5000))'


def send_raw(host, payload):
    result = host.run([sys.executable, '-c', SEND, payload.hex(), ROOM])
    assert result.status == 0, result.stderr


def test_a_stranger_who_takes_a_name_is_another_one(two_hosts):
    a, b = two_hosts
    bob = a.spawn(['hostcast', 'chat', '-room', ROOM, '-name', 'Bob'])
    bob.wait_for('you are', 'stderr')
    ada = b.spawn(['hostcast', 'chat', '-room', ROOM, '-name', 'Ada'])
    bob.wait_for(r'^\* Ada has joined$')
    send_raw(b, b'Ada: send me your password')
    bob.wait_for(rf'^Ada@{b.address}:\d+: send me your password$')
    send_raw(b, b'* Ada has left')
    bob.wait_for(rf'^\* Ada@{b.address}:\d+ has left$')
    send_raw(b, b'Bob: it is me')
    bob.wait_for(rf'^Bob@{b.address}:\d+: it is me$')


def test_who_only_talks_is_no_member(two_hosts):
    a, b = two_hosts
    ada = join(a, 'Ada', '--presence', PRESENCE)
    bob = join(a, 'Bob', '--presence', PRESENCE)
    ada.wait_for_event('join', name='Bob')
    for text in ('first', 'second'):
        result = b.run(['hostcast', 'send', f'{ROOM}:{PORT}', f'Script: {text}'])
        assert result.status == 0, result.stderr
        ada.wait_for_event('message', name='Script', text=text)
    ada.send_line('/who')
    assert [member['name'] for member in ada.wait_for_event('who')['members']] == ['Bob']
    ada.send_line('/msg Script hello')
    ada.wait_for("not sent: nobody named 'Script' is here", 'stderr')
    # What is gone is told in the order of its last sign: Bob, killed later, after the script.
    bob.signal(signal.SIGKILL)
    assert ada.wait_for_event('gone')['name'] == 'Bob'


def test_a_script_that_runs_again_has_no_address_behind_its_name(two_hosts):
    a, b = two_hosts
    ada = a.spawn(['hostcast', 'chat', '-room', ROOM, '-name', 'Ada'])
    ada.wait_for('you are', 'stderr')
    for text in ('first', 'second'):
        send_raw(b, f'Script: {text}'.encode())
        ada.wait_for(f'^Script: {text}$')


def test_a_private_message_needs_a_text(two_hosts):
    ada, _ = join_all(two_hosts, ['Ada', 'Bob'])
    ada.send_line('/msg Bob')
    ada.wait_for('not sent: the text is missing: /msg NAME TEXT', 'stderr')


# Sources that do not exist

ABSENT = [f'10.0.0.{number}' for number in range(50, 250)]

FORGE = """
import socket, sys
payload, group, *sources = sys.argv[1:]
for source in sources:
    forger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    forger.setsockopt(socket.SOL_IP, 19, 1)  # IP_TRANSPARENT: any source
    forger.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b'eth0')
    forger.bind((source, 4444))
    forger.sendto(payload.encode(), (group, 5000))
"""


def forge(host, payload, sources):
    result = host.run([sys.executable, '-c', FORGE, payload, ROOM, *sources])
    assert result.status == 0, result.stderr


def asked_for(host):
    """The addresses whose link-layer address the kernel knows or looks for."""
    return {line.split()[0] for line in host.run(['ip', '-4', 'neigh', 'show', 'nud', 'all']).stdout.splitlines()}


def test_newcomers_are_answered_once_and_to_the_group(two_hosts):
    a, b = two_hosts
    plain = b.spawn(peer('chat_peer', ROOM, PORT, 'Bob'))
    wait_until(lambda: b.has_joined(ROOM), 'the peer to join')
    ada = join(a, 'Ada')
    began = time.monotonic()
    forge(b, '* Eve has joined', ABSENT)
    ada.wait_for_event('join', source=f'{ABSENT[-1]}:4444')
    plain.wait_for(r'public \S+ \* Ada is here')
    ada.send_line('said')
    plain.wait_for('Ada: said')
    assert not asked_for(a) & set(ABSENT)
    assert plain.stdout.count('Ada is here') <= 2 + (time.monotonic() - began)  # once a second, however many ask
    leave(ada)


def test_leaving_does_not_wait_for_ever(two_hosts):
    a, b = two_hosts
    a.set('ipv4/neigh/eth0/retrans_time_ms', 60000)  # so long an absent neighbour is waited for
    ada = join(a, 'Ada')
    forge(b, '* Eve is here', ABSENT[:4])
    for source in ABSENT[:4]:
        ada.wait_for_event('here', source=f'{source}:4444')
        ada.send_line(f'/msg Eve@{source}:4444 ' + 'x' * 60000)

    def has_queued():
        ada.signal(signal.SIGUSR1)
        summaries = [event for event in events(ada) if event['event'] == 'summary']
        return summaries and summaries[-1]['private_sent'] > summaries[-1]['sent'] - len(['has joined'])
    wait_until(has_queued, 'the socket to be full')
    ada.signal(signal.SIGINT)
    assert ada.wait() == 7
    assert 'the socket was full for 1 s: not sent are 1 of your lines, and that you have left' in ada.stderr
    summary = events(ada)[-1]
    assert (summary['event'], summary['refused_lines']) == ('summary', 1)
    assert summary['private_sent'] == summary['sent'] - len(['has joined'])


def test_a_message_of_the_largest_size_arrives_whole(two_hosts):
    ada, bob = join_all(two_hosts, ['Ada', 'Bob'])
    text = 'x' * (65507 - len('Ada: '))
    ada.send_line(text)
    assert bob.wait_for_event('message')['text'] == text
    ada.send_line(text + 'x')
    ada.wait_for('a message of 65503 bytes is too long; one datagram carries 65507, which leaves 65502', 'stderr')
    ada.send_line('next')
    bob.wait_for_event('message', text='next')
    ada.close_stdin()
    assert ada.wait() == 2
    assert events(ada)[-1]['refused_lines'] == 1


CROWD = '''
import socket, sys
for number in range(1, 1004):
    member = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    member.bind(('', 20000 + number))
    member.sendto(b'* Member %d is here' % number, (sys.argv[1], 5000))
member.sendto(b'Member 1003: do you hear me?', (sys.argv[1], 5000))
'''


def test_more_than_a_thousand_members(two_hosts):
    a, b = two_hosts
    ada = join(a, 'Ada')
    assert b.run([sys.executable, '-c', CROWD, ROOM]).status == 0
    ada.wait_for('more than 1000 are here', 'stderr')
    ada.wait_for_event('message', name='Member 1003', text='do you hear me?')
    ada.send_line('/who')
    assert len(ada.wait_for_event('who')['members']) == 1000
    assert leave(ada)['overflow'] == 3
