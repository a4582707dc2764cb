"""The physical limit: bench/limit, which does as little as can be done."""

from bench.contenders.base import GROUP, LIMIT, PORT, SenderAndReceivers, missing_program


class LimitMulticast(SenderAndReceivers):
    """One way for both sides: 'train', 'batch' or 'one'."""

    kind = 'limit'

    def __init__(self, name, way, configuration):
        self.name, self.configuration = name, configuration
        self._way = way

    def missing(self):
        return missing_program(LIMIT)

    def sender(self, place, load):
        return [LIMIT, 'send', self._way, GROUP, PORT, '-i', 'eth0', '-s', load.size, '-t', load.seconds,
                '-r', load.rate]

    def receiver(self, place, host, load):
        return [LIMIT, 'recv', self._way, GROUP, PORT, '-i', 'eth0', '-s', load.size]


class LimitLatency(LimitMulticast):
    """Its two programs for latency; a message at a time."""

    def sender(self, place, load):
        return [LIMIT, 'oneway-send', GROUP, PORT, '-i', 'eth0', '-s', load.size, '-t', load.seconds, '-r', load.rate]

    def receiver(self, place, host, load):
        return [LIMIT, 'oneway-recv', GROUP, PORT, '-i', 'eth0', '-s', load.size]
