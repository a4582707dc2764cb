"""The screen of hostcast watch, on a pseudo terminal."""

import signal
import termios
from pathlib import Path

import pytest

from support.conditions import wait_until
from support.full_screen import FullScreen
from support.watching import GROUP, burst_sender, send_rtp

UP, DOWN = '\x1bOA', '\x1bOB'  # as ncurses has asked the terminal to send them


@pytest.fixture
def screen(two_hosts):
    """screen(args...) starts it on host a, and gives a Shown."""
    a, _ = two_hosts

    def start(*args):
        shown = Shown(a.terminal(['hostcast', 'watch', *args]))
        shown.wait('GROUP / SENDER')
        return shown
    return start


class Shown:
    def __init__(self, terminal, rows=24, columns=80):
        self.terminal = terminal
        self.size = rows, columns

    @property
    def now(self):
        return FullScreen.of(self.terminal.screen, *self.size)

    def wait(self, *texts):
        wait_until(lambda: all(text in self.now.text for text in texts), f'{texts} in\n{self.now.text}')
        return self.now

    def wait_gone(self, text):
        wait_until(lambda: text not in self.now.text, f'no {text} any more')


def local_modes(terminal):
    return termios.tcgetattr(terminal._input)[3]


def test_members_and_senders_are_shown_and_the_events(two_hosts, screen):
    _, b = two_hosts
    shown = screen('-i', 'eth0', GROUP)
    shown.wait('hostcast watch: eth0', 'nothing so far', 'QUERIERS', 'none heard so far')
    member = b.spawn(['hostcast', 'recv', GROUP])
    shown.wait(f'\n{GROUP}', 'members: 10.0.0.2', 'EVENTS', 'eth0 10.0.0.2 joins 224.1.1.1 (IGMPv3)')
    send_rtp(b, [{'group': GROUP, 'lost': [100]}], 200)
    shown.wait('RTP 0x00001234 type 96: 196 packets, lost 1, ', ' 112 ')
    member.signal(signal.SIGINT)
    shown.wait('eth0 10.0.0.2 leaves 224.1.1.1 (IGMPv3)')
    shown.wait_gone('members: 10.0.0.2')


@pytest.mark.parametrize('end', [
    lambda terminal: terminal.send('q'),
    lambda terminal: terminal.send('\x03'),
    lambda terminal: terminal.send('\x1c'),
    lambda terminal: terminal.signal(signal.SIGTERM),
    lambda terminal: terminal.signal(signal.SIGQUIT),
    lambda terminal: terminal.signal(signal.SIGHUP),
], ids=['q', 'Ctrl-C', 'Ctrl-backslash', 'SIGTERM', 'SIGQUIT', 'SIGHUP'])
def test_the_terminal_is_restored(screen, end):
    shown = screen(GROUP)
    assert shown.now.is_taken and not shown.now.has_cursor
    assert not local_modes(shown.terminal) & (termios.ECHO | termios.ICANON)
    end(shown.terminal)
    assert shown.terminal.wait() == 0
    assert not shown.now.is_taken and shown.now.has_cursor
    assert local_modes(shown.terminal) & termios.ECHO and local_modes(shown.terminal) & termios.ICANON
    assert 'hostcast watch: 0 joins, 0 leaves, ' in shown.terminal.screen.rpartition('\x1b[?1049l')[2]


def test_it_is_suspended_and_comes_back(screen):
    shown = screen(GROUP)
    shown.terminal.send('\x1a')  # Ctrl-Z
    status = Path(f'/proc/{shown.terminal.pid}/status')
    wait_until(lambda: 'State:\tT' in status.read_text(), 'it to stop')
    wait_until(lambda: not shown.now.is_taken, 'the shell to have its screen')
    assert local_modes(shown.terminal) & termios.ECHO
    shown.terminal.signal(signal.SIGCONT)
    wait_until(lambda: shown.now.is_taken, 'the screen to come back')
    shown.wait('GROUP / SENDER')
    assert not local_modes(shown.terminal) & termios.ECHO
    shown.terminal.send('q')
    assert shown.terminal.wait() == 0


