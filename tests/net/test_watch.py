"""hostcast watch on one host of a small network, while the others join, send, ask and fall silent."""

import json
import signal
import sys

import pytest

from support.conditions import wait_until
from support.peers import peer
from support.program import environment, json_lines, resolve
from support.watching import GROUP, burst_sender, end, events, send_rtp, state_with, watch
from support.worlds import snooped_bridge

GROUP6 = 'ff15::1:1'

# What a user without the right to capture is.
NO_CAPTURE = ['setpriv', '--bounding-set', '-net_raw']


# Joins and leaves

@pytest.mark.parametrize('group, protocol, version', [(GROUP, 'igmp', 3), (GROUP6, 'mld', 2)])
def test_another_host_joins_and_leaves(two_hosts, group, protocol, version):
    a, b = two_hosts
    watcher = watch(a)
    target = f'[{group}]:5004' if ':' in group else group
    member = b.spawn(['hostcast', 'recv', target])
    address = b.link_local() if ':' in group else b.address
    joined = watcher.wait_for_event('join', group=group, interface='eth0')
    assert (joined['member'], joined['protocol'], joined['version']) == (address, protocol, version)
    assert state_with(watcher, 'members', lambda entry: entry['group'] == group)['member'] == address
    member.signal(signal.SIGINT)
    assert watcher.wait_for_event('leave', group=group)['member'] == address
    summary = end(watcher)
    assert summary['captured'] is True
    assert len(events(watcher, 'join', group=group)) == len(events(watcher, 'leave', group=group)) == 1


def test_igmpv2_says_so(two_hosts):
    a, b = two_hosts
    b.set('ipv4/conf/eth0/force_igmp_version', 2)
    watcher = watch(a, GROUP)
    member = b.spawn(['hostcast', 'recv', GROUP])
    assert watcher.wait_for_event('join', member=b.address)['version'] == 2
    member.signal(signal.SIGINT)
    watcher.wait_for_event('leave', member=b.address, version=2)


def test_a_source_specific_member_names_its_source(two_hosts):
    a, b = two_hosts
    watcher = watch(a, '232.1.1.1')
    member = b.spawn(['hostcast', 'recv', '10.0.0.1@232.1.1.1'])
    assert watcher.wait_for_event('join', group='232.1.1.1', member=b.address)['sources'] == ['10.0.0.1']
    member.signal(signal.SIGINT)
    watcher.wait_for_event('leave', group='232.1.1.1', member=b.address)


def test_this_host_joins_and_leaves_and_is_told_once(two_hosts):
    a, _ = two_hosts
    watcher = watch(a, '-i', 'eth0', GROUP)
    member = a.spawn(['hostcast', 'recv', GROUP])
    watcher.wait_for_event('join', group=GROUP, this_host=True, interface='eth0')
    state_with(watcher, 'members', lambda entry: entry['member'] == a.address)  # its own report was seen, too
    assert state_with(watcher, 'memberships', lambda entry: entry['group'] == GROUP)['interface'] == 'eth0'
    member.signal(signal.SIGINT)
    watcher.wait_for_event('leave', group=GROUP, this_host=True)
    end(watcher)
    assert len(events(watcher, 'join')) == len(events(watcher, 'leave')) == 1


def test_other_groups_are_not_told(two_hosts):
    a, b = two_hosts
    watcher = watch(a, GROUP)
    b.spawn(['hostcast', 'recv', '224.1.1.2', '224.1.1.3'])
    b.spawn(['hostcast', 'recv', GROUP])
    watcher.wait_for_event('join', group=GROUP)
    end(watcher)
    assert {event['group'] for event in events(watcher, 'join')} == {GROUP}


