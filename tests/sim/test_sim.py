"""The verb `sim`: one seed gives one run, the watcher finds nothing in thousands of them, and what once failed is
run again."""

import re
import signal
from pathlib import Path

import pytest

from support.program import run
from support.sanitizers import sanitizers

SEEDS, RANGES = 2000, 8  # ranges, so that several processors have something to do
KEPT = sorted((Path(__file__).parent / 'seeds').glob('*.txt'))


def sim(*args, **options):
    return run(['hostcast', 'sim', *args], **options)


def summary(*args):
    result = sim('--json', *args)
    assert result.status == 0, result
    assert result.events[-1]['event'] == 'summary'
    return result.events[-1]


# ---- One seed gives one run ----

@pytest.mark.parametrize('options', [
    ['--members', '200', '--network', 'transit-stub', '--payloads', '5'],
    ['--members', '30', '--faults', 'all', '--loss', '5', '--jitter', '0.1', '--duplicate', '2', '--drift', '1'],
    ['--mix'],
], ids=['quiet', 'faults', 'mix'])
def test_a_seed_gives_one_run(options, tmp_path):
    logs = [tmp_path / name for name in ('first', 'again', 'other')]
    runs = [sim('--json', '--log', log, *options, '--seed', seed) for log, seed in zip(logs, ('7', '7', '8'))]
    assert [result.status for result in runs] == [0, 0, 0], runs
    assert runs[0].stdout == runs[1].stdout != runs[2].stdout
    assert logs[0].read_bytes() == logs[1].read_bytes() != logs[2].read_bytes()
    hashes = [result.events[-1]['log_hash'] for result in runs]
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.parametrize('seed', range(1, 41))
def test_the_command_that_is_told_gives_the_same_run(seed):
    """It holds all that --mix has drawn, each fault in full; so does the one of a failure."""
    drawn = summary('--mix', '--seed', str(seed))
    again = summary(*drawn['command'].split()[2:])
    assert again == drawn


def test_listening_to_a_run_does_not_change_it(tmp_path):
    """Nor does the way in which it is printed: time and memory stand on standard error."""
    plain = sim('--members', '20', '--faults', 'all')
    told = sim('--members', '20', '--faults', 'all', '-v', '--log', tmp_path / 'log')
    assert plain.status == told.status == 0
    assert told.stdout.endswith(plain.stdout)
    assert told.stdout[:-len(plain.stdout)] == (tmp_path / 'log').read_text()
    assert 'of processor time' in plain.stderr and 'of processor time' not in plain.stdout


# ---- What it measures ----

def test_everybody_joins_and_gets_every_payload_once():
    found = summary('--members', '500', '--payloads', '3')
    assert (found['members'], found['attached'], found['roots']) == (500, 500, 1)
    assert (found['delivered_once'], found['lost'], found['duplicated']) == (1500, 0, 0)
    assert found['lost_why'] == {}
    # Three children each: the least depth at which there is room for 500 is 6.
    assert 6 <= found['depth_max'] <= 15
    assert 0 < found['attach_mean_s'] <= found['attach_p99_s'] <= found['attach_max_s'] < 10
    assert found['cost_to_spanning_tree'] >= 1 and found['stretch_mean'] >= 1


def test_a_storm_of_joins():
    found = summary('--members', '2000', '--join', '0')
    assert (found['attached'], found['delivered_once']) == (2000, 2000)


def test_a_million_members_would_fit():
    """Memory of a run grows by little more than 2 KiB a member."""
    def mebibytes(members):
        result = sim('--members', members, '--payloads', '0', '--time', '1')
        return float(re.search(r'([\d.]+) MiB', result.stderr)[1])
    if sanitizers():
        pytest.skip('AddressSanitizer has its own idea of memory')
    assert (mebibytes('21000') - mebibytes('1000')) / 20000 * 1e6 < 6 * 1024


def test_losses_have_reasons():
    found = summary('--members', '40', '--loss', '10', '--payloads', '50')
    assert found['lost'] > 0 and found['lost'] == sum(found['lost_why'].values())
    assert set(found['lost_why']) & {'link', 'upstream'}


def test_a_crash_of_the_root_is_healed_in_time():
    found = summary('--members', '30', '--payloads', '400', '--time', '600', '--faults', 'crash@100:root')
    assert found['alive'] == found['attached'] == 29
    assert 0 < found['crash_to_payload_mean_s'] <= found['crash_to_payload_max_s'] < found['heal_bound_s']


