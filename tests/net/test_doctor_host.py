"""hostcast doctor on hosts with the faults of the rungs 1 to 7: it names each, and what it says mends it."""

import contextlib
import json
import pathlib
import re
import signal
import sys

import pytest

from support.conditions import wait_until
from support.doctor import Report, doctor, expect_commands, mend
from support.program import resolve
from support.worlds import snooped_bridge

README = pathlib.Path(__file__).parents[2] / 'README.md'
GROUP = '239.1.2.3'
GROUP6 = 'ff15::1:2:3'
PORT = 5004
TARGET = f'{GROUP}:{PORT}'
TARGET6 = f'[{GROUP6}]:{PORT}'

# A program as people write it: joins what it is told, by an interface or by the routing table's choice, and reads.
PROGRAM = r'''
import json, socket, struct, sys

IP_ADD_SOURCE_MEMBERSHIP = 39  # not in Python before 3.12

spec = json.loads(sys.argv[1])
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
sock.bind((spec.get('address', ''), spec.get('port', 5004)))
refused = 0
for group in spec.get('groups', []):
    interface = spec.get('interface')
    index = socket.if_nametoindex(interface) if interface else 0
    try:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                        struct.pack('=4s4si', socket.inet_aton(group), bytes(4), index))
    except OSError:
        refused += 1
for source in spec.get('sources', []):
    own = spec['own_address']
    try:
        sock.setsockopt(socket.IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, b''.join(map(socket.inet_aton, [spec['group'], own, source])))
    except OSError:
        refused += 1
print('ready', refused, flush=True)
sys.stdin.read()
'''

# Without these, root of a world is like any user.
AS_PLAIN_USER = ['setpriv', '--bounding-set', '-net_raw,-net_admin,-sys_ptrace,-dac_override,-dac_read_search']


def start_program(host, **spec):
    """Returns how many of its groups the system has refused."""
    program = host.spawn([sys.executable, '-c', PROGRAM, json.dumps(spec)])
    return int(program.wait_for(r'^ready (\d+)$')[1])


def start_receiver(host, *args):
    receiver = host.spawn(['hostcast', 'recv', *(args or [TARGET])])
    receiver.wait_for('joined', 'stderr')
    return receiver


def start_sender(host, target=TARGET, *args):
    """Sends all the time."""
    sender = host.spawn(['hostcast', 'send', '--verbose', '--interval', '0.02', '--count', '1000000', *args, target,
                         'hello'])
    sender.wait_for('message 1,', 'stderr')


def flush6(host, what, *selector):
    """All IPv6 addresses or routes of a kind; a batch of ip takes no -6."""
    result = host.run(['ip', '-6', what, 'flush', *selector])
    assert result.status == 0, result.stderr


# ---- Healthy ----

def test_a_receiver_that_hears_is_healthy(two_hosts):
    a, b = two_hosts
    receiver = start_receiver(b)
    start_sender(a)
    receiver.wait_for('hello')
    report = doctor(b, TARGET)
    assert (report.status, report.verdict, report.causes) == (0, 'healthy', []), report.rungs
    assert report.summary['listened']['at_socket'] > 0
    assert report.state('membership') == 'good' and 'hostcast (process' in report.saw('membership')
    assert [rung['rung'] for rung in report.rungs.values()] == list(range(1, 18))


@pytest.mark.parametrize('target', [TARGET, TARGET6])
def test_nothing_is_blamed_behind_a_switch_that_snoops_and_asks(target):
    with snooped_bridge(2) as world:
        sender, receiver = world.hosts
        program = start_receiver(receiver, '-i', 'eth0', target)
        start_sender(sender, target, '-i', 'eth0')
        program.wait_for('hello')
        for host in world.hosts:
            report = doctor(host, '--all', '-i', 'eth0', target)
            assert (report.status, report.verdict, report.causes) == (0, 'healthy', []), report.rungs


def test_a_receiver_of_ipv6_that_hears_is_healthy(two_hosts):
    a, b = two_hosts
    receiver = start_receiver(b, '-i', 'eth0', TARGET6)
    start_sender(a, TARGET6, '-i', 'eth0')
    receiver.wait_for('hello')
    report = doctor(b, '-i', 'eth0', TARGET6)
    assert (report.status, report.verdict, report.causes) == (0, 'healthy', []), report.rungs


def test_a_source_that_sends_is_healthy(two_hosts):
    a, b = two_hosts
    receiver = start_receiver(b, f'{a.address}@232.1.2.3:5004')
    start_sender(a, '232.1.2.3:5004')
    receiver.wait_for('hello')
    report = doctor(b, f'{a.address}@232.1.2.3:5004')
    assert (report.status, report.verdict, report.causes) == (0, 'healthy', []), report.rungs


def test_a_sender_need_not_join(two_hosts):
    a, b = two_hosts
    receiver = start_receiver(b)
    start_sender(a)
    receiver.wait_for('hello')
    report = doctor(a, TARGET)
    assert (report.status, report.verdict) == (0, 'healthy'), report.rungs
    assert 'sends to it' in report.saw('membership')


def test_a_host_that_is_said_to_send_need_not_join(two_hosts):
    _, b = two_hosts
    report = doctor(b, '--sender', TARGET)
    assert (report.status, report.verdict) == (0, 'silent'), report.rungs


def test_silence_without_a_fault_is_told_as_such(two_hosts):
    _, b = two_hosts
    start_receiver(b)
    report = doctor(b, TARGET)
    assert (report.status, report.verdict) == (0, 'silent'), report.rungs
    assert 'nobody sends, or the network does not carry it' in report.summary['text']
    assert '--peer' in report.summary['text']


