"""hostcast decode of what real programs send, in worlds of network namespaces; beside tshark where it is there."""

import json
import shutil
import signal

import pytest

from support import tshark
from support.capturing import captured, decode
from support.conditions import wait_until
from support.program import environment, run

GROUP, GROUP_MAC = '224.1.1.1', '01:00:5e:01:01:01'
GROUP6, GROUP6_MAC = 'ff12::8000:1', '33:33:80:00:00:01'
SOURCE_GROUP = '10.0.0.1@232.1.1.1'

# Of ten segments that come in one is lost.
LOSE_SEGMENTS = '''
    table netdev loss {
        chain arriving {
            type filter hook ingress device "eth0" priority 0;
            tcp dport 55556 numgen inc mod 10 == 5 counter drop
        }
    }
'''


def group_of(events, group):
    return next(event for event in events if event['event'] == 'group' and event['group'] == group)


def assert_as_tshark_says(file):
    if shutil.which('tshark', path=environment()['PATH']):
        compared = tshark.compare(file)
        assert compared.packets > 0
        assert compared.differences == []


def receive_and_leave(host, *targets):
    """Joins, and leaves again when the with statement ends."""
    return Receiver(host, targets)


class Receiver:
    def __init__(self, host, targets):
        self.host, self.targets = host, targets

    def __enter__(self):
        self.process = self.host.spawn(['hostcast', 'recv', '-i', 'eth0', *self.targets])
        wait_until(lambda: all(self.host.has_joined(target.partition('@')[2] or target) for target in self.targets),
                   'the receiver to join')
        return self.process

    def __exit__(self, *_):
        self.process.signal(signal.SIGINT)
        assert self.process.wait() == 0


def send(host, group, *messages):
    sent = host.run(['hostcast', 'send', '--no-trains', '-i', 'eth0', group, *messages])
    assert sent.status == 0, sent.stderr


@pytest.mark.parametrize('group, mac, protocol', [(GROUP, GROUP_MAC, 3), (GROUP6, GROUP6_MAC, 2)])
def test_joins_data_and_leaves_of_a_group(two_hosts, tmp_path, group, mac, protocol):
    a, b = two_hosts
    file = tmp_path / 'a.pcapng'
    with captured(a, file):
        with receive_and_leave(b, group) as receiver:
            send(a, group, 'one', 'two')
            receiver.wait_for('two\n')
            wait_until(lambda: is_member_with(file, group, 'begin_ns'), 'the join in the file')
        wait_until(lambda: is_member_with(file, group, 'end_ns'), 'the leave in the file')
    found = group_of(decode(file, '--groups'), group)
    assert found['mac'] == mac
    (member,) = [member for member in found['members'] if member.get('end_ns')]
    assert (member['begin'], member['version'], member['interface']) == ('joined', protocol, 'eth0')
    assert member['begin_ns'] < member['end_ns']
    (sender,) = found['senders']
    assert (sender['datagrams'], sender['bytes'], sender['ttl_most'], sender['wrong_mac']) == (2, 6, 1, 0)
    data = [packet for packet in decode(file) if packet.get('udp', {}).get('text') in ('one', 'two')]
    assert [packet['link']['group_mac'] for packet in data] == ['right', 'right']
    assert all(packet['link']['destination'] == mac for packet in data)
    assert_as_tshark_says(file)


def is_member_with(file, group, time):
    """The kernel says joins and leaves at any time within a second, and again; of a member that leaves before it has
    said the join, the leave alone."""
    result = run(['hostcast', 'decode', '--json', '--groups', file])
    if result.status not in (0, 1, 7):  # 7: a packet is just being written
        return False
    groups = [event for event in map(json.loads, result.stdout.splitlines()) if event.get('group') == group]
    return any(time in member for event in groups for member in event['members'])


def test_a_source_specific_membership(two_hosts, tmp_path):
    a, b = two_hosts
    file = tmp_path / 'a.pcapng'
    with captured(a, file), receive_and_leave(b, SOURCE_GROUP):
        wait_until(lambda: 'wants 10.0.0.1@232.1.1.1' in run(['hostcast', 'decode', file]).stdout,
                   'the report in the file')
    (member,) = group_of(decode(file, '--groups'), '232.1.1.1')['members']
    assert (member['begin'], member['address']) == ('joined', '10.0.0.2')
    assert_as_tshark_says(file)


