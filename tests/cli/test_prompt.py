"""The prompt on a terminal: line editing, and what comes in meanwhile. Driven through chat."""

import os
import random
import signal
import sys

import pytest

from support.conditions import wait_until
from support.listener import CHAT, Listener
from support.screen import Screen, rows_shown
from support.terminal import INTERRUPT
from support.tree import BUILD, PROGRAM

pytestmark = pytest.mark.skipif('#define HAVE_LIBEDIT' not in (BUILD / 'config.h').read_text(),
                                reason='built without libedit')

COLUMNS = 80

LEFT, RIGHT, UP, DOWN, HOME, END, DELETE = '\x1b[D', '\x1b[C', '\x1b[A', '\x1b[B', '\x1b[H', '\x1b[F', '\x1b[3~'
SUSPEND = '\x1a'


@pytest.fixture
def listener(host):
    return Listener(host)


@pytest.fixture
def chat(host, listener):
    """On a terminal of 80 columns, with the prompt shown."""
    terminal = start(host)
    return terminal


def start(host, env=None):
    terminal = host.terminal(['hostcast', *CHAT, '-q'], env=env)
    terminal.wait_for('> ')
    terminal.wait_for('Bob is here')
    shows(terminal, ['* Bob is here', '>'])
    return terminal


def shows(terminal, rows, columns=COLUMNS):
    """Waits until these are the last rows of the screen."""
    def is_shown():
        return rows_shown(terminal.screen, columns)[-len(rows):] == rows
    try:
        wait_until(is_shown, '')
    except AssertionError:
        raise AssertionError(f'{rows_shown(terminal.screen, columns)} does not end in {rows}') from None


def test_a_line_is_typed_and_said(chat, listener):
    chat.send('hello, Bob')
    shows(chat, ['> hello, Bob'])
    chat.send('\r')
    listener.hears('hello, Bob')
    shows(chat, ['* Bob is here', '> hello, Bob', '>'])


def test_incoming_lines_go_above_the_line_being_typed(chat, listener):
    chat.send('half a sen')
    shows(chat, ['> half a sen'])
    listener.says('I interrupt')
    shows(chat, ['* Bob is here', 'Bob: I interrupt', '> half a sen'])
    listener.says('again')
    chat.send('tence')
    shows(chat, ['Bob: I interrupt', 'Bob: again', '> half a sentence'])
    chat.send_line('')
    listener.hears('half a sentence')


def wrapped(line, columns=COLUMNS):
    """The rows that the prompt with this line takes (characters of one column)."""
    line = '> ' + line
    return [line[at:at + columns] for at in range(0, len(line), columns)]


@pytest.mark.parametrize('length', [COLUMNS - 3, COLUMNS - 2, COLUMNS - 1, 2 * COLUMNS, 5 * COLUMNS - 2])
def test_also_when_it_takes_several_rows(chat, listener, length):
    line = ('0123456789abcdef' * 40)[:length]
    chat.send(line)
    shows(chat, wrapped(line))
    for text in ['one', 'two']:
        listener.says(text)
        shows(chat, [f'Bob: {text}', *wrapped(line)])
    assert len(rows_shown(chat.screen)) == 3 + len(wrapped(line))
    chat.send('\r')
    listener.hears(line)
    shows(chat, ['>'])
    assert [row for row in rows_shown(chat.screen)[3:] if row] == [*wrapped(line), '>']


def test_also_when_the_cursor_is_in_the_middle(chat, listener):
    line = '0123456789abcdef' * 15
    chat.send(line)
    for keys, change in [(HOME, '<' + line), (RIGHT * 100, '<' + line[:100] + '|' + line[100:]), (END, None)]:
        chat.send(keys)
        if change:
            chat.send('<' if keys == HOME else '|')
            shows(chat, wrapped(change))
        listener.says(f'after {len(keys)} bytes')
        shows(chat, [f'Bob: after {len(keys)} bytes', *wrapped(change or '<' + line[:100] + '|' + line[100:])])


TYPED = ['grüße', '日本語' * 20, 'a' + '日本語' * 40, 'c\u0327a va', 'tab\tand\tmore', 'a\t' * 12, 'a\t' * 30]


@pytest.mark.parametrize('text', TYPED)
def test_what_is_typed_is_utf8(chat, listener, text):
    chat.send(text)
    listener.says('one')
    chat.wait_for('Bob: one')
    listener.says('two')
    chat.wait_for('Bob: two')
    chat.send('\r')
    listener.hears(text)
    shows(chat, ['>'])
    rows = rows_shown(chat.screen)
    assert rows[:3] == ['* Bob is here', 'Bob: one', 'Bob: two']
    assert rows[3].startswith('> ' + text[0])


