"""tree:// where send, recv and chat take a group: hostcast rdv is the rendezvous point, and everything happens on one
host of a world of its own."""

import re
import signal
import socket

import pytest

from support.conditions import LIMIT_SECONDS
from support.trains import send_train

FAMILIES = ['127.0.0.1', '[::1]']
TREE = 'tree://127.0.0.1'

# What a receiver or chat says on standard error when it is a member of the tree.
IS_MEMBER = 'this node is now (the root|a child of .*)$'


@pytest.fixture
def rdv(host):
    """rdv('[::1]') starts a rendezvous point and gives its tree as a target."""
    def start(address='127.0.0.1'):
        process = host.spawn(['hostcast', 'rdv', '--listen', f'{address}:10000'])
        process.wait_for('listening at', 'stderr')
        return f'tree://{address}'
    return start


@pytest.fixture
def recv(host):
    """recv(target, '--json') starts a receiver, which is a member of the tree when this returns."""
    def start(target, *options):
        process = host.spawn(['hostcast', 'recv', *options, target])
        process.wait_for(IS_MEMBER, 'stderr')
        return process
    return start


def send(host, target, *args, **options):
    result = host.run(['hostcast', 'send', target, *args], **options)
    assert result.status == 0, result.stderr
    return result


def ended(process):
    """What a process that was told to stop has written."""
    process.signal(signal.SIGINT)
    assert process.wait() == 0, process.describe()
    return process.stdout


# Send and receive

@pytest.mark.parametrize('address', FAMILIES)
def test_each_message_reaches_each_receiver_once(host, rdv, recv, address):
    target = rdv(address)
    receivers = [recv(target) for _ in range(5)]  # more than one node has room for
    result = send(host, target, 'one', 'two', '')
    assert result.stderr == f'hostcast send: 3 messages sent to {target} (3 datagrams, 6 bytes)\n'
    send(host, target, 'last')
    for receiver in receivers:
        receiver.wait_for(': last$')
    for receiver in receivers:
        lines = ended(receiver).splitlines()
        assert lines == [f'- > {address}:10000, {size}: {text}' for size, text in (
            ('3 bytes', 'one'), ('3 bytes', 'two'), ('0 bytes', ''), ('4 bytes', 'last'))]


def test_json_has_no_source(host, rdv, recv):
    target = rdv()
    receiver = recv(target, '--json', '-c', '1')
    send(host, target, 'hello')
    assert receiver.wait() == 0
    message = receiver.wait_for_event('message')
    assert message.pop('time_ns') > 0
    assert message == {'event': 'message', 'destination': '127.0.0.1:10000', 'size': 5, 'text': 'hello'}
    summary = receiver.wait_for_event('summary')
    assert summary == summary | {'messages': 1, 'received': 1, 'received_bytes': 5, 'tree_dropped': 0, 'tree_unsent': 0}


def test_a_source_drops_nothing_of_what_the_root_says(host, rdv, recv):
    """The root tells every source that it has no child there (T-11)."""
    target = rdv()
    receiver = recv(target)
    sender = host.spawn(['hostcast', 'send', '--json', target])
    for line in ('one', 'two', 'three'):
        sender.send_line(line)
        receiver.wait_for(f': {line}$')
    sender.close_stdin()
    assert sender.wait() == 0, sender.describe()
    assert sender.wait_for_event('summary')['tree_dropped'] == 0


def test_any_bytes_go_as_they_are(host, rdv, recv):
    target = rdv()
    receiver = recv(target, '--json', '-c', '1')
    send(host, target, '--file', '-', stdin=b'a\0\xff\x80\nb')
    assert receiver.wait_for_event('message')['base64'] == 'YQD/gApi'


def test_nodes_and_receivers_are_of_one_tree(host, rdv, recv):
    target = rdv()
    first = recv(target)
    node = host.spawn(['hostcast', 'node', '--rdv', '127.0.0.1', '--listen', '127.0.0.2'])
    node.wait_for('child of', 'stderr')
    third = recv(target)
    send(host, target, 'hello')
    node.wait_for('^hello$')
    for receiver in first, third:
        receiver.wait_for(': hello$')
        ended(receiver)  # the node stays, and with it the tree
    node.wait_for('now the root', 'stderr')
    send(host, target, 'again')
    node.wait_for('^again$')


