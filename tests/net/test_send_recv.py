"""hostcast send and recv between hosts: who hears what, how often, and how far it goes."""

import shutil
import signal

import pytest

from support import worlds
from support.conditions import wait_until
from support.peers import peer
from support.program import json_lines

PORT = 7700
GROUP = '239.1.2.3'
GROUP6 = 'ff15::77'
VERSIONS = pytest.mark.parametrize('group', [GROUP, GROUP6])


def target(group):
    return f'[{group}]:{PORT}'


def start_recv(host, *args):
    recv = host.spawn(['hostcast', 'recv', '--json', '-i', 'eth0', *args])
    recv.wait_for('^hostcast recv: note: joined', 'stderr')
    return recv


def send(host, *args, **options):
    result = host.run(['hostcast', 'send', '-i', 'eth0', *args], **options)
    assert result.status == 0, result.stderr
    return result


def stop(recv):
    """Ends recv and returns the texts it heard, and its summary."""
    recv.signal(signal.SIGINT)
    assert recv.wait() == 0
    events = json_lines(recv.stdout)
    return [event['text'] for event in events if event['event'] == 'message'], events[-1]


# Delivery

@VERSIONS
@pytest.mark.parametrize('count', [3, 20])
def test_each_of_many_receivers_hears_each_message_once(group, count):
    messages = [f'message {number}' for number in range(100)]
    with worlds.hosts_on_bridge(count + 1) as world:
        sender, *hosts = world.hosts
        receivers = [start_recv(host, target(group)) for host in hosts]
        send(sender, target(group), stdin='\n'.join(messages))
        for recv in receivers:
            last = recv.wait_for_event('message', text=messages[-1])
            assert last['interface'] == 'eth0' and last['ttl'] == 1
            heard, summary = stop(recv)
            assert heard == messages
            assert (summary['messages'], summary['kernel_drops']) == (100, 0)


@VERSIONS
def test_a_snooping_switch_brings_it_to_members(group):
    with worlds.snooped_bridge(3) as world:
        a, b, c = world.hosts
        recv = start_recv(b, target(group))
        wait_until(lambda: group in world.switch.learned(b), 'the switch to learn')
        assert group not in world.switch.learned(c)
        send(a, target(group), 'hello')
        recv.wait_for_event('message', text='hello')
        stop(recv)
        wait_until(lambda: group not in world.switch.learned(b), 'the switch to forget')


def test_two_receivers_on_one_host(two_hosts):
    a, b = two_hosts
    receivers = [start_recv(b, target(GROUP)) for _ in range(2)]
    send(a, target(GROUP), 'one', 'two')
    for recv in receivers:
        recv.wait_for_event('message', text='two')
        assert stop(recv)[0] == ['one', 'two']


@pytest.mark.parametrize('group, sources', [('232.1.2.3', lambda host: host.address),
                                            ('ff35::8000:77', lambda host: host.address6)])
def test_a_source_specific_member_hears_its_source_alone(group, sources):
    with worlds.hosts_on_bridge(3) as world:
        a, b, c = world.hosts
        recv = start_recv(c, f'{sources(a)}@{target(group)}')
        for host in (b, a):
            send(host, '--source', sources(host), target(group), f'from {host.name}')
        recv.wait_for_event('message', text=f'from {a.name}')
        assert stop(recv)[0] == [f'from {a.name}']


def test_several_interfaces(two_networks):
    a, router, b = two_networks
    receivers = [start_recv(host, target(GROUP)) for host in (a, b)]
    result = router.run(['hostcast', 'send', '-i', 'eth0', '-i', 'eth1', target(GROUP), 'to both sides'])
    assert '1 message sent' in result.stderr and '2 datagrams' in result.stderr
    for recv in receivers:
        recv.wait_for_event('message', text='to both sides')
    both = router.spawn(['hostcast', 'recv', '--json', '-i', 'eth0', '-i', 'eth1', target(GROUP)])
    both.wait_for(r'joined 239\.1\.2\.3:7700 on eth0, eth1', 'stderr')
    for host, interface in ((a, 'eth0'), (b, 'eth1')):
        send(host, target(GROUP), host.name)
        both.wait_for_event('message', text=host.name, interface=interface)


@pytest.mark.parametrize('order', [('eth0', 'eth1'), ('eth1', 'eth0')])
def test_an_interface_that_dies_does_not_silence_the_other(two_networks, order):
    a, router, _ = two_networks
    recv = start_recv(a, target(GROUP))
    chat = router.spawn(['hostcast', 'chat', '--room', target(GROUP), '--name', 'Ada', '-i', order[0], '-i', order[1]])
    recv.wait_for_event('message', text='* Ada has joined')
    router.ip('link set dev eth1 down')
    for line in ('one', 'two', 'three'):
        chat.send_line(line)
        recv.wait_for_event('message', text=f'Ada: {line}')


# How far

