"""Another member of a chat: what was typed in one shows in what this one hears."""

ROOM = '224.1.1.1'
CHAT = ['chat', '-room', ROOM, '-name', 'Ada']


class Listener:
    """Another member in the room."""

    def __init__(self, host):
        self._chat = host.spawn(['hostcast', 'chat', '-room', ROOM, '-name', 'Bob', '--json'])
        self._chat.wait_for('you are', 'stderr')

    def hears(self, text):
        """The next message that comes."""
        assert self._chat.wait_for_event('message')['text'] == text

    def hears_leaving(self):
        self._chat.wait_for_event('leave')

    def says(self, text):
        self._chat.send_line(text)