def test_one_who_leaves_lets_the_others_go_on(host, rdv, recv):
    target = rdv()
    root, child = recv(target), recv(target)
    ended(root)
    child.wait_for('no child any more of', 'stderr')
    child.wait_for('now the root', 'stderr')
    send(host, target, 'still here')
    child.wait_for(': still here$')


def test_a_group_and_a_tree_together(host, rdv):
    target = rdv()
    receiver = host.spawn(['hostcast', 'recv', '239.77.5.1', target])
    receiver.wait_for(IS_MEMBER, 'stderr')
    send(host, '239.77.5.1', 'by multicast')
    receiver.wait_for(r'^[\d.]+:\d+ > 239\.77\.5\.1:5004, 12 bytes: by multicast$')
    send(host, target, 'by the tree')
    receiver.wait_for('^- > 127.0.0.1:10000, 11 bytes: by the tree$')


def test_the_port_is_that_of_the_option_if_the_tree_names_none(host):
    process = host.spawn(['hostcast', 'rdv', '--listen', '127.0.0.1:4711'])
    process.wait_for('listening at', 'stderr')
    receiver = host.spawn(['hostcast', 'recv', '-p', '4711', TREE])
    receiver.wait_for(IS_MEMBER, 'stderr')


def test_a_receiver_listens_where_it_is_told_to(rdv, recv):
    receiver = recv(rdv(), '--listen', '127.0.0.9:4712')
    assert 'note: tree of 127.0.0.1:10000: this node listens at 127.0.0.9:4712\n' in receiver.stderr


def test_a_smaller_receive_buffer_than_asked_is_told(rdv, recv):
    receiver = recv(rdv(), '--rcvbuf', str(1 << 30))
    assert re.search('note: the system gives a receive buffer of .* instead of 1073741824; to allow more: sysctl '
                     'net.core.rmem_max=1073741824\n', receiver.stderr)


def test_who_is_not_allowed_is_named_with_the_option_that_helps(host, rdv, recv):
    target = rdv()
    receiver = recv(target, '--allow', '192.0.2.0/24')
    host.run(['hostcast', 'send', target, 'hello'])
    receiver.wait_for('note: .*--allow 127.0.0.0/24', 'stderr')
    assert ended(receiver) == ''
    assert 'from strangers to the tree, dropped: 1\n' in receiver.stderr


@pytest.mark.parametrize('args', [['recv', TREE], ['send', TREE, 'hello'], ['chat', '--room', TREE, '--name', 'Ada']],
                         ids=lambda args: args[0])
def test_a_rendezvous_point_that_does_not_answer_is_told(host, args):
    process = host.spawn(['hostcast', *args])
    process.wait_for('note: the rendezvous point at 127.0.0.1:10000 does not answer', 'stderr')


# Sending before there is a root

def test_what_is_sent_waits_for_a_root(host, rdv, recv):
    target = rdv()
    sender = host.spawn(['hostcast', 'send', target, 'early'])
    sender.wait_for('note: no root of the tree is known yet: what is sent waits for one, for up to 10 s', 'stderr')
    receiver = recv(target)
    receiver.wait_for(': early$')
    assert sender.wait() == 0, sender.stderr
    assert sender.stderr.count('no root') == 1


def test_more_than_may_wait_is_read_later(host, rdv, recv):
    target = rdv()
    count = 3000
    sender = host.spawn(['hostcast', 'send', '--wait', '1000', target])
    sender.send(''.join(f'{number}\n' for number in range(count)))
    sender.close_stdin()
    sender.wait_for('no root of the tree is known yet', 'stderr')
    receiver = recv(target, '--raw', '-c', str(count), '--rcvbuf', '10000000')
    assert sender.wait() == 0
    assert receiver.wait() == 0, receiver.describe()
    assert receiver.stdout == ''.join(str(number) for number in range(count))


