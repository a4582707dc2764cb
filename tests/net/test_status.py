"""hostcast status with rendezvous points and nodes that run: their trees, and whom they answer (T-14, T-16)."""

import signal

import pytest

from support.conditions import wait_until

V4 = ['127.0.0.1:10000', '127.0.0.2:10000', '127.0.0.3:10000', '127.0.0.4:10000', '127.0.0.5:10000', '127.0.0.6:10000']
V6 = ['[::1]:10000', '[::1]:10002', '[::1]:10003', '[::1]:10004', '[::1]:10005', '[::1]:10006']


def survey(host, asked):
    """The nodes of a tree by address, and its summary; (None, None) if there is none."""
    result = host.run(['hostcast', 'status', '--tree', '--json', asked])
    if result.status == 1:
        return None, None
    *nodes, summary = result.events
    return {event['address']: event for event in nodes if not event['repeated']}, summary


def start_tree(host, addresses):
    """A rendezvous point at the first address, and a node at each of the others: processes by address."""
    point, *rest = addresses
    processes = {point: host.spawn(['hostcast', 'rdv', '--listen', point])}
    for number, address in enumerate(rest):
        processes[address] = host.spawn(['hostcast', 'node', '--rdv', point, '--listen', address, '--children', '2',
                                         '--data-port', str(20000 + number)])

    def is_whole():
        nodes, summary = survey(host, point)
        return nodes and set(nodes) == set(rest) and summary['answered'] == len(rest)

    wait_until(is_whole, f'a tree of {len(rest)}')
    return processes


@pytest.mark.parametrize('addresses', [V4, V6], ids=['ipv4', 'ipv6'])
def test_a_tree_is_seen_alike_from_everywhere(host, addresses):
    start_tree(host, addresses)
    nodes, summary = survey(host, addresses[0])
    assert (summary['nodes'], summary['answered'], summary['repeated'], summary['silent']) == (5, 5, 0, 0)
    assert nodes[summary['root']]['state'] == 'root'
    for address, event in nodes.items():
        assert event.get('parent') == event.get('named_by')
        assert len(event['path']) == event['depth']
        assert len(event['children']) <= 2
        assert event['rendezvous'] == addresses[0]
        assert event['seen_as' if address != summary['root'] else 'address'] == address
    drawings = {host.run(['hostcast', 'status', '--tree', address]).stdout for address in addresses}
    assert len(drawings) == 1


def test_one_that_is_asked_tells_of_itself(host):
    start_tree(host, V4[:3])
    point = host.run(['hostcast', 'status', V4[0]]).stdout
    nodes, summary = survey(host, V4[0])
    child, = set(nodes) - {summary['root']}
    assert f'{V4[0]}  rendezvous point\n' in point and f'  root              {summary["root"]}  for ' in point
    assert '  counters          asked ' in point
    root = host.run(['hostcast', 'status', summary['root']]).stdout
    assert f'{summary["root"]}  node, root\n' in root and f'{child}  heard ' in root
    attached = host.run(['hostcast', 'status', child]).stdout
    assert f'{child}  node, attached\n' in attached and f'  parent            {summary["root"]}\n' in attached


def test_a_dead_node_is_drawn_as_one(host):
    """With the default timers its parent believes in it for minutes."""
    processes = start_tree(host, V4)
    nodes, _ = survey(host, V4[0])
    leaf = next(address for address, event in nodes.items() if not event['children'] and event['depth'] > 0)
    processes[leaf].signal(signal.SIGKILL)
    processes[leaf].wait()
    result = host.run(['hostcast', 'status', '--tree', V4[0]])
    assert result.status == 7
    assert f'{leaf}  nobody listens there\n' in result.stdout
    assert '4 of 5 nodes answered' in result.stderr


def test_other_networks_must_be_allowed(two_networks):
    """a is not in b's network: it is not answered, and b says what would help."""
    a, _, b = two_networks
    point = b.spawn(['hostcast', 'rdv', '--listen', f'{b.address}:10000'])
    point.wait_for('listening', 'stderr')
    refused = a.run(['hostcast', 'status', '-w', '0.1', b.address])
    assert refused.status == 1 and 'does not answer' in refused.stderr and '--allow' in refused.stderr
    point.wait_for(r'--allow 10\.1\.0\.', 'stderr')
    point.kill()
    point = b.spawn(['hostcast', 'rdv', '--listen', f'{b.address}:10000', '--allow', '10.1.0.0/24'])
    point.wait_for('listening', 'stderr')
    assert a.run(['hostcast', 'status', b.address]).status == 0
