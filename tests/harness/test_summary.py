"""support.summary: the last line of a run."""

import pytest

from harness.nested import run_pytest

GOOD = 'def test_good(): pass\n'
BAD = 'def test_bad(): assert 1 == 2\n'
SKIPPED = '''
import pytest
def test_skipped(): pytest.skip("for a reason")
'''
EXPECTED_TO_FAIL = '''
import pytest
@pytest.mark.xfail
def test_expected(): assert 1 == 2
'''
BROKEN_SETUP = '''
import pytest
@pytest.fixture
def broken(): raise OSError
def test_broken_setup(broken): pass
'''
BROKEN_TEARDOWN = '''
import pytest
@pytest.fixture
def broken():
    yield
    raise OSError
def test_broken_teardown(broken): pass
'''
NOT_PYTHON = 'def'


def run_files(directory, files, *options):
    for number, text in enumerate(files):
        (directory / f'test_{number}.py').write_text(text)
    return run_pytest(directory, '--color=yes', *options)


@pytest.mark.parametrize('files, last_line', [
    ([GOOD], '1 passed, 0 failed'),
    ([GOOD, BAD], '1 passed, 1 failed'),
    ([GOOD, SKIPPED], '1 passed, 0 failed, 1 skipped'),
    ([GOOD, EXPECTED_TO_FAIL], '1 passed, 0 failed, 1 skipped'),
    ([GOOD, BROKEN_SETUP], '1 passed, 1 failed'),
    ([GOOD, BROKEN_TEARDOWN], '1 passed, 1 failed'),
    ([NOT_PYTHON], '0 passed, 1 failed'),
    ([], '0 passed, 0 failed'),
])
def test_the_last_line_counts(tmp_path, files, last_line):
    assert_last_line(run_files(tmp_path, files), last_line)


def test_the_last_line_counts_all_workers(tmp_path):
    files = [GOOD, BAD, SKIPPED, BROKEN_SETUP, BROKEN_TEARDOWN, GOOD, NOT_PYTHON]
    assert_last_line(run_files(tmp_path, files, '-n', '2'), '2 passed, 4 failed, 1 skipped')


def assert_last_line(result, line):
    """It is there once, alone, without colour, and nothing follows it on standard error."""
    assert result.stdout.splitlines()[-1] == line, result
    assert result.stdout.splitlines().count(line) == 1
    assert result.stderr == ''


def test_the_reason_for_a_skip_is_listed(tmp_path):
    (tmp_path / 'test_it.py').write_text(SKIPPED)
    assert 'for a reason' in run_pytest(tmp_path).stdout


@pytest.mark.parametrize('interruption', ['KeyboardInterrupt', 'SystemError'])
def test_a_run_that_broke_off_is_no_success(tmp_path, interruption):
    (tmp_path / 'test_it.py').write_text(GOOD)
    (tmp_path / 'conftest.py').write_text(f'def pytest_runtest_logstart(): raise {interruption}')
    assert run_pytest(tmp_path).stdout.splitlines()[-1] == '0 passed, 1 failed'


def test_a_crashed_worker_is_a_failure(tmp_path):
    (tmp_path / 'test_it.py').write_text('import os\ndef test_crash(): os._exit(1)\n' + GOOD)
    assert run_pytest(tmp_path, '-n', '1').stdout.splitlines()[-1] == '1 passed, 1 failed'


@pytest.mark.parametrize('options', [[], ['-n', '2']])
def test_what_was_measured_stands_before_the_last_line(tmp_path, options):
    measuring = "def test_it(record_property): record_property('measured', '1.3 s')\n"
    lines = run_files(tmp_path, [measuring, GOOD], *options).stdout.splitlines()
    assert 'test_0.py::test_it: 1.3 s' in lines
    assert lines[-1] == '2 passed, 0 failed'