def test_lines_say_the_same(two_hosts):
    a, b = two_hosts
    watcher = watch(a, GROUP, json_output=False)
    member = b.spawn(['hostcast', 'recv', GROUP])
    watcher.wait_for(r'^\d{4}-\d\d-\d\d [\d:.]+ eth0 10\.0\.0\.2 joins 224\.1\.1\.1 \(IGMPv3\)\n')
    member.signal(signal.SIGINT)
    watcher.wait_for(r'eth0 10\.0\.0\.2 leaves 224\.1\.1\.1 \(IGMPv3\)\n')
    watcher.signal(signal.SIGUSR1)
    watcher.wait_for('hostcast watch: 1 join, 1 leave, 0 senders, ', 'stderr')
    watcher.signal(signal.SIGINT)
    assert watcher.wait() == 0


# Senders

def test_a_sender_is_measured(two_hosts):
    a, b = two_hosts
    watcher = watch(a, GROUP)
    sender = burst_sender(b, size=300)
    sender.send_line('20')
    found = watcher.wait_for_event('sender', interface='eth0')
    assert found['group'] == f'{GROUP}:5004' and found['source'].startswith('10.0.0.2:') and found['ttl'] == 5
    entry = state_with(watcher, 'senders', lambda entry: entry['datagrams'] == 20)
    assert (entry['bytes'], entry['size_least'], entry['size_most']) == (6000, 300, 300)
    assert (entry['ttl_least'], entry['ttl_most'], entry['wrong_mac']) == (5, 5, 0)
    assert state_with(watcher, 'senders', lambda entry: entry['datagrams_per_second'] == 0)
    summary = end(watcher)
    assert (summary['senders'], summary['dropped'], summary['forgotten']) == (1, 0, 0)


def test_a_sender_falls_silent_and_is_heard_again(two_hosts):
    a, b = two_hosts
    watcher = watch(a, '--gap', '0.2', GROUP)
    sender = burst_sender(b)
    sender.send_line('3')
    watcher.wait_for_event('sender')
    silence = watcher.wait_for_event('silent')['silence_ns']
    assert silence > 200_000_000
    sender.send_line('1')
    assert watcher.wait_for_event('resumed')['silence_ns'] >= silence
    assert state_with(watcher, 'senders', lambda entry: entry['longest_silence_ns'] >= silence)


def test_who_stood_still_does_not_call_others_silent(two_hosts):
    a, b = two_hosts
    watcher = watch(a, GROUP)
    sender = b.spawn(peer('rtp_sender', json.dumps({'feeds': [{'group': GROUP}], 'packets': 4000})))
    watcher.wait_for_event('stream')
    watcher.signal(signal.SIGSTOP)
    send_rtp(b, [{'group': '224.1.1.2'}], 2000)  # meanwhile, longer than the kernel keeps packets
    watcher.signal(signal.SIGCONT)
    assert sender.wait() == 0
    end(watcher)
    assert events(watcher, 'silent') == events(watcher, 'resumed') == []


def test_only_the_named_port_and_source_count(two_hosts):
    a, b = two_hosts
    watcher = watch(a, f'{GROUP}:5005')
    for port in (5004, 5005):
        assert b.run(['hostcast', 'send', f'{GROUP}:{port}', 'hello']).status == 0
    watcher.wait_for_event('sender', group=f'{GROUP}:5005')
    assert end(watcher)['senders'] == 1


def test_a_vlan_a_wrong_mac_address_and_a_bad_checksum_are_seen(two_hosts):
    a, b = two_hosts
    watcher = watch(a, GROUP)
    lines = watch(a, GROUP, json_output=False)
    code = f'''
from scapy.all import Dot1Q, Ether, IP, UDP, sendp
ip = IP(src='10.7.0.2', dst='{GROUP}', ttl=3)
udp = UDP(sport=5000, dport=5004)
sendp([Ether(dst='01:00:5e:01:01:01') / Dot1Q(vlan=7) / ip / udp / b'hello',
       Ether(dst='01:00:5e:09:09:09') / Dot1Q(vlan=7) / ip / udp / b'hello',
       Ether(dst='01:00:5e:01:01:01') / Dot1Q(vlan=7) / ip / UDP(sport=5000, dport=5004, chksum=1) / b'hello'],
      iface='eth0', verbose=False)
'''
    sent = b.run([sys.executable, '-c', code])
    if 'No module named' in sent.stderr:
        pytest.skip('scapy is not installed (Debian package python3-scapy)')
    assert sent.status == 0, sent.stderr
    watcher.wait_for_event('sender', source='10.7.0.2:5000', group=f'{GROUP}:5004', vlan=7, ttl=3)
    watcher.wait_for_event('wrong_mac', source='10.7.0.2:5000', mac='01:00:5e:09:09:09')
    watcher.wait_for_event('bad_checksum', source='10.7.0.2:5000')
    lines.wait_for(r":5004 in VLAN 7: a packet to a MAC address that is not the group's, 01:00:5e:09:09:09\n")
    lines.wait_for(r'eth0 10\.7\.0\.2:5000 > 224\.1\.1\.1:5004 in VLAN 7: a packet with a bad checksum\n')
    entry = state_with(watcher, 'senders', lambda entry: entry['datagrams'] == 3)
    assert (entry['vlan'], entry['wrong_mac'], entry['bad_checksums']) == (7, 1, 1)


