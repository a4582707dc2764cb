"""What passing a payload on costs a node in instructions, without the system: counted, not measured, so that it is the
same on every machine. As a ratio to what core/ alone has to do, it must not grow by more than a tenth."""

import json
import re
import shutil

import pytest

from support.program import run
from support.tree import BUILD

FEW, MANY = 6000, 36000  # payloads: what comes before the first of them falls out of the difference

# Of this code, by gcc -O2. A change that makes it cheaper is written here.
RATIOS = {'singles': 2.89, 'trains': 0.174}
GROWTH = 1.1


@pytest.fixture(scope='module', autouse=True)
def countable():
    if not shutil.which('valgrind'):
        pytest.skip('valgrind is not installed (Debian package valgrind)')
    options = {option['name']: option['value']
               for option in json.loads((BUILD / 'meson-info/intro-buildoptions.json').read_text())}
    if (options['b_sanitize'], options['optimization'], options['b_coverage']) != ('none', '2', False):
        pytest.skip('the ratios are those of gcc -O2 without sanitizers')
    targets = json.loads((BUILD / 'meson-info/intro-targets.json').read_text())
    compiler = next(target for target in targets if target['name'] == 'forward_cost')['target_sources'][0]['compiler']
    if 'clang' in compiler[-1]:
        pytest.skip('the ratios are those of gcc, and valgrind does not read what clang writes for debuggers')


def instructions(path, count):
    result = run(['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', BUILD / 'tests/forward_cost', path,
                  count])
    assert result.status == 0, result.stderr
    return int(re.search(r'Collected : (\d+)', result.stderr)[1])


def of_one(path):
    return (instructions(path, MANY) - instructions(path, FEW)) / (MANY - FEW)


def test_a_payload_that_is_passed_on_costs_no_more_than_before(measured):
    core = of_one('core')
    costs = {path: of_one(path) for path in RATIOS}
    measured(f'instructions for a payload to three children: core {core:.0f}, '
             + ', '.join(f'{path} {cost:.0f} (ratio {cost / core:.3f})' for path, cost in costs.items()))
    for path, cost in costs.items():
        assert cost / core < RATIOS[path] * GROWTH
    assert costs['trains'] < costs['singles'] / 10
