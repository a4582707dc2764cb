"""hostcast echo between hosts: where a server can be reached, and plain programs on the other side."""

import re
import shutil

import pytest

from support.conditions import wait_until
from support.peers import peer
from support.program import environment
from support.tree import REPOSITORY

BINDING_PAGE = REPOSITORY / 'docs' / 'echo-binding.md'
TCP_PORT, UDP_PORT = 55556, 5001


def start_server(host, *args):
    server = host.spawn(['hostcast', 'echo', 'serve', *args])
    server.wait_for('listening', 'stderr')
    return server


# Two networks and a router on which the server runs

ROUTER_A, ROUTER_B = '10.1.0.1', '10.2.0.1'
OUTCOMES = {
    (ROUTER_A, ROUTER_A): 'answered', (ROUTER_A, ROUTER_B): 'refused',
    (ROUTER_B, ROUTER_A): 'refused', (ROUTER_B, ROUTER_B): 'answered',
    ('127.0.0.1', ROUTER_A): 'refused', ('127.0.0.1', ROUTER_B): 'refused',
    ('0.0.0.0', ROUTER_A): 'answered', ('0.0.0.0', ROUTER_B): 'answered',
}


def documented_rows():
    """{(bound to, tried at): (outcome, what the client printed)} of the table in the page."""
    rows = re.findall(r'^\| `--addr (\S+)` \| (\S+) \| (\w+) \| `(.*)` \|$', BINDING_PAGE.read_text(), re.MULTILINE)
    return {(bound, tried): (outcome, text) for bound, tried, outcome, text in rows}


@pytest.mark.parametrize('bound', [ROUTER_A, ROUTER_B, '127.0.0.1', '0.0.0.0'])
def test_where_a_server_can_be_reached(two_networks, bound):
    _, router, b = two_networks
    server = start_server(router, '--addr', bound)
    assert server.stderr.strip() in BINDING_PAGE.read_text()
    for tried in (ROUTER_A, ROUTER_B):
        result = b.run(['hostcast', 'echo', 'send', '--quiet', '--addr', tried, 'hello'])
        outcome = OUTCOMES[bound, tried]
        if outcome == 'answered':
            assert (result.status, result.stdout, result.stderr) == (0, 'hello\n', '')
            server.wait_for(rf'^connection from {b.address}:\d+ to {tried}:{TCP_PORT}$')
        else:
            assert (result.status, result.stdout) == (3, '')
        shown = (result.stdout + result.stderr).strip()
        assert documented_rows()[bound, tried] == (outcome, shown)


def test_the_page_has_eight_outcomes():
    assert {key: outcome for key, (outcome, _) in documented_rows().items()} == OUTCOMES


def test_over_udp_the_outcomes_are_the_same(two_networks):
    _, router, b = two_networks
    for bound in (ROUTER_A, ROUTER_B, '127.0.0.1', '0.0.0.0'):
        server = start_server(router, '--udp', '--addr', bound)
        for tried in (ROUTER_A, ROUTER_B):
            result = b.run(['hostcast', 'echo', 'send', '--udp', '--addr', tried, 'hello'])
            is_answered = OUTCOMES[bound, tried] == 'answered'
            assert (result.status, result.stdout) == ((0, 'hello\n') if is_answered else (3, '')), (bound, tried)
        server.signal(15)
        assert server.wait() == 0


@pytest.mark.parametrize('wildcard, addresses', [('0.0.0.0', [ROUTER_A, ROUTER_B]), ('::', ['fd01::1', 'fd02::1'])])
def test_over_udp_a_wildcard_answers_from_the_address_that_was_asked(two_networks, wildcard, addresses):
    _, router, b = two_networks
    server = start_server(router, '--udp', '--addr', wildcard)
    for address in addresses:
        result = b.run(peer('udp_echo_client', address, UDP_PORT, 'hello'))
        assert f"answer 'hello' from {address} port {UDP_PORT}" in result.stdout
        shown = f'[{address}]' if ':' in address else address
        server.wait_for(rf'^answer to \S+ from {re.escape(shown)}:{UDP_PORT}, 5 bytes: hello\n')


def test_tcp_across_the_router_over_ipv6(two_networks):
    _, router, b = two_networks
    start_server(router, '--addr', '::')
    for address in ('fd01::1', 'fd02::1'):
        assert b.run(['hostcast', 'echo', 'send', '--addr', address, 'hello']).stdout == 'hello\n'


# Not reached

def test_no_route(two_networks):
    _, _, b = two_networks
    b.ip('route del default')
    for protocol in ('--tcp', '--udp'):
        result = b.run(['hostcast', 'echo', 'send', protocol, '--addr', ROUTER_A, 'hello'])
        assert (result.status, result.stdout) == (3, '')
        assert 'Network is unreachable' in result.stderr


