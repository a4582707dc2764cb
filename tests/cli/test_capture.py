"""hostcast capture: usage, and what it says where it may not or cannot. What it captures is tested in
net/test_capture.py."""

import os

import pytest

from support import program
from support.program import resolve

# Without this right root is like any other user.
WITHOUT_RIGHT = ['setpriv', '--bounding-set', '-net_raw', '--inh-caps', '-net_raw']


def capture(*args, **options):
    return program.run(['hostcast', 'capture', *args], **options)


def capture_without_right(*args):
    if os.getuid() != 0:
        return capture(*args)
    return program.run([*WITHOUT_RIGHT, *resolve(['hostcast', 'capture', *args])])


@pytest.mark.parametrize('args, words', [
    (['--rotate', '3k', '--write', 'x'], "--rotate '3k' must be SIZE or SIZE,FILES"),
    (['--rotate', '1M,0', '--write', 'x'], "--rotate '1M,0' must be"),
    (['--rotate', '1M'], '--rotate needs the name of a file'),
    (['--rotate', '1M', '--write', '-'], '--rotate needs the name of a file'),
    (['--write', '-', '--', 'true'], "standard output is the command's"),
    (['--snap', '63'], "--snap '63' must be a number from 64 to 262144"),
    (['--buffer', '65535'], "--buffer '65535' must be a number from 65536 to 1073741824"),
    (['--count', '0'], "--count '0' must be"),
    (['--group', '10.0.0.1'], "'10.0.0.1' is not a multicast group"),
    (['--group', '224.1.1.1+5'], 'a range of groups'),
    (['--group', '224.1.1.1:0'], "port '0'"),
    (['hostcast', 'recv'], "'hostcast' is no option; a command stands behind --: hostcast capture -- hostcast"),
    (['239.1.1.1'], "'239.1.1.1' is no option; a group goes with --group: hostcast capture --group 239.1.1.1"),
    (['--'], 'a command is missing behind --'),
])
def test_wrong_usage_is_explained(args, words):
    result = capture(*args)
    assert (result.status, result.stdout) == (2, '')
    assert words in result.stderr
    assert result.stderr.startswith('hostcast capture: ') and result.stderr.count('\n') == 1


def test_an_interface_that_is_not_there_is_named():
    result = capture('-i', 'no-such-interface')
    assert result.status == 3
    assert "no interface 'no-such-interface'; this host has" in result.stderr


def test_the_device_any_is_refused():
    result = capture('-i', 'any')
    assert result.status == 3
    assert "the device 'any' loses the destination MAC address; name real interfaces" in result.stderr


# Without the right

def test_a_missing_right_is_named_with_what_gives_it():
    result = capture_without_right('-i', 'lo')
    assert (result.status, result.stdout) == (4, '')
    program_file = resolve(['hostcast'])[0]
    assert result.stderr == (
        'hostcast capture: not permitted to capture on lo: that takes the capability CAP_NET_RAW. Run it with sudo, '
        f'or give it to the program once: sudo setcap cap_net_raw+ep {os.path.realpath(program_file)}\n')


def test_without_the_right_no_file_is_made_and_no_command_run(tmp_path):
    file, trace = tmp_path / 'ran', tmp_path / 'trace.pcapng'
    result = capture_without_right('--write', trace, '--', 'touch', file)
    assert result.status == 4
    assert 'CAP_NET_RAW' in result.stderr
    assert list(tmp_path.iterdir()) == []
