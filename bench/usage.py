"""What a running process has of the machine: memory, descriptors, and what the kernel dropped at its sockets."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

INODE_COLUMN, DROPS_COLUMN = 9, 12  # of /proc/net/udp, whose two queues and two timer values are one word each


@dataclass(frozen=True)
class Usage:
    allocated: int      # bytes of memory that it may write to (VmData), touched or not
    resident: int       # bytes that it has touched
    resident_peak: int  # the most of that it ever had
    descriptors: int
    kernel_drops: int   # of its sockets for datagrams; a train counts as one


def usage_of(pid):
    """Raises OSError when the process has ended."""
    status = memory_lines(pid)
    held = descriptors(pid)
    return Usage(status['VmData'], status['VmRSS'], status['VmHWM'], len(held), kernel_drops(pid, held))


def is_running(pid):
    """Also false of one that has ended and was not waited for yet."""
    try:
        memory_lines(pid)
    except OSError:
        return False
    return True


def memory_lines(pid):
    """{'VmRSS': bytes, ...}"""
    lines = [line.split() for line in Path(f'/proc/{pid}/status').read_text().splitlines() if line.startswith('Vm')]
    if not lines:
        raise ProcessLookupError(f'process {pid} has ended')
    return {name.rstrip(':'): int(kib) * 1024 for name, kib, _ in lines}


def descriptors(pid):
    """What each leads to, such as 'socket:[12345]'."""
    found = []
    for descriptor in Path(f'/proc/{pid}/fd').iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            found.append(os.readlink(descriptor))
    return found


def kernel_drops(pid, held):
    rows = [row.split() for name in ('udp', 'udp6')
            for row in Path(f'/proc/{pid}/net/{name}').read_text().splitlines()[1:]]
    return sum(int(row[DROPS_COLUMN]) for row in rows if f'socket:[{row[INODE_COLUMN]}]' in held)
