"""The public header, what the shared library exports, and the tests agree."""

import re
import shutil
import subprocess

import pytest

from support.tree import BUILD, REPOSITORY

HEADER = REPOSITORY / 'include' / 'hostcast.h'
LIBRARY = BUILD / 'libhostcast.so'
TEST = REPOSITORY / 'tests' / 'unit' / 'test_library.c'

DECLARATION = re.compile(r'^HOSTCAST_API [^;(]*?\b(hostcast_\w+)\(', re.MULTILINE)


def declared(header):
    return DECLARATION.findall(header)


def without_comment(header):
    """The functions that no comment belongs to: one directly above, or above the functions it describes together."""
    found = []
    for paragraph in re.split(r'\n\s*\n', header):
        first = DECLARATION.search(paragraph)
        if first and not re.search(r'/\*(?! ----).*\*/\s*$', paragraph[:first.start()], re.DOTALL):
            found += declared(paragraph)
    return found


def uncalled(functions, source):
    code = re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\])*"', '', source, flags=re.DOTALL)
    return [name for name in functions if not re.search(rf'\b{name}\(', code)]


def exported():
    nm = shutil.which('nm')
    if not nm:
        pytest.skip('nm is not installed (Debian package binutils)')
    lines = subprocess.run([nm, '-D', '--defined-only', LIBRARY], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1].partition('@')[0] for line in lines.splitlines()}


def test_the_library_exports_what_the_header_declares_and_nothing_else():
    assert exported() == set(declared(HEADER.read_text()))


def test_every_function_has_a_comment():
    assert without_comment(HEADER.read_text()) == []


def test_every_function_is_tested():
    assert uncalled(declared(HEADER.read_text()), TEST.read_text()) == []


def test_a_c_program_of_any_standard_can_include_it(tmp_path):
    compilers = [name for name in ('gcc', 'g++', 'clang', 'clang++') if shutil.which(name)]
    if not compilers:
        pytest.skip('there is no compiler')
    source = tmp_path / 'program.c'
    source.write_text('#include "hostcast.h"\nint main(void) { return hostcast_version() == 0; }\n')
    for compiler in compilers:
        language = ['-x', 'c++'] if '++' in compiler else ['-std=c11']
        done = subprocess.run([compiler, *language, '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-fsyntax-only',
                               '-I', HEADER.parent, source], capture_output=True, text=True)
        assert done.returncode == 0, f'{compiler}: {done.stderr}'


# The checks find what they are for

def test_a_function_without_comment_is_found():
    header = ('/* Opens it. */\nHOSTCAST_API int hostcast_open(int a);\nHOSTCAST_API int hostcast_two(\n\tint a);\n\n'
              'HOSTCAST_API const char *hostcast_bare(void);\n\n'
              '/* ---- A chapter ---- */\n\nHOSTCAST_API int hostcast_chapter(void);\n')
    assert declared(header) == ['hostcast_open', 'hostcast_two', 'hostcast_bare', 'hostcast_chapter']
    assert without_comment(header) == ['hostcast_bare', 'hostcast_chapter']


def test_a_function_that_is_only_mentioned_is_not_tested():
    source = '/* hostcast_one() */ "hostcast_two()" hostcast_three(1); hostcast_four;'
    functions = ['hostcast_one', 'hostcast_two', 'hostcast_three', 'hostcast_four']
    assert uncalled(functions, source) == ['hostcast_one', 'hostcast_two', 'hostcast_four']
