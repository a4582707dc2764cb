"""support.cmocka: the collection of the C unit tests."""

import shutil
import subprocess

import pytest

from harness.nested import run_pytest

SOURCE = '''
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static int prepare(void **state) { (void)state; return 0; }
static void is_good(void **state) { (void)state; }
static void is_prepared(void **state) { (void)state; }
static void is_bad(void **state) { (void)state; assert_int_equal(1, 2); }
static void is_skipped(void **state) { (void)state; print_message("it rains\\n"); skip(); }
static void crashes(void **state) { (void)state; abort(); }

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_good), cmocka_unit_test(is_bad),
        cmocka_unit_test_setup_teardown(
            is_prepared, prepare, NULL),
        cmocka_unit_test(is_skipped),
        cmocka_unit_test(crashes),
        // cmocka_unit_test(is_commented_out),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
'''


@pytest.fixture
def project(tmp_path):
    """A directory with unit/test_it.c, not built."""
    (tmp_path / 'unit').mkdir()
    (tmp_path / 'unit' / 'test_it.c').write_text(SOURCE)
    return tmp_path


def run_tests(project):
    return run_pytest(project / 'unit', '-v', env={'BUILD': str(project / 'build')})


def build(project):
    compiler = shutil.which('cc')
    if not compiler:
        pytest.skip('there is no C compiler')
    program = project / 'build' / 'tests' / 'test_it'
    program.parent.mkdir(parents=True)
    built = subprocess.run([compiler, '-o', program, project / 'unit' / 'test_it.c', '-lcmocka'],
                           capture_output=True, text=True)
    if 'cmocka.h: No such file' in built.stderr:
        pytest.skip('cmocka is not installed (Debian package libcmocka-dev)')
    assert built.returncode == 0, built.stderr


def test_each_function_is_a_test(project):
    build(project)
    output = run_tests(project).stdout
    for name, outcome in (('is_good', 'PASSED'), ('is_prepared', 'PASSED'), ('is_bad', 'FAILED'),
                          ('is_skipped', 'SKIPPED'), ('crashes', 'FAILED'), ('is_commented_out', 'FAILED')):
        assert f'test_it.c::{name} {outcome}' in output, output
    assert '0x1 != 0x2' in output  # what cmocka says is shown
    assert 'is_skipped: it rains' in output
    assert 'has no test is_commented_out' in output
    assert output.splitlines()[-1] == '2 passed, 3 failed, 1 skipped'


def test_a_program_that_is_not_built_is_a_failure(project):
    output = run_tests(project).stdout
    assert 'test_it is not built' in output
    assert output.splitlines()[-1] == '0 passed, 6 failed'


def test_a_file_without_tests_is_a_failure(project):
    (project / 'unit' / 'test_it.c').write_text('int main(void) { return 0; }')
    output = run_tests(project).stdout
    assert 'no cmocka_unit_test' in output
    assert output.splitlines()[-1] == '0 passed, 1 failed'
