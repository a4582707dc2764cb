"""tools/clauses: each clause of the protocol is decided in code, and has a test."""

import subprocess

import pytest

from support.tree import REPOSITORY

SCRIPT = REPOSITORY / 'tools' / 'clauses'
LAST = 16


def clause(number):
    """As it is cited; put together here, so that this file cites none."""
    return f'T-{number}'


def run_script(root):
    return subprocess.run([SCRIPT, root], capture_output=True, text=True)


def lacks(root):
    """The lines after the table, and whether the status agrees with them."""
    done = run_script(root)
    assert done.stderr == ''
    found = [line for line in done.stdout.splitlines() if line.startswith('T-') and ' ' in line]
    assert done.returncode == (1 if found else 0)
    return found


def test_every_clause_has_code_and_a_test():
    assert lacks(REPOSITORY) == []


# The script finds what it is for

@pytest.fixture
def tree(tmp_path):
    """A tree in which each clause is cited as it should be; write(name, text) changes it."""
    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for number in range(1, LAST + 1):
        folder = ('wire', 'core', 'run')[number % 3]
        write(f'src/{folder}/room_{number}.c', f'/* {clause(number)}: why */\n')
        write(f'tests/unit/test_{number}.c', f'/* {clause(number)} */\n')
    write.root = tmp_path
    return write


def test_a_full_tree_lacks_nothing(tree):
    assert lacks(tree.root) == []
    lines = run_script(tree.root).stdout.splitlines()
    assert lines[:3] == [clause(1), '  code   src/core/room_1.c', '  tests  tests/unit/test_1.c']
    assert len(lines) == 3 * LAST


def test_a_clause_without_code_is_found(tree):
    tree('src/core/room_7.c', 'int f(void);\n')
    assert lacks(tree.root) == [f'{clause(7)} is cited in no code']


def test_a_clause_without_a_test_is_found(tree):
    tree('tests/unit/test_7.c', 'int f(void);\n')
    assert lacks(tree.root) == [f'{clause(7)} is cited in no test']


def test_a_test_is_no_code_and_code_is_no_test(tree):
    tree('src/core/room_7.c', '')
    tree('tests/unit/test_8.c', '')
    assert lacks(tree.root) == [f'{clause(7)} is cited in no code', f'{clause(8)} is cited in no test']


def test_other_folders_and_files_do_not_count(tree):
    tree('src/core/room_7.c', '')
    for name in ('src/cli/a.c', 'docs/protocol.md', 'src/core/notes.md', 'sim/a.c', 'src/core/room_7.c.orig'):
        tree(name, f'/* {clause(7)} */')
    assert lacks(tree.root) == [f'{clause(7)} is cited in no code']


@pytest.mark.parametrize('text', [
    '/* {3}, {7} and {9} */', '/* ({7}) */', '/* {7}: why */', '/* why ({3}, {7}, {9}). */', '# {7}\n',
    '"""{3} and {7}: a test."""', '/* {1} to {5}, and {7} */', '/* {7} to the RP, and {9} to the node */',
])
def test_these_cite_a_clause(tree, text):
    tree('src/core/room_7.c', text.format(*map(clause, range(LAST + 1))))
    assert lacks(tree.root) == []


@pytest.mark.parametrize('text', [
    '/* {1} to {16} */', '/* {7} to {9} */', '/* {3} to {7} */', '/* {7}..{9} */', '/* {3}-{7} */',
    '/* the clauses {1}\n * to {7} */', '/* the clauses {1} to\n * {7} */', '# {1} to\n# {7}\n',
    '/* {7}1 */', '/* A{7} */', '/* RF{7} */', '/* clause 7 */',
])
def test_these_cite_none(tree, text):
    tree('src/core/room_7.c', text.format(*map(clause, range(LAST + 1))))
    assert f'{clause(7)} is cited in no code' in lacks(tree.root)


def test_a_clause_that_is_none_is_found(tree):
    for number in (0, LAST + 1):
        tree('tests/cli/test_x.py', f'# {clause(number)}\n')
        assert lacks(tree.root) == [f'{clause(number)} is no clause: tests/cli/test_x.py']


def test_empty_folders_lack_everything(tmp_path):
    assert len(lacks(tmp_path)) == 2 * LAST
