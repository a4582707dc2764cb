"""The fuzz targets on the inputs that are kept: hand-made ones, and those on which a target once stopped.

Replayed without a fuzzer, so that any compiler will do; under `make check-asan` with the sanitizers. `make fuzz` looks
for new ones.
"""

import subprocess

import pytest

from support.tree import BUILD, REPOSITORY

CORPUS = REPOSITORY / 'tests' / 'fuzz' / 'corpus'
TARGETS = ('capture_file', 'conversations', 'message', 'member', 'packet', 'rendezvous', 'report', 'rtp',
           'peer_message')
INPUTS = [path for target in TARGETS for path in sorted((CORPUS / target).iterdir())]


def replay(target, *paths):
    program = BUILD / 'tests' / f'fuzz_{target}'
    assert program.is_file(), f'{program} is not built'
    return subprocess.run([program, *paths], capture_output=True, text=True, errors='replace')


def test_every_target_has_inputs():
    assert {path.name for path in CORPUS.iterdir()} == set(TARGETS)
    assert {path.stem for path in (CORPUS.parent).glob('fuzz_*.c')} == {f'fuzz_{target}' for target in TARGETS}


@pytest.mark.parametrize('path', INPUTS, ids=lambda path: f'{path.parent.name}-{path.name}')
def test_an_input_is_taken(path):
    done = replay(path.parent.name, path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f'{path}\n'


# The replay itself

def test_a_directory_is_replayed_in_order(tmp_path):
    for name in ('b', 'a', '.hidden'):
        (tmp_path / name).write_bytes(b'ROOT\n')
    assert replay('message', tmp_path).stdout == f'{tmp_path}/a\n{tmp_path}/b\n'


def test_an_empty_file_is_replayed(tmp_path):
    (tmp_path / 'empty').touch()
    for target in TARGETS:
        assert replay(target, tmp_path).returncode == 0


def test_a_path_that_is_not_there_is_an_error(tmp_path):
    done = replay('message', tmp_path / 'gone')
    assert done.returncode == 2
    assert done.stderr == f'{tmp_path}/gone: is not there\n'
