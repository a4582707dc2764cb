"""The programs of one trial: each on its core, and how much CPU time each takes."""

import contextlib
import os
import resource
import signal
from pathlib import Path

from support.program import resolve

# Two cores, and the same for every contender: who sends on the one, who receives on the other; what stands in the
# middle (a server, a relay) may use both.
SENDER_CORE, RECEIVER_CORE, BOTH_CORES = '0', '1', '0,1'

TICKS = os.sysconf('SC_CLK_TCK')


class Processes:
    """Use it in a with statement: at its end none is left."""

    def __init__(self):
        self._running = contextlib.ExitStack()
        self.all = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._running.close()

    def start(self, host, cores, args):
        process = host.spawn(['taskset', '--cpu-list', cores, *resolve(args)])
        self._running.callback(process.kill)
        self.all.append(Measured(process))
        return self.all[-1]

    def cpu(self):
        """Seconds of CPU time of all of them since begin(), user and system. Ends those that still run."""
        return sum(one.cpu() for one in self.all)

    def begin(self):
        for one in self.all:
            one.begin()


class Measured:
    """A process whose CPU time is known from outside, by one and the same way for programs of all kinds."""

    def __init__(self, process):
        self.process = process
        self._before = 0
        self._cpu = None

    def begin(self):
        """What it took to start is not counted."""
        self._before = cpu_until_now(self.process.pid)

    def wait(self, may_fail=False):
        """Waits for its end and returns its output."""
        if self._cpu is None:
            children = children_cpu()
            status = self.process.wait()
            self._cpu = children_cpu() - children - self._before
            assert may_fail or status == 0, self.process.describe()
        return self.process.stdout

    def stop(self, number=signal.SIGTERM):
        """Ends it, if it still runs, and returns its output."""
        if self._cpu is None:
            self.process.signal(number)
        return self.wait(may_fail=True)

    def cpu(self):
        """Seconds since begin(). Ends it, if it still runs."""
        self.stop(signal.SIGKILL)
        return self._cpu

    def peak_memory(self):
        """Bytes, the most it ever had in memory; while it runs."""
        status = Path(f'/proc/{self.process.pid}/status').read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith('VmHWM:')) * 1024


def children_cpu():
    """What all that have ended took, with their own children."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cpu_until_now(pid):
    fields = Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def pairs(line):
    """{'messages': 5.0} of 'messages=5'."""
    return {key: float(value) for key, value in (pair.split('=') for pair in line.split())}
