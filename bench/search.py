"""The highest rate at which no receiver loses more than is allowed: one procedure for all contenders."""

from dataclasses import dataclass

LOSS_ALLOWED = 0.001
# The answer is known to this factor; the noise of a machine is larger.
PRECISION = 1.04
TRIALS_MAX = 14


@dataclass(frozen=True)
class Trial:
    """What became of one load."""
    rate: float         # messages a second that the slowest receiver got
    loss: float         # share that the worst receiver did not get, 0 to 1
    cpu_us: float = 0   # microseconds of CPU time for each message delivered, all processes


def passes(trial):
    return trial.rate > 0 and trial.loss <= LOSS_ALLOWED


def highest(attempt):
    """attempt(rate) makes a Trial at so many messages a second; 0: as fast as it goes. Returns the best Trial without
    more loss than is allowed; one of rate 0 if there is none.

    It begins flat out: who makes the sender wait, as a broker does, is done with that. Otherwise what arrived then is
    the first guess between the bounds, which close in until they are PRECISION apart. Since something else may have
    disturbed a trial, a rate has failed only when it failed twice.
    """
    flat_out = attempt(0)
    if passes(flat_out):
        return flat_out
    best, too_high = None, None
    rate = flat_out.rate or 1000
    for _ in range(TRIALS_MAX):
        trial = attempt(rate)
        if not passes(trial):
            trial = attempt(rate)
        if passes(trial):
            if best is None or trial.rate > best.rate:
                best = trial
            if rate > 2 * best.rate:
                break  # the sender reaches no more
            low = rate
        else:
            too_high = rate
            low = best.rate if best else 0
        if too_high and low and too_high / low <= PRECISION:
            break
        rate = next_rate(low, too_high)
    return best or Trial(0, flat_out.loss)


def next_rate(low, too_high):
    if not too_high:
        return low * 2
    if not low:
        return too_high / 2
    return (low * too_high) ** 0.5
