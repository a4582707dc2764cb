"""hostcast bench between hosts: many receivers in one table, over multicast, unicast and a tree; iperf at either end;
loss where it is."""

import json
import re
import shutil

import pytest

from support.conditions import wait_until
from support.program import environment
from support.trees import Member
from support.worlds import hosts_on_bridge, two_networks

GROUP, GROUP6 = '239.1.2.3', 'ff18::123'
PORT = 5004
IPERF_PORT = 5001


def need(program, package):
    if not shutil.which(program, path=environment()['PATH']):
        pytest.skip(f'{program} is not installed (Debian package {package})')


def start_recv(host, target, *options):
    receiver = host.spawn(['hostcast', 'bench', 'recv', '--json', *options, target])
    receiver.wait_for('note: (joined|listening|tree of .* is now)', 'stderr')
    return receiver


def send(host, target, *options, status=0):
    sent = host.run(['hostcast', 'bench', 'send', '--json', *options, target])
    assert sent.status == status, sent.stdout + sent.stderr
    return sent.events


def of_kind(events, kind):
    return [event for event in events if event['event'] == kind]


def steps(receiver):
    assert receiver.wait() in (0, 5), receiver.describe()
    return of_kind([json.loads(line) for line in receiver.stdout.splitlines()], 'step')


def host_of(event):
    return event['receiver'].rpartition(':')[0].strip('[]')


@pytest.mark.parametrize('family', [4, 6])
def test_multicast_to_several_hosts(family):
    with hosts_on_bridge(4) as world:
        a, *others = world.hosts
        target = f'{GROUP}:{PORT}' if family == 4 else f'[{GROUP6}]:{PORT}'
        receivers = [start_recv(host, target, '-c', '1', '-i', 'eth0') for host in others]
        events = send(a, target, '--receivers', '3', '--rate', '1kpps,5kpps', '-c', '500', '--verify', '-i', 'eth0')
        reports = of_kind(events, 'report')
        expected = {host.address if family == 4 else host.link_local() for host in others}
        for step in (1, 2):
            of_step = [report for report in reports if report['step'] == step]
            assert {host_of(report).partition('%')[0] for report in of_step} in (
                expected, {host.address6 for host in others})
            assert all(report['received'] == 500 and report['corrupt'] == 0 for report in of_step)
            assert all(report['latency_count'] == 500 for report in of_step)  # namespaces share a clock
        for receiver in receivers:
            assert [step['received'] for step in steps(receiver)] == [500, 500]


def test_loss_is_found_where_it_is():
    """One of three hosts drops each tenth packet of the group."""
    need('nft', 'nftables')
    with hosts_on_bridge(4) as world:
        a, *others = world.hosts
        rules = f'''table inet lossy {{
            chain input {{
                type filter hook input priority 0;
                udp dport {PORT} numgen inc mod 10 == 0 counter drop
            }}
        }}'''
        applied = others[1].run(['nft', '-f', '-'], stdin=rules)
        assert applied.status == 0, applied.stderr
        receivers = [start_recv(host, f'{GROUP}:{PORT}', '-c', '1', '--max-loss', '1') for host in others]
        # Messages that wait together would leave as one packet, and be dropped as one.
        events = send(a, f'{GROUP}:{PORT}', '--receivers', '3', '--rate', '500pps', '-c', '1000', '--max-loss', '1',
                      '--no-trains', status=5)
        loss = {host_of(report): report for report in of_kind(events, 'report')}
        lossy = loss.pop(others[1].address)
        assert 95 <= lossy['lost'] <= 105 and lossy['longest_gap'] == 1  # others of that port are counted, too
        assert all(report['lost'] == 0 for report in loss.values())
        assert [receiver.wait() for receiver in receivers] == [0, 5, 0]


@pytest.mark.parametrize('family', [4, 6])
def test_unicast_through_a_router(family):
    with two_networks() as world:
        a, _, b = world.hosts
        target = f'{b.address}:{PORT}' if family == 4 else f'[{b.address6}]:{PORT}'
        receiver = start_recv(b, target, '-c', '1', '--allow', '10.1.0.0/24', '--allow', 'fd01::/64')
        events = send(a, target, '--receivers', '1', '-c', '300', '--rtt')
        report, = of_kind(events, 'report')
        assert (report['received'], report['latency'], report['latency_count']) == (300, 'round trip', 300)
        step, = steps(receiver)
        assert step['sender'].startswith((f'{a.address}:', f'[{a.address6}]:'))


