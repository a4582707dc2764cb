"""Running programs: to their end (run), or alongside the test (Process)."""

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from support.conditions import LIMIT_SECONDS, wait_until
from support.stream import Stream
from support.tree import PROGRAM


@dataclass(frozen=True)
class Result:
    status: int  # negative: the number of the signal that ended it
    stdout: str
    stderr: str

    @property
    def events(self):
        return json_lines(self.stdout)


def run(args, stdin='', **options):
    """Runs a program to its end; options are those of Process."""
    with Process(args, **options) as process:
        process.send(stdin, must_arrive=False)
        process.close_stdin()
        status = process.wait()
        return Result(status, process.stdout, process.stderr)


def json_lines(text):
    """The objects of a --json output, one a line."""
    return [json.loads(line) for line in text.splitlines()]


class Process:
    """A running program. Its output is read all the time, and shown when a wait is in vain.

    Use it in a with statement or through the fixture spawn or Host.spawn: it is killed at the end in any case.
    """

    def __init__(self, args, prefix=(), env=None):
        self.args = [str(arg) for arg in args]
        self._prefix = list(prefix)
        self._started = time.monotonic()
        self._popen, self._input, self._streams = self._start(
            self._prefix + resolve(self.args), {**environment(), **(env or {})})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    # What it says

    @property
    def stdout(self):
        return self._streams['stdout'].text

    @property
    def stderr(self):
        return self._streams['stderr'].text

    def wait_for(self, pattern, stream='stdout'):
        """Waits until the stream shows the regular expression, and returns the match.

        Each wait looks behind the match of the last one, so that waiting twice for 'ack' means two of them. A line
        may arrive in pieces: a pattern that ends in something variable needs the '\\n' as well.
        """
        expression = re.compile(pattern, re.MULTILINE)

        def search(text):
            match = expression.search(text)
            return match and (match, match.end())

        return self._find(stream, search, f'/{pattern}/ on {stream}')

    def wait_for_event(self, event, **fields):
        """Waits for a --json line with this event and these fields, passing over others, and returns the object."""
        wanted = {'event': event, **fields}

        def search(text):
            length = 0
            for line in text.splitlines(keepends=True):
                if not line.endswith('\n'):
                    return None
                length += len(line)
                found = json.loads(line)
                if wanted.items() <= found.items():
                    return found, length
            return None

        return self._find('stdout', search, f'the event {wanted}')

    # What it is told

    def send(self, data, must_arrive=True):
        """Writes text or bytes to its standard input."""
        rest = memoryview(data.encode() if isinstance(data, str) else data)
        poll = select.poll()
        poll.register(self._input, select.POLLOUT)
        while rest:
            if not poll.poll(LIMIT_SECONDS * 1000):
                self._fail('it does not read its standard input')
            try:
                rest = rest[os.write(self._input, rest):]
            except BrokenPipeError:
                if must_arrive:
                    self._fail('its standard input is closed')
                return

    def send_line(self, line):
        self.send(line + '\n')

    def close_stdin(self):
        self._close_input()

    @property
    def pid(self):
        """The process number of the program itself, as this test sees it."""
        if not self._prefix:
            return self._popen.pid
        wait_until(lambda: self._child() or self._popen.poll() is not None, 'the process to exist')
        return self._child() or self._fail('it has ended')

    def signal(self, number):
        pid = self.pid
        if number == signal.SIGCONT and state_of(pid) == 'T':
            self._wait_for_stop()
        os.kill(pid, number)
        if number == signal.SIGSTOP:
            self._wait_for_stop()
        if number == signal.SIGCONT and self._prefix:
            os.kill(self._popen.pid, number)

    # How it ends

    def wait(self):
        """Waits for its end and for the end of its output, and returns its status (negative: a signal)."""
        try:
            status = self._popen.wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._fail('it does not end')
        for name, stream in self._streams.items():
            if not stream.join(LIMIT_SECONDS):
                self._fail(f'it ended, but something else holds its {name} open')
        return status

    def kill(self):
        """Kills it with its children, if it still runs. May be called again."""
        if self._popen.poll() is None:
            child = self._child()
            if child:
                kill_group(child)
                # nsenter ends when its child has. Killed too, it would leave the dead child to the machine's process 1,
                # which may take seconds to reap it, and so long a process namespace does not end.
                os.kill(self._popen.pid, signal.SIGCONT)
            else:
                kill_group(self._popen.pid)
            self._popen.wait()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._popen.pid, signal.SIGKILL)  # whatever children are left
        for stream in self._streams.values():
            stream.join(1)
        self._close_input()

    def describe(self):
        """Everything known about it, for the message of a failure."""
        status = self._popen.poll()
        state = 'still running' if status is None else f'ended with status {status}'
        lines = [f'{" ".join(self.args)} ({state}, started {time.monotonic() - self._started:.1f} s ago)']
        for name, stream in self._streams.items():
            lines += [f'--- {name}', stream.text]
        return '\n'.join(lines)

    # Internals

    def _start(self, command, env):
        # A session of its own: no controlling terminal, and Ctrl-C stops the tests, not the program behind their back.
        popen = subprocess.Popen(command, env=env, start_new_session=True, bufsize=0, stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        streams = {name: Stream(os.dup(pipe.fileno())) for name, pipe in
                   (('stdout', popen.stdout), ('stderr', popen.stderr))}
        input_fd = os.dup(popen.stdin.fileno())
        os.set_blocking(input_fd, False)  # so that send() can give up
        for pipe in (popen.stdin, popen.stdout, popen.stderr):
            pipe.close()
        return popen, input_fd, streams

    def _close_input(self):
        if self._input is not None:
            os.close(self._input)
            self._input = None

    def _find(self, stream, search, what):
        result = self._streams[stream].find(search, LIMIT_SECONDS)
        if result is None:
            self._fail(f'waited in vain for {what}')
        return result

    def _fail(self, message):
        raise AssertionError(f'{message}\n{self.describe()}')

    def _wait_for_stop(self):
        """nsenter stops after its child. Told to go on, or that its child is dead, before that, it would stop for good."""
        wait_until(lambda: self._popen.poll() is not None or state_of(self._popen.pid) == 'T', 'the program to stop')

    def _child(self):
        """With a prefix (nsenter) the program is the only child of what was started; None before it exists."""
        try:
            children = Path(f'/proc/{self._popen.pid}/task/{self._popen.pid}/children').read_text().split()
        except FileNotFoundError:
            return None
        return int(children[0]) if children and self._prefix else None


def resolve(args):
    """'hostcast' by name is the program under test."""
    if args[0] != 'hostcast':
        return args
    assert PROGRAM.is_file(), f'{PROGRAM} is not built'
    return [str(PROGRAM), *args[1:]]


def environment():
    """The environment of every program: the same language everywhere, and ip and bridge found by ordinary users too."""
    return {**os.environ, 'LC_ALL': 'C.UTF-8', 'TZ': 'UTC', 'PATH': os.environ.get('PATH', '') + ':/usr/sbin:/sbin'}


def state_of(pid):
    """A letter, as ps has it: T has stopped; None: the process is gone."""
    try:
        return Path(f'/proc/{pid}/stat').read_text().rpartition(') ')[2][0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def kill_group(pid):
    """Kills the process, and its group where it leads one."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)