def test_a_host_of_igmpv2(two_hosts, tmp_path):
    a, b = two_hosts
    b.set('ipv4/conf/eth0/force_igmp_version', 2)
    file = tmp_path / 'a.pcapng'
    with captured(a, file):
        with receive_and_leave(b, GROUP):
            wait_until(lambda: 'IGMPv2 report: is in 224.1.1.1' in run(['hostcast', 'decode', file]).stdout,
                       'the report in the file')
        wait_until(lambda: is_member_with(file, GROUP, 'end_ns'), 'the leave in the file')
    (member,) = group_of(decode(file, '--groups'), GROUP)['members']
    assert (member['begin'], member['version']) == ('joined', 2)
    assert_as_tshark_says(file)


def test_a_querier(two_hosts, tmp_path):
    """A bridge on host a asks; host b answers."""
    a, b = two_hosts
    a.ip('link add br0 type bridge mcast_snooping 1', 'link set eth0 master br0', 'link set br0 up')
    file = tmp_path / 'b.pcapng'
    with captured(b, file):
        a.ip('link set br0 type bridge mcast_igmp_version 3 mcast_query_response_interval 50')
        a.ip('link set br0 type bridge mcast_querier 1')
        with receive_and_leave(b, GROUP):
            wait_until(lambda: 'query: who is in any group' in run(['hostcast', 'decode', file]).stdout,
                       'a query in the file')
    querier = next(event for event in decode(file, '--groups') if event['event'] == 'querier')
    assert querier['general_queries'] >= 1 and querier['interface'] == 'eth0'
    assert_as_tshark_says(file)


def test_tcp_with_loss_is_decoded_as_tshark_does(two_hosts, tmp_path):
    a, b = two_hosts
    if not shutil.which('nft', path=environment()['PATH']):
        pytest.skip('nft is not installed')
    assert b.run(['nft', '-f', '-'], stdin=LOSE_SEGMENTS).status == 0
    server = b.spawn(['hostcast', 'echo', 'serve', '--tcp', '--addr', '10.0.0.2'])
    server.wait_for('listening', 'stderr')
    file = tmp_path / 'a.pcapng'
    with captured(a, file):
        sent = a.run(['hostcast', 'echo', 'send', '--tcp', '--addr', '10.0.0.2'],
                     stdin=''.join(f'line {number} {"x" * 1000}\n' for number in range(30)))
        assert sent.status == 0, sent.stderr
        wait_until(lambda: 'FIN' in run(['hostcast', 'decode', file]).stdout, 'the end in the file')
    *packets, summary = decode(file)
    segments = [packet['tcp']['sequence'] for packet in packets
                if packet['kind'] == 'tcp' and packet['source'].startswith('10.0.0.1') and packet['tcp']['size'] > 0]
    assert len(segments) > len(set(segments))  # some went twice
    assert summary['bad_checksums'] == 0  # those left to the interface are none
    assert_as_tshark_says(file)


def test_messages_of_a_tree(two_hosts, tmp_path):
    a, b = two_hosts
    file = tmp_path / 'a.pcapng'
    with captured(a, file, '--tree'):
        a.spawn(['hostcast', 'rdv', '--listen', '10.0.0.1:10000']).wait_for('.*')
        a.spawn(['hostcast', 'node', '--rdv', '10.0.0.1', '--listen', '10.0.0.1:10001'])
        b.spawn(['hostcast', 'node', '--rdv', '10.0.0.1', '--listen', '10.0.0.2:10000'])
        wait_until(lambda: 'tree YJOI: takes it as a child' in run(['hostcast', 'decode', file]).stdout,
                   'a node to be taken as a child')
    types = {packet['tree']['type'] for packet in decode(file)[:-1] if packet['kind'] == 'tree'}
    assert {'ROOT', 'TOOR', 'RJOI', 'YJOI'} <= types