def test_a_router_that_says_no(two_networks):
    _, _, b = two_networks
    result = b.run(['hostcast', 'echo', 'send', '--wait', 20, '--addr', '10.1.0.77', 'hello'])
    assert result.status == 3
    assert f'10.1.0.77:{TCP_PORT} is unreachable' in result.stderr


def test_a_firewall_that_drops_in_silence(two_networks):
    if not shutil.which('nft', path=environment()['PATH']):
        pytest.skip('nft is not installed (Debian package nftables)')
    _, router, b = two_networks
    added = router.run(['nft', '-f', '-'], stdin='''
        table inet filter {
            chain input { type filter hook input priority 0; tcp dport 55556 drop; udp dport 5001 drop; }
        }''')
    assert added.status == 0, added.stderr
    start_server(router, '--addr', '0.0.0.0')
    result = b.run(['hostcast', 'echo', 'send', '--wait', 0.5, '--addr', ROUTER_B, 'hello'])
    assert result.status == 3
    assert 'does not answer: timed out after 0.5 s without a refusal' in result.stderr
    result = b.run(['hostcast', 'echo', 'send', '--udp', '--wait', 0.5, '--addr', ROUTER_B, 'hello'])
    assert result.status == 7
    assert 'no answer to message 1 within 0.5 s' in result.stderr


def test_a_lost_answer_among_others_is_status_7(two_hosts):
    if not shutil.which('nft', path=environment()['PATH']):
        pytest.skip('nft is not installed (Debian package nftables)')
    a, b = two_hosts
    start_server(a, '--udp', '--addr', a.address)
    added = b.run(['nft', '-f', '-'], stdin='''
        table inet filter {
            chain input { type filter hook input priority 0; udp sport 5001 udp length 12 drop; }
        }''')
    assert added.status == 0, added.stderr
    result = b.run(['hostcast', 'echo', 'send', '--udp', '--wait', 1, '--addr', a.address, 'one', 'lost', 'two'])
    assert (result.status, result.stdout) == (7, 'one\ntwo\n')
    assert 'no answer to message 2' in result.stderr


# Between two hosts

@pytest.mark.parametrize('protocol', ['--tcp', '--udp'])
def test_link_local_addresses(two_hosts, protocol):
    a, b = two_hosts
    start_server(a, protocol, '--addr', f'{a.link_local()}%eth0')
    result = b.run(['hostcast', 'echo', 'send', protocol, '--addr', f'{a.link_local()}%eth0', 'hello'])
    assert (result.status, result.stdout) == (0, 'hello\n')


def test_udp_limits_across_a_link(two_hosts, tmp_path):
    """Fragmented, and put together again."""
    a, b = two_hosts
    for wildcard, address, limit in (('0.0.0.0', a.address, 65507), ('::', a.address6, 65527)):
        path = tmp_path / str(limit)
        path.write_text('x' * limit)
        server = start_server(a, '--udp', '--addr', wildcard)
        result = b.run(['hostcast', 'echo', 'send', '--udp', '--addr', address, '--file', path])
        assert (result.status, len(result.stdout)) == (0, limit + 1)
        server.kill()


def test_a_broadcast_is_answered(two_hosts):
    a, b = two_hosts
    start_server(a, '--udp', '--addr', '0.0.0.0')
    client = b.run(['/usr/bin/python3', '-c', '''
import socket
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
client.settimeout(5)
client.sendto(b'anyone?', ('10.0.0.255', 5001))
print(client.recvfrom(100))
'''])
    assert client.stdout == f"(b'anyone?', ('{a.address}', {UDP_PORT}))\n", client.stderr


FORGE = '''
import socket, struct, sys
mac, source, target = bytes.fromhex(sys.argv[1].replace(':', '')), sys.argv[2], sys.argv[3]
def checksum(data):
    total = sum(struct.unpack(f'!{(len(data) + 1) // 2}H', data + bytes(len(data) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
addresses = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, target)
udp = lambda check: struct.pack('!HHHH', 5001, 5001, 14, check) + b'forged'
right = checksum(addresses + struct.pack('!II', 14, 17) + udp(0))
packet = struct.pack('!IHBB', 6 << 28, 14, 17, 64) + addresses + udp(right)
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
    wire.bind(('eth0', 0))
    wire.send(mac + mac + struct.pack('!H', 0x86dd) + packet)
'''


