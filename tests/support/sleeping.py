"""Where a process sleeps."""

from pathlib import Path

import pytest


def sleeping_in(pid):
    """The number of the system call that a process sleeps in; None while it runs, or waits for its memory."""
    try:
        first = Path(f'/proc/{pid}/syscall').read_text().split()[0]
    except PermissionError as error:
        pytest.skip(f'cannot tell where a process sleeps: {error}')
    return None if first in ('running', '-1') else int(first)
