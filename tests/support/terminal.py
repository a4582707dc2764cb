"""Running a program on a pseudo terminal, for prompts and line editing."""

import fcntl
import os
import struct
import subprocess
import termios

from support.program import Process
from support.stream import Stream

END_OF_FILE = '\x04'  # Ctrl-D
INTERRUPT = '\x03'  # Ctrl-C


class Terminal(Process):
    """Like Process; standard output and error are one, the screen, and come as 'stdout'."""

    def __init__(self, args, prefix=(), env=None):
        super().__init__(args, prefix, {'TERM': 'xterm', **(env or {})})

    @property
    def screen(self):
        return self.stdout

    def send_line(self, line):
        self.send(line + '\r')  # what the Enter key sends

    def close_stdin(self):
        self.send(END_OF_FILE)  # counts at the start of a line only

    def resize(self, rows, columns):
        set_size(self._input, rows, columns)

    def _start(self, command, env):
        ours, theirs = os.openpty()
        set_size(ours, 24, 80)
        # setsid stands last so that the program itself, not nsenter, leads the session and gets the terminal's signals.
        at = len(self._prefix)
        command = command[:at] + ['setsid', '--ctty'] + command[at:]
        popen = subprocess.Popen(command, env=env, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)  # the end of the program is then the end of the screen
        return popen, ours, {'stdout': Stream(os.dup(ours))}


def set_size(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