def test_wide_characters_wrap_as_the_terminal_wraps_them(chat, listener):
    rows = ['> x' + '日' * 38, '日' * 40]  # the 39th would begin in the last column
    chat.send(''.join(rows)[2:])
    shows(chat, rows)
    listener.says('hello')
    shows(chat, ['* Bob is here', 'Bob: hello', *rows])


def test_a_terminal_of_another_character_set(host, listener):
    terminal = start(host, env={'LC_ALL': 'C'})
    terminal.send('grüße')
    shows(terminal, ['> grüße'])
    terminal.send('\r')
    listener.hears('grüße')


def test_editing(chat, listener):
    chat.send('wrng' + LEFT * 2 + 'o' + HOME + DELETE + 'W' + END + '!' + '\x7f' + '?\r')
    listener.hears('Wrong?')
    chat.send('one two three\x17\x1bb\x1b[1;5D' + 'zero \r')  # ^W, word left twice
    listener.hears('zero one two ')


def test_history(chat, listener):
    chat.send('first\rsecond\r')
    listener.hears('first')
    listener.hears('second')
    chat.send(UP + UP + ' again\r')
    listener.hears('first again')
    chat.send(UP + UP + DOWN + '!\r')
    listener.hears('first again!')


@pytest.mark.parametrize('keys', ['\x1b', '\x16', '\x12', '\x13', '\x18', '\x1bx', '\x1b5', '\x1b[', '\x1b[1;', '\x1bO',
                                  '\x1b[24~', '\x1b[200~', '\xff', '\x11', '\x0f', '\x1d'])
def test_no_key_makes_it_wait(chat, listener, keys):
    """Escape, quoting, searching, prefixes... whatever was typed, others are heard."""
    chat.send(keys.encode('latin-1'))
    listener.says('still there?')
    chat.wait_for('Bob: still there')
    chat.send(INTERRUPT)
    assert chat.wait() == 0


def test_many_lines_pasted(chat, listener):
    chat.send(''.join(f'line {number}\r' for number in range(300)))
    for number in range(300):
        listener.hears(f'line {number}')


def test_after_a_resize(chat, listener):
    screen = Screen(COLUMNS)
    chat.send('short')
    shows(chat, ['> short'])
    length = len(chat.screen)
    screen.write(chat.screen)
    chat.resize(24, 40)
    screen.resize(40)
    wait_until(lambda: len(chat.screen) > length, 'it to be drawn again')
    line = 'short' + ' and then it becomes long' * 3
    chat.send(line[5:])
    listener.says('hello')

    def is_shown():
        again = Screen(COLUMNS)
        again.write(chat.screen[:length])
        again.resize(40)
        again.write(chat.screen[length:])
        return again.rows_shown == ['* Bob is here', 'Bob: hello', *wrapped(line, 40)]
    wait_until(is_shown, 'the line wrapped at the new width')


# Lines that do not fit the screen, in which libedit 3.1 writes past its own picture of it

def test_a_line_that_does_not_fit_is_refused_with_the_limit(host, listener):
    terminal = start(host)
    terminal.resize(6, 20)
    terminal.send('x' * 200)
    terminal.wait_for('a line may take 97 columns on a screen of 20 x 6')
    terminal.send('\r')
    terminal.wait_for('not all of this line was taken')
    terminal.send('\r')
    listener.hears('x' * 97)
    terminal.send_line('short')
    listener.hears('short')


def test_a_yank_that_does_not_fit_changes_nothing(host, listener):
    terminal = start(host)
    terminal.resize(6, 20)
    terminal.send('0123456789' * 5 + '\x15' + '\x19\x19')
    terminal.wait_for('that would make the line too long')
    terminal.send_line('!')
    listener.hears('0123456789' * 5 + '!')


def test_a_smaller_screen_cuts_the_line_and_the_history_has_it(host, listener):
    line = 'long ' * 20 + 'end'
    terminal = start(host)
    terminal.send(line)
    shows(terminal, [row.rstrip() for row in wrapped(line)])
    terminal.resize(3, 20)
    terminal.wait_for('or a pipe\r\n> long long')
    length = len(terminal.screen)
    terminal.resize(24, 80)
    wait_until(lambda: len(terminal.screen) > length, 'it to be drawn again')
    terminal.send('\x15' + UP)
    terminal.send_line('!')
    listener.hears(line + '!')


KEYS = ['ä', '漢字', '\U0001f389', 'e\u0301', 'word ', '\t', 'x' * 30, HOME, END, LEFT, RIGHT, UP, DOWN, '\x17', '\x14',
        '\x19', '\x1bb', '\x1bd', '\x1b\x7f', '\x1b9', '\x0c', '\x7f']


