"""support.signals: the tests may run in the background or under nohup."""

import sys

from support.program import run
from support.tree import REPOSITORY

START = '''
import os, signal, subprocess
from support.signals import keep_ignored_signals_private
keep_ignored_signals_private()
for number in (signal.SIGINT, signal.SIGHUP):
    os.kill(os.getpid(), number)
    print(subprocess.run(['sh', '-c', f'kill -{number} $$; echo survived']).returncode, flush=True)
'''


def test_programs_do_not_inherit_ignored_signals():
    result = run(['sh', '-c', 'trap "" INT HUP; exec "$0" -c "$1"', sys.executable, START],
                 env={'PYTHONPATH': str(REPOSITORY / 'tests')})
    assert result.stdout == '-2\n-1\n', result
