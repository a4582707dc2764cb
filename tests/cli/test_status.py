"""hostcast status: the state of a rendezvous point or node (T-16), and its tree."""

import json
import socket
import xml.etree.ElementTree as ElementTree

import pytest

from support import program
from support.conditions import wait_until
from support.loopback import free_port
from support.told import node, rdv, telling


@pytest.fixture
def make():
    with telling() as made:
        yield made


def status(*args):
    return program.run(['hostcast', 'status', *args])


def quick(*args):
    """Where silence is what comes."""
    return status('-w', '0.05', *args)


def patient(*args):
    """Where somebody answers, though not at once, or not as he should."""
    return status('-w', '0.5', *args)


def nodes_of(result):
    """The events of a tree by address; the last one is the summary."""
    *nodes, summary = result.events
    assert summary['event'] == 'summary' and {event['event'] for event in nodes} <= {'node'}
    return {event['address']: event for event in nodes if not event['repeated']}, summary


def tree_of_three(make):
    root, child, grandchild = make(), make(), make()
    root.answer = node(children=[child])
    child.answer = node([root], [grandchild])
    grandchild.answer = node([child, root])
    return root, child, grandchild


# ---- One that is asked ----

def test_a_node_tells_its_state(make):
    parent, root, child = make(), make(), make()
    asked = make(node([parent, root], [child], extra='seen_as 127.0.0.9 10000\n'))
    result = status(asked.name)
    assert (result.status, result.stderr) == (0, '')
    assert result.stdout.splitlines() == [
        f'{asked.name}  node, attached',
        '  seen as           127.0.0.9:10000',
        f'  parent            {parent.name}',
        f'  root path         {parent.name}',
        f'                    {root.name}',
        '  children          1 of at most 3',
        f'                    {child.name}  heard 1.5 s ago',
        '  counters          data_received     7',
    ]
    assert 'walks             0' in status('-v', asked.name).stdout


def test_a_rendezvous_point_tells_its_state(make):
    root = make()
    asked = make(rdv(root))
    assert status(asked.name).stdout.splitlines() == [
        f'{asked.name}  rendezvous point',
        f'  root              {root.name}  for 2 h 3 min, heard 2.5 s ago',
        '  counters          asked             3',
    ]
    assert '  root              none\n' in status(make(rdv()).name).stdout


def test_json_has_all_of_it(make):
    parent, child = make(), make()
    asked = make(node([parent], [child]))
    event, summary = status('--json', asked.name).events
    assert event == {'event': 'node', 'address': asked.name, 'role': 'node', 'state': 'attached', 'parent': parent.name,
                     'path': [parent.name], 'children_most': 3,
                     'children': [{'address': child.name, 'heard_ms': 1500}],
                     'counters': {'data_received': 7, 'walks': 0}}
    assert summary == {'event': 'summary', 'asked': asked.name, 'answered': 1}
    event, _ = status('--json', make(rdv(parent)).name).events
    assert (event['event'], event['root'], event['root_heard_ms'], event['root_since_ms']) == (
        'rdv', parent.name, 2500, 7384000)


def test_ipv6(make):
    child = make(address='::1')
    asked = make(node(children=[child]), address='::1')
    child.answer = node([asked])
    result = status('--tree', asked.name)
    assert result.status == 0, result.stderr
    assert asked.name in result.stdout and child.name in result.stdout


def test_newer_nodes_can_be_asked(make):
    asked = make(node(extra='uptime_ms 12 34\ncount new_thing 5\n'))
    result = status(asked.name)
    assert result.status == 0
    assert 'new_thing         5' in result.stdout and 'uptime' not in result.stdout


def test_the_request_is_padded(make):
    """So that a forged one does not make a small datagram a large one (T-16)."""
    asked = make(node())
    status(asked.name)
    (request, _), = asked.requests
    assert request[:5] == b'STAT\n' and len(request) == 1200


def test_a_larger_report_is_asked_for_again(make):
    def answer(request):
        return node() if len(request) >= 3000 else 'TATS\nsize 3000\n'

    asked = make(answer)
    assert status(asked.name).status == 0
    assert [len(request) >= 3000 for request, _ in asked.requests] == [False, True]


def test_a_node_that_always_wants_more_gets_no_more(make):
    asked = make(lambda request: f'TATS\nsize {len(request) + 1000}\n')
    result = status(asked.name)
    assert result.status == 1 and 'needs a request of' in result.stderr
    assert len(asked.requests) == 4 and max(len(request) for request, _ in asked.requests) < 6000
    asked = make('TATS\nsize 60000\n')
    assert 'needs a request of 60000 bytes' in status(asked.name).stderr
    assert len(asked.requests) == 1


