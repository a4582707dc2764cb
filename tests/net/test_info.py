"""hostcast info on hosts where groups are joined: by plain sockets, compared with netstat and ip."""

import json
import re
import shutil
import sys

import pytest

from support.conditions import wait_until
from support.program import environment, resolve

# Joins what its argument says and holds it. Names itself, so that several of them can be told apart.
MEMBER = r'''
import ctypes, json, os, socket, struct, sys

JOIN_GROUP, BLOCK_SOURCE, JOIN_SOURCE_GROUP, PR_SET_DUMPABLE = 42, 43, 46, 4

def storage(address):
    if ':' in address:
        packed = struct.pack('=HHI16sI', socket.AF_INET6, 0, 0, socket.inet_pton(socket.AF_INET6, address), 0)
    else:
        packed = struct.pack('=HH4s', socket.AF_INET, 0, socket.inet_aton(address))
    return packed.ljust(128, b'\0')

def request(option, sock, interface, *addresses):
    level = socket.IPPROTO_IPV6 if ':' in addresses[0] else socket.IPPROTO_IP
    sock.setsockopt(level, option, struct.pack('=I4x', socket.if_nametoindex(interface)) +
                    b''.join(map(storage, addresses)))

spec = json.loads(sys.argv[1])
sockets = []
for one in spec['sockets']:
    sock = socket.socket(socket.AF_INET6 if one.get('family') == 6 else socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if 'bind' in one:
        sock.bind((one['bind'], one.get('port', 5000)))
    for group, interface in one.get('join', []):
        request(JOIN_GROUP, sock, interface, group)
    for group, interface, source in one.get('join_source', []):
        request(JOIN_SOURCE_GROUP, sock, interface, group, source)
    for group, interface, source in one.get('block_source', []):
        request(BLOCK_SOURCE, sock, interface, group, source)
    sockets.append(sock)
if spec.get('twice'):
    sockets.append(sockets[0].dup())
with open('/proc/self/comm', 'w') as comm:
    comm.write(spec.get('name', 'member'))
if spec.get('secret'):
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0)
if spec.get('fork') and os.fork() == 0:
    sys.stdin.read()
    os._exit(0)
print('joined', os.getpid(), flush=True)
sys.stdin.read()
'''

# Without these, root in a world is like any user: it may ask only processes that have no more rights than itself.
AS_PLAIN_USER = ['setpriv', '--bounding-set', '-sys_ptrace,-dac_override,-dac_read_search']


def start_member(host, *sockets, prefix=(), **spec):
    """Returns the process number that it has in the world."""
    member = host.spawn([*prefix, sys.executable, '-c', MEMBER, json.dumps({'sockets': sockets, **spec})])
    return int(member.wait_for(r'^joined (\d+)$')[1])


def info(host, *args, prefix=()):
    result = host.run([*prefix, *resolve(['hostcast', 'info', *args])])
    assert result.status == 0, result.stderr
    return result


def memberships(host, *args):
    """By interface and group."""
    events = info(host, '--json', *args).events
    return {(event['interface'], event['group']): event for event in events if event['event'] == 'membership'}


def on(event, interface):
    return next(entry for entry in event['interfaces'] if entry['interface'] == interface)


def programs(entry):
    return [(program['name'], program['pid']) for program in entry['programs']]


# The same as other tools see

def of_netstat(host):
    pairs = set()
    for line in host.run(['netstat', '-gn']).stdout.splitlines():
        match = re.match(r'^(\S+)\s+\d+\s+([0-9a-f.:]+)$', line)
        if match:
            pairs.add((match[1], match[2]))
    return pairs


def of_ip(host):
    """Pairs of interface and group, and of interface and MAC address."""
    groups, macs = set(), set()
    for interface in json.loads(host.run(['ip', '-j', 'maddr']).stdout):
        for entry in interface['maddr']:
            if 'link' in entry:
                macs.add((interface['ifname'], entry['link']))
            else:
                groups.add((interface['ifname'], entry['address']))
    return groups, macs


