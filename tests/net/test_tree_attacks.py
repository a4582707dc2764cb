"""What other hosts can try against a tree (T-1, T-10, T-11, T-14)."""

import json
import signal
from pathlib import Path

from support.conditions import wait_until
from support.peers import peer
from support.text_nodes import counters, wait_for_place
from support.trees import Member, Node
from support.worlds import hosts_on_bridge

REQUESTS = 60_000
PAYLOADS = 50
ERRORS = 300_000


def start_rdv(host, *options):
    return Member(host.spawn(['hostcast', 'rdv', '--json', *options]))


def start_node(host, *options):
    node = Node(host.spawn(['hostcast', 'node', '--json', '--stdin', *options]))
    node.wait_for_place()
    return node


def stand_still(process):
    process.signal(signal.SIGSTOP)
    stat = Path(f'/proc/{process.pid}/stat')
    wait_until(lambda: stat.read_text().rpartition(')')[2].split()[0] == 'T', 'the process to stop')


def mac(host):
    return json.loads(host.run(['ip', '-j', 'link', 'show', 'eth0']).stdout)[0]['address']


def resident_bytes(process):
    status = Path(f'/proc/{process.pid}/status').read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith('VmRSS:')) << 10


def test_the_data_port_takes_nothing_from_other_hosts(two_hosts):
    """Not even where the kernel lets them reach 127.0.0.1 (as container networks set it)."""
    a, b = two_hosts
    b.set('ipv4/conf/eth0/route_localnet', 1)
    rdv = start_rdv(b, '--listen', f'{b.address}:10005')
    node = start_node(b, '--rdv', rdv.address)
    for source in ('127.0.0.1', a.address):
        forged = a.run(peer('udp_forger', 'eth0', mac(b), source, '127.0.0.1', 10001, f'from {source}'))
        assert forged.status == 0, forged.stderr
    wait_until(lambda: node.summary()['input_foreign'] == 1, 'the second one; the first one the kernel has dropped')
    node.process.send_line('mine')
    wait_until(lambda: node.payloads, 'a payload of its own')
    assert (node.payloads, node.summary()['input']) == ([b'mine'], 1)


def test_a_payload_of_a_stranger_comes_back_if_the_stranger_is_admitted(two_networks):
    """And if not, nothing does: T-14 stands before everything."""
    a, router, b = two_networks
    rdv = start_rdv(router, '--listen', '10.2.0.1:10005')
    root = start_node(router, '--rdv', rdv.address)
    node = start_node(b, '--rdv', rdv.address)
    assert (root.parent, node.parent) == ('root', '10.2.0.1:10000')

    admitted = router.run(peer('udp_echo_client', b.address, 10000, 'DATA\nx'))
    assert admitted.stdout == f"answer 'NDAT\\n10.2.0.1 10000\\nx' from {b.address} port 10000\n"

    b.spawn(peer('udp_echo_server', b.address, 5001)).wait_for('^listening')
    stranger = a.spawn(peer('udp_talker', b.address))
    for message in (r'DATA\nx', r'RJOI\n', r'STAT\n' + 1000 * ' '):
        stranger.send_line(f'10000 {message}')
    wait_until(lambda: node.summary()['not_allowed'] == 3, 'all three to be refused')
    stranger.send_line('5001 the end')
    stranger.wait_for('received.*\n')
    assert stranger.stdout == f"received 'the end' from {b.address} port 5001\n"
    assert node.process.stderr == ('hostcast node: note: 10.1.0.2 is not served, its network is not allowed; to admit '
                                   'it: --allow 10.1.0.0/24 and, to keep those of now, --allow 127.0.0.0/8 '
                                   '--allow 10.2.0.0/24\n')
    assert (node.payloads, root.payloads, node.summary()['data_stranger']) == ([], [], 1)


