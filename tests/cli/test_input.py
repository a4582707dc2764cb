"""Plain lines of standard input. Driven through chat, whose other members hear the lines."""

import pytest

from support.listener import CHAT, Listener
from support.tree import PROGRAM


@pytest.fixture
def listener(host):
    return Listener(host)


def run_with_stdin(host, redirection):
    return host.run(['sh', '-c', f'"$@" {redirection}', 'sh', str(PROGRAM), *CHAT])


def test_lines_of_a_pipe(host, listener):
    result = host.run(['hostcast', *CHAT], stdin='one\n\ntwo\r\n last one ')
    assert result.status == 0, result.stderr
    for text in ['one', 'two', ' last one ']:
        listener.hears(text)
    listener.hears_leaving()


def test_lines_that_come_in_pieces(host, listener):
    chat = host.spawn(['hostcast', *CHAT])
    chat.send('in pie')
    chat.wait_for('you are', 'stderr')
    chat.send('ces\nan')
    listener.hears('in pieces')
    chat.send('d more')
    chat.close_stdin()
    listener.hears('and more')
    assert chat.wait() == 0


def test_lines_of_a_file(host, listener, tmp_path):
    lines = [f'line {number} {"x" * (number % 300)}' for number in range(2000)]
    (tmp_path / 'lines').write_text('\n'.join(lines))
    result = run_with_stdin(host, f'< {tmp_path}/lines')
    assert result.status == 0, result.stderr
    for line in lines:
        listener.hears(line)


def test_no_lines(host, listener):
    result = run_with_stdin(host, '< /dev/null')
    assert result.status == 0, result.stderr
    listener.hears_leaving()


@pytest.mark.parametrize('redirection, reason', [('< /', 'Is a directory'), ('<&-', 'Bad file descriptor')])
def test_input_that_cannot_be_read(host, redirection, reason):
    result = run_with_stdin(host, redirection)
    assert f'hostcast chat: cannot read standard input: {reason}\n' in result.stderr
    assert result.status == 4


def test_a_line_without_end(host, listener):
    result = run_with_stdin(host, '< /dev/zero')
    assert 'a line of standard input is longer than 1048576 bytes' in result.stderr
    assert result.status == 2
    listener.hears_leaving()


def test_the_last_line_before_a_failure_is_given(host, listener):
    result = host.run(['hostcast', *CHAT], stdin='said\n' + 'x' * (1 << 20) + 'xx')
    assert result.status == 2
    listener.hears('said')
