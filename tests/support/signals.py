"""Keeps what this process ignores from the programs that it starts."""

import signal


def keep_ignored_signals_private():
    """Ignored signals stay ignored in a program that is started, and a shell starts its background jobs with SIGINT
    ignored, nohup with SIGHUP. With a handler that does nothing we ignore them as before, and programs do not."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