def test_a_vlan_within_a_vlan_is_seen(two_hosts):
    a, b = two_hosts
    watcher = watch(a, GROUP)
    code = f'''
from scapy.all import Dot1AD, Dot1Q, Ether, IP, UDP, sendp
sendp(Ether(dst='01:00:5e:01:01:01') / Dot1AD(vlan=8) / Dot1Q(vlan=9) / IP(src='10.7.0.2', dst='{GROUP}', ttl=3) /
      UDP(sport=5000, dport=5004) / b'hello', iface='eth0', verbose=False)
'''
    sent = b.run([sys.executable, '-c', code])
    if 'No module named' in sent.stderr:
        pytest.skip('scapy is not installed (Debian package python3-scapy)')
    assert sent.status == 0, sent.stderr
    watcher.wait_for_event('sender', source='10.7.0.2:5000', vlan=9)


def test_over_ipv6(two_hosts):
    a, b = two_hosts
    watcher = watch(a, '-6', '-i', 'eth0', f'[{GROUP6}]:5004')
    assert b.run(['hostcast', 'send', '-i', 'eth0', '--ttl', '4', f'[{GROUP6}]:5004', 'hello']).status == 0
    found = watcher.wait_for_event('sender', group=f'[{GROUP6}]:5004')
    assert found['ttl'] == 4 and found['source'].startswith('[f')


# RTP

def test_an_rtp_stream_with_planted_faults(two_hosts, measured):
    a, b = two_hosts
    watcher = watch(a, GROUP)
    lost = [100, 200, 201, 202, 600]
    send_rtp(b, [{'group': GROUP, 'lost': lost, 'swapped': [300, 310, 320]}], 1500, first=65000)
    found = watcher.wait_for_event('stream', ssrc='0x00001234')
    assert found['payload_type'] == 96 and found['group'] == f'{GROUP}:5004'
    watcher.wait_for_event('loss')
    # The first ones of a stream are what convinces.
    entry = state_with(watcher, 'streams', lambda entry: entry['received'] >= 1500 - len(lost) - 3)
    assert (entry['received'], entry['lost'], entry['longest_loss']) == (1500 - len(lost) - 3, len(lost), 3)
    assert (entry['reordered'], entry['duplicates'], entry['restarts'], entry['wild']) == (3, 0, 0, 0)
    assert (entry['clock_hz'], entry['clock_guessed']) == (90000, True)
    measured(f'jitter of a stream of 500 packets a second: {entry["jitter_us"]:.0f} us')
    end(watcher)
    assert sum(event['packets'] for event in events(watcher, 'loss')) == len(lost)


def test_what_only_looks_like_rtp_is_none(two_hosts):
    a, b = two_hosts
    watcher = watch(a, GROUP)
    # Version 2, a number that counts, and nothing else that moves.
    code = ('import socket\nsock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n'
            'for number in range(300):\n'
            f'    sock.sendto(bytes([0x80, 0x60, number // 256, number % 256]) + bytes(60), ("{GROUP}", 5004))')
    assert b.run([sys.executable, '-c', code]).status == 0
    state_with(watcher, 'senders', lambda entry: entry['datagrams'] == 300)
    assert end(watcher)['streams'] == 0