@pytest.mark.parametrize('has_rdv', [True, False])
def test_without_a_root_nothing_is_lost_in_silence(host, rdv, has_rdv):
    target = rdv() if has_rdv else TREE
    result = host.run(['hostcast', 'send', '--wait', '0.05', target, 'one', 'two'])
    assert result.status == 7
    assert 'hostcast send: no root of the tree was known for 0.05 s: 2 messages are lost' in result.stderr
    assert f'hostcast send: 0 messages sent to {target}, 2 not sent\n' in result.stderr
    result = host.run(['hostcast', 'send', '--json', '--wait', '0.05', target, 'one'])
    assert result.events[-1] == result.events[-1] | {'messages': 0, 'unsent': 1, 'tree_held': 1}


def test_the_deadline_ends_the_wait(host, rdv):
    result = host.run(['hostcast', 'send', '-W', '0.05', rdv(), 'one'])
    assert result.status == 7
    assert '0 messages sent to tree://127.0.0.1, 1 not sent\n' in result.stderr


@pytest.mark.parametrize('args, status', [(['one'], 6), ([], 7)])
def test_a_signal_ends_the_wait(host, rdv, args, status):
    sender = host.spawn(['hostcast', 'send', rdv(), *args])
    sender.send_line('one')
    sender.wait_for('no root of the tree is known yet', 'stderr')
    sender.signal(signal.SIGINT)
    assert sender.wait() == status
    sender.wait_for('0 messages sent to .*, 1 not sent\n', 'stderr')


def test_a_root_that_is_dead_is_told(host, rdv, recv):
    target = rdv()
    recv(target).kill()
    result = host.run(['hostcast', 'send', target, 'one'])
    assert result.status == 3
    assert 'hostcast send: the root of the tree does not listen any more (ICMP): what was sent' in result.stderr
    assert 'refused 1 time\n' in result.stderr


def test_a_message_that_comes_back_too_often_is_lost(spawn):
    """A rendezvous point that names one who is not the root (T-11), as plain sockets."""
    with socket.socket(type=socket.SOCK_DGRAM) as rdv, socket.socket(type=socket.SOCK_DGRAM) as node:
        for end in rdv, node:
            end.bind(('127.0.0.1', 0))
            end.settimeout(LIMIT_SECONDS)
        sender = spawn(['hostcast', 'send', f'tree://127.0.0.1:{rdv.getsockname()[1]}', 'astray'])
        for _ in range(4):  # once, and three times again
            request, source = rdv.recvfrom(100)
            assert request == b'ROOT\n'
            rdv.sendto(b'TOOR\n%s %d' % (b'127.0.0.1', node.getsockname()[1]), source)
            data, source = node.recvfrom(100)
            assert data == b'DATA\nastray'
            node.sendto(b'NDAT\n\nastray', source)
        assert sender.wait() == 7
    assert 'hostcast send: 1 message is lost: no root took it (tree_lost)' in sender.stderr
    assert ', 1 lost\n' in sender.stderr


def test_refusals_that_come_as_one_train_are_all_taken(spawn):
    """As an interface that gathers what comes gives them."""
    messages = [f'message {number:02}' for number in range(20)]
    with socket.socket(type=socket.SOCK_DGRAM) as rdv, socket.socket(type=socket.SOCK_DGRAM) as root:
        for end in rdv, root:
            end.bind(('127.0.0.1', 0))
            end.settimeout(LIMIT_SECONDS)
        sender = spawn(['hostcast', 'send', '--json', f'tree://127.0.0.1:{rdv.getsockname()[1]}', *messages])
        _, source = rdv.recvfrom(100)
        answer = b'TOOR\n127.0.0.1 %d' % root.getsockname()[1]
        rdv.sendto(answer, source)
        data = [root.recvfrom(100)[0] for _ in messages]
        send_train(root, [b'NDAT\n\n' + datagram[5:] for datagram in data], source)
        _, source = rdv.recvfrom(100)
        rdv.sendto(answer, source)
        assert sorted(root.recvfrom(100)[0] for _ in messages) == sorted(data)
        summary = sender.wait_for_event('summary')
    assert (summary['tree_returned'], summary['tree_lost']) == (20, 0)