def test_the_port_of_the_program_is_taken_where_none_is_given(two_hosts):
    _, b = two_hosts
    start_program(b, groups=[GROUP], port=7000)
    result = b.run(['hostcast', 'doctor', '--json', '--wait', '0.1', GROUP])
    assert result.events[0]['group'] == f'{GROUP}:7000' and result.events[0]['port_given'] is False
    assert Report(result).state('binding') == 'good'


# ---- 1: interface ----

@pytest.mark.parametrize('options', [[], ['-i', 'eth0']])
def test_an_interface_that_is_down(two_hosts, options):
    _, b = two_hosts
    b.ip('link set eth0 down')
    report = doctor(b, *options, TARGET)
    assert (report.status, report.causes) == (1, ['interface'])
    assert 'eth0 is down' in report.saw('interface')
    mend(b, report)
    assert 'interface' not in doctor(b, *options, TARGET).causes


def test_a_lost_carrier(two_hosts):
    a, b = two_hosts
    a.ip('link set eth0 down')
    report = doctor(b, TARGET)
    assert (report.status, report.causes) == (1, ['interface'])
    assert 'eth0 has no carrier' in report.saw('interface')


def test_an_interface_without_the_flag_multicast(two_hosts):
    _, b = two_hosts
    b.ip('link set eth0 multicast off')
    report = doctor(b, TARGET)
    assert (report.status, report.causes) == (1, ['interface'])
    assert report.remedy('interface') == ['ip link set eth0 multicast on']
    assert any('tree://' in line for line in report.rungs['interface']['instead'])
    mend(b, report)
    assert doctor(b, TARGET).state('interface') == 'good'


def lead_into_tunnel(host):
    """As a VPN does which takes all that leaves the host, and no multicast; it has no address either."""
    host.ip('tuntap add dev tun0 mode tun', 'link set tun0 up multicast off', 'route del 224.0.0.0/4',
            'route add default dev tun0')


def test_a_route_into_a_tunnel_that_can_do_no_multicast_is_no_fault_of_the_tunnel(two_hosts):
    _, b = two_hosts
    lead_into_tunnel(b)
    report = doctor(b, TARGET)
    assert (report.status, report.causes) == (1, ['route']), report.rungs
    for rung in ('interface', 'address'):
        assert report.state(rung) == 'noted' and report.remedy(rung) == []
    mend(b, report)
    assert doctor(b, TARGET).state('route') == 'good'


def test_who_joins_by_name_beside_a_tunnel_hears(two_hosts):
    a, b = two_hosts
    lead_into_tunnel(b)
    receiver = start_receiver(b, '-i', 'eth0', TARGET)
    start_sender(a)
    receiver.wait_for('hello')
    report = doctor(b, TARGET)
    assert (report.status, report.verdict) == (0, 'healthy'), report.rungs


def test_a_host_that_has_only_loopback_gets_a_route_that_helps(two_hosts):
    _, b = two_hosts
    b.ip('link del eth0')
    report = doctor(b, '224.1.1.1:5004')
    assert (report.status, report.causes) == (1, ['interface']), report.rungs
    mend(b, report)
    assert 'interface' not in doctor(b, '224.1.1.1:5004').causes



# ---- 2: address ----

@pytest.mark.parametrize('options', [[], ['-i', 'eth0']])
def test_no_ipv4_address(two_hosts, options):
    _, b = two_hosts
    b.ip('address del 10.0.0.2/24 dev eth0')
    report = doctor(b, *options, TARGET)
    assert (report.status, report.causes) == (1, ['address'])
    assert 'eth0 has no IPv4 address' in report.saw('address')


def test_no_link_local_address(two_hosts):
    _, b = two_hosts
    flush6(b, 'address', 'dev', 'eth0', 'scope', 'link')
    report = doctor(b, '-i', 'eth0', TARGET6)
    assert (report.status, report.causes) == (1, ['address'])
    assert 'no link-local address' in report.saw('address')


def test_ipv6_turned_off(two_hosts):
    _, b = two_hosts
    b.set('ipv6/conf/eth0/disable_ipv6', 1)
    report = doctor(b, '-i', 'eth0', TARGET6)
    assert (report.status, report.causes) == (1, ['address'])
    assert report.remedy('address') == ['sysctl -w net.ipv6.conf.eth0.disable_ipv6=0']


def test_a_tentative_link_local_address(two_hosts):
    """Duplicate address detection that takes minutes."""
    _, b = two_hosts
    b.set('ipv6/conf/eth0/dad_transmits', 100)
    b.set('ipv6/conf/eth0/accept_dad', 1)
    b.ip('link set eth0 down', 'link set eth0 up')
    wait_until(lambda: 'tentative' in b.run(['ip', '-6', 'address', 'show', 'dev', 'eth0', 'scope', 'link']).stdout,
               'the tentative address')
    report = doctor(b, '-i', 'eth0', TARGET6)
    assert (report.status, report.causes) == (1, ['address']), report.rungs
    assert 'tentative' in report.saw('address')


def test_a_link_local_address_that_another_host_has(two_hosts):
    a, b = two_hosts
    a.ip('address add fe80::99/64 dev eth0 nodad')
    b.set('ipv6/conf/eth0/accept_dad', 1)
    flush6(b, 'address', 'dev', 'eth0', 'scope', 'link')
    b.ip('address add fe80::99/64 dev eth0')
    wait_until(lambda: 'dadfailed' in b.run(['ip', '-6', 'address', 'show', 'dev', 'eth0']).stdout,
               'the duplicate to be detected')
    report = doctor(b, '-i', 'eth0', TARGET6)
    assert (report.status, report.causes) == (1, ['address'])
    assert 'another host of the link has the link-local address' in report.saw('address')


