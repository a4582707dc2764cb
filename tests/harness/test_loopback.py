"""support.loopback: several processes run tests at the same time, and each needs ports that the others leave alone."""

import itertools

from support.loopback import PORTS_EACH, WORKERS_MAX, free_port, ports_of


def test_no_two_processes_have_a_port_in_common_nor_one_that_the_system_gives():
    ports = [port for worker in range(WORKERS_MAX) for port in itertools.islice(ports_of(worker), PORTS_EACH)]
    assert len(set(ports)) == WORKERS_MAX * PORTS_EACH
    assert 10100 < min(ports) and max(ports) < 32768


def test_a_port_is_not_given_again_soon():
    assert len({free_port() for _ in range(1000)}) == 1000