@pytest.mark.parametrize('kind', ['crash', 'restart', 'pause', 'leave', 'cut', 'partition', 'rdv', 'storm'])
def test_every_fault_happens_and_heals(kind):
    result = sim('--members', '15', '--faults', f'{kind}*3', '--payloads', '10', '-v')
    words = {'crash': 'stops', 'restart': 'stops', 'pause': 'pauses', 'leave': 'leaves', 'cut': 'is_cut_off',
             'partition': 'network_is_parted', 'rdv': 'rdv stops', 'storm': 'stops'}
    assert result.status == 0, result
    assert words[kind] in result.stdout


def test_churn():
    found = summary('--members', '100', '--churn', '0.5', '--time', '200', '--payloads', '10')
    assert found['attached'] == found['alive'] == 100
    assert found['lost_why'] or found['duplicated'] or found['delivered_once']


def test_large_payloads_are_fragmented_or_lost():
    whole = summary('--members', '10', '--size', '5000')
    assert whole['datagrams_fragmented'] > 0 and whole['delivered_once'] == 10
    refused = summary('--members', '10', '--size', '5000', '--no-fragment')
    assert refused['lost_why'].get('too_large', 0) > 0


def test_the_tree_is_drawn(tmp_path):
    picture = tmp_path / 'tree.svg'
    assert sim('--members', '30', '--network', 'transit-stub', '--svg', picture).status == 0
    assert '<svg' in picture.read_text()


def test_for_people():
    result = sim('--members', '50')
    table = dict(re.match(r'(.{25})(.*)', line).groups() for line in result.stdout.splitlines())
    table = {key.strip(): value for key, value in table.items()}
    assert table['delivered once'] == '50 of 50 expected' and table['members'] == '50 (50 alive, 50 attached)'


# ---- What it does not take ----

@pytest.mark.parametrize('options, reason', [
    (['--members', '0'], 'from 1 to 1000000'),
    (['--network', 'ring'], 'uniform, lan or transit-stub'),
    (['--seeds', '5-1'], 'range'),
    (['--seeds', '5'], 'range'),
    (['--loss', '101'], 'percentage'),
    (['--faults', 'earthquake'], "no fault 'earthquake'"),
    (['--faults', 'crash@5'], 'KIND@SECONDS:MEMBER+SECONDS'),
    (['--members', '5', '--faults', 'crash@5:7'], 'there are 5 members'),
    (['--churn', 'much'], 'number a second'),
    (['--members', '5000', '--lose-first', '1'], '2000 members'),
    (['--members', '1000000', '--payloads', '100000'], 'too many'),
    (['--hold', '1'], '--hold more than --refresh'),
    (['what'], 'options'),
])
def test_usage_errors(options, reason):
    result = sim(*options)
    assert (result.status, result.stdout) == (2, '')
    assert reason in result.stderr


def test_a_signal_ends_it_with_what_is_known_by_then(spawn):
    running = spawn(['hostcast', 'sim', '--members', '20', '--time', '100000000', '-v'])
    running.wait_for('root_gained')
    running.signal(signal.SIGTERM)
    assert running.wait() == 6
    assert 'log hash' in running.stdout


def test_a_log_that_cannot_be_written():
    assert sim('--log', '/nowhere/log').status == 4
    assert 'No space left' in sim('--log', '/dev/full').stderr


# ---- Thousands of small trees, everything wrong with them that can be ----

@pytest.mark.parametrize('part', range(RANGES))
def test_what_must_hold_holds(part):
    first, last = 1 + part * SEEDS // RANGES, (part + 1) * SEEDS // RANGES
    result = sim('--mix', '--seeds', f'{first}-{last}', '--shrink')
    assert result.status == 0, result.stdout
    assert result.stdout == f'{last - first + 1} runs, 0 failed\n'


# ---- What once failed ----

@pytest.mark.parametrize('file', KEPT, ids=lambda path: path.stem)
def test_what_once_failed_fails_no_more(file):
    """Each line that is no comment holds the options of a run."""
    for line in file.read_text().splitlines():
        if line and not line.startswith('#'):
            result = sim(*line.split())
            assert result.status == 0, (line, result.stdout)