# ---- 3: route ----

def test_no_route(two_hosts):
    _, b = two_hosts
    b.ip('route del 224.0.0.0/4 dev eth0')
    report = doctor(b, TARGET)
    assert (report.status, report.causes) == (1, ['route'])
    assert f'no route leads to {GROUP}' in report.saw('route')
    assert report.remedy('route')[0] == 'ip route replace 239.0.0.0/8 dev eth0'
    mend(b, report)
    assert doctor(b, TARGET).state('route') == 'good'


def test_no_route_over_ipv6(two_hosts):
    _, b = two_hosts
    flush6(b, 'route', 'table', 'local', 'type', 'multicast')
    report = doctor(b, TARGET6)
    assert (report.status, report.causes) == (1, ['route']), report.rungs
    mend(b, report)
    assert doctor(b, TARGET6).state('route') == 'good'


def test_no_route_is_only_noted_where_the_interface_is_named(two_hosts):
    _, b = two_hosts
    b.ip('route del 224.0.0.0/4 dev eth0')
    start_receiver(b, '-i', 'eth0', TARGET)
    report = doctor(b, '-i', 'eth0', TARGET)
    assert (report.status, report.state('route')) == (0, 'noted')


@pytest.mark.parametrize('kind', ['unreachable', 'prohibit', 'blackhole'])
def test_a_route_that_refuses(two_hosts, kind):
    _, b = two_hosts
    b.ip(f'route add {kind} 239.0.0.0/8')
    report = doctor(b, TARGET)
    assert (report.status, report.causes) == (1, ['route'])
    assert kind in report.saw('route')


def test_data_comes_in_where_the_route_does_not_lead(two_networks):
    """The program names no interface, so it has joined where the route leads."""
    a, router, _ = two_networks
    router.ip('route add 224.0.0.0/4 dev eth1')
    start_program(router, groups=[GROUP])
    start_sender(a)
    report = doctor(router, TARGET, '--wait', '1')
    assert (report.status, report.causes) == (1, ['route']), report.rungs
    assert f'{GROUP} comes in on eth0, but its route leads out of eth1' in report.saw('route')
    assert report.remedy('route')[0] == 'ip route replace 239.0.0.0/8 dev eth0'


def test_the_route_leads_into_a_container_bridge(two_hosts):
    _, b = two_hosts
    b.ip('link add docker0 type bridge', 'link add inner type veth peer name outer', 'link set outer master docker0 up',
         'link set inner up', 'link set docker0 up', 'address add 172.17.0.1/16 dev docker0',
         'route replace 224.0.0.0/4 dev docker0')
    wait_until(lambda: 'LOWER_UP' in b.run(['ip', 'link', 'show', 'docker0']).stdout, 'carrier of docker0')
    report = doctor(b, TARGET)
    assert (report.status, report.causes) == (1, ['route']), report.rungs
    assert 'leads out of docker0, the inner network of containers' in report.saw('route')
    assert report.remedy('route')[0] == 'ip route replace 239.0.0.0/8 dev eth0'


def test_the_route_leads_elsewhere_than_the_interface_that_is_named(two_networks):
    _, router, _ = two_networks
    router.ip('route add 224.0.0.0/4 dev eth1')
    report = doctor(router, '-i', 'eth0', TARGET)
    assert (report.status, report.causes) == (1, ['route'])
    assert 'leads out of eth1, not eth0' in report.saw('route')


def lead_into_containers(host):
    host.ip('link add docker0 type bridge', 'link add inner type veth peer name outer',
            'link set outer master docker0 up', 'link set inner up', 'link set docker0 up',
            'address add 172.17.0.1/16 dev docker0', 'route replace 224.0.0.0/4 dev docker0')
    wait_until(lambda: 'LOWER_UP' in host.run(['ip', 'link', 'show', 'docker0']).stdout, 'carrier of docker0')


def test_who_sends_by_name_needs_no_route(two_hosts):
    a, _ = two_hosts
    a.ip('route del 224.0.0.0/4 dev eth0')
    assert doctor(a, '--sender', TARGET).causes == ['route']
    start_sender(a, TARGET, '-i', 'eth0')
    report = doctor(a, '--sender', TARGET)
    assert (report.status, report.causes) == (0, []), report.rungs


def test_who_joins_or_sends_by_name_is_not_led_astray(two_hosts):
    _, b = two_hosts
    lead_into_containers(b)
    start_receiver(b, '-i', 'eth0', TARGET)
    report = doctor(b, TARGET)
    assert (report.status, report.causes) == (0, []), report.rungs
    start_sender(b, '239.1.2.9:5004', '-i', 'eth0')
    report = doctor(b, '239.1.2.9:5004')
    assert (report.status, report.causes) == (0, []), report.rungs


def test_who_only_sends_may_miss_what_others_send(two_networks):
    a, router, _ = two_networks
    router.ip('route add 224.0.0.0/4 dev eth1')
    start_sender(a)
    report = doctor(router, '--sender', TARGET)
    assert (report.status, report.causes) == (0, []), report.rungs



# ---- 4: group ----

def test_a_reserved_group(two_hosts):
    _, b = two_hosts
    report = doctor(b, '224.0.0.0')
    assert (report.status, report.causes) == (1, ['group'])


def test_an_interface_local_group(two_hosts):
    _, b = two_hosts
    report = doctor(b, '-i', 'eth0', 'ff11::1234')
    assert (report.status, report.causes) == (1, ['group']), report.rungs
    assert 'never leaves the host' in report.saw('group')


