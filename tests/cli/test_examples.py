"""The example programs, spoken to with plain sockets."""

import pytest

from support import loopback
from support.tree import BUILD

GROUP = '239.77.20.1'


@pytest.fixture
def listen_and_answer(spawn):
    program = BUILD / 'examples' / 'listen_and_answer'
    assert program.is_file(), f'{program} is not built'
    return lambda *args: spawn([program, *args])


def test_listen_and_answer(listen_and_answer):
    port = loopback.free_port()
    example = listen_and_answer(f'{GROUP}:{port}', 'lo')
    example.wait_for(f'^joined {GROUP}:{port} on lo$')
    with loopback.sender() as one, loopback.sender() as other:
        for sender, text in ((one, b'hello'), (other, b'\x1b[31mred')):
            sender.sendto(text, (GROUP, port))
            assert sender.recv(100) == b'I hear you'
        example.wait_for(rf'^127\.0\.0\.1:{one.getsockname()[1]} says hello$')
        example.wait_for(rf'^127\.0\.0\.1:{other.getsockname()[1]} says \?\[31mred$')


def test_listen_and_answer_says_what_is_wrong(listen_and_answer):
    example = listen_and_answer('nonsense:nonsense')
    assert example.wait() == 1
    assert "port 'nonsense' in 'nonsense:nonsense' must be 1 to 65535" in example.stderr