@pytest.fixture
def joined_router(two_networks):
    """A host with lo and two interfaces, on which much is joined."""
    _, router, _ = two_networks
    start_member(router,
                 {'join': [['224.1.1.1', 'eth0'], ['224.1.1.1', 'eth1'], ['239.255.255.250', 'lo']],
                  'join_source': [['232.1.1.1', 'eth1', '10.2.0.2']]},
                 {'family': 6, 'join': [['ff15::1234', 'eth0'], ['ff02::fb', 'eth1'], ['ff01::42', 'lo'], ['ff01::42', 'eth1']],
                  'join_source': [['ff35::8000:1', 'eth0', 'fd01::2']]},
                 *({'join': [[f'225.0.{n}.{m}', 'eth0'] for m in range(20)]} for n in range(10)))
    return router


def test_the_pairs_are_those_of_netstat(joined_router):
    if not shutil.which('netstat', path=environment()['PATH']):
        pytest.skip('netstat is not installed (Debian package net-tools)')
    expected = of_netstat(joined_router)
    assert {('eth0', '224.1.1.1'), ('eth1', 'ff02::fb'), ('eth0', '225.0.9.19'), ('lo', '224.0.0.1')} <= expected
    assert memberships(joined_router).keys() == expected


def test_the_pairs_and_mac_addresses_are_those_of_ip(joined_router):
    groups, macs = of_ip(joined_router)
    found = memberships(joined_router)
    assert ('eth1', '232.1.1.1') in groups
    assert found.keys() == groups
    let_in = {(interface, event['mac']) for (interface, _), event in found.items() if event.get('mac_joined')}
    assert ('eth0', '01:00:5e:01:01:01') in let_in
    assert let_in <= macs
    # The other way round: what the card lets in and no group explains was not asked for by any.
    assert macs - let_in == set()
    assert not any(event.get('mac_joined') is False for event in found.values())


def test_groups_on_an_interface_that_is_down_are_listed_too(host):
    host.ip('link add name spare type bridge')
    start_member(host, {'join': [['224.1.1.1', 'spare'], ['224.1.1.1', 'eth0']]})
    groups, _ = of_ip(host)
    assert memberships(host).keys() == groups
    assert ('spare', '224.1.1.1') in groups


def test_family_and_interface_select(joined_router):
    every = memberships(joined_router)
    assert memberships(joined_router, '-4').keys() == {pair for pair in every if ':' not in pair[1]}
    assert memberships(joined_router, '-6').keys() == {pair for pair in every if ':' in pair[1]}
    address = joined_router.addresses[1]
    for name in ('eth1', address):
        assert memberships(joined_router, '-i', name).keys() == {pair for pair in every if pair[0] == 'eth1'}
    assert memberships(joined_router, '-i', 'eth1', '-i', 'lo').keys() == {pair for pair in every if pair[0] != 'eth0'}


def test_the_text_has_the_same_lines(joined_router):
    lines = info(joined_router, '--quiet').stdout.splitlines()
    assert [tuple(line.split()[:2]) for line in lines] == list(memberships(joined_router))


# Who it is

def test_two_programs_on_one_group(host):
    one = start_member(host, {'bind': '', 'join': [['224.1.1.1', 'eth0']]}, name='first')
    other = start_member(host, {'bind': '224.1.1.1', 'join': [['224.1.1.1', 'eth0'], ['224.1.1.1', 'lo']]},
                         name='second')
    found = memberships(host)
    assert found['eth0', '224.1.1.1']['users'] == 2
    assert programs(found['eth0', '224.1.1.1']) == [('first', one), ('second', other)]
    assert programs(found['lo', '224.1.1.1']) == [('second', other)]
    assert [found['eth0', '224.1.1.1'][key] for key in ('kernel', 'unknown')] == [False, 0]
    text = info(host, '224.1.1.1').stdout
    assert re.search(rf'^  eth0 +yes +2 +yes  first \(process {one}\)\n +second \(process {other}\)$', text,
                     re.MULTILINE)


def test_ipv6_and_sockets_of_both_kinds(host):
    pid = start_member(host, {'family': 6, 'bind': '::', 'join': [['ff15::1234', 'eth0'], ['224.1.1.1', 'eth0']]},
                       {'join': [['224.1.1.1', 'eth0']]}, name='both')
    found = memberships(host)
    assert programs(found['eth0', 'ff15::1234']) == [('both', pid)]
    assert found['eth0', '224.1.1.1']['users'] == 2
    assert programs(found['eth0', '224.1.1.1']) == [('both', pid)] * 2
    assert f'both (process {pid}), 2 sockets\n' in info(host, '224.1.1.1').stdout