def test_a_source_specific_group_without_a_source(two_hosts):
    _, b = two_hosts
    start_program(b, groups=['232.1.2.3'])
    report = doctor(b, '232.1.2.3:5004')
    assert (report.status, report.causes) == (1, ['group'])
    assert any('SOURCE@232.1.2.3' in line for line in report.remedy('group'))


def test_who_sends_to_a_source_specific_group_names_no_source(two_hosts):
    a, _ = two_hosts
    report = doctor(a, '--sender', '232.1.2.3:5004')
    assert (report.status, report.causes) == (0, []), report.rungs
    start_sender(a, '232.1.2.3:5004')
    report = doctor(a, '232.1.2.3:5004')
    assert (report.status, report.causes) == (0, []), report.rungs


def test_who_has_named_the_source_of_a_source_specific_group_is_right(two_hosts):
    _, b = two_hosts
    start_receiver(b, '10.0.0.1@232.1.2.3:5004')
    report = doctor(b, '232.1.2.3:5004')
    assert (report.status, report.causes) == (0, []), report.rungs



# ---- 5: join ----

def test_the_system_allows_no_membership(two_hosts):
    _, b = two_hosts
    b.set('ipv4/igmp_max_memberships', 0)
    report = doctor(b, TARGET)
    assert (report.status, report.causes) == (1, ['join']), report.rungs
    assert report.remedy('join')[0] == 'sysctl -w net.ipv4.igmp_max_memberships=20'
    b.set('ipv4/igmp_max_memberships', 20)
    assert doctor(b, TARGET).state('join') == 'good'


def test_a_program_whose_socket_is_full_of_groups(two_hosts):
    _, b = two_hosts
    b.set('ipv4/igmp_max_memberships', 2)
    assert start_program(b, groups=['239.9.9.1', '239.9.9.2', GROUP]) == 1
    report = doctor(b, TARGET)
    assert (report.status, report.causes) == (1, ['join']), report.rungs
    assert re.search(r'python3\S* \(process \d+\) has joined as many groups', report.saw('join'))
    assert report.remedy('join')[0] == 'sysctl -w net.ipv4.igmp_max_memberships=4'


def test_a_program_whose_socket_is_full_of_sources(two_hosts):
    _, b = two_hosts
    b.set('ipv4/igmp_max_msf', 2)
    assert start_program(b, group=GROUP, own_address=b.address, sources=['10.0.0.7', '10.0.0.8', '10.0.0.9']) == 1
    report = doctor(b, f'10.0.0.9@{TARGET}')
    assert (report.status, report.causes) == (1, ['join']), report.rungs
    assert 'as net.ipv4.igmp_max_msf allows (2), and 10.0.0.9 is none of them' in report.saw('join')
    assert report.remedy('join')[0] == 'sysctl -w net.ipv4.igmp_max_msf=4'


def test_one_that_is_full_of_sources_is_no_cause_beside_one_that_has_room(two_hosts):
    _, b = two_hosts
    b.set('ipv4/igmp_max_msf', 2)
    assert start_program(b, group=GROUP, own_address=b.address, sources=['10.0.0.7', '10.0.0.8', '10.0.0.9']) == 1
    assert start_program(b, group=GROUP, own_address=b.address, sources=['10.0.0.9']) == 0
    report = doctor(b, f'10.0.0.9@{TARGET}')
    assert (report.status, report.state('join')) == (0, 'noted'), report.rungs



# ---- 6: membership ----

def test_nobody_has_joined(two_hosts):
    _, b = two_hosts
    report = doctor(b, TARGET)
    assert (report.status, report.causes) == (1, ['membership'])
    assert report.saw('membership') == f'no program of this host has joined {GROUP}'


def test_nobody_has_joined_what_comes_in(two_hosts):
    a, b = two_hosts
    start_sender(a)
    report = doctor(b, TARGET, '--wait', '1')
    assert (report.status, report.causes) == (1, ['membership'])
    assert 'though it comes in on eth0' in report.saw('membership')


def test_bound_to_the_port_without_having_joined(two_hosts):
    _, b = two_hosts
    start_program(b)
    report = doctor(b, TARGET)
    assert (report.status, report.causes) == (1, ['membership'])
    assert re.search(r'python3\S* \(process \d+\) is bound to port 5004, but has not joined', report.saw('membership'))


def test_joined_on_another_interface_than_where_it_comes_in(two_networks):
    a, router, _ = two_networks
    router.ip('route add 224.0.0.0/4 dev eth0')
    start_program(router, groups=[GROUP], interface='eth1')
    start_sender(a)
    report = doctor(router, TARGET, '--wait', '1')
    assert (report.status, report.causes) == (1, ['membership']), report.rungs
    assert re.search(r'comes in on eth0, but python3\S* \(process \d+\) has joined it on eth1', report.saw('membership'))


def test_joined_on_another_interface_than_the_one_that_is_named(two_networks):
    _, router, _ = two_networks
    router.ip('route add 224.0.0.0/4 dev eth0')
    start_program(router, groups=[GROUP], interface='eth1')
    report = doctor(router, '-i', 'eth0', TARGET)
    assert (report.status, report.causes) == (1, ['membership']), report.rungs
    assert 'on eth1 only, not on eth0' in report.saw('membership')


def test_joined_on_another_interface_over_ipv6(two_networks):
    _, router, _ = two_networks
    start_receiver(router, '-i', 'eth1', TARGET6)
    report = doctor(router, '-i', 'eth0', TARGET6)
    assert report.status == 1 and 'membership' in report.causes, report.rungs
    assert 'on eth1 only, not on eth0' in report.saw('membership')
    assert f"hostcast recv -i eth0 '{TARGET6}'" in report.commands('membership')


