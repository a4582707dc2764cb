"""hostcast rdv: who is the root (T-3 to T-5, T-14, T-15), asked by plain sockets on loopback."""

import re
import signal
import socket
from pathlib import Path

import pytest

from support.conditions import wait_until
from support.program import run
from support.tree import PROGRAM
from support.trees import Member, ask, program_at, split


@pytest.fixture
def rdv(spawn):
    """rdv('--hold', 1) starts one with --json."""
    return lambda *options, listen='127.0.0.1:0': Member(
        spawn(['hostcast', 'rdv', '--json', '--listen', listen, *options]))


def start_text(spawn, *options, listen='127.0.0.1:0'):
    """One that writes text, and its address."""
    process = spawn(['hostcast', 'rdv', '--listen', listen, *options])
    return process, process.wait_for(r'^hostcast rdv: note: listening at (\S+)\n', 'stderr')[1]


def stop(process):
    """Stops it in the sense of SIGSTOP."""
    process.signal(signal.SIGSTOP)
    stat = Path(f'/proc/{process.pid}/stat')
    wait_until(lambda: stat.read_text().rpartition(')')[2].split()[0] == 'T', 'the process to stop')


# ---- Who is the root ----

def test_the_first_one_to_register_is_the_root(rdv):
    point = rdv()
    with program_at('127.0.0.2') as first, program_at('127.0.0.3') as second:
        assert ask(first, point.address, b'ROOT\n') == b'TOOR\n'
        assert ask(first, point.address, b'RREG\n') == b'YREG\n'
        assert ask(second, point.address, b'RREG\n') == b'NREG\n'
        assert ask(second, point.address, b'ROOT') == f'TOOR\n127.0.0.2 {first.getsockname()[1]}'.encode()
        assert ask(first, point.address, b'RREG\r\n') == b'YREG\n'
        point.process.wait_for_event('refreshed')
        assert [event['event'] for event in point.events] == ['listening', 'registered', 'refused', 'refreshed']


def test_a_root_that_leaves_is_forgotten_and_nobody_else_can_say_so(rdv):
    point = rdv()
    with program_at('127.0.0.2') as root, program_at('127.0.0.3') as other:
        ask(root, point.address, b'RREG\n')
        other.sendto(b'LEAV\n', split(point.address))
        assert ask(other, point.address, b'ROOT\n') != b'TOOR\n'
        root.sendto(b'LEAV\n', split(point.address))
        assert ask(other, point.address, b'ROOT\n') == b'TOOR\n'
        assert ask(other, point.address, b'RREG\n') == b'YREG\n'
    summary = point.stop()
    assert (summary['left'], summary['unasked'], summary['registered']) == (1, 1, 2)


def test_a_root_that_is_silent_is_forgotten_without_being_asked_for(rdv):
    point = rdv('--hold', '0.1')
    with program_at('127.0.0.2') as root:
        ask(root, point.address, b'RREG\n')
        expired = point.process.wait_for_event('expired')
        assert expired['address'] == f'127.0.0.2:{root.getsockname()[1]}'
        assert 'root' not in point.summary()


def test_a_refresh_that_waited_keeps_the_root(rdv):
    """A rendezvous point that did not run for a while forgets nobody who was in time, whoever stands before (T-5)."""
    point, clock = rdv('--hold', '2'), rdv('--hold', '2')
    with program_at('127.0.0.2') as root, program_at('127.0.0.3') as orphan:
        assert ask(root, point.address, b'RREG\n') == b'YREG\n'
        stop(point.process)
        for plain in (orphan, root):
            plain.sendto(b'RREG\n', split(point.address))
        assert ask(root, clock.address, b'RREG\n') == b'YREG\n'
        clock.process.wait_for_event('expired')  # so much time has passed at the other one, too
        point.process.signal(signal.SIGCONT)
        assert (orphan.recv(100), root.recv(100)) == (b'NREG\n', b'YREG\n')
        assert point.summary()['expired'] == 0


