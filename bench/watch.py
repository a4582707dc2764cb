"""Looks at running processes again and again, and keeps what they have."""

import time
from dataclasses import replace

from bench.usage import is_running, usage_of

SAMPLE_SECONDS = 10
SAMPLES_MIN = 40  # in a short time
LINES = 10        # that are printed meanwhile


class Watch:
    """Of processes by name, for so many seconds. series has by name a list of (second, Usage); kernel drops are those
    since it began."""

    def __init__(self, pids, seconds):
        self.series = {name: [] for name in pids}
        self._pids = pids
        self._drops_before = {name: usage_of(pid).kernel_drops for name, pid in pids.items()}
        self._interval, self._line_interval = min(SAMPLE_SECONDS, seconds / SAMPLES_MIN), seconds / LINES
        self._begun = self._due = self._line_due = time.monotonic()

    def look_when_due(self):
        now = time.monotonic()
        if now >= self._due:
            self._due += self._interval
            self._look(now - self._begun)
        if now >= self._line_due:
            self._line_due += self._line_interval
            self._print(now - self._begun)

    def ended(self):
        return [name for name, pid in self._pids.items() if not is_running(pid)]

    def _look(self, second):
        for name, pid in self._pids.items():
            try:
                usage = usage_of(pid)
            except OSError:
                continue  # it has ended; who judges the series sees that they are short
            drops = usage.kernel_drops - self._drops_before[name]
            self.series[name].append((second, replace(usage, kernel_drops=drops)))

    def _print(self, second):
        latest = {name: series[-1][1] for name, series in self.series.items() if series}
        memory = ', '.join(f'{name} {usage.resident / 2**20:.2f}' for name, usage in latest.items())
        descriptors = sum(usage.descriptors for usage in latest.values())
        drops = sum(usage.kernel_drops for usage in latest.values())
        print(f'{second:7.0f} s: resident MiB: {memory}; descriptors: {descriptors}; kernel drops: {drops}', flush=True)