@pytest.mark.parametrize('group', [GROUP, 'ff05::77'])
def test_the_ttl_says_how_many_routers_it_crosses(two_networks, group):
    a, router, b = two_networks
    worlds.start_multicast_router(router)
    worlds.forward_group(router, group)
    recv, near = start_recv(b, target(group)), start_recv(router, target(group))
    for ttl in (1, 2):
        send(a, '--ttl', ttl, target(group), f'ttl {ttl}')
        near.wait_for_event('message', text=f'ttl {ttl}', ttl=ttl)
    recv.wait_for_event('message', text='ttl 2', ttl=1)
    assert stop(recv)[0] == ['ttl 2']


@VERSIONS
def test_ttl_0_stays_on_the_host(two_hosts, group):
    a, b = two_hosts
    near, far = start_recv(a, target(group)), start_recv(b, target(group))
    send(a, '--ttl', 0, target(group), 'stay')
    near.wait_for_event('message', text='stay', ttl=0)
    send(a, target(group), 'go')  # comes after it, if it came
    far.wait_for_event('message', text='go')
    assert stop(far)[0] == ['go']


# Acknowledgements

@VERSIONS
def test_three_hosts_acknowledge(group):
    with worlds.hosts_on_bridge(4) as world:
        sender, *hosts = world.hosts
        receivers = [start_recv(host, f'--ack={host.name}', target(group)) for host in hosts]
        result = send(sender, '--ack', '--json', '--expect', '3', '-c', '2', '-w', '2', '--interval', '0.05', target(group),
                      'who is there?')
        *answers, summary = result.events
        names = {host.name for host in hosts}
        assert sorted((answer['number'], answer['text']) for answer in answers) == [
            (number, name) for number in (1, 2) for name in sorted(names)]
        assert all(0 < answer['rtt_us'] < 2_000_000 for answer in answers)
        assert len({answer['source'] for answer in answers}) == len(summary['receivers']) == 3
        for recv in receivers:
            assert stop(recv)[1]['acknowledged'] == 2


def test_a_host_that_has_gone_is_missed():
    with worlds.hosts_on_bridge(3) as world:
        sender, *hosts = world.hosts
        receivers = [start_recv(host, '--ack', target(GROUP)) for host in hosts]
        receivers[0].kill()
        result = sender.run(['hostcast', 'send', '--ack', '--expect', '2', '-w', '2', target(GROUP), 'hello'])
        assert result.status == 7
        assert '1 answer from 1 receiver; fewer than the 2 expected answered 1 of them' in result.stderr


# Other programs

@pytest.mark.parametrize('group, options', [(GROUP, ()), (GROUP6, ('--interface', 'eth0'))])
def test_plain_python_programs(two_hosts, group, options):
    a, b = two_hosts
    with b.spawn(peer('multicast_receiver', group, PORT, *options)) as receiver:
        receiver.wait_for('^joined')
        result = send(a, '--ack', target(group), 'hello from hostcast')
        assert result.stdout.endswith(': ack\n')
        receiver.wait_for("received 'hello from hostcast'")
    recv = start_recv(b, '--ack=heard', target(group))
    sender = a.run(peer('multicast_sender', group, PORT, 'hello from Python', *options))
    recv.wait_for_event('message', text='hello from Python')
    assert "answer 'heard'" in sender.stdout


@pytest.mark.parametrize('group, join, destination', [
    (GROUP, f'UDP4-RECV:{PORT},ip-add-membership={GROUP}:eth0', f'UDP4-DATAGRAM:{GROUP}:{PORT},ip-multicast-if=10.0.0.1'),
    (GROUP6, f'UDP6-RECV:{PORT},ipv6-join-group=[{GROUP6}]:eth0', f'UDP6-DATAGRAM:[{GROUP6}]:{PORT}'),
])
def test_socat(two_hosts, group, join, destination):
    if not shutil.which('socat'):
        pytest.skip('socat is not installed')
    a, b = two_hosts
    with b.spawn(['socat', '-u', join, 'STDOUT']) as receiver:
        wait_until(lambda: b.has_joined(group), 'socat to join')
        send(a, target(group), 'hello from hostcast\n')
        receiver.wait_for('^hello from hostcast$')
    recv = start_recv(b, target(group))
    sent = a.run(['socat', '-u', 'STDIN', destination], stdin='hello from socat')
    assert sent.status == 0, sent.stderr
    recv.wait_for_event('message', text='hello from socat')


# Loss

def test_what_the_kernel_drops_is_counted(two_hosts):
    a, b = two_hosts
    # The kernel counts a train that it drops as one.
    recv = start_recv(b, '--rcvbuf', '1', '--no-trains', target(GROUP))
    recv.signal(signal.SIGSTOP)  # so that its buffer must overflow
    send(a, '-c', 5000, target(GROUP), 'x' * 500)
    recv.signal(signal.SIGCONT)

    def all_counted():
        recv.signal(signal.SIGUSR1)
        summary = recv.wait_for_event('summary')
        return summary if summary['messages'] + summary['kernel_drops'] == 5000 else None

    assert wait_until(all_counted, 'what is not dropped to be read')['kernel_drops'] > 0
    send(a, target(GROUP), 'last')
    recv.wait_for_event('message', text='last')
    _, summary = stop(recv)
    assert summary['messages'] + summary['kernel_drops'] == 5001
    assert summary['messages'] == summary['received']