def test_p_pauses_and_goes_on(two_hosts, screen):
    _, b = two_hosts
    shown = screen('-i', 'eth0', GROUP)
    shown.terminal.send('p')
    shown.wait('hostcast watch, PAUSED: ')  # in front, where a narrow terminal shows it
    b.spawn(['hostcast', 'recv', GROUP])
    shown.wait('eth0 10.0.0.2 joins')  # events go on
    assert 'members:' not in shown.now.text
    shown.terminal.send('p')
    shown.wait('members: 10.0.0.2')


def test_s_sorts_otherwise(two_hosts, screen):
    _, b = two_hosts
    shown = screen('-i', 'eth0', GROUP, '224.1.1.2')
    for group in (GROUP, '224.1.1.2'):
        sender = burst_sender(b, group)
        sender.send_line('1')
        shown.wait(f'\n{group}\n')
    assert shown.now.text.index(GROUP) < shown.now.text.index('224.1.1.2')
    for order, is_first in (('rate', None), ('last heard', False), ('group', True)):
        shown.terminal.send('s')
        shown.wait(f'[s]ort: {order}')
        if is_first is not None:
            wait_until(lambda: is_above(shown.now.text, GROUP, '224.1.1.2') == is_first, f'the order: {order}')


def is_above(text, group, other):
    """None: they do not both have a row, since the screen has been drawn in part."""
    rows = text.split('\n')
    return rows.index(group) < rows.index(other) if group in rows and other in rows else None


def test_the_screen_follows_the_window(screen):
    shown = screen('-i', 'eth0', GROUP)
    before = len(shown.terminal.screen)
    shown.terminal.resize(40, 132)
    # Without the size it would have drawn nothing, or 80 columns.
    wait_until(lambda: FullScreen.of(shown.terminal.screen[before:], 40, 132).rows[0].startswith('hostcast watch'),
               'it to be drawn again')
    wait_until(lambda: f'group{" " * 60}' in shown.terminal.screen[before:], 'a title of the new width')


def test_arrows_move(two_hosts, screen):
    _, b = two_hosts
    shown = screen('-i', 'eth0', '-4')
    b.set('ipv4/igmp_max_memberships', 100)
    b.spawn(['hostcast', 'recv', '-4', '225.1.2.3+30'])
    shown.wait('225.1.2.3\n', '225.1.2.7\n')
    assert 'GROUP / SENDER' in shown.now.text
    # The first reports may tell of few groups, for which there is nothing to move.
    wait_until(lambda: shown.terminal.send(DOWN) or '225.1.2.3\n' not in shown.now.text, 'the first group to move away')
    wait_until(lambda: shown.now.rows[1].startswith('GROUP / SENDER'), 'the titles to stay')
    wait_until(lambda: shown.terminal.send(UP) or '225.1.2.3\n' in shown.now.text, 'the first group to come back')


def test_an_event_wider_than_the_screen_goes_on_in_the_next_row(two_hosts, screen):
    _, b = two_hosts
    shown = screen('-i', 'eth0', GROUP)
    send_rtp(b, [{'group': GROUP, 'lost': [100]}], 200)
    shown.wait('lost 1, ', 'EVENTS')

    def is_in_two_rows():
        events = shown.now.text.partition('EVENTS')[2]
        return 'lost 1 packet' in ' '.join(events.split()) and '\n' + ' ' * 16 in events

    wait_until(is_in_two_rows, 'the event')
    assert all(len(row) <= 80 for row in shown.now.rows)


def test_a_terminal_that_can_do_nothing_gets_lines(two_hosts):
    a, b = two_hosts
    for args, env in (((), {'TERM': 'dumb'}), (('--lines',), {})):
        terminal = a.terminal(['hostcast', 'watch', *args, GROUP], env=env)
        terminal.wait_for('note: watching')
        member = b.spawn(['hostcast', 'recv', GROUP])
        terminal.wait_for(r'eth0 10\.0\.0\.2 joins 224\.1\.1\.1')
        assert '\x1b' not in terminal.screen
        member.signal(signal.SIGINT)
        terminal.wait_for('leaves')
        terminal.signal(signal.SIGINT)
        assert terminal.wait() == 0