def test_two_feeds_are_compared(two_hosts, measured):
    a, b = two_hosts
    watcher = watch(a, GROUP, '224.1.1.2')
    send_rtp(b, [{'group': GROUP, 'lost': [100, 101, 500]},
                 {'group': '224.1.1.2', 'lost': [101, 700, 701], 'behind': 5}], 1200)
    watcher.wait_for_event('feeds', ssrc='0x00001234')
    pair = state_with(watcher, 'feeds', lambda entry: entry['by_both'] >= 1150)
    ways = {feed['group']: feed for feed in pair['feeds']}
    first, second = ways[f'{GROUP}:5004'], ways['224.1.1.2:5004']
    assert (first['lost'], second['lost'], pair['lost'], pair['by_one']) == (3, 3, 1, 4)
    assert first['first'] > 1100 and second['first'] < 50
    ahead = pair['ahead_ns'] if pair['feeds'][0] is first else -pair['ahead_ns']
    measured(f'a feed sent 10 ms after the other is seen {ahead / 1e6:.2f} ms behind')
    assert ahead > 0
    assert (pair['different'], pair['restarts']) == (0, 0)


# Queriers

def shorten_queries(world):
    """A query every 2 seconds, so that a membership ends soon."""
    world.ip('link set dev br type bridge mcast_querier 0')
    world.ip('link set dev br type bridge mcast_query_interval 200 mcast_startup_query_interval 200 '
             'mcast_membership_interval 500 mcast_querier_interval 500')
    world.ip('link set dev br type bridge mcast_querier 1')


def test_a_querier_and_its_countdown():
    with snooped_bridge(2) as world:
        a, b = world.hosts
        shorten_queries(world)
        watcher = watch(a, '-4', '--interval', '0.2')
        asks = watcher.wait_for_event('querier', protocol='igmp')
        b.spawn(['hostcast', 'recv', GROUP])
        querier = state_with(watcher, 'queriers', lambda entry: entry['general_queries'] >= 3)
        assert (querier['address'], querier['version'], querier['elected']) == (asks['address'], 3, True)
        assert querier['interval_ns'] == 2_000_000_000
        assert querier['next_in_ns'] <= 2_000_000_000
        # Twice the interval, and the time to respond (RFC 3376 section 8.4).
        member = state_with(watcher, 'members', lambda entry: entry['group'] == GROUP and 'ends_in_ns' in entry)
        assert 0 < member['ends_in_ns'] <= 4_200_000_000
        world.ip('link set dev br type bridge mcast_querier 0')
        watcher.wait_for_event('querier_silent', protocol='igmp')


def test_a_member_that_is_gone_expires():
    with snooped_bridge(2) as world:
        a, b = world.hosts
        shorten_queries(world)
        watcher = watch(a, '-4', GROUP)
        lines = watch(a, '-4', GROUP, json_output=False)
        watcher.wait_for_event('querier')
        b.spawn(['hostcast', 'recv', GROUP])
        watcher.wait_for_event('join', member=b.address)
        world.ip(f'link set dev {world.switch.port(b)} down')  # it cannot say that it leaves
        watcher.wait_for_event('expired', group=GROUP, member=b.address)
        lines.wait_for(rf'{b.address} is heard no more as a member of {GROUP} \(IGMPv3\): no answer of it to a query '
                       r'came by here in time\n')


# Getting the data

def test_a_switch_keeps_data_away_unless_the_group_is_joined():
    with snooped_bridge(3) as world:
        a, b, c = world.hosts
        c.spawn(['hostcast', 'recv', GROUP])  # where nobody is a member the bridge floods
        wait_until(lambda: GROUP in world.switch.learned(c), 'the switch to know of a member')
        passive = watch(a, '-4', GROUP)
        sender = burst_sender(b)
        sender.send_line('5')
        sender.wait_for('sent')
        joined = watch(a, '-4', '--join', GROUP)
        wait_until(lambda: GROUP in world.switch.learned(a), 'the switch to know of the watcher')
        sender.send_line('5')
        found = joined.wait_for_event('sender')
        state_with(joined, 'senders', lambda entry: entry['datagrams'] == 5)
        burst_sender(b).send_line('1')  # who has seen this one has seen all of the other
        while len(senders := passive.wait_for_event('state')['senders']) < 2:
            continue
        counts = {entry['source']: entry['datagrams'] for entry in senders}
        assert counts[found['source']] == 5  # of ten: those that came when somebody here had joined
        assert end(joined)['senders'] == 2