# Chat

class Member:
    def __init__(self, host, target, name, *options):
        self.process = host.spawn(['hostcast', 'chat', '--room', target, '--name', name, *options])
        self.process.wait_for(IS_MEMBER, 'stderr')

    def say(self, line):
        self.process.send_line(line)

    def hears(self, pattern):
        return self.process.wait_for(pattern)

    def leave(self):
        self.process.close_stdin()
        assert self.process.wait() == 0, self.process.describe()
        return self.process.stdout


@pytest.mark.parametrize('address', FAMILIES)
def test_a_conversation_in_a_tree(host, rdv, address):
    target = rdv(address)
    ada = Member(host, target, 'Ada')
    bob = Member(host, target, 'Bob')
    ada.hears('^\\* Bob has joined$')
    bob.hears('^\\* Ada is here$')
    eve = Member(host, target, 'Eve')
    for other in ada, bob:
        other.hears('^\\* Eve has joined$')
    ada.say('hello')
    for other in bob, eve:
        other.hears('^Ada: hello$')
    bob.say('/name Bert')
    for other in ada, eve:
        other.hears('^\\* Bob is now Bert$')
    bob.say('it is me')
    for other in ada, eve:
        other.hears('^Bert: it is me$')
    ada.say('/who')
    ada.hears('^\\* 3 are here:\n\\*   Ada \\(you\\)\n\\*   Bert, heard \\d+ s ago\n\\*   Eve, heard \\d+ s ago\n')
    bob_says = bob.leave()
    for other in ada, eve:
        other.hears('^\\* Bert has left$')
    eve.say('bye')
    ada.hears('^Eve: bye$')
    ada_says, eve_says = ada.leave(), eve.leave()
    # Each heard the others, once, and not itself.
    assert [line for line in ada_says.splitlines() if ': ' in line] == ['Bert: it is me', 'Eve: bye']
    assert [line for line in bob_says.splitlines() if ': ' in line] == ['Ada: hello']
    assert [line for line in eve_says.splitlines() if ': ' in line] == ['Ada: hello', 'Bert: it is me']
    assert 'Bob' not in bob_says and 'Bert' not in bob_says


def test_json_of_a_chat_in_a_tree_has_no_addresses(host, rdv):
    target = rdv()
    ada = Member(host, target, 'Ada', '--json')
    bob = Member(host, target, 'Bob')
    assert ada.process.wait_for_event('join') == {'event': 'join', 'name': 'Bob'}
    bob.say('hello')
    assert ada.process.wait_for_event('message') == {'event': 'message', 'name': 'Bob', 'text': 'hello'}
    ada.say('/who')
    (member,) = ada.process.wait_for_event('who')['members']
    assert sorted(member) == ['heard_s', 'name']
    send(host, target, 'no chat')
    assert ada.process.wait_for_event('malformed') == {'event': 'malformed', 'text': 'no chat'}
    bob.hears('^\\* somebody sent: no chat$')
    bob.leave()
    assert ada.process.wait_for_event('leave') == {'event': 'leave', 'name': 'Bob'}


def test_private_messages_are_refused_in_a_tree(host, rdv):
    target = rdv()
    ada, bob = Member(host, target, 'Ada'), Member(host, target, 'Bob')
    ada.hears('^\\* Bob has joined$')
    ada.say('/msg Bob hello')
    ada.process.wait_for('not sent: /msg does not work in a tree', 'stderr')
    ada.process.close_stdin()
    assert ada.process.wait() == 2
    bob.hears('^\\* Ada has left$')
    assert 'hello' not in bob.leave()


def test_a_chat_without_a_root_says_that_its_lines_are_lost(host):
    result = host.run(['hostcast', 'chat', '--room', TREE, '--name', 'Ada'], stdin='hello\n')
    assert result.status == 7
    assert 'hostcast chat: no root of the tree is known: 3 of your lines and announcements are lost\n' in result.stderr


