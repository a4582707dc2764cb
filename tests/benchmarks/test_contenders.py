"""What the contenders print is understood; the lines are those of real runs."""

import re

import pytest

from bench.contenders.base import last_pairs, trial_of
from bench.contenders.hostcast import reports
from bench.contenders.peers import PEERS_OF_ALL, REPORT, iperf_received
from bench.contenders.receivers import HOSTCAST_SUMMARY


def test_pairs_are_those_of_the_last_line_that_has_any():
    assert last_pairs('ready\nmessages=10 lost=0\n') == {'messages': 10, 'lost': 0}
    assert last_pairs('messages=10\nready\n') == {'messages': 10}


def test_a_program_that_was_ended_before_its_result_received_nothing():
    assert last_pairs('ready\n') == {}
    assert trial_of({'messages': 100}, [{'messages': 100, 'seconds': 1}, {}], 1).loss == 1


def test_the_slowest_receiver_counts():
    received = [{'messages': 1000, 'seconds': 1}, {'messages': 900, 'seconds': 2}]
    trial = trial_of({'messages': 1000}, received, cpu=0.0019)
    assert (trial.rate, trial.cpu_us) == (450, 1)
    assert trial.loss == pytest.approx(0.1)


def test_nothing_arrived():
    trial = trial_of({'messages': 1000}, [{}, {}], cpu=1)
    assert (trial.rate, trial.loss, trial.cpu_us) == (0, 1, 0)


def test_more_than_was_sent_is_no_loss():
    """iperf counts its last datagram on one side only."""
    assert trial_of({'messages': 10}, [{'messages': 11, 'seconds': 1}], 1).loss == 0


@pytest.mark.parametrize('line, expected', [
    ('[  1] 0.0000-0.4953 sec  4.84 MBytes  82.0 Mbits/sec   0.004 ms 44/5003 (0.88%) 0.008/0.004/0.412/0.009 ms '
     '10013 pps 4959/0(0) pkts 1359043\n', {'messages': 4959, 'seconds': 0.4953}),
    ('[  2] 0.0000-0.7032 sec  10.4 MBytes   124 Mbits/sec   0.002 ms 0/10629 (0%) 0.005/0.003/0.881/0.016 ms '
     '15116 pps 10629/0(0) pkts 3256708\n', {'messages': 10629, 'seconds': 0.7032})])
def test_the_report_of_iperf(line, expected):
    assert iperf_received(re.search(REPORT, line)) == expected


def test_the_reports_of_hostcast_bench():
    """Of one that did not report nobody knows that anything arrived."""
    lines = ['{"event":"receiver","receiver":"10.0.0.3:55246","name":"a"}',
             '{"event":"sent","step":1,"messages":500,"refused":0,"elapsed_ns":499098856}',
             '{"event":"report","step":1,"receiver":"10.0.0.3:55246","has_reported":true,"received":499,'
             '"elapsed_ns":500000000,"latency_p50_ns":100351,"latency_p99_ns":860159}',
             '{"event":"report","step":1,"receiver":"10.0.0.4:55246","has_reported":false}',
             '{"event":"summary","receivers":2}']
    assert reports('\n'.join(lines)) == (
        {'messages': 500}, [{'messages': 499, 'seconds': 0.5, 'p50_us': 100.351, 'p99_us': 860.159}, {}])


def test_the_summary_of_hostcast_recv():
    said = 'hostcast recv: note: joined\nhostcast recv: 12345 messages, 9 bytes\n'
    assert HOSTCAST_SUMMARY.search(said)[1] == '12345'


def test_the_configuration_comes_from_the_comment_of_the_program():
    nats = next(one for one in PEERS_OF_ALL if one.name == 'NATS')
    assert nats.configuration.startswith('Core NATS: in order') and 'TARGET' not in nats.configuration
    assert nats.configuration.endswith('.')
