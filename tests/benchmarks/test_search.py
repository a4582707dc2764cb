"""The search for the highest rate without loss, with contenders that are formulas."""

import pytest

from bench.search import LOSS_ALLOWED, PRECISION, Trial, highest


def unreliable(capacity):
    """Sends as fast as it is told, 10 times the capacity when flat out; what is over the capacity is lost."""
    def attempt(rate):
        sent = rate or 10 * capacity
        return Trial(min(sent, capacity), max(0, 1 - capacity / sent))
    return attempt


@pytest.mark.parametrize('capacity', [30, 5_000, 77_000, 1_770_000])
def test_finds_what_a_receiver_can_take(capacity):
    found = highest(unreliable(capacity))
    assert found.loss <= LOSS_ALLOWED
    assert capacity / PRECISION <= found.rate <= capacity


@pytest.mark.parametrize('share', [0.02, 0.3, 0.9])
def test_finds_it_where_a_flood_leaves_little(share):
    """Overrun, some take in less than they could."""
    def attempt(rate):
        return unreliable(100_000)(rate) if rate else Trial(100_000 * share, 0.99)
    found = highest(attempt)
    assert 100_000 / PRECISION <= found.rate <= 100_000


def test_finds_it_where_even_what_arrives_of_a_flood_is_too_much():
    def attempt(rate):
        return Trial(90_000, 0.5) if not rate else Trial(rate, 0 if rate < 20_000 else 0.01)
    assert 20_000 / PRECISION <= highest(attempt).rate < 20_000


def test_who_makes_the_sender_wait_is_done_with_one_trial():
    rates = []

    def attempt(rate):
        rates.append(rate)
        return Trial(247_000, 0)
    assert highest(attempt).rate == 247_000
    assert rates == [0]


def test_one_disturbed_trial_changes_nothing():
    undisturbed = highest(unreliable(50_000)).rate
    for disturbed in range(1, 8):
        calls = 0

        def attempt(rate):
            nonlocal calls
            calls += 1
            return Trial(rate / 2, 0.5) if calls == disturbed + 1 else unreliable(50_000)(rate)
        assert highest(attempt).rate == undisturbed


def test_a_sender_that_reaches_no_more_ends_the_search():
    rates = []

    def attempt(rate):
        rates.append(rate)
        return Trial(min(rate, 40_000), 0) if rate else Trial(30_000, 0.2)
    assert highest(attempt).rate == 40_000
    assert len(rates) < 6


def test_a_sender_that_was_held_up_once_does_not_end_the_search():
    def attempt(rate):
        return Trial(rate * 0.6, 0) if rate == 1_000 else unreliable(10_000)(rate) if rate else Trial(1_000, 0.9)
    assert highest(attempt).rate >= 10_000 / PRECISION


def test_nothing_without_loss():
    found = highest(lambda rate: Trial(rate or 1000, 0.2))
    assert (found.rate, found.loss) == (0, 0.2)


def test_nothing_at_all():
    assert highest(lambda rate: Trial(0, 1)).rate == 0
