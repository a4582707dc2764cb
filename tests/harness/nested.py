"""Runs pytest with this suite's own plugins on a directory of made-up tests."""

import os
import sys

from support.program import run
from support.tree import REPOSITORY

TESTS = REPOSITORY / 'tests'
ARGUMENTS = ['-m', 'pytest', '-c', str(TESTS / 'pytest.ini'), '-p', 'support.summary', '-p', 'support.cmocka']


def run_pytest(directory, *options, env=None):
    # What this run was told (PYTEST_ADDOPTS, and by xdist that it is a worker) is not for the other.
    cleared = {name: '' for name in os.environ if name.startswith('PYTEST_')}
    return run([sys.executable, *ARGUMENTS, f'--rootdir={directory}', *options, str(directory)],
               env={**cleared, 'PYTHONPATH': str(TESTS), 'PYTHONDONTWRITEBYTECODE': '1', **(env or {})})