def test_joined_on_loopback_only(two_hosts):
    _, b = two_hosts
    start_program(b, groups=[GROUP], interface='lo')
    report = doctor(b, TARGET)
    assert (report.status, report.causes) == (1, ['membership'])
    assert 'on lo only, not on eth0' in report.saw('membership')


def test_programs_that_need_loopback_alone(two_hosts):
    _, b = two_hosts
    start_program(b, groups=[GROUP], interface='lo')
    start_sender(b, TARGET, '-i', 'lo')
    report = doctor(b, TARGET)
    assert (report.status, report.verdict, report.causes) == (0, 'healthy', []), report.rungs
    assert 'there it hears what this host sends to lo' in report.saw('membership')


@contextlib.contextmanager
def listening(host):
    """Doctor, which has looked at the host and begun to listen; it does not look again before this is over."""
    examiner = host.spawn(['hostcast', 'doctor', '--json', '--wait', '3', TARGET])
    examiner.wait_for('listening on', 'stderr')
    examiner.signal(signal.SIGSTOP)
    yield examiner
    examiner.signal(signal.SIGCONT)


def test_a_program_that_joins_while_doctor_listens(two_hosts):
    a, b = two_hosts
    start_sender(a)
    with listening(b) as examiner:
        start_receiver(b)
    assert examiner.wait() == 0, examiner.stdout
    assert examiner.wait_for_event('summary')['verdict'] == 'healthy'


def test_a_program_that_ends_while_doctor_listens(two_hosts):
    a, b = two_hosts
    start_sender(a)
    receiver = start_receiver(b)
    with listening(b) as examiner:
        receiver.signal(signal.SIGINT)
        assert receiver.wait() == 0
    assert examiner.wait() == 1, examiner.stdout
    assert examiner.wait_for_event('summary')['causes'] == ['membership']


def test_joined_for_another_source_than_the_one_that_sends(two_hosts):
    a, b = two_hosts
    start_receiver(b, f'10.0.0.77@{TARGET}')
    start_sender(a)
    report = doctor(b, TARGET, '--wait', '1')
    assert (report.status, report.causes) == (1, ['membership']), report.rungs
    assert f'but not for what {a.address} sends' in report.saw('membership')
    assert report.commands('membership') == [f'hostcast recv {a.address}@{TARGET}', f'hostcast recv {TARGET}']


def test_loopback_that_is_named_gets_no_route(two_hosts):
    """It would take the range away from what other hosts send."""
    _, b = two_hosts
    report = doctor(b, '-i', 'lo', TARGET)
    assert (report.status, report.causes) == (1, ['route'])
    assert report.commands('route') == [] and 'hostcast recv -i lo' in report.remedy('route')[0]


def test_joined_on_loopback_for_want_of_an_address_and_a_route(two_hosts):
    """Doctor's own trial, which arrives on loopback, is no health, and reaches no program."""
    _, b = two_hosts
    b.ip('address flush dev eth0')
    receiver = start_receiver(b)
    report = doctor(b, TARGET)
    assert report.causes == ['address'] and 'eth0 has no IPv4 address' in report.saw('address'), report.rungs
    b.ip('address add 10.0.0.2/24 dev eth0')
    report = doctor(b, TARGET)
    assert report.causes == ['route'], report.rungs
    report = doctor(b, '-i', 'lo', '--all', TARGET)
    assert report.summary['listened']['on_wire'] == report.summary['listened']['at_socket'] == 0
    receiver.signal(signal.SIGINT)
    assert receiver.wait() == 0
    assert receiver.stdout == ''


def test_a_trial_reaches_no_program(two_hosts):
    _, b = two_hosts
    receiver = start_receiver(b)
    doctor(b, TARGET)
    receiver.signal(signal.SIGINT)
    assert receiver.wait() == 0
    assert receiver.stdout == ''


def test_its_own_trial_is_not_taken_for_a_sender(two_hosts):
    """On loopback, doctor sees what it sends to try the firewall."""
    _, b = two_hosts
    report = doctor(b, '-i', 'lo', '--all', TARGET)
    assert 'membership' in report.causes and report.saw('membership') == f'no program of this host has joined {GROUP}'


def test_a_monitor_on_another_interface_is_no_fault_of_a_sender(two_networks):
    _, router, _ = two_networks
    router.ip('route add 224.0.0.0/4 dev eth0')
    start_program(router, groups=[GROUP], interface='eth1')
    assert doctor(router, '--sender', '-i', 'eth0', TARGET).causes == []
    start_program(router, groups=['239.1.2.4'], interface='lo')
    assert doctor(router, '--sender', '239.1.2.4:5004').causes == []


def test_the_source_that_was_asked_for_stands_in_what_helps(two_hosts):
    _, b = two_hosts
    report = doctor(b, '10.0.0.1@232.1.2.3:5004')
    assert report.causes == ['membership'], report.rungs
    assert report.commands('membership') == [
        'hostcast recv 10.0.0.1@232.1.2.3:5004', 'hostcast doctor --sender 10.0.0.1@232.1.2.3:5004']



# ---- 7: binding ----

@pytest.mark.parametrize('address', ['127.0.0.1', '10.0.0.2'])
def test_bound_to_an_address_of_the_host(two_hosts, address):
    _, b = two_hosts
    start_program(b, groups=[GROUP], address=address)
    report = doctor(b, TARGET)
    assert (report.status, report.causes) == (1, ['binding']), report.rungs
    assert f'is bound to {address}:5004' in report.saw('binding')


def test_bound_to_another_port(two_hosts):
    _, b = two_hosts
    start_program(b, groups=[GROUP], port=6000)
    report = doctor(b, TARGET)
    assert (report.status, report.causes) == (1, ['binding'])
    assert 'is bound to 0.0.0.0:6000' in report.saw('binding')