def test_a_forged_datagram_from_another_address_of_the_server_is_dropped(two_hosts):
    a, b = two_hosts
    server = start_server(a, '--udp', '--addr', '::')
    mac = re.search(r'link/ether (\S+)', a.run(['ip', 'link', 'show', 'eth0']).stdout)[1]
    forged = b.run(['/usr/bin/python3', '-c', FORGE, mac, a.address6, a.link_local()])
    assert forged.status == 0, forged.stderr
    server.wait_for("with the server's own address", 'stderr')
    assert 'answer to' not in server.stdout


def test_a_message_larger_than_the_mtu_of_the_path_goes_in_fragments(two_networks):
    a, router, b = two_networks
    router.ip('link set eth1 mtu 1300')
    b.ip('link set eth0 mtu 1300')
    start_server(b, '--udp', '--addr', b.address)
    result = a.run(['hostcast', 'echo', 'send', '--udp', '--addr', b.address, 'x' * 1400, 'y' * 1400])
    assert (result.status, result.stdout) == (0, 'x' * 1400 + '\n' + 'y' * 1400 + '\n'), result.stderr


# Plain programs on the other side

def require(command):
    if not shutil.which(command):
        pytest.skip(f'{command} is not installed')


@pytest.mark.parametrize('protocol', ['tcp', 'udp'])
def test_plain_python_client(two_hosts, protocol):
    a, b = two_hosts
    port = TCP_PORT if protocol == 'tcp' else UDP_PORT
    start_server(a, f'--{protocol}', '--addr', a.address)
    result = b.run(peer(f'{protocol}_echo_client', a.address, port, 'one', 'two'))
    assert result.status == 0, result.stderr
    assert re.findall("answer '(.*?)'", result.stdout) == ['one', 'two']


@pytest.mark.parametrize('protocol', ['tcp', 'udp'])
def test_plain_python_server(two_hosts, protocol):
    a, b = two_hosts
    port = TCP_PORT if protocol == 'tcp' else UDP_PORT
    server = a.spawn(peer(f'{protocol}_echo_server', a.address, port))
    server.wait_for('listening')
    result = b.run(['hostcast', 'echo', 'send', f'--{protocol}', '--addr', a.address, 'one', 'two'])
    assert (result.status, result.stdout) == (0, 'one\ntwo\n')
    result = b.run(['hostcast', 'echo', 'send', f'--{protocol}', '--addr', a.address], stdin='three\nfour\n')
    assert (result.status, result.stdout) == (0, 'three\nfour\n')


@pytest.mark.parametrize('program', ['nc', 'socat'])
@pytest.mark.parametrize('protocol', ['tcp', 'udp'])
def test_nc_and_socat_as_clients(two_hosts, program, protocol):
    require(program)
    a, b = two_hosts
    start_server(a, f'--{protocol}', '--addr', a.address)
    port = TCP_PORT if protocol == 'tcp' else UDP_PORT
    if program == 'nc':
        client = b.spawn(['nc', *(['-u'] if protocol == 'udp' else []), a.address, port])
    else:
        client = b.spawn(['socat', '-', f'{protocol}:{a.address}:{port}'])
    for line in ('hello', 'world'):
        client.send_line(line)
        client.wait_for(f'^{line}$')


@pytest.mark.parametrize('protocol', ['tcp', 'udp'])
def test_socat_as_server(two_hosts, protocol):
    require('socat')
    a, b = two_hosts
    port = TCP_PORT if protocol == 'tcp' else UDP_PORT
    listen = f'tcp-listen:{port},fork' if protocol == 'tcp' else f'udp-recvfrom:{port},fork'
    a.spawn(['socat', listen, 'exec:cat'])
    wait_until(lambda: a.is_bound(port, protocol), 'socat to listen')
    result = b.run(['hostcast', 'echo', 'send', f'--{protocol}', '--addr', a.address, 'one', 'two'])
    assert (result.status, result.stdout) == (0, 'one\ntwo\n'), result.stderr


@pytest.mark.parametrize('protocol', ['tcp', 'udp'])
def test_a_person_at_nc_as_server(two_hosts, protocol):
    require('nc')
    a, b = two_hosts
    port = TCP_PORT if protocol == 'tcp' else UDP_PORT
    person = a.spawn(['nc', *(['-u'] if protocol == 'udp' else []), '-l', port])
    wait_until(lambda: a.is_bound(port, protocol), 'nc to listen')
    client = b.spawn(['hostcast', 'echo', 'send', f'--{protocol}', '--addr', a.address, '--wait', 60])
    client.send_line('who is there?')
    person.wait_for('^who is there')
    person.send_line('me')
    client.wait_for('^me$')
    client.close_stdin()
    assert client.wait() == 0
