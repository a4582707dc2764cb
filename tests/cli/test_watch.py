"""hostcast watch: what it takes and refuses."""

import pytest


@pytest.mark.parametrize('args, message', [
    (['nonsense'], "'nonsense'"),
    (['10.0.0.1'], "'10.0.0.1'"),
    (['225.1.2.3+20'], 'is a range of groups'),
    (['-6', '224.1.1.1'], '224.1.1.1'),
    (['--interval', '0'], '--interval must be more than 0 seconds'),
    (['--gap', '0'], '--gap must be more than 0 seconds'),
    (['--join'], '--join needs the groups'),
    (['--on-join', ''], "--on-join '' must be a program"),
    (['--on-leave', '  '], '--on-leave'),
    (['--on-join', 'a ' * 65], '1 to 64 words'),
    (['--on-join', '/nowhere/program x'], "--on-join: there is no program '/nowhere/program'"),
    (['--on-leave', 'no-such-program-anywhere'], "--on-leave: there is no program 'no-such-program-anywhere'"),
    (['--count', '0'], '--count'),
    (['-p', '65536'], '--port'),
    (['-p', '5004'], '--port is of groups that are named'),
])
def test_what_makes_no_sense_is_refused(hostcast, args, message):
    result = hostcast('watch', *args)
    assert (result.status, result.stdout) == (2, '')
    assert message in result.stderr


def test_an_interface_that_is_not_there(hostcast):
    result = hostcast('watch', '-i', 'nowhere0')
    assert result.status == 3
    assert "no interface 'nowhere0'" in result.stderr


def test_more_groups_than_there_is_room_for(hostcast):
    result = hostcast('watch', *[f'225.0.0.{number}' for number in range(65)])
    assert result.status == 2
    assert '65 groups are more than 64' in result.stderr