def test_data_at_another_port(two_hosts):
    a, b = two_hosts
    start_receiver(b)
    start_sender(a, f'{GROUP}:6000')
    report = doctor(b, TARGET, '--wait', '1')
    assert (report.status, report.causes) == (1, ['binding']), report.rungs
    assert f'{GROUP} comes in at port 6000 only, not at 5004' in report.saw('binding')


@pytest.mark.parametrize('target, other, bound', [
    (TARGET, f'{GROUP}:5005', None),  # RTP's own reports
    (TARGET, f'{GROUP}:7000', 7000),  # another program here is there for it
    ('239.255.255.250:1900', '239.255.255.250:3702', None),  # SSDP, and WS-Discovery
])
def test_another_application_of_the_group_explains_nothing(two_hosts, target, other, bound):
    a, b = two_hosts
    start_receiver(b, target)
    if bound:
        start_program(b, port=bound)
    start_sender(a, other)
    report = doctor(b, target)
    assert (report.status, report.causes, report.state('binding')) == (0, [], 'noted'), report.rungs



# ---- Several at once ----

def test_flag_then_limit_then_nobody(two_hosts):
    _, b = two_hosts
    b.ip('link set eth0 multicast off')
    b.set('ipv4/igmp_max_memberships', 0)
    first = doctor(b, TARGET)
    assert first.causes == ['interface']
    mend(b, first)
    second = doctor(b, TARGET)
    assert second.causes == ['join']
    b.set('ipv4/igmp_max_memberships', 20)  # as its remedy says; not every system has sysctl(8)
    assert doctor(b, TARGET).causes == ['membership']


def test_no_route_then_not_joined(two_hosts):
    _, b = two_hosts
    b.ip('route del 224.0.0.0/4 dev eth0')
    start_program(b)
    first = doctor(b, TARGET)
    assert first.causes == ['route']
    mend(b, first)
    second = doctor(b, TARGET)
    assert second.causes == ['membership'] and 'is bound to port 5004' in second.saw('membership')


def test_all_shows_what_stands_behind_the_first_cause(two_hosts):
    _, b = two_hosts
    b.ip('link set eth0 multicast off')
    b.set('ipv4/igmp_max_memberships', 0)
    report = doctor(b, '--all', TARGET)
    assert report.status == 1
    assert report.causes[0] == 'interface' and 'membership' in report.causes
    assert len(report.rungs) == 17
    assert report.summary['text'].startswith(f'{len(report.causes)} causes')


# ---- Without rights ----

def test_without_the_right_to_capture_it_says_what_it_did_not_see(two_hosts):
    a, b = two_hosts
    receiver = start_receiver(b)
    start_sender(a)
    receiver.wait_for('hello')
    report = doctor(b, TARGET, prefix=AS_PLAIN_USER)
    assert (report.status, report.verdict) == (0, 'healthy'), report.rungs
    assert report.summary['listened']['wire_seen'] is False
    assert 'CAP_NET_RAW' in report.summary['listened']['no_wire_reason']
    text = b.run([*AS_PLAIN_USER, *resolve(['hostcast', 'doctor', '--wait', '0.2', TARGET])])
    assert re.search(r'^The wire was not seen: .*CAP_NET_RAW', text.stdout, re.MULTILINE), text.stdout


def test_causes_that_need_no_right_are_named_without(two_hosts):
    _, b = two_hosts
    b.ip('link set eth0 multicast off')
    report = doctor(b, TARGET, prefix=AS_PLAIN_USER)
    assert (report.status, report.causes) == (1, ['interface'])


# ---- How it ends, and what it prints ----

@pytest.mark.parametrize('args, status, text', [
    (['239.1.2.3', '239.1.2.4'], 2, "one GROUP at a time; '239.1.2.4' is a second one"),
    (['239.1.2.3+5'], 2, 'is a range; doctor examines one group at a time'),
    (['10.0.0.1'], 2, 'no multicast group|224.0.0.0 to 239.255.255.255'),
    (['--allow', '10.0.0.0/8', '239.1.2.3'], 2, 'need --listen'),
    (['--listen', '239.1.2.3'], 2, 'takes no GROUP'),
    (['--listen', '--wait', '3'], 2, 'takes no GROUP.* --wait'),
    (['--sender'], 2, 'need a GROUP'),
    (['--all'], 2, 'need a GROUP'),
    *(([*option], 2, 'need a GROUP') for option in (['-4'], ['-6'], ['-p', '5004'], ['-W', '5'])),
    (['--ttl', '3', '239.1.2.3'], 2, 'needs --peer'),
    (['--wait', '0', '239.1.2.3'], 2, 'with --wait 0 doctor would hear nothing'),
    (['-i', 'nosuch', '239.1.2.3'], 3, "no interface 'nosuch'"),
    (['-i', 'nosuch'], 3, "no interface 'nosuch'"),
])
def test_errors(host, args, status, text):
    result = host.run(['hostcast', 'doctor', *args])
    assert (result.status, result.stdout) == (status, '')
    assert re.search(text, result.stderr), result.stderr


def test_a_peer_that_does_not_listen_is_no_health(two_hosts):
    a, b = two_hosts
    start_receiver(b)
    report = doctor(b, '--peer', a.address, TARGET)
    assert (report.status, report.verdict) == (7, 'no answer')
    assert f'{a.address}:10002 refuses' in report.summary['text']


def test_a_signal_cuts_the_listening_short(two_hosts):
    _, b = two_hosts
    start_receiver(b)
    process = b.spawn(['hostcast', 'doctor', '--json', '--wait', '600', TARGET])
    process.wait_for('listening on eth0', 'stderr')
    process.signal(signal.SIGINT)
    assert process.wait() == 6
    summary = json.loads(process.stdout.splitlines()[-1])
    assert summary['event'] == 'summary' and summary['cut_short'] is True
    assert 'cut short' in summary['text']


