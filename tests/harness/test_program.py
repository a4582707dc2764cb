"""support.program: running programs and waiting for what they say."""

import json
import os
import signal
import sys

import pytest

from support import conditions, program
from support.program import json_lines, run, state_of

TALKER = '''
import sys
for line in sys.stdin:
    print('heard', line.rstrip(), flush=True)
    print('and said so', file=sys.stderr, flush=True)
print('end of input', flush=True)
'''


@pytest.fixture(params=['here', 'in a host'])
def start(request):
    """Everything must work alike on this machine and in a namespace."""
    if request.param == 'here':
        return request.getfixturevalue('spawn')
    return request.getfixturevalue('host').spawn


@pytest.fixture
def short_limit(monkeypatch):
    shorten_limit(monkeypatch)


def shorten_limit(monkeypatch):
    monkeypatch.setattr(program, 'LIMIT_SECONDS', 0.2)
    monkeypatch.setattr(conditions, 'LIMIT_SECONDS', 0.2)


def python(code):
    return [sys.executable, '-c', code]


def test_run_gives_status_and_both_streams():
    result = run(['sh', '-c', 'cat; echo wrong >&2; exit 3'], stdin='zwölf\n')
    assert (result.status, result.stdout, result.stderr) == (3, 'zwölf\n', 'wrong\n')


def test_run_feeds_and_reads_more_than_a_pipe_holds():
    text = 'line\n' * 300_000
    assert run(['cat'], stdin=text).stdout == text


def test_run_does_not_mind_unread_input():
    assert run(['true'], stdin='x' * 1_000_000).status == 0


def test_run_in_a_host_has_the_same_directory_and_environment(host):
    result = host.run(['sh', '-c', 'pwd; echo $COLOUR; readlink /proc/self/cwd'], env={'COLOUR': 'green'})
    assert result.stdout == f'{os.getcwd()}\ngreen\n{os.getcwd()}\n'


def test_run_in_a_host_tells_when_there_is_no_such_program(host):
    result = host.run(['/no/such/program'])
    assert result.status == 127 and '/no/such/program' in result.stderr


def test_run_gives_json_events():
    result = run(['echo', '{"event":"summary","sent":1}'])
    assert result.events == [{'event': 'summary', 'sent': 1}]


def test_json_lines_are_objects_one_a_line():
    assert json_lines('{"event":"a"}\n{"event":"b"}\n') == [{'event': 'a'}, {'event': 'b'}]
    with pytest.raises(json.JSONDecodeError):
        json_lines('{"event":"a"}\nnot json\n')


def test_conversation(start):
    talker = start(python(TALKER))
    talker.send_line('one')
    assert talker.wait_for(r'^heard (\w+)')[1] == 'one'
    talker.wait_for('said so', 'stderr')
    talker.send_line('two')
    assert talker.wait_for(r'^heard (\w+)')[1] == 'two'
    talker.close_stdin()
    assert talker.wait() == 0
    assert talker.stdout == 'heard one\nheard two\nend of input\n'


def test_wait_for_event_passes_over_others(start):
    talker = start(['sh', '-c', '''
        echo '{"event":"message","text":"one"}'
        echo '{"event":"message","text":"two"}'
        printf '{"event":"summary"'; read line; echo ',"received":2}'
    '''])
    assert talker.wait_for_event('message', text='two') == {'event': 'message', 'text': 'two'}
    talker.send_line('')
    assert talker.wait_for_event('summary')['received'] == 2


def test_a_character_in_two_pieces_is_one(start):
    talker = start(['sh', '-c', r"printf 'zw\303'; read line; printf '\266lf\n'"])
    talker.wait_for('zw')
    talker.send_line('')
    talker.wait_for('^ölf$')
    assert talker.stdout == 'zwölf\n'


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_status_after_a_signal(start, number):
    process = start(['sh', '-c', 'echo ready; exec sleep infinity'])
    process.wait_for('ready')
    process.signal(number)
    assert process.wait() == -number


def test_a_signal_reaches_the_program_itself(start):
    process = start(['sh', '-c', 'trap "echo caught; exit 7" TERM; echo ready; while :; do sleep 0.01; done'])
    process.wait_for('ready')
    process.signal(signal.SIGTERM)
    assert process.wait() == 7
    assert 'caught' in process.stdout


def test_stop_and_continue(start):
    talker = start(python(TALKER))
    talker.send_line('one')
    talker.wait_for('one')
    talker.signal(signal.SIGSTOP)
    assert state_of(talker.pid) == 'T'
    talker.signal(signal.SIGCONT)
    talker.send_line('two')
    talker.wait_for('two')


def test_one_that_stops_itself_continues_too(start):
    process = start(['sh', '-c', 'kill -STOP $$; echo on'])
    conditions.wait_until(lambda: state_of(process.pid) == 'T', 'the program to stop')
    process.signal(signal.SIGCONT)
    process.wait_for('on')
    assert process.wait() == 0


def test_a_stopped_program_is_killed_too(start):
    process = start(['sleep', 'infinity'])
    process.signal(signal.SIGSTOP)
    process.kill()
    assert process.wait() == -signal.SIGKILL


def test_children_are_killed_too(start):
    process = start(['sh', '-c', 'sleep infinity & echo ready; wait'])
    process.wait_for('ready')
    process.kill()
    process.wait()  # it would fail if the child still held the streams open


def test_a_vain_wait_shows_everything(start, monkeypatch):
    process = start(['sh', '-c', 'echo out; echo err >&2; read line'])
    process.wait_for('out')
    process.wait_for('err', 'stderr')
    shorten_limit(monkeypatch)
    with pytest.raises(AssertionError, match=r'(?s)/never/ on stdout.*still running.*stdout\nout\n.*stderr\nerr\n'):
        process.wait_for('never')


def test_a_wait_ends_when_the_program_does(start):
    process = start(['sh', '-c', 'echo out; exit 3'])
    with pytest.raises(AssertionError, match='(?s)/never/ on stdout.*out'):
        process.wait_for('never')
    assert process.wait() == 3


def test_a_program_that_does_not_end_is_a_failure(short_limit):
    with pytest.raises(AssertionError, match='does not end'):
        run(['sleep', 'infinity'])


def test_a_program_that_does_not_read_is_a_failure(start, short_limit):
    with pytest.raises(AssertionError, match='does not read'):
        start(['sleep', 'infinity']).send('x' * 1_000_000)


def test_a_program_that_has_ended_takes_no_signal(host):
    process = host.spawn(['true'])
    process.wait()
    with pytest.raises(AssertionError, match='it has ended'):
        process.signal(signal.SIGTERM)


def test_the_program_under_test_must_be_built(monkeypatch, tmp_path):
    monkeypatch.setattr(program, 'PROGRAM', tmp_path / 'hostcast')
    with pytest.raises(AssertionError, match='hostcast is not built'):
        run(['hostcast', '--help'])


def test_hostcast_by_name_is_the_program_under_test(monkeypatch, tmp_path):
    stand_in = tmp_path / 'stand-in'
    stand_in.write_text('#!/bin/sh\necho "$@"\n')
    stand_in.chmod(0o755)
    monkeypatch.setattr(program, 'PROGRAM', stand_in)
    assert run(['hostcast', 'info', '224.1.1.1']).stdout == 'info 224.1.1.1\n'
