"""make install, as the README says it."""

import shutil
import subprocess

import pytest

from support.sanitizers import without_sanitizers
from support.tree import REPOSITORY

INSTALLED = ['bin/hostcast', 'bin/rdvpoint', 'bin/mcastnode', 'share/man/man1/rdvpoint.1', 'share/man/man1/mcastnode.1',
             'include/hostcast.h', 'share/man/man1/hostcast-send.1', 'share/man/man3/libhostcast.3',
             'share/bash-completion/completions/hostcast', 'share/bash-completion/completions/rdvpoint',
             'share/bash-completion/completions/mcastnode', 'share/zsh/site-functions/_hostcast']


def make(*args):
    # The tests beside it need the processors sooner than the compiler does.
    return subprocess.run(['nice', 'make', *args], cwd=REPOSITORY, capture_output=True, text=True)


@without_sanitizers
@pytest.mark.skipif(not shutil.which('make'), reason='make is not installed')
def test_each_prefix_gets_all_of_it(tmp_path):
    for number in (1, 2):  # the second one after the first: the prefix is not what the build began with
        prefix = tmp_path / f'prefix-{number}'
        result = make('install', f'BUILD={tmp_path}/build', f'PREFIX={prefix}')
        assert result.returncode == 0, result.stdout + result.stderr
        assert [name for name in INSTALLED if not (prefix / name).is_file()] == []
        [config] = prefix.rglob('hostcast.pc')
        assert f'prefix={prefix}\n' in config.read_text()
        assert list(prefix.rglob('libhostcast.so.*'))
