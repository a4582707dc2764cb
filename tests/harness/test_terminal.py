"""support.terminal: programs on a pseudo terminal."""

import signal
import sys

import pytest

from support.terminal import INTERRUPT


@pytest.fixture(params=['here', 'in a host'])
def start(request):
    """Everything must work alike on this machine and in a namespace."""
    if request.param == 'here':
        return request.getfixturevalue('spawn_terminal')
    return request.getfixturevalue('host').terminal


def test_a_program_sees_a_terminal(start):
    shell = start(['sh', '-ec', 'test -t 0; test -t 1; test -t 2; : </dev/tty; stty size; echo $TERM'])
    assert shell.wait() == 0
    assert shell.screen == '24 80\r\nxterm\r\n'


def test_prompt_and_end_of_file(start):
    prompt = start([sys.executable, '-c', '''
while True:
    try:
        print('you said', input('> '))
    except EOFError:
        print('bye')
        break
'''])
    prompt.wait_for('> ')
    prompt.send_line('hello')
    prompt.wait_for('you said hello\r\n')
    prompt.wait_for('> ')
    prompt.close_stdin()
    prompt.wait_for('bye')
    assert prompt.wait() == 0


def test_line_editing(start):
    cat = start(['sh', '-c', 'echo ready; cat'])
    cat.wait_for('ready')
    cat.send('wrnog\x15')  # Ctrl-U erases the line
    cat.send_line('right')
    cat.wait_for('\nright\r\n')
    cat.close_stdin()
    assert cat.wait() == 0


def test_interrupt_reaches_the_program(start):
    shell = start(['sh', '-c', 'trap "echo caught; exit 7" INT; echo ready; while :; do sleep 0.01; done'])
    shell.wait_for('ready')
    shell.send(INTERRUPT)
    shell.wait_for('caught')
    assert shell.wait() == 7


def test_interrupt_ends_the_program(start):
    cat = start(['sh', '-c', 'echo ready; exec cat'])
    cat.wait_for('ready')
    cat.send(INTERRUPT)
    assert cat.wait() == -signal.SIGINT


def test_resize_is_noticed(start):
    shell = start(['sh', '-c', 'trap "stty size" WINCH; echo ready; while :; do sleep 0.01; done'])
    shell.wait_for('ready')
    shell.resize(50, 132)
    shell.wait_for('50 132')
