"""Waiting for a condition, never for a length of time."""

import os
import time

# Only keeps a broken test from hanging; nothing is measured against it. Valgrind may need more.
LIMIT_SECONDS = float(os.environ.get('HOSTCAST_TEST_LIMIT', 60))

POLL_SECONDS = 0.005


def wait_until(condition, what):
    """Calls condition() until it gives something true, and returns that."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f'waited {LIMIT_SECONDS:g} s in vain: {what}')
        time.sleep(POLL_SECONDS)