def test_over_ipv6(rdv):
    point = rdv(listen='[::1]:0')
    with program_at('::1') as root:
        assert ask(root, point.address, b'RREG\n') == b'YREG\n'
        assert ask(root, point.address, b'ROOT\n') == f'TOOR\n::1 {root.getsockname()[1]}'.encode()


@pytest.mark.parametrize('listen, asked', [('0.0.0.0:0', '127.0.0.77'), ('[::]:0', '::1')])
def test_the_answer_leaves_from_the_address_that_was_asked(rdv, listen, asked):
    """T-1: 127.0.0.77 is none of those that the system lists; a connected socket takes no other's answer."""
    point = rdv(listen=listen)
    with program_at('::1' if ':' in asked else '127.0.0.1') as plain:
        plain.connect((asked, split(point.address)[1]))
        plain.send(b'ROOT\n')
        assert plain.recv(100) == b'TOOR\n'


# ---- What it does not answer ----

def test_what_is_no_message_is_counted_and_not_answered(rdv):
    point = rdv()
    with program_at('127.0.0.2') as plain:
        for message in (b'', b'ROO', b'R\xff\x00T\n', b'ROOTS\n', b'ABCD\n', b'DATA\nx', b'ROOT\n'):
            plain.sendto(message, split(point.address))
        assert plain.recv(100) == b'TOOR\n'  # the answer to the last one, and no other before it
        summary = point.summary()
        assert (summary['malformed'], summary['unknown'], summary['unasked'], summary['asked']) == (4, 1, 1, 1)
        assert summary['received'] == 7


def test_other_networks_are_refused_and_each_is_named_once(rdv):
    point = rdv('--allow', '127.0.5.0/24', '--allow', '127.0.9.1')
    with program_at('127.0.5.1') as allowed, program_at('127.0.6.1') as one, program_at('127.0.6.2') as two:
        for plain in (one, two, one):
            plain.sendto(b'RREG\n', split(point.address))
        assert ask(allowed, point.address, b'ROOT\n') == b'TOOR\n'
    summary = point.stop()
    assert (summary['not_allowed'], summary['registered']) == (3, 0)
    assert point.process.stderr == ('hostcast rdv: note: 127.0.6.1 is not served, its network is not allowed; '
                                    'to admit it: --allow 127.0.6.0/24\n')


def test_the_network_that_it_names_admits(rdv, spawn):
    point = rdv('--allow', '127.0.5.0/24')
    with program_at('127.0.6.1') as plain:
        plain.sendto(b'ROOT\n', split(point.address))
        advice = point.process.wait_for(r'to admit it: (--allow) (\S+)\n', 'stderr')
        again = rdv('--allow', '127.0.5.0/24', advice[1], advice[2])
        assert ask(plain, again.address, b'ROOT\n') == b'TOOR\n'


def test_a_node_that_is_gone_does_not_disturb_it(rdv):
    """The ICMP errors that its answers bring back are of nobody else's concern."""
    point = rdv()
    for _ in range(20):
        with program_at('127.0.0.2') as gone:
            gone.sendto(b'ROOT\n', split(point.address))
    with program_at('127.0.0.3') as plain:
        assert ask(plain, point.address, b'ROOT\n') == b'TOOR\n'
    summary = wait_until(lambda: (now := point.summary())['asked'] == 21 and now, 'all to be asked')
    assert summary['send_failed'] == 0


# ---- What it says ----

def test_the_log_in_text(spawn):
    process, address = start_text(spawn)
    with program_at('127.0.0.2') as root, program_at('127.0.0.3') as other:
        root_name, other_name = (f'{ip}:{port}' for ip, port in (root.getsockname(), other.getsockname()))
        ask(root, address, b'RREG\n')
        ask(root, address, b'RREG\n')
        ask(other, address, b'RREG\n')
        root.sendto(b'LEAV\n', split(address))
        process.wait_for('has left')
    process.signal(signal.SIGTERM)
    assert process.wait() == 0
    assert process.stdout.splitlines() == [f'the root is now {root_name}', f'there is a root, so it cannot be {other_name}',
                                           f'the root has left: {root_name}']
    assert process.stderr.splitlines()[-1] == (
        'hostcast rdv: no root; registered 1, refreshed 1, refused 1, left 1, received 4')