def test_the_deadline_cuts_the_listening_short(two_hosts):
    _, b = two_hosts
    start_receiver(b)
    result = b.run(['hostcast', 'doctor', '--wait', '600', '--deadline', '0.2', TARGET])
    assert result.status == 6 and 'cut short' in result.stdout


def test_the_text_has_a_line_for_a_good_rung_and_the_remedy_of_a_cause(two_hosts):
    _, b = two_hosts
    b.ip('route del 224.0.0.0/4 dev eth0')
    result = b.run(['hostcast', 'doctor', '--wait', '0.1', TARGET])
    lines = result.stdout.splitlines()
    assert result.status == 1
    assert lines[0] == TARGET
    assert re.match(r' 1  interface +ok     eth0 is up', lines[1])
    assert re.match(r' 3  route +CAUSE  no route leads to 239\.1\.2\.3', lines[3])
    assert any(re.match(r'    mend it: +ip route replace 239\.0\.0\.0/8 dev eth0$', line) for line in lines)
    assert any(line.startswith('The cause is on rung 3, route. Mend it') for line in lines)
    assert max(map(len, lines)) <= 120


def test_the_name_of_an_interface_does_nothing_to_the_terminal(two_hosts):
    _, b = two_hosts
    b.ip('link set eth0 down', 'link set eth0 name \x1b[2Jeth')
    for args in [], ['--wait', '0.1', TARGET]:
        result = b.run(['hostcast', 'doctor', *args])
        assert "ip link set $'\\033[2Jeth' up" in result.stdout
        assert result.status == 1 and '\x1b' not in result.stdout + result.stderr
        assert r'\x1b[2Jeth' in result.stdout


def test_the_readme_shows_what_doctor_says(two_networks):
    a, router, _ = two_networks
    router.ip('route add 224.0.0.0/4 dev eth0')
    start_program(router, groups=[GROUP], interface='eth1')
    start_sender(a)
    result = router.run(['hostcast', 'doctor', TARGET])
    shown = README.read_text().split(f'$ sudo hostcast doctor {TARGET}\n')[1].split('```')[0]

    def words(text):
        return re.sub(r'python3\S* \(process \d+\)', 'python3', ' '.join(text.split()))

    assert result.stderr.strip() in shown
    assert words(result.stdout) == words(shown.replace(result.stderr, ''))


def test_quiet_says_the_verdict_alone(two_hosts):
    _, b = two_hosts
    result = b.run(['hostcast', 'doctor', '--quiet', '--wait', '0.1', TARGET])
    assert (result.status, result.stderr) == (1, '')
    assert result.stdout.startswith('The cause is on rung 6, membership: ')


# ---- The health report ----

def health(host, *args, prefix=()):
    result = host.run([*prefix, *resolve(['hostcast', 'doctor', '--json', *args])])
    events = result.events
    assert events[-1]['event'] == 'summary', result
    problems = [event for event in events if event['event'] == 'problem']
    for problem in problems:
        expect_commands(problem)
    interfaces = {event['interface']: event for event in events if event['event'] == 'interface'}
    return result.status, interfaces, problems, events[-1]


def wrong(problems):
    return [problem for problem in problems if problem['state'] == 'cause']


def test_a_healthy_host_has_no_fault(two_hosts):
    _, b = two_hosts
    status, interfaces, problems, summary = health(b)
    assert (status, wrong(problems), summary['verdict']) == (0, [], 'healthy'), problems
    assert set(interfaces) == {'lo', 'eth0'}
    assert interfaces['eth0']['state'] == 'up' and interfaces['eth0']['ipv4'] == '10.0.0.2'
    assert (interfaces['eth0']['igmp'], interfaces['eth0']['link_local']) == (3, 'ready')
    assert summary['ipv4_route'] == summary['ipv6_route'] == 'eth0'
    assert summary['limits']['igmp_max_memberships'] == 20
    assert summary['dropped_ipv4']['udp_buffer_errors'] == 0
    assert summary['may_capture'] is True


def test_a_limit_that_is_not_told_has_a_reason(two_hosts):
    """Not all kernels show all of them in a network namespace."""
    _, b = two_hosts
    report = b.run(['hostcast', 'doctor']).stdout
    limits = ' '.join(re.search('^limits .*(?=^dropped)', report, re.MULTILINE | re.DOTALL)[0].split())
    assert 'optmem_max' in limits and not re.search(r'\?(?! \(no such setting)', limits), limits


def test_the_report_fits_a_screen(two_hosts):
    _, b = two_hosts
    result = b.run(['hostcast', 'doctor'])
    lines = result.stdout.splitlines()
    assert result.status == 0 and len(lines) <= 24, result.stdout
    assert max(map(len, lines)) <= 100
    assert re.search(r'^eth0 +up +10\.0\.0\.2 +ready ', result.stdout, re.MULTILINE)
    assert lines[-1] == 'Nothing is wrong with multicast on this host.'


def test_a_flag_that_is_missing_is_wrong(two_hosts):
    _, b = two_hosts
    b.ip('link set eth0 multicast off')
    status, interfaces, problems, _ = health(b)
    assert status == 1 and interfaces['eth0']['state'] == 'no multicast'
    assert 'ip link set eth0 multicast on' in [line for problem in wrong(problems) for line in problem.get('remedy', [])]


