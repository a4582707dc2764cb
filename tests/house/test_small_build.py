"""The program with libc alone, as HACKING.md says it."""

import re
import shlex
import shutil
import subprocess

import pytest

from support.program import run
from support.sanitizers import without_sanitizers
from support.tree import REPOSITORY


def small_options():
    """Those of the command in HACKING.md: whoever adds a library adds its option there."""
    text = (REPOSITORY / 'HACKING.md').read_text().replace('\\\n', ' ')
    [line] = re.findall(r'^meson setup build-small (.*)$', text, re.MULTILINE)
    return shlex.split(line)


def must_do(command):
    # The tests beside it need the processors sooner than the compiler does.
    done = subprocess.run(['nice', *command], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, f'{command}: {done.stdout}{done.stderr}'
    return done.stdout


def test_every_optional_library_has_its_option():
    names = re.findall(r"^option\('(\w+)', type: 'feature'", (REPOSITORY / 'meson_options.txt').read_text(), re.MULTILINE)
    assert sorted(small_options()) == sorted(f'-D{name}=disabled' for name in names)


# Optimized, as by default: some of gcc's warnings, of names that may be cut off, come only of code that was. Without
# symbols for a debugger, which take time to write.
@without_sanitizers
@pytest.mark.skipif(not (shutil.which('meson') and shutil.which('ninja')), reason='meson and ninja are not installed')
def test_libc_alone_is_enough(tmp_path):
    must_do(['meson', 'setup', tmp_path / 'build', *small_options(), '-Ddebug=false'])
    must_do(['ninja', '-C', tmp_path / 'build', 'hostcast'])
    program = tmp_path / 'build' / 'hostcast'
    assert not re.findall('libedit|libmnl|libpcap|ncurses', must_do(['ldd', program]))
    result = run([program, 'info', '224.0.0.251'])
    assert result.status == 0 and 'mDNS' in result.stdout, result
