"""Every source compiles without a warning, with gcc and with clang."""

import concurrent.futures
import json
import os
import shlex
import shutil
import subprocess

import pytest

from support.sanitizers import without_sanitizers
from support.tree import BUILD

WANTED = ['-Wall', '-Wextra', '-Wconversion', '-Wshadow', '-Wstrict-prototypes', '-Wvla', '-Werror']

# Options of meson's that say where the output goes; each but -MD takes an argument.
OUTPUT_OPTIONS = {'-o', '-MF', '-MQ', '-c'}


def commands(compiler):
    """What meson would run, with this compiler and without output; the name is the source's. Not what includes the
    headers of other software, which warn and may not be there."""
    for entry in json.loads((BUILD / 'compile_commands.json').read_text()):
        if 'bench/peers/' in entry['file']:
            continue
        words = shlex.split(entry['command'])
        options, rest = [], iter(words[1:])
        for word in rest:
            if word in OUTPUT_OPTIONS:
                next(rest)
            elif word != '-MD' and not word.startswith('-fsanitize'):
                options.append(word)
        yield entry['file'], [compiler, *options, *WANTED, '-fsyntax-only', entry['file']]


def complaint(command):
    # The tests beside it need the processors sooner than the compiler does.
    done = subprocess.run(['nice', *command], cwd=BUILD, capture_output=True, text=True)
    return done.stderr if done.returncode != 0 or done.stderr else ''


@without_sanitizers
@pytest.mark.parametrize('compiler', ['gcc', 'clang'])
def test_no_source_warns(compiler):
    if not shutil.which(compiler):
        pytest.skip(f'{compiler} is not installed')
    found = dict(commands(compiler))
    assert len(found) > 20
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        complaints = [text for text in pool.map(complaint, found.values()) if text]
    assert not complaints, '\n'.join(complaints)


@pytest.mark.parametrize('compiler', ['gcc', 'clang'])
@pytest.mark.parametrize('code', ['int f(int a) { int a2; return a; }', 'char f(int a) { return a; }',
                                  'int f(int a) { { int a = 1; return a; } }', 'int f();',
                                  'void f(int a) { int b[a]; (void)b; }'])
def test_a_warning_is_found(compiler, code, tmp_path):
    if not shutil.which(compiler):
        pytest.skip(f'{compiler} is not installed')
    source = tmp_path / 'source.c'
    source.write_text(code + '\n')
    assert complaint([compiler, *WANTED, '-fsyntax-only', str(source)])