def test_the_kernel_is_told_apart(host):
    start_member(host, {'join': [['224.0.0.1', 'eth0']]}, name='member')
    found = memberships(host)
    entry = found['eth0', '224.0.0.1']
    assert (entry['users'], len(entry['programs']), entry['kernel'], entry['unknown']) == (2, 1, True, 0)
    assert all(entry['kernel'] for (_, group), entry in found.items() if group in ('ff02::1', 'ff01::1'))
    assert not any(entry['unknown'] for entry in found.values())


def test_a_socket_of_two_processes_or_descriptors_counts_once(host):
    pid = start_member(host, {'join': [['224.1.1.1', 'eth0']]}, name='forked', fork=True, twice=True)
    entry = memberships(host)['eth0', '224.1.1.1']
    assert entry['users'] == 1
    assert len(entry['programs']) == 2
    assert ('forked', pid) in programs(entry)
    assert len({program['socket'] for program in entry['programs']}) == 1
    assert entry['unknown'] == 0
    host.ip('address add 224.1.1.1/32 dev eth0 autojoin')
    entry = memberships(host)['eth0', '224.1.1.1']
    assert (entry['users'], len(entry['programs']), entry['unknown']) == (2, 2, 1)


def test_sources_are_shown(host):
    only = start_member(host, {'join_source': [['232.1.1.1', 'eth0', '10.0.0.7'], ['232.1.1.1', 'eth0', '10.0.0.8']]},
                        name='only')
    but = start_member(host, {'join': [['224.1.1.1', 'eth0']], 'block_source': [['224.1.1.1', 'eth0', '10.0.0.9']]},
                       name='but')
    six = start_member(host, {'family': 6, 'join_source': [['ff35::8000:1', 'eth0', 'fd00::7']]}, name='six')
    found = memberships(host)
    assert [found['eth0', group]['programs'][0]['filter'] for group in ('232.1.1.1', '224.1.1.1', 'ff35::8000:1')] == [
        'include', 'exclude', 'include']
    assert set(found['eth0', '232.1.1.1']['programs'][0]['sources']) == {'10.0.0.7', '10.0.0.8'}
    assert {(source['source'], source['include'], source['exclude'])
            for source in found['eth0', '232.1.1.1']['sources']} == {('10.0.0.7', 1, 0), ('10.0.0.8', 1, 0)}
    text = info(host).stdout
    assert re.search(rf'only \(process {only}\), only from 10\.0\.0\.[78] and 10\.0\.0\.[78]$', text, re.MULTILINE)
    assert re.search(rf'but \(process {but}\), not from 10\.0\.0\.9$', text, re.MULTILINE)
    assert re.search(rf'six \(process {six}\), only from fd00::7$', text, re.MULTILINE)


def test_more_sources_than_a_small_buffer(host):
    host.set('ipv4/igmp_max_msf', 200)
    sources = [f'10.0.1.{n}' for n in range(150)]
    start_member(host, {'join_source': [['232.1.1.1', 'eth0', source] for source in sources]})
    assert set(memberships(host)['eth0', '232.1.1.1']['programs'][0]['sources']) == set(sources)


def test_members_in_another_network_are_not_taken_for_ours(two_hosts):
    """Their interfaces have the same numbers as ours, and their processes are visible."""
    a, b = two_hosts
    here = start_member(a, {'bind': '', 'join': [['224.1.1.1', 'eth0']]}, name='here')
    start_member(b, {'bind': '', 'join': [['224.1.1.1', 'eth0']]}, name='there')
    assert programs(memberships(a)['eth0', '224.1.1.1']) == [('here', here)]


def test_a_name_does_no_harm(host):
    start_member(host, {'join': [['224.1.1.1', 'eth0']]}, name='\x1b[31mred')
    assert '\\x1b[31mred (process' in info(host).stdout
    assert memberships(host)['eth0', '224.1.1.1']['programs'][0]['name'] == '\x1b[31mred'


def test_hostcast_recv_shows_up_and_goes(host):
    receiver = host.spawn(['hostcast', 'recv', '239.1.2.3', '10.0.0.7@232.1.1.1'])
    wait_until(lambda: host.has_joined('239.1.2.3') and host.has_joined('232.1.1.1'), 'the memberships')
    found = memberships(host)
    assert [name for name, _ in programs(found['eth0', '239.1.2.3'])] == ['hostcast']
    assert found['eth0', '232.1.1.1']['programs'][0]['sources'] == ['10.0.0.7']
    receiver.kill()
    wait_until(lambda: not host.has_joined('239.1.2.3'), 'the end of the membership')
    assert ('eth0', '239.1.2.3') not in memberships(host)