# What a tree cannot do

@pytest.mark.parametrize('args, reason', [
    (['send', '--ack', TREE, 'x'], f"--ack does not go with '{TREE}': answers come by address"),
    (['send', '-i', 'lo', TREE, 'x'], 'a tree has no use for an interface'),
    (['send', '-t', '2', TREE, 'x'], 'a tree has no use for a TTL'),
    (['send', '--dscp', '46', TREE, 'x'], 'a tree has no use for a DSCP'),
    (['send', '--source', '127.0.0.1', TREE, 'x'], 'a tree has no use for a source address'),
    (['send', '--no-loop', TREE, 'x'], 'a tree has no use for an end of the loop'),
    (['send', '--sndbuf', '10000', TREE, 'x'], 'a tree has no use for a send buffer'),
    (['send', '--rcvbuf', '10000', TREE, 'x'], 'a tree has no use for a receive buffer'),
    (['send', '--expect', '2', TREE, 'x'], '--expect and --wait go with --ack'),
    (['send', 'tree://[fe80::1%lo]', 'x'], "'tree://[fe80::1%lo]' has a zone"),
    (['send', 'tree://224.1.1.1', 'x'], "'tree://224.1.1.1' names no host"),
    (['send', '-6', TREE, 'x'], f"'{TREE}' is not an IPv6 address"),
    (['recv', '--ack', TREE], f"--ack does not go with '{TREE}'"),
    (['recv', '--ack', '224.1.1.1', TREE], f"--ack does not go with '{TREE}'"),
    (['recv', '--source', '10.0.0.1', TREE], f"--source and --block do not go with '{TREE}'"),
    (['recv', '--block', '10.0.0.1', TREE], f"--source and --block do not go with '{TREE}'"),
    (['recv', '-i', 'lo', TREE], 'a tree has no use for an interface'),
    (['recv', 'tree://10.0.0.1@127.0.0.1'], 'a tree has neither a source'),
    (['recv', 'tree://127.0.0.1+2'], 'nor a range'),
    (['recv', '--listen', '[::1]', TREE], 'one tree has one family of addresses'),
    (['recv', '--listen', '127.0.0.1', '224.1.1.1'], '--listen and --allow are for trees'),
    (['recv', '--allow', '10.0.0.0/8', '224.1.1.1'], '--listen and --allow are for trees'),
    (['recv', '--allow', '10.0.0.0/33', TREE], "the prefix '33' in '10.0.0.0/33' must be 0 to 32"),
    (['chat', '--name', 'Ada', '--room', 'tree://127.0.0.1:0'], "port '0' in 'tree://127.0.0.1:0' must be 1 to 65535"),
    (['chat', '--name', 'Ada', '--room', TREE, '-i', 'lo'], 'a tree has no use for an interface'),
    (['chat', '--name', 'Ada', '--room', '224.1.1.1', '--allow', '::/0'], '--listen and --allow are for a room in a tree'),
    (['info', TREE], f"'{TREE}' is a tree of hosts, which has no group address"),
    (['echo', 'send', '--udp', '--addr', TREE, 'x'], f"'{TREE}' is a tree, and an echo is between two hosts"),
])
def test_what_a_tree_cannot_do_is_refused(hostcast, args, reason):
    result = hostcast(*args)
    assert result.status == 2, result.stderr
    assert reason in result.stderr
    assert result.stdout == ''


@pytest.mark.parametrize('size, status', [(65502, 0), (65503, 2)])
def test_the_largest_message_is_five_bytes_less(host, rdv, recv, size, status):
    target = rdv()
    receiver = recv(target, '--raw')
    result = host.run(['hostcast', 'send', '--file', '-', target], stdin='x' * size)
    assert result.status == status
    if status:
        assert 'a message of 65503 bytes is too large: a tree carries at most 65502 bytes' in result.stderr
    else:
        receiver.wait_for('x' * size)
