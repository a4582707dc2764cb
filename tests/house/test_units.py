"""The example systemd units start what they say, and are as confined as they claim."""

import re
import shutil

import pytest

from support.program import environment, run
from support.tree import PROGRAM, REPOSITORY

UNITS = sorted((REPOSITORY / 'contrib' / 'systemd').glob('*.service'))
MOST_EXPOSURE = 15  # tenths, of what systemd-analyze counts up to 100; sshd's own unit has 96


def setting(unit, name):
    return re.search(rf'^{name}=(.*)$', unit.read_text(), re.MULTILINE)[1]


def analyze(*args):
    if not shutil.which('systemd-analyze', path=environment()['PATH']):
        pytest.skip('systemd-analyze is not installed')
    return run(['systemd-analyze', *args])


def test_there_is_one_for_each_server():
    assert [unit.name for unit in UNITS] == ['hostcast-node.service', 'hostcast-rdv.service']


@pytest.mark.parametrize('unit', UNITS, ids=lambda unit: unit.name)
def test_unit_is_valid(unit, tmp_path):
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace('/usr/local/bin/hostcast', str(PROGRAM)))
    result = analyze('verify', '--man=no', copy)
    assert (result.status, result.stderr) == (0, '')


@pytest.mark.parametrize('unit', UNITS, ids=lambda unit: unit.name)
def test_unit_is_confined(unit):
    result = analyze('security', '--offline=yes', f'--threshold={MOST_EXPOSURE}', unit)
    assert result.status == 0, result.stdout


@pytest.mark.parametrize('unit', UNITS, ids=lambda unit: unit.name)
def test_unit_starts_a_verb_with_options_that_it_has(unit):
    program, verb, options = setting(unit, 'ExecStart').split()
    assert (program, options) == ('/usr/local/bin/hostcast', '$OPTIONS')
    help_text = run(['hostcast', verb, '--help']).stdout
    used = set(re.findall(r'--[a-z-]+', setting(unit, 'Environment') + unit.read_text().partition('[Unit]')[0]))
    used -= {'--now'}  # of systemctl
    assert used and [option for option in used if f'{option} ' not in help_text] == []
