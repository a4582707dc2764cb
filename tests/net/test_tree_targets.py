"""The verbs that take a group take a tree as well: between networks whose router forwards no multicast."""

import signal

import pytest

ADDRESSES = {
    'IPv4': ('10.1.0.2', '10.1.0.0/24', '10.2.0.0/24'),
    'IPv6': ('[fd01::2]', 'fd01::/64', 'fd02::/64'),
}
IS_MEMBER = 'this node is now (the root|a child of .*)$'


@pytest.fixture(params=ADDRESSES)
def tree(request, two_networks):
    """The two hosts, the tree whose rendezvous point is the first, and what admits all: --allow of both networks."""
    a, _, b = two_networks
    address, *networks = ADDRESSES[request.param]
    allow = [word for network in networks for word in ('--allow', network)]
    rdv = a.spawn(['hostcast', 'rdv', '--listen', f'{address}:10000', *allow])
    rdv.wait_for('listening at', 'stderr')
    return a, b, f'tree://{address}', allow


def member(host, *args):
    process = host.spawn(['hostcast', *args])
    process.wait_for(IS_MEMBER, 'stderr')
    return process


def test_receivers_in_two_networks_hear_one_sender(tree):
    a, b, target, allow = tree
    receivers = [member(host, 'recv', '-c', '2', *allow, target) for host in (a, b, a, b)]
    sent = b.run(['hostcast', 'send', target, 'one', 'two'])
    assert sent.status == 0, sent.stderr
    for receiver in receivers:
        assert receiver.wait() == 0
        assert [line.partition('bytes: ')[2] for line in receiver.stdout.splitlines()] == ['one', 'two']


def test_the_option_that_is_suggested_admits(tree):
    """T-14: by default the root serves the networks that it is attached to, and a sender elsewhere is refused."""
    a, b, target, allow = tree
    root = member(a, 'recv', target)
    b.run(['hostcast', 'send', target, 'refused'])
    suggested = root.wait_for('--allow \\S+', 'stderr').group().split()
    assert suggested == allow[2:]
    root.signal(signal.SIGINT)
    assert root.wait() == 0
    assert root.stdout == ''
    root = member(a, 'recv', *suggested, target)
    assert b.run(['hostcast', 'send', target, 'heard']).status == 0
    root.wait_for(': heard$')


def test_a_chat_between_networks(tree):
    a, b, target, allow = tree
    ada = member(a, 'chat', '--room', target, '--name', 'Ada', *allow)
    bob = member(b, 'chat', '--room', target, '--name', 'Bob', *allow)
    ada.wait_for('^\\* Bob has joined$')
    ada.send_line('hello')
    bob.wait_for('^Ada: hello$')
    bob.send_line('hello, Ada')
    ada.wait_for('^Bob: hello, Ada$')