def test_refreshes_are_for_verbose_and_times_where_wanted(spawn):
    process, address = start_text(spawn, '-v', '--time')
    with program_at('127.0.0.2') as root:
        ask(root, address, b'RREG\n')
        ask(root, address, b'RREG\n')
        process.wait_for(r'^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} the root is now 127\.0\.0\.2:\d+\n')
        process.wait_for(r'^\d{4}\S+ \S+ the root was heard again: 127\.0\.0\.2:\d+\n')
        process.signal(signal.SIGUSR1)
        process.wait_for(r'the root is 127\.0\.0\.2:\d+; registered 1, refreshed 1, received 2\n', 'stderr')


# ---- Errors ----

@pytest.mark.parametrize('args, message', [
    (['224.1.1.1'], "'224.1.1.1' is no option (an address goes with --listen)"),
    (['--listen', '224.1.1.1'], "--listen '224.1.1.1' must be an address of this host"),
    (['--listen', 'localhost'], "--listen 'localhost' must be an address of this host"),
    (['--listen', '127.0.0.1:70000'], "--listen '127.0.0.1:70000' must be an address of this host"),
    (['--listen', '169.254.1.1'], "--listen '169.254.1.1' is link-local"),
    (['--listen', '[fe80::1]:10000'], "--listen '[fe80::1]:10000' is link-local"),
    (['-6', '--listen', '127.0.0.1'], "--listen '127.0.0.1' is not IPv6, and one tree has one family"),
    (['--allow', '10.0.0.0/33'], "the prefix '33' in '10.0.0.0/33' must be 0 to 32"),
    (['--allow', 'fd00::/129'], "the prefix '129' in 'fd00::/129' must be 0 to 128"),
    (['--allow', '10.0.0/8'], "'10.0.0/8' is no network"),
    (['--allow', '224.0.0.0/4'], "'224.0.0.0/4' is no network"),
    (['--allow', '10.0.0.0/'], "the prefix '' in '10.0.0.0/' must be 0 to 32"),
    (['--hold', '0'], '--hold must be at least 0.001 seconds'),
])
def test_usage_errors(hostcast, args, message):
    result = hostcast('rdv', *args)
    assert (result.status, result.stdout) == (2, '')
    assert result.stderr.startswith(f'hostcast rdv: {message}'), result.stderr


def test_an_address_of_another_host(hostcast):
    result = hostcast('rdv', '--listen', '192.0.2.1')
    assert result.status == 3
    assert '192.0.2.1:10000 is not an address of this host' in result.stderr


def test_a_port_in_use_names_its_holder(rdv, hostcast):
    point = rdv()
    result = hostcast('rdv', '--listen', point.address)
    assert result.status == 4
    assert result.stderr == (f'hostcast rdv: {point.address} is in use by hostcast (process {point.process.pid}); '
                             'stop it or choose another port (--listen)\n')


# ---- Its other name ----

@pytest.mark.parametrize('link, verb', [('rdvpoint', 'rdv'), ('mcastnode', 'node')])
def test_links_are_verbs(tmp_path, link, verb):
    path = tmp_path / link
    path.symlink_to(PROGRAM)
    assert run([path, '--help']) == run(['hostcast', verb, '--help'])
    assert run([path, '--version']) == run(['hostcast', '--version'])
    assert run([path, 'send']).stderr.startswith(f"hostcast {verb}: 'send' is no option")


def test_a_link_by_another_name_is_the_program(tmp_path):
    path = tmp_path / 'rdv'
    path.symlink_to(PROGRAM)
    assert re.match('Usage: hostcast VERB', run([path, '--help']).stdout)