def test_lost_requests_are_sent_again(make):
    asked = make()
    asked.answer = lambda request: node() if len(asked.requests) == 3 else None
    assert patient(asked.name).status == 0
    assert len(asked.requests) == 3


def test_silence_is_explained(make):
    asked = make()
    result = quick(asked.name)
    assert result.status == 1 and result.stdout == ''
    wait_until(lambda: len(asked.requests) == 3, 'the requests to be taken')
    assert f'{asked.name} does not answer, asked 3 times' in result.stderr and '--allow' in result.stderr


def test_nobody_listens():
    name = f'127.0.0.1:{free_port()}'
    result = status(name)
    assert result.status == 1
    assert f'{name} refuses' in result.stderr and 'nobody listens' in result.stderr


@pytest.mark.parametrize('answer', [
    b'', b'TATS', b'TATS\n', b'hello', b'STAT\nrole node\nstate root\n', b'TATS\nrole node\n', b'TATS\nrole king\nstate root\n',
    b'TATS\nrole node\nstate ro\x1b[31mot\n', b'TATS\nrole node\nstate root\n\x1b]0;x\x07 1\n',
    b'TATS\nrole node\nstate root\nchild 127.0.0.1 1\n', b'TATS\nrole node\nstate root\nchild 224.1.1.1 5 5\n',
    b'TATS\nrole node\nstate root\n' + 17 * b'child 127.0.0.1 1 1\n'])
def test_what_is_no_report_is_not_believed(make, answer):
    asked = make(answer)
    result = patient(asked.name)
    assert result.status == 1 and result.stdout == ''
    assert 'answers, but not as a rendezvous point or node does (3 datagrams' in result.stderr
    assert '\x1b' not in result.stderr


def test_a_datagram_of_any_size_is_taken(make):
    assert 'answers, but not as' in patient(make(b'\xff' * 65507).name).stderr


def test_a_report_after_what_is_none_is_taken(make):
    asked = make()
    asked.answer = lambda request: node() if len(asked.requests) == 2 else 'hello'
    assert patient(asked.name).status == 0


def test_others_than_who_was_asked_are_not_heard(make):
    """The answer comes from another port, so the one that was asked stays silent."""
    stranger = make()
    asked = make()

    def answer(request):
        for _, port in asked.requests:
            stranger.socket.sendto(node().encode(), ('127.0.0.1', port))

    asked.answer = answer
    result = quick(asked.name)
    assert result.status == 1 and 'does not answer' in result.stderr


@pytest.mark.parametrize('args, words', [
    ([], 'name one'), (['127.0.0.1', '127.0.0.2'], 'name one'), (['224.1.1.1'], 'is a group'),
    (['fe80::1%lo'], 'is link-local'), (['169.254.1.1'], 'is link-local'),
    (['--dot', '--json', '127.0.0.1'], '--dot and --json'), (['127.0.0.1:0'], '1 to 65535')])
def test_bad_usage(args, words):
    result = status(*args)
    assert result.status == 2 and words in result.stderr


def test_the_target_may_be_written_as_a_tree(make):
    assert status(f'tree://{make(node()).name}').status == 0


def test_the_deadline_ends_it(make):
    asked = make()
    result = status('-W', '0.1', asked.name)
    assert result.status == 1 and 'before the deadline' in result.stderr


# ---- The tree ----

def test_the_tree_is_drawn_from_wherever_it_is_asked(make):
    root, child, grandchild = tree_of_three(make)
    point = make(rdv(root))
    drawings = set()
    for asked in (point, root, child, grandchild):
        result = status('--tree', asked.name)
        assert result.status == 0, result.stderr
        assert '3 of 3 nodes answered, depth 2' in result.stderr
        drawings.add(result.stdout)
    drawing, = drawings
    assert [next(name for name in (root.name, child.name, grandchild.name) if name in line)
            for line in drawing.splitlines()] == [root.name, child.name, grandchild.name]


def test_the_tree_in_json(make):
    root, child, grandchild = tree_of_three(make)
    result = status('--tree', '--json', grandchild.name)
    nodes, summary = nodes_of(result)
    assert set(nodes) == {root.name, child.name, grandchild.name}
    assert nodes[grandchild.name]['named_by'] == child.name
    assert nodes[grandchild.name]['path'] == [child.name, root.name]
    assert [nodes[told.name]['depth'] for told in (root, child, grandchild)] == [0, 1, 2]
    assert summary == {'event': 'summary', 'asked': grandchild.name, 'root': root.name, 'nodes': 3, 'answered': 3,
                       'silent': 0, 'repeated': 0, 'cut_off': 0, 'depth': 2}


