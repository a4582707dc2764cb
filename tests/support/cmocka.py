"""Collects the C unit tests: each test function of tests/unit/test_*.c becomes a test of its own.

Meson builds the file as a program of the same name, which runs the one test that its first argument names.
"""

import os
import re
import subprocess

import pytest

from support.conditions import LIMIT_SECONDS
from support.tree import BUILD

TEST = re.compile(r'\bcmocka_unit_test(?:_setup_teardown|_setup|_teardown)?\s*\(\s*(\w+)')


class TestFailed(Exception):
    """The message is all there is to show."""


class TestFile(pytest.File):
    def collect(self):
        source = self.path.read_text()
        found = {match[1]: source.count('\n', 0, match.start()) for match in TEST.finditer(source)}
        if not found:
            raise self.CollectError(f'{self.path}: no cmocka_unit_test(...) in it')
        for name, line_number in found.items():
            yield TestFunction.from_parent(self, name=name, line_number=line_number)


class TestFunction(pytest.Item):
    def __init__(self, line_number, **arguments):
        super().__init__(**arguments)
        self._line_number = line_number

    def runtest(self):
        program = BUILD / 'tests' / self.path.stem
        if not program.is_file():
            raise TestFailed(f'{program} is not built')
        status, output = self._run(program)
        if status != 0:
            raise TestFailed(f'{program} {self.name}: status {status}\n{output}')
        if f'[  SKIPPED ] {self.name}' in output:
            pytest.skip(self._reason_for_skipping(output))
        # A name that matches nothing (a test that is commented out, say) makes cmocka succeed with no test run.
        if f'[       OK ] {self.name}' not in output:
            raise TestFailed(f'{program} has no test {self.name}\n{output}')

    def _run(self, program):
        try:
            process = subprocess.run([program, self.name], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, env={**os.environ, 'CMOCKA_MESSAGE_OUTPUT': 'STDOUT'},
                                     timeout=LIMIT_SECONDS * 4, text=True, errors='replace')
        except subprocess.TimeoutExpired as expired:
            raise TestFailed(f'{program} {self.name} does not end\n{(expired.stdout or b"").decode(errors="replace")}')
        return process.returncode, process.stdout

    def _reason_for_skipping(self, output):
        """What the test printed (print_message) before it called skip()."""
        said = output.partition(f'[ RUN      ] {self.name}')[2].partition('[  SKIPPED ]')[0]
        return f'{self.name}: {said.strip() or "no reason given"}'

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, TestFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, self._line_number, self.name


def pytest_collect_file(file_path, parent):
    if file_path.suffix == '.c' and file_path.parent.name == 'unit' and file_path.stem.startswith('test_'):
        return TestFile.from_parent(parent, path=file_path)
    return None