@pytest.mark.parametrize('family', [4, 6])
def test_another_network_is_not_answered(family):
    """Unless the user allows it, and how is said."""
    with two_networks() as world:
        a, _, b = world.hosts
        target = f'{b.address}:{PORT}' if family == 4 else f'[{b.address6}]:{PORT}'
        receiver = start_recv(b, target, '-c', '1')
        events = send(a, target, '-w', '0.3', '-c', '10')
        assert of_kind(events, 'report') == []
        step, = steps(receiver)
        assert (step['received'], step['is_end_known']) == (10, True)
        allow = '10.1.0.0/24' if family == 4 else 'fd01::/64'
        assert f'is not served, its network is not allowed; to admit it: --allow {allow} ' in receiver.stderr


def test_a_tree():
    with hosts_on_bridge(4) as world:
        point, *others = world.hosts
        Member(point.spawn(['hostcast', 'rdv', '--json']))
        target = f'tree://{point.address}'
        receivers = [start_recv(host, target, '-c', '1') for host in others]
        events = send(others[0], target, '--receivers', '3', '--rate', '1kpps', '-c', '500', '--verify', '--rtt=10')
        reports = of_kind(events, 'report')
        assert {host_of(report) for report in reports} == {host.address for host in others}
        assert all(report['received'] == 500 and report['corrupt'] == 0 for report in reports)
        assert all(report['latency_count'] == 50 for report in reports)
        for receiver in receivers:
            step, = steps(receiver)
            assert step['received'] == 500 and 'sender' not in step


def test_a_tree_that_is_told_where_to_report():
    with hosts_on_bridge(3) as world:
        point, a, b = world.hosts
        Member(point.spawn(['hostcast', 'rdv', '--json']))
        start_recv(b, f'tree://{point.address}')
        a.ip('address add 10.0.0.77/24 dev eth0')
        sender = a.spawn(['hostcast', 'bench', 'send', '--json', '--receivers', '1', '-c', '10', '--report-to', '10.0.0.77:6000',
                          f'tree://{point.address}'])
        wait_until(lambda: a.is_bound(6000), 'the sender to listen at 6000')
        assert sender.wait() == 0, sender.describe()


# iperf at either end

def iperf(host, *options):
    result = host.run(['iperf', '-u', *options])
    assert result.status == 0, result.stderr
    return result


def test_iperf_sends_by_unicast():
    need('iperf', 'iperf')
    with hosts_on_bridge(2) as world:
        a, b = world.hosts
        receiver = start_recv(b, f'{b.address}:{IPERF_PORT}', '-c', '1', '--clocks-agree')
        result = iperf(a, '-c', b.address, '-p', str(IPERF_PORT), '-t', '0.5', '-b', '5M', '-l', '500')
        assert 'did not receive ack' not in result.stdout + result.stderr
        assert 'Server Report' in result.stdout
        step, = steps(receiver)
        assert (step['protocol'], step['lost'], step['duplicates'], step['longest_gap']) == ('iperf', 0, 0, 0)
        assert step['bytes'] == step['received'] * 500
        assert step['latency_count'] == step['received'] > 100
        # Its last datagrams say the end and count as sent with iperf.
        sent = int(re.search(r'Sent (\d+) datagrams', result.stdout)[1])
        assert sent - 3 <= step['sent'] <= sent


def test_iperf_sends_to_a_group():
    need('iperf', 'iperf')
    with hosts_on_bridge(3) as world:
        a, *others = world.hosts
        receivers = [start_recv(host, f'{GROUP}:{IPERF_PORT}', '-c', '1') for host in others]
        iperf(a, '-c', GROUP, '-p', str(IPERF_PORT), '-t', '0.5', '-b', '5M', '-l', '500', '-T', '1')
        for receiver in receivers:
            step, = steps(receiver)
            assert (step['protocol'], step['lost']) == ('iperf', 0)
            assert step['received'] > 100


def test_iperf_receives():
    need('iperf', 'iperf')
    with hosts_on_bridge(2) as world:
        a, b = world.hosts
        server = b.spawn(['iperf', '-s', '-u', '-p', str(IPERF_PORT)])
        wait_until(lambda: b.is_bound(IPERF_PORT), 'iperf to listen')
        # As many as its receive buffer holds, which is the usual one.
        events = send(a, f'{b.address}:{IPERF_PORT}', '--iperf', '-c', '150', '--size', '100', '--rate', '1kpps',
                      '--max-loss', '0')
        report, = of_kind(events, 'report')
        assert (report['receiver'], report['sent'], report['lost']) == (f'{b.address}:{IPERF_PORT}', 150, 0)
        server.wait_for(r' 0/151 \(0%\)')  # with the one that says the end