def test_nodes_that_do_not_answer_are_drawn(make):
    root, silent, other = make(), make(), make()
    root.answer = node(children=[silent, other])
    result = patient('--tree', root.name)
    assert result.status == 7
    assert '1 of 3 nodes answered' in result.stderr
    lines = result.stdout.splitlines()
    assert len(lines) == 3 and all('no answer' in line for line in lines[1:])
    wait_until(lambda: len(silent.requests) == 3, 'the requests to be taken')


def test_a_node_that_is_gone_is_drawn_with_the_reason(make):
    root = make()
    gone = type('Gone', (), {'wire': f'127.0.0.1 {free_port()}'})
    root.answer = node(children=[gone])
    result = status('--tree', root.name)
    assert result.status == 7 and 'nobody listens there' in result.stdout


def test_a_silent_root_is_drawn(make):
    root = make()
    result = patient('--tree', make(rdv(root)).name)
    assert result.status == 7 and f'{root.name}' in result.stdout and 'no answer' in result.stdout


def test_a_cycle_comes_to_an_end(make):
    root, child, grandchild = tree_of_three(make)
    grandchild.answer = node([child, root], [root, child, grandchild])
    result = status('--tree', root.name)
    assert result.status == 0, result.stderr
    assert result.stdout.count('named twice') == 3
    assert '3 of 3 nodes answered, depth 2, 3 named twice' in result.stderr
    assert [len(told.requests) for told in (root, child, grandchild)] == [2, 1, 1]  # the root was named by hand, too


def test_a_node_that_has_moved_says_so(make):
    root, left, right, moved = make(), make(), make(), make()
    root.answer = node(children=[left, right])
    left.answer = node([root], [moved])
    right.answer = node([root], [moved])
    moved.answer = node([right, root])
    result = status('--tree', root.name)
    assert f'now a child of {right.name}' in result.stdout and 'named twice' in result.stdout


def test_an_orphan_has_the_tree_below_it(make):
    child = make()
    orphan = make(node(children=[child], state='joining'))
    child.answer = node([orphan])
    result = status('--tree', orphan.name)
    assert result.status == 0
    assert 'has no parent now (joining)' in result.stderr
    assert 'joining' in result.stdout.splitlines()[0] and child.name in result.stdout


def test_a_node_that_its_tree_does_not_have(make):
    root = make(node())
    stray = make(node([root]))
    result = status('--tree', stray.name)
    assert result.status == 0 and f'{stray.name} is not in this tree' in result.stderr
    root.answer = node(children=[stray])
    assert 'not in this tree' not in status('--tree', stray.name).stderr


def test_no_root_no_tree(make):
    asked = make(rdv())
    result = status('--tree', asked.name)
    assert result.status == 1 and 'knows no root' in result.stderr


def test_a_wide_tree_is_asked_many_at_a_time(make):
    """No more than 16 at a time: each answers when 16 have been asked."""
    leaves = [make() for _ in range(16)]
    tops = [make(node(children=leaves)) for _ in range(1)]

    def answer(request):
        return node([tops[0]]) if all(leaf.requests for leaf in leaves) else None

    for leaf in leaves:
        leaf.answer = answer
    result = status('--tree', tops[0].name)
    assert result.status == 0 and '17 of 17' in result.stderr


def test_dot_and_svg(make, tmp_path):
    root, child, _ = tree_of_three(make)
    dot = status('--dot', root.name)
    assert dot.status == 0 and dot.stdout.startswith('digraph') and child.name in dot.stdout
    picture = tmp_path / 'tree.svg'
    assert status('--svg', picture, root.name).stdout == status('--tree', root.name).stdout
    assert ElementTree.parse(picture).getroot().tag.endswith('svg')
    assert child.name in picture.read_text()
    result = status('--svg', tmp_path / 'no' / 'tree.svg', root.name)
    assert result.status == 4 and 'cannot write' in result.stderr


def test_the_deadline_draws_what_is_known(make):
    root, silent = make(), make()
    root.answer = node(children=[silent])
    result = status('--tree', '-W', '2', '-w', '20', root.name)
    assert result.status == 7
    assert root.name in result.stdout and 'not asked to the end' in result.stdout


def test_a_signal_draws_what_is_known(make, spawn):
    root, silent = make(), make()
    root.answer = node(children=[silent])
    process = spawn(['hostcast', 'status', '--json', '--tree', '-w', '20', root.name])
    process.wait_for_event('node', address=root.name)
    process.signal(2)
    assert process.wait() == 6
    assert json.loads(process.stdout.splitlines()[-1])['silent'] == 1