def test_without_the_right_the_groups_are_joined(two_hosts):
    a, b = two_hosts
    watcher = watch(a, GROUP, prefix=NO_CAPTURE)
    assert 'CAP_NET_RAW' in watcher.stderr and 'the groups are joined instead' in watcher.stderr
    assert a.has_joined(GROUP)
    send_rtp(b, [{'group': GROUP, 'lost': [50, 51]}], 200)
    watcher.wait_for_event('sender', group=f'{GROUP}:5004', interface='eth0')
    entry = state_with(watcher, 'streams', lambda entry: entry['received'] >= 195)
    assert (entry['received'], entry['lost']) == (195, 2)
    summary = end(watcher)
    assert (summary['captured'], summary['dropped']) == (False, 0)


@pytest.mark.parametrize('prefix, options', [(NO_CAPTURE, ()), ([], ('--join',))], ids=['no right', 'join'])
def test_programs_of_this_host_are_told_where_watch_has_joined_itself(two_hosts, prefix, options):
    a, _ = two_hosts
    watcher = watch(a, *options, '-i', 'eth0', '--on-join', 'env', GROUP, prefix=prefix)
    assert a.has_joined(GROUP)
    member = a.spawn(['hostcast', 'recv', '-i', 'eth0', GROUP])
    assert watcher.wait_for_event('join', this_host=True)['group'] == GROUP
    wait_for_environment(watcher, 'HOSTCAST_EVENT=join', 'HOSTCAST_MEMBER=')
    member.signal(signal.SIGINT)
    watcher.wait_for_event('leave', this_host=True)
    assert end(watcher)['joins'] == 1  # watch's own is none


def test_without_the_right_and_a_group_memberships_are_left(two_hosts):
    a, _ = two_hosts
    watcher = watch(a, prefix=NO_CAPTURE)
    assert 'only what this host joins and leaves is seen' in watcher.stderr
    member = a.spawn(['hostcast', 'recv', GROUP])
    watcher.wait_for_event('join', group=GROUP, this_host=True)
    member.signal(signal.SIGINT)
    watcher.wait_for_event('leave', group=GROUP, this_host=True)
    end(watcher)


def test_where_the_kernel_tells_nothing_proc_is_looked_at(two_hosts):
    a, _ = two_hosts
    # The first one lists the interfaces.
    no_netlink = ['strace', '-qq', '-o', '/dev/null', '-e', 'trace=bind', '-e', 'inject=bind:error=EINVAL:when=2+']
    if a.run([*no_netlink, 'true']).status != 0:
        pytest.skip('strace cannot make system calls fail here')
    watcher = watch(a, prefix=[*NO_CAPTURE, *no_netlink])
    assert 'is looked at once a second instead' in watcher.stderr
    member = a.spawn(['hostcast', 'recv', GROUP])
    watcher.wait_for_event('join', group=GROUP, this_host=True)
    member.signal(signal.SIGINT)
    watcher.wait_for_event('leave', group=GROUP, this_host=True)


def test_joins_that_come_too_fast_are_looked_up(two_hosts):
    a, _ = two_hosts
    watcher = watch(a, '-4', '-i', 'eth0', '--interval', '1000', prefix=NO_CAPTURE)
    watcher.signal(signal.SIGSTOP)  # what the kernel tells of 1,000 joins does not fit its queue
    member = a.spawn(['hostcast', 'recv', '-i', 'eth0', '225.1.0.1+1000'])
    wait_until(lambda: a.has_joined('225.1.3.232'), 'the last of them')
    watcher.signal(signal.SIGCONT)
    wait_until(lambda: len(events(watcher, 'join')) == 1000, 'each to be told once')
    member.signal(signal.SIGINT)
    wait_until(lambda: len(events(watcher, 'leave')) == 1000, 'each to be told again')
    assert end(watcher)['joins'] == 1000


