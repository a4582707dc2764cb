"""What `bench/soak` sees of a process, and what it finds wrong."""

import mmap
import os
import socket
import subprocess

import pytest

from bench.endurance import GROWTH_ALLOWED, change, faults_of_messages, faults_of_process
from bench.usage import Usage, is_running, usage_of

SECONDS = 100
MIB = 1 << 20
SENT = {'messages_per_second': 1000.0, 'refused': 0}
REPORT = {'receiver': '10.0.0.3:7701', 'has_reported': True, 'lost': 0, 'duplicates': 0, 'corrupt': 0}


def series(memory=lambda second: 5 * MIB, descriptors=lambda second: 12, until=SECONDS):
    return [(second, Usage(memory(second), 3 * MIB, 4 * MIB, descriptors(second), 0))
            for second in range(0, until + 1, 2)]


def faults(*args, **options):
    return faults_of_process('root', series(*args, **options), SECONDS)


# What grows

def test_what_stays_the_same_is_no_fault():
    assert faults() == []


@pytest.mark.parametrize('a_second', [2 * GROWTH_ALLOWED // SECONDS, MIB, 10 * MIB])
def test_a_leak_is_found(a_second):
    assert 'the memory of root has grown by' in faults(lambda second: 5 * MIB + second * a_second)[0]


def test_growth_at_the_beginning_belongs_to_it():
    assert faults(lambda second: MIB * min(second, SECONDS // 10)) == []


def test_growth_right_after_the_beginning_does_not():
    assert len(faults(lambda second: 2 * MIB if second > SECONDS // 10 else 0)) == 1


def test_a_little_is_allowed_and_more_is_not():
    assert faults(lambda second: GROWTH_ALLOWED if second > 50 else 0) == []
    assert len(faults(lambda second: GROWTH_ALLOWED + 1 if second > 50 else 0)) == 1


def test_what_comes_and_goes_is_no_growth_but_is_told():
    def peak(second):
        return 50 * MIB if second in (50, SECONDS) else 5 * MIB
    assert faults(peak) == []
    assert change(series(peak), SECONDS, 'allocated').most == 50 * MIB


def test_one_descriptor_more_is_a_fault():
    assert faults(descriptors=lambda second: 12 + second // 60) == ['root has 13 descriptors instead of 12']


def test_a_process_that_ended_is_a_fault():
    assert faults(until=80) == ['root was seen for 80 s of 100 s only']
    assert faults_of_process('root', [], SECONDS) == ['root was seen for 0 s of 100 s only']


# What becomes of messages

def test_messages_that_all_arrived_are_no_fault():
    assert faults_of_messages(SENT, [REPORT] * 3, 3, 1000) == []


@pytest.mark.parametrize('name', ['lost', 'duplicates', 'corrupt'])
def test_a_single_message_is_a_fault(name):
    reports = [REPORT, {**REPORT, name: 1}, REPORT]
    assert faults_of_messages(SENT, reports, 3, 1000) == [f'1 {name} at 10.0.0.3:7701']


def test_a_receiver_that_says_nothing_is_a_fault():
    silent = {**REPORT, 'has_reported': False}
    assert faults_of_messages(SENT, [REPORT, REPORT, silent], 3, 1000) == ['2 of 3 receivers have reported']
    assert faults_of_messages(SENT, [REPORT, REPORT], 3, 1000) == ['2 of 3 receivers have reported']


def test_a_sender_that_sends_less_is_a_fault():
    assert faults_of_messages({**SENT, 'messages_per_second': 800.0}, [REPORT] * 3, 3, 1000) == [
        '800 messages a second were sent instead of 1000']
    assert faults_of_messages({**SENT, 'refused': 2}, [REPORT] * 3, 3, 1000) == [
        '2 messages were refused by the system']


# What is seen of a process, this one

def test_descriptors_are_counted():
    before = usage_of(os.getpid()).descriptors
    with socket.socket(), socket.socket():
        assert usage_of(os.getpid()).descriptors == before + 2


def test_memory_is_seen():
    before = usage_of(os.getpid())
    with mmap.mmap(-1, 32 * MIB, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as ballast:
        untouched = usage_of(os.getpid())
        ballast.write(bytes(len(ballast)))
        touched = usage_of(os.getpid())
    assert untouched.allocated - before.allocated >= 32 * MIB
    assert touched.resident - untouched.resident > 16 * MIB
    assert touched.resident_peak >= touched.resident


def test_drops_of_its_own_sockets_are_counted():
    before = usage_of(os.getpid()).kernel_drops
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as full, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as source:
        full.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        full.bind(('127.0.0.1', 0))
        for _ in range(100):
            source.sendto(bytes(1000), full.getsockname())
        assert 0 < usage_of(os.getpid()).kernel_drops - before <= 100


def test_a_process_that_ended_is_not_running():
    with subprocess.Popen(['true'], stdout=subprocess.PIPE) as child:
        child.stdout.read()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, and not waited for
        assert not is_running(child.pid)
        with pytest.raises(OSError):
            usage_of(child.pid)
    assert not is_running(child.pid)
    assert is_running(os.getpid())
