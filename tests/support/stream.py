"""What a process has printed on one of its streams, while it is still running."""

import codecs
import os
import threading


class Stream:
    """Reads a file descriptor in a thread of its own until its end, so that the process never blocks on a full pipe."""

    def __init__(self, fd):
        self.text = ''
        self.is_closed = False
        self.changed = threading.Condition()
        self._consumed = 0
        self._fd = fd
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def find(self, search, limit_seconds):
        """Waits until search(text not yet consumed) gives (result, length), consumes that length, returns the result.

        None when the stream ended, or the limit passed, without it.
        """
        with self.changed:
            found = None

            def is_over():
                nonlocal found
                found = search(self.text[self._consumed:])
                return found is not None or self.is_closed

            self.changed.wait_for(is_over, limit_seconds)
            if found is None:
                return None
            result, length = found
            self._consumed += length
            return result

    def join(self, limit_seconds):
        """Waits for the end of the stream; False when somebody still holds it open."""
        self._thread.join(limit_seconds)
        return self.is_closed

    def _read(self):
        decoder = codecs.getincrementaldecoder('utf-8')('replace')
        while data := self._read_some():
            self._append(decoder.decode(data))
        self._append(decoder.decode(b'', final=True), is_closed=True)
        os.close(self._fd)

    def _read_some(self):
        try:
            return os.read(self._fd, 65536)
        except OSError:  # a pseudo terminal whose other side is closed says EIO instead of end of file
            return b''

    def _append(self, text, is_closed=False):
        with self.changed:
            self.text += text
            self.is_closed = is_closed
            self.changed.notify_all()