@pytest.mark.parametrize('columns, rows', [(80, 10), (20, 5), (10, 4), (5, 3), (3, 2), (1, 1)])
def test_no_keys_on_no_screen_end_the_program(host, listener, columns, rows):
    keys = random.Random(columns)
    for _ in range(4):
        terminal = start(host)
        terminal.resize(rows, columns)
        terminal.send(''.join(keys.choices(KEYS, [4, 6, 3, 3, 8, 2, 8] + [1] * 15, k=400)))
        listener.says('still there?')
        terminal.wait_for('still there')
        terminal.send(INTERRUPT)
        assert terminal.wait() == 0


def test_end_of_file_on_an_empty_line_ends(chat, listener):
    chat.send('x\x7f\x04')
    listener.hears_leaving()
    assert chat.wait() == 0


def test_end_of_file_in_a_line_does_not(chat, listener):
    chat.send('abc\x04' + LEFT + '\x04' + '\r')
    listener.hears('ab')


@pytest.mark.parametrize('end', [INTERRUPT, signal.SIGTERM, '\x04', '/quit\r'])
def test_the_terminal_is_restored(host, listener, end):
    shell = host.terminal(['sh', '-c', 'trap : INT; stty -a; "$@"; echo status $?; stty -a; echo ready; read line; echo read $line', 'sh',
                           str(PROGRAM), *CHAT, '-q'])
    shell.wait_for('\n> ')
    if isinstance(end, str):
        shell.send(end)
    else:
        os.kill(child_of(shell.pid), end)
    listener.hears_leaving()
    shell.wait_for('status 0')
    shell.wait_for('ready')
    shell.send_line('a line')
    shell.wait_for('read a line')
    assert shell.wait() == 0
    before, _, after = shell.screen.partition('status 0')
    assert stty(before) == stty(after)


def test_the_terminal_is_restored_when_the_session_fails(host, listener):
    shell = host.terminal(['sh', '-c', '"$@" > /dev/full; echo status $?; stty -a', 'sh', str(PROGRAM), *CHAT, '-q'])
    shell.wait_for('No space left on device; 1 result is lost')
    listener.hears_leaving()
    shell.wait_for('status 4')
    assert shell.wait() == 0
    assert {'icanon', 'echo', 'isig'} <= set(stty(shell.screen).split())


def stty(screen):
    """The modes that 'stty -a' showed."""
    return screen[screen.index('speed'):].partition('echoke')[0]


def child_of(pid):
    def children():
        with open(f'/proc/{pid}/task/{pid}/children') as file:
            return file.read().split()
    return int(wait_until(children, 'the child to exist')[0])


def test_the_prompt_goes_where_the_terminal_is(host, listener, tmp_path):
    output = tmp_path / 'output'
    chat = host.terminal(['sh', '-c', f'"$@" > {output}', 'sh', str(PROGRAM), *CHAT, '-q'])
    chat.wait_for('> ')
    chat.send_line('hello')
    listener.hears('hello')
    wait_until(lambda: output.read_text() == '* Bob is here\n', 'the results in the file')
    shows(chat, ['> hello', '>'])
    assert len(rows_shown(chat.screen)) == 2


@pytest.mark.parametrize('name', ['dumb', '', 'no-such-terminal'])
def test_a_terminal_without_a_moving_cursor_has_no_prompt(host, listener, name):
    chat = host.terminal(['hostcast', *CHAT], env={'TERM': name})
    chat.wait_for('you are')
    chat.send_line('hello')
    listener.hears('hello')
    assert '\x1b' not in chat.screen and '> ' not in chat.screen
    chat.close_stdin()
    assert chat.wait() == 0


def test_suspended_and_continued(host, listener):
    """^Z gives the shell a terminal in order; fg brings the line back."""
    code = '''
import os, subprocess, sys
chat = subprocess.Popen(sys.argv[1:])
os.waitpid(chat.pid, os.WUNTRACED)
subprocess.run(["stty", "-a"])
input("stopped\\n")
os.kill(chat.pid, 18)
chat.wait()
'''
    shell = host.terminal([sys.executable, '-c', code, str(PROGRAM), *CHAT, '-q'])
    shell.wait_for('\n> ')
    shell.send('half')
    shows(shell, ['> half'])
    shell.send(SUSPEND)
    shell.wait_for('stopped')
    assert {'icanon', 'echo'} <= set(stty(shell.screen).split())
    shell.send_line('')
    shows(shell, ['> half'])
    shell.send(' a line\r')
    listener.hears('half a line')


HANG_UP = '''
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
screen = b''
while b'Bob is here' not in screen:  # all that there will be to show
    screen += os.read(terminal, 1000)
os.close(terminal)
print('status', os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
'''


def test_a_terminal_that_goes_away_is_the_end_of_input(host, listener):
    result = host.run([sys.executable, '-c', HANG_UP, str(PROGRAM), *CHAT, '-q'], env={'TERM': 'xterm'})
    listener.hears_leaving()
    assert result.stdout == 'status 0\n'
