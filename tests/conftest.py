"""Fixtures and hooks of the whole suite. The work is done in support/."""

import contextlib
import os
import tempfile

# Before hypothesis is imported: nothing is written into the tree.
os.environ.setdefault('HYPOTHESIS_STORAGE_DIRECTORY', os.path.join(tempfile.gettempdir(), f'hypothesis-{os.getuid()}'))

import hypothesis
import pytest

from support import program, terminal, worlds
# pytest finds the hooks by their names here.
from support.cmocka import pytest_collect_file
from support.signals import keep_ignored_signals_private
from support.summary import MEASURED, pytest_sessionfinish, pytest_terminal_summary, pytest_unconfigure

keep_ignored_signals_private()

# The machines are shared and slow at times: how long an example takes says nothing.
hypothesis.settings.register_profile('hostcast', deadline=None, database=None, print_blob=True)
hypothesis.settings.load_profile('hostcast')


# Programs on this machine, for what needs no network

@pytest.fixture
def hostcast():
    """hostcast('info', '224.1.1.1') runs the program to its end and gives its Result."""
    return lambda *args, **options: program.run(['hostcast', *args], **options)


@pytest.fixture
def spawn():
    """spawn(['hostcast', 'recv', '224.1.1.1']) starts a program, which is killed when the test ends."""
    with contextlib.ExitStack() as running:
        yield lambda *args, **options: running.enter_context(program.Process(*args, **options))


@pytest.fixture
def spawn_terminal():
    """Like spawn, on a pseudo terminal."""
    with contextlib.ExitStack() as running:
        yield lambda *args, **options: running.enter_context(terminal.Terminal(*args, **options))


@pytest.fixture
def measured(record_property):
    """measured('healed after 1.3 s') is shown at the end of the run."""
    return lambda text: record_property(MEASURED, text)


# Worlds, with the hosts by name; for others use the functions of support/worlds.py in a with statement

@pytest.fixture
def host():
    """One host with an interface on a switch: what uses fixed ports on loopback belongs here, not on the machine."""
    with worlds.hosts_on_bridge(1) as world:
        yield world.hosts[0]


@pytest.fixture
def two_hosts():
    """a, b = two_hosts"""
    with worlds.two_hosts() as world:
        yield world.hosts


@pytest.fixture
def two_networks():
    """a, router, b = two_networks"""
    with worlds.two_networks() as world:
        yield world.hosts