# Fragments, spinning

@pytest.mark.parametrize('group, most', [(GROUP, 1472), (GROUP6, 1452)])
def test_what_does_not_fit_the_path_is_refused_if_it_shall_not_be_cut(two_hosts, group, most):
    a, b = two_hosts
    recv = start_recv(b, target(group))
    send(a, '--no-fragment', target(group), 'x' * most)
    assert recv.wait_for_event('message')['size'] == most
    if group == GROUP:
        a.ip('route del 224.0.0.0/4 dev eth0')  # the interface that is chosen then has an MTU as well
    refused = a.run(['hostcast', 'send', '-i', 'eth0', '--no-fragment', target(group), 'x' * (most + 1)])
    assert refused.status == 2
    assert f'whose MTU is 1500 bytes: it may have {most}, or go in fragments without --no-fragment' in refused.stderr
    send(a, '-i', 'eth0', target(group), 'x' * (most + 1))
    assert recv.wait_for_event('message')['size'] == most + 1


def test_who_spins_hears_all_and_ends_at_a_signal(two_hosts):
    a, b = two_hosts
    recv = start_recv(b, '--busy-poll', target(GROUP))
    send(a, '-c', 1000, target(GROUP), 'hello')
    for _ in range(1000):
        assert recv.wait_for_event('message')['text'] == 'hello'
    texts, summary = stop(recv)
    assert (len(texts), summary['messages']) == (1000, 1000)


def test_a_batch_of_which_a_part_has_gone_waits_for_room(two_hosts):
    a, b = two_hosts
    limited = a.run(['tc', 'qdisc', 'add', 'dev', 'eth0', 'root', 'tbf', 'rate', '50mbit', 'burst', '20kb', 'limit', '20mb'])
    if limited.status != 0:
        pytest.skip(f'no tbf here: {limited.stderr.strip()}')
    recv = start_recv(b, '-c', '3000', '--join', target(GROUP))
    send(a, '--no-trains', '--sndbuf', '20000', '-c', 3000, target(GROUP), 'x' * 500)
    assert recv.wait() == 0


# A host without a network

def test_by_loopback_alone_the_source_is_known():
    with worlds.World() as world:
        host = world.host('alone')
        recv = host.spawn(['hostcast', 'recv', '--json', target(GROUP)])
        recv.wait_for('^hostcast recv: note: joined', 'stderr')
        sent = host.run(['hostcast', 'send', target(GROUP), 'hello'])
        assert f'there is no route to {GROUP}; sending on lo' in sent.stderr
        assert recv.wait_for_event('message', text='hello')['source'].startswith('127.0.0.1:')


# Trains

SIZES = [1400] * 200 + [900, 901] * 20 + [1400] * 100 + [1, 0, 65000]
MESSAGES = [chr(ord('a') + number % 26) * size for number, size in enumerate(SIZES)]
TRAINS = pytest.mark.parametrize('receiving', [(), ('--no-trains',)], ids=['taken in trains', 'taken one by one'])


def must_carry_all(a, b, group, sending, receiving):
    """Every message, whole, once and in order."""
    recv = start_recv(b, *receiving, target(group))
    result = send(a, *sending, target(group), *MESSAGES)
    recv.wait_for_event('message', size=SIZES[-1])
    heard, summary = stop(recv)
    assert summary['kernel_drops'] == 0
    assert heard == MESSAGES
    return result.stderr


@VERSIONS
@TRAINS
@pytest.mark.parametrize('sending', [(), ('--no-trains',)], ids=['sent in trains', 'sent one by one'])
def test_trains_make_no_difference(two_hosts, group, sending, receiving):
    must_carry_all(*two_hosts, group, sending, receiving)


@VERSIONS
@TRAINS
def test_segments_larger_than_the_mtu_go_in_fragments(two_hosts, group, receiving):
    """The system refuses their trains, but not them."""
    for host in two_hosts:
        host.ip('link set dev eth0 mtu 1280')
    told = must_carry_all(*two_hosts, group, [], receiving)
    assert 'one by one' not in told


@pytest.mark.parametrize('sending', [(), ('--no-trains',)], ids=['sent in trains', 'sent one by one'])
def test_a_slow_interface_and_a_small_buffer_make_the_sender_wait(two_hosts, sending):
    a, _ = two_hosts
    slow = a.run(['tc', 'qdisc', 'add', 'dev', 'eth0', 'root', 'tbf', 'rate', '20mbit', 'burst', '100kb', 'limit', '4mb'])
    if slow.status != 0:
        pytest.skip(f'no tbf here: {slow.stderr.strip()}')
    must_carry_all(*two_hosts, GROUP, ['--sndbuf', '70000', *sending], [])
