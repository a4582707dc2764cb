"""The end of the whole run: what tests have measured, and as the last line plain "N passed, N failed", for whoever
reads only that."""

import warnings

import pytest

MEASURED = 'measured'  # the user property of a test that holds a line
EXIT_STATUS = pytest.StashKey[int]()
BROKEN_OFF = (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR)


def pytest_sessionfinish(session, exitstatus):
    session.config.stash[EXIT_STATUS] = exitstatus


def pytest_terminal_summary(terminalreporter):
    reports = [report for category in ('passed', 'failed') for report in terminalreporter.stats.get(category, [])]
    lines = [(report.nodeid, text) for report in reports if report.when == 'call'
             for name, text in report.user_properties if name == MEASURED]
    if lines:
        terminalreporter.section('measured')
    for nodeid, text in sorted(lines):
        terminalreporter.line(f'{nodeid}: {text}')


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """Runs after all of pytest's own output."""
    reporter = config.pluginmanager.get_plugin('terminalreporter')
    exit_status = config.stash.get(EXIT_STATUS, None)
    if reporter is None or exit_status is None:  # a worker of xdist, or nothing was run
        return
    failed = tests(reporter, 'failed') | tests(reporter, 'error')
    # One that passed and then failed in its teardown is not among the passed.
    passed = (tests(reporter, 'passed') | tests(reporter, 'xpassed')) - failed
    skipped = (tests(reporter, 'skipped') | tests(reporter, 'xfailed')) - failed
    # A run that broke off must not look like one without failures.
    failed_count = max(len(failed), int(exit_status in BROKEN_OFF))
    line = f'{len(passed)} passed, {failed_count} failed'
    if skipped:
        line += f', {len(skipped)} skipped'
    reporter.ensure_newline()
    reporter.write_line(line)
    # When Python ends, pytest removes old temporary directories, and would warn, after this line, if another run of
    # pytest is removing the same ones.
    warnings.simplefilter('ignore', pytest.PytestWarning)


def tests(reporter, category):
    return {report.nodeid for report in reporter.stats.get(category, [])}