def test_a_flood_of_requests_takes_neither_memory_nor_service(measured):
    """RJOI from all ports of a neighbour: one gets the last place, the others are sent on to the children."""
    with hosts_on_bridge(4) as world:
        attacker, host, *others = world.hosts
        start_rdv(host, '--listen', '0.0.0.0:10005')
        # Not with --json, which would tell of each refusal.
        root = host.spawn(['hostcast', 'node', '--rdv', f'{host.address}:10005', '--stdin', '--output', 'none'])
        assert wait_for_place(root) is None
        children = [start_node(other, '--rdv', f'{host.address}:10005') for other in others]
        assert [child.parent for child in children] == [f'{host.address}:10000'] * 2

        def payloads_pass(first, last):
            """One at a time: the next when all have got the last."""
            for number in range(first, last):
                root.send_line(f'number {number}')
                for child in children:
                    child.process.wait_for_event('message', text=f'number {number}')

        payloads_pass(0, PAYLOADS)
        before = resident_bytes(root)
        flood = attacker.spawn(peer('udp_forger', 'eth0', mac(host), attacker.address, host.address, 10000, 'RJOI\n',
                                    '--flood'))
        wait_until(lambda: counters(root)['joins_refused'] > 0, 'the flood')
        payloads_pass(PAYLOADS, 2 * PAYLOADS)
        wait_until(lambda: counters(root)['joins_refused'] > REQUESTS, 'the flood to have come from all ports')
        payloads_pass(2 * PAYLOADS, 3 * PAYLOADS)
        flood.kill()
        counts = counters(root)
        grown = resident_bytes(root) - before
        measured(f'flood: {counts["joins_refused"]} requests refused, {counts["kernel_drops"]} dropped by the kernel, '
                 f'resident memory {grown >> 10:+} KiB')
        assert counts['children_joined'] == 3
        assert grown < 1 << 20  # 17 bytes for each of them would be more
        for child in children:
            assert len(child.payloads) == 3 * PAYLOADS


def test_forged_icmp_errors_end_nobody(two_hosts):
    """Anybody can send them, as fast as they are read; they are news of one destination, and no more."""
    a, b = two_hosts
    rdv = start_rdv(b, '--listen', f'{b.address}:10005')
    node = start_node(b, '--rdv', rdv.address)
    for member, port, request, answer in ((rdv, 10005, 'ROOT\n', f'TOOR\\n{b.address} 10000'),
                                          (node, 10000, 'RJOI\n', 'YJOI\\n')):
        forger = a.run(peer('icmp_forger', b.address, port, ERRORS))
        assert forger.status == 0, forger.stderr
        asker = a.run(peer('udp_echo_client', b.address, port, request))
        assert f"answer '{answer}" in asker.stdout, member.process.describe()
        assert member.summary()['unreachable'] > 0


def test_requests_to_a_broadcast_address_are_not_answered(two_hosts):
    """One of them would be answered by a whole network (T-1)."""
    a, b = two_hosts
    rdv = start_rdv(b, '--listen', '0.0.0.0:10005')
    node = start_node(b, '--rdv', f'{b.address}:10005', '--listen', '0.0.0.0:10000')
    b.spawn(peer('udp_echo_server', '0.0.0.0', 5001)).wait_for('^listening')
    talker = a.spawn(peer('udp_talker', '10.0.0.255'))
    requests = [r'ROOT\n', r'RREG\n', r'RJOI\n', r'STAT\n' + 1000 * ' ']
    for port, member in ((10005, rdv), (10000, node)):
        before = member.summary()
        for request in requests:
            talker.send_line(f'{port} {request}')
        wait_until(lambda: member.summary()['received'] == before['received'] + len(requests), 'the requests')
        assert member.summary()['misaddressed'] == len(requests)
    talker.send_line('5001 the end')
    talker.wait_for('received.*\n')
    assert talker.stdout == f"received 'the end' from {b.address} port 5001\n"


def test_a_request_to_a_broadcast_address_takes_no_payload_along(two_hosts):
    """What is dropped and what is kept were read in one batch, and so was what came to the data port after them."""
    a, b = two_hosts
    rdv = start_rdv(b, '--listen', '0.0.0.0:10005')
    node = start_node(b, '--rdv', f'{b.address}:10005', '--listen', '0.0.0.0:10000')
    b.spawn(peer('udp_echo_server', '0.0.0.0', 5001)).wait_for('^listening')
    talker = a.spawn(peer('udp_talker', '10.0.0.255'))
    stand_still(node.process)
    talker.send_line('10000 ROOT\\n')
    talker.send_line('5001 sent')
    talker.wait_for('received.*\n')
    assert a.run(['hostcast', 'send', f'{b.address}:10000', 'DATA\nby the tree']).status == 0
    assert b.run(['hostcast', 'send', '127.0.0.1:10001', 'by the data port']).status == 0
    node.process.signal(signal.SIGCONT)
    wait_until(lambda: len(node.payloads) == 2, 'both payloads')
    assert sorted(node.payloads) == [b'by the data port', b'by the tree']
    assert (node.summary()['misaddressed'], rdv.summary()['registered']) == (1, 1)