def test_an_interface_that_leads_to_no_hosts_needs_no_multicast(two_hosts):
    _, b = two_hosts
    made = b.run(['ip', 'link', 'add', 'ifb9', 'type', 'ifb'])
    if made.status != 0:
        pytest.skip('this kernel has no ifb')
    b.ip('link set ifb9 up')
    status, interfaces, problems, _ = health(b)
    assert status == 0 and 'ifb9' in interfaces, problems
    assert 'ifb9' not in [problem['about'] for problem in problems]


def test_a_route_that_is_missing_is_wrong(two_hosts):
    _, b = two_hosts
    b.ip('route del 224.0.0.0/4 dev eth0')
    status, _, problems, summary = health(b)
    assert status == 1 and 'ipv4_route' not in summary
    assert [problem['about'] for problem in wrong(problems)] == ['route']


def test_a_route_that_is_missing_is_noted_where_programs_have_named_the_interface(two_hosts):
    _, b = two_hosts
    b.ip('route del 224.0.0.0/4 dev eth0')
    start_program(b, groups=[GROUP], interface='eth0')
    status, _, problems, _ = health(b)
    assert (status, wrong(problems)) == (0, []), problems
    assert [problem['saw'].split(':')[0] for problem in problems if problem['about'] == 'route'] == \
        ['no route leads to groups (tried']
    receiver = start_receiver(b)  # on all interfaces, each by its name
    assert health(b)[0] == 0
    receiver.signal(signal.SIGINT)
    receiver.wait()
    start_program(b, groups=[GROUP], interface='lo')  # as who names none, and finds no route
    assert health(b)[0] == 1


ROUTER = r'''
import socket, struct, sys

MRT_INIT = 200
sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IGMP)
sock.setsockopt(socket.IPPROTO_IP, MRT_INIT, 1)
joined = struct.pack('=4s4si', socket.inet_aton(sys.argv[1]), bytes(4), socket.if_nametoindex('eth0'))
sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
print('ready', flush=True)
sys.stdin.read()
'''


def test_a_router_needs_neither_a_port_nor_a_route(two_hosts):
    a, b = two_hosts
    b.ip('route del 224.0.0.0/4 dev eth0')
    b.spawn([sys.executable, '-c', ROUTER, GROUP]).wait_for('^ready$')
    start_sender(a)
    report = doctor(b, '-i', 'eth0', TARGET)
    assert (report.status, report.state('binding')) == (0, 'good'), report.rungs
    assert 'is bound to no port, as routers are not' in report.saw('binding')
    status, _, problems, _ = health(b)
    assert (status, wrong(problems)) == (0, []), problems


def test_a_bridge_of_containers_that_nobody_uses_is_not_told_of(two_hosts):
    _, b = two_hosts
    b.ip('link add docker0 type bridge', 'link set docker0 up', 'address add 172.17.0.1/16 dev docker0')
    assert [problem for problem in health(b)[2] if problem['about'] == 'docker0'] == []
    b.ip('link add inner type veth peer name outer', 'link set outer master docker0 up', 'link set inner up')
    wait_until(lambda: 'LOWER_UP' in b.run(['ip', 'link', 'show', 'docker0']).stdout, 'carrier of docker0')
    assert [problem for problem in health(b)[2] if problem['about'] == 'docker0'] == []


def test_no_interface_that_can_is_wrong(two_hosts):
    _, b = two_hosts
    b.ip('link set eth0 down')
    status, interfaces, problems, _ = health(b)
    assert status == 1 and interfaces['eth0']['state'] == 'down'
    assert [problem['about'] for problem in wrong(problems)] == ['interfaces']
    assert wrong(problems)[0]['remedy'] == ['ip link set eth0 up']


def test_a_second_interface_without_carrier_is_only_noted(two_networks):
    _, router, b = two_networks
    router.ip('route add 224.0.0.0/4 dev eth0')
    b.ip('link set eth0 down')
    status, interfaces, problems, _ = health(router)
    assert (status, wrong(problems)) == (0, []), problems
    assert interfaces['eth1']['state'] == 'no carrier'
    assert 'eth1' in [problem['about'] for problem in problems]


def test_a_snooping_bridge_that_nobody_asks_is_noted(two_hosts):
    _, b = two_hosts
    b.ip('link add br0 type bridge mcast_snooping 1', 'link add inner type veth peer name outer',
         'link set outer master br0 up', 'link set inner up', 'link set br0 up', 'address add 172.20.0.1/16 dev br0')
    wait_until(lambda: 'LOWER_UP' in b.run(['ip', 'link', 'show', 'br0']).stdout, 'carrier of br0')
    status, interfaces, problems, _ = health(b)
    assert status == 0, problems
    assert interfaces['br0']['bridge'] == {'name': 'br0', 'is_port': False, 'snooping': True, 'querier': False}
    assert [problem['remedy'] for problem in problems if problem['about'] == 'br0'] == \
        [['ip link set br0 type bridge mcast_querier 1']]


def test_a_socket_at_its_limit_is_noted(two_hosts):
    _, b = two_hosts
    b.set('ipv4/igmp_max_memberships', 2)
    start_program(b, groups=['239.9.9.1', '239.9.9.2'])
    status, _, problems, summary = health(b)
    assert (status, summary['limits']['most_groups_on_a_socket']) == (0, 2)
    assert any(problem['about'] == 'limits' and 'python3' in problem['saw'] for problem in problems)


def test_health_of_one_interface(two_networks):
    _, router, _ = two_networks
    assert set(health(router, '-i', 'eth1')[1]) == {'eth1'}


def test_health_without_rights(two_hosts):
    _, b = two_hosts
    status, _, _, summary = health(b, prefix=AS_PLAIN_USER)
    assert (status, summary['may_capture']) == (0, False)
    assert 'CAP_NET_RAW' in summary['no_capture']