def test_an_interface_that_comes_back_is_watched_again(two_hosts):
    a, b = two_hosts
    watcher = watch(a, '-i', 'eth0', GROUP)
    a.ip('link set dev eth0 down', 'link set dev eth0 up')
    wait_until(lambda: a.link_local(), 'the interface to be usable')
    wait_until(lambda: b.is_running(), 'the other end of the cable as well')
    b.spawn(['hostcast', 'recv', GROUP])
    watcher.wait_for_event('join', group=GROUP, member=b.address)


def test_an_interface_that_is_down_is_watched_when_it_is_up(two_hosts):
    a, b = two_hosts
    a.ip('link set dev eth0 down')
    watcher = watch(a, '-i', 'eth0', GROUP)
    assert 'note: interface eth0 is down' in watcher.stderr and 'watching eth0 (down)' in watcher.stderr
    a.ip('link set dev eth0 up')
    watcher.wait_for('note: interface eth0 is up\n', 'stderr')
    wait_until(lambda: a.link_local(), 'the interface to be usable')
    wait_until(lambda: b.is_running(), 'the other end of the cable as well')
    b.spawn(['hostcast', 'recv', GROUP])
    watcher.wait_for_event('join', group=GROUP, member=b.address)


def test_an_interface_that_is_gone_is_said(two_hosts):
    a, _ = two_hosts
    watcher = watch(a, '-i', 'eth0', GROUP)
    a.ip('link delete eth0')
    watcher.wait_for('note: .*eth0 any more', 'stderr')
    assert end(watcher)['captured'] is True


# Programs

def wait_for_environment(watcher, *lines):
    """What `env` has written."""
    wait_until(lambda: set(lines) <= set(watcher.stderr.splitlines()), f'{lines} in the environment of the program')


def test_programs_find_what_happened_in_their_environment(two_hosts):
    a, b = two_hosts
    watcher = watch(a, '--on-join', 'env', '--on-leave', 'false', '232.1.1.1')
    member = b.spawn(['hostcast', 'recv', '10.0.0.1@232.1.1.1'])
    assert watcher.wait_for_event('hook')['status'] == 0
    wait_for_environment(watcher, 'HOSTCAST_EVENT=join', 'HOSTCAST_GROUP=232.1.1.1', 'HOSTCAST_INTERFACE=eth0',
                         'HOSTCAST_MEMBER=10.0.0.2', 'HOSTCAST_SOURCE=10.0.0.1', f'PATH={environment()["PATH"]}')
    member.signal(signal.SIGINT)
    assert watcher.wait_for_event('hook', program='false')['status'] == 1
    summary = end(watcher)
    assert (summary['hooks_run'], summary['hooks_failed'], summary['hooks_dropped']) == (2, 1, 0)
    assert summary['events'] == 2  # hooks are none


def test_of_many_sources_programs_find_whole_ones(two_hosts):
    a, b = two_hosts
    watcher = watch(a, '-i', 'eth0', '--on-join', 'env', 'ff35::1')
    sources = [f'2001:db8:8500:1111:2222:3333:4444:50{number}' for number in range(10, 30)]
    code = f'''
from scapy.all import Ether, ICMPv6MLDMultAddrRec, ICMPv6MLReport2, IPv6, IPv6ExtHdrHopByHop, RouterAlert, sendp
record = ICMPv6MLDMultAddrRec(rtype=3, dst='ff35::1', sources={sources})
sendp(Ether(dst='33:33:00:00:00:16') / IPv6(src='fe80::5', dst='ff02::16', hlim=1) /
      IPv6ExtHdrHopByHop(options=[RouterAlert()]) / ICMPv6MLReport2(records=[record]), iface='eth0', verbose=False)
'''
    sent = b.run([sys.executable, '-c', code])
    if 'No module named' in sent.stderr:
        pytest.skip('scapy is not installed (Debian package python3-scapy)')
    assert sent.status == 0, sent.stderr
    joined = watcher.wait_for_event('join', member='fe80::5')
    assert (joined['sources'], joined['more']) == (sources[:16], True)
    assert watcher.wait_for_event('hook')['status'] == 0
    wait_for_environment(watcher, f'HOSTCAST_SOURCE={" ".join(sources[:16])}', 'HOSTCAST_MORE=1')
    member = state_with(watcher, 'members', lambda entry: entry['member'] == 'fe80::5')
    assert (member['sources'], member['more']) == (sources[:16], True)
    assert end(watcher)['forgotten'] == 4