def test_verbose_shows_command_lines(host):
    start_member(host, {'join': [['224.1.1.1', 'eth0']]})
    assert f': {sys.executable} -c ' in info(host, '-v', '224.1.1.1').stdout


# Groups by name

def test_a_group_on_each_interface(joined_router):
    *groups, _ = info(joined_router, '--json', '224.1.1.1', 'ff15::1234').events
    assert [(entry['interface'], entry['joined']) for entry in groups[0]['interfaces']] == [
        ('lo', False), ('eth0', True), ('eth1', True)]
    assert [(entry['interface'], entry['joined']) for entry in groups[1]['interfaces']] == [
        ('lo', False), ('eth0', True), ('eth1', False)]
    assert 'mac_joined' not in on(groups[0], 'lo')
    assert on(groups[1], 'eth0')['mac_joined'] is True
    assert on(groups[1], 'eth1')['mac_joined'] is False


def test_a_zone_selects_the_interface(joined_router):
    event = info(joined_router, '--json', 'ff02::fb%eth1').events[0]
    assert [entry['interface'] for entry in event['interfaces']] == ['eth1']
    assert event['interfaces'][0]['joined']


def test_a_mac_address_let_in_for_another_group(host):
    start_member(host, {'join': [['224.1.1.1', 'eth0']]})
    event, summary = info(host, '--json', '225.1.1.1').events
    assert (summary['joined_groups'], summary['memberships']) == (0, 0)
    assert on(event, 'eth0')['joined'] is False
    assert on(event, 'eth0')['mac_joined'] is True
    assert 'yes  (by a group that shares the MAC address)' in info(host, '225.1.1.1').stdout


def test_a_range_tells_where_each_is_joined(host):
    start_member(host, {'join': [['225.1.1.2', 'eth0'], ['225.1.1.2', 'lo']]})
    lines = info(host, '225.1.1.1+3').stdout.splitlines()
    assert [line.split('  ')[-1].strip() for line in lines] == ['not joined', 'joined on lo (1), eth0 (1)', 'not joined']


# What cannot be known is said

@pytest.mark.skipif(not shutil.which('setpriv', path=environment()['PATH']), reason='setpriv is not installed')
def test_processes_that_may_not_be_asked(host):
    start_member(host, {'bind': '224.1.1.1', 'join': [['224.1.1.1', 'eth0']]}, {'join': [['224.1.1.2', 'eth0']]},
                 name='secret', secret=True)
    seen = start_member(host, {'bind': '', 'join': [['224.1.1.1', 'eth0']]}, name='open',
                        prefix=AS_PLAIN_USER)
    everything = memberships(host)
    assert [name for name, _ in programs(everything['eth0', '224.1.1.2'])] == ['secret']

    result = info(host, '--json', '-4', prefix=AS_PLAIN_USER)
    found = {(event['interface'], event['group']): event for event in result.events if event['event'] == 'membership'}
    bound, asked = found['eth0', '224.1.1.1']['programs']
    assert (bound.get('name'), bound['filter']) == (None, 'unknown')
    assert (asked['name'], asked['pid'], asked['filter']) == ('open', seen, 'exclude')
    hidden = found['eth0', '224.1.1.2']
    assert (hidden['programs'], hidden['unknown'], hidden['kernel']) == ([], 1, False)
    assert result.events[-1]['processes_not_asked'] > 0
    assert re.search(r'note: \d+ processes could not be asked', result.stderr)

    text = info(host, '-4', prefix=AS_PLAIN_USER).stdout
    assert re.search(r'^eth0 +224\.1\.1\.1 .* a process of user \S+, likely \(bound to it\); open', text, re.MULTILINE)
    assert re.search(r'^eth0 +224\.1\.1\.2 .* 1 unknown$', text, re.MULTILINE)


def test_what_no_process_has_joined_is_the_kernels(host):
    host.ip('address add 239.5.5.5/32 dev eth0 autojoin')
    result = info(host, '--json')
    entry = next(event for event in result.events if event.get('group') == '239.5.5.5')
    assert (entry['programs'], entry['unknown']) == ([], 1)
    assert "note: " in result.stderr and "'autojoin'" in result.stderr
    assert "note: " not in info(host, '--quiet').stderr
