"""What full_screen makes of a program's output."""

import pytest

from support.full_screen import FullScreen


@pytest.mark.parametrize('output, text', [
    ('one\r\ntwo', 'one\ntwo'),
    ('\x1b[2;3Hx', '\n  x'),
    ('abc\x1b[Hx', 'xbc'),
    ('abc\r\x1b[Cx', 'axc'),
    ('abc\x1b[2G\x1b[K', 'a'),
    ('abc\x1b[2G\x1b[1K', '  c'),
    ('abc\x1b[H\x1b[2X', '  c'),
    ('abc\x1b[H\x1b[P', 'bc'),
    ('ab\x1b[H\x1b[@', ' ab'),
    ('a\x1b[3b', 'aaaa'),
    ('1\r\n2\x1b[H\x1bM', '\n1\n2'),
    ('1\r\n2\x1bMx', '1x\n2'),
    ('1\r\n2\r\n3\x1b[2H\x1b[L', '1\n\n2\n3'),
    ('1\r\n2\r\n3\x1b[H\x1b[M', '2\n3'),
    ('1\r\n2\r\n3\x1b[S', '2\n3'),
    ('1\r\n2\r\n3\x1b[2;3r\x1b[T', '1\n\n2'),
    ('1\r\n2\r\n3\x1b[1;2r\x1b[2;1H\n', '2\n\n3'),
    ('one\x1b[3d\rx\x1b[H\x1b[J', ''),
    ('one\x1b[2Jx', '   x'),
    ('\x1b(B\x1b[m\x1b=\x1b[1;24rx', 'x'),
    ('a\x1b[', 'a'),
])
def test_sequences(output, text):
    assert FullScreen.of(output).text.rstrip() == text


def test_modes():
    assert FullScreen.of('\x1b[?1049h').is_taken
    assert not FullScreen.of('\x1b[?1049hx\x1b[?1049l').is_taken
    assert not FullScreen.of('\x1b[?25l').has_cursor
    assert FullScreen.of('\x1b[?25l\x1b[?12l\x1b[?25h').has_cursor


def test_what_it_does_not_know_is_an_error():
    for output in ('\x1b[3Z', '\x1bE', '\x0b'):
        with pytest.raises(NotImplementedError):
            FullScreen.of(output)