def test_a_program_of_this_host_has_no_member(two_hosts):
    a, _ = two_hosts
    watcher = watch(a, '--on-join', 'env', '-i', 'eth0', GROUP)
    a.spawn(['hostcast', 'recv', GROUP])
    assert watcher.wait_for_event('hook')['status'] == 0
    wait_for_environment(watcher, 'HOSTCAST_MEMBER=', 'HOSTCAST_SOURCE=')


def test_a_program_that_cannot_be_run_is_said_once(two_hosts, tmp_path):
    a, b = two_hosts
    program = tmp_path / 'program'
    program.write_text('#!/nowhere/interpreter\n')
    program.chmod(0o755)
    watcher = watch(a, '--on-join', program, GROUP, '224.1.1.2')
    b.spawn(['hostcast', 'recv', GROUP, '224.1.1.2'])
    watcher.wait_for_event('join', member=b.address)
    watcher.wait_for_event('join', member=b.address)
    assert end(watcher)['hooks_failed'] == 2
    assert watcher.stderr.count(str(program)) == 1


def test_programs_that_hang_are_bounded(two_hosts):
    a, b = two_hosts
    b.set('ipv4/igmp_max_memberships', 200)
    watcher = watch(a, '-4', '--on-join', 'sleep infinity')
    b.spawn(['hostcast', 'recv', '225.1.2.3+80'])
    wait_until(lambda: len(events(watcher, 'join')) == 80, 'eighty joins')
    watcher.signal(signal.SIGINT)  # those that run go on, and hold its standard error open
    summary = watcher.wait_for_event('summary')
    assert (summary['hooks_run'], summary['hooks_waiting'], summary['hooks_dropped']) == (4, 64, 12)
    assert watcher.stderr.count('programs of --on-join and --on-leave wait already') == 1


# The end

def test_a_count_ends_it(two_hosts):
    a, b = two_hosts
    watcher = watch(a, '--count', '1', GROUP)
    b.spawn(['hostcast', 'recv', GROUP])
    assert watcher.wait() == 0
    assert [event['event'] for event in json_lines(watcher.stdout) if event['event'] != 'state'] == ['join', 'summary']


def test_statuses_at_the_deadline_and_at_a_signal(two_hosts):
    a, b = two_hosts
    assert a.run(['hostcast', 'watch', '-q', '-W', '0.1', GROUP]).status == 1
    watcher = watch(a, '--count', '1', GROUP)
    watcher.signal(signal.SIGINT)
    assert watcher.wait() == 6
    b.spawn(peer('rtp_sender', json.dumps({'feeds': [{'group': GROUP}], 'packets': 1_000_000})))
    watch(a, GROUP).wait_for_event('sender')  # from now on there is something to be told at any time
    assert a.run(['hostcast', 'watch', '--count', '1000', '-W', '1', GROUP]).status == 7


def test_a_broken_pipe_ends_it(two_hosts):
    a, b = two_hosts
    reader = '{ exec <&-; echo reads nothing >&2; }'
    watcher = a.spawn(['sh', '-c', ' '.join([*map(str, resolve(['hostcast'])), 'watch --lines', GROUP, '|', reader])])
    wait_until(lambda: all(text in watcher.stderr for text in ('note: watching', 'reads nothing')), 'both to be ready')
    b.spawn(['hostcast', 'recv', GROUP])
    watcher.wait_for('cannot write to standard output', 'stderr')
