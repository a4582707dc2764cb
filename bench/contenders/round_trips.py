"""There and back, between two hosts: 1,000 questions a second, each answered at once."""

from bench.contenders.base import LIMIT, PORT, Contender, Latency, last_pairs, missing_program
from bench.contenders.hostcast import HostcastRoundTrip, HostcastSpinningRoundTrip
from bench.processes import RECEIVER_CORE, SENDER_CORE, Processes


class LimitPing(Contender):
    name = 'limit'
    kind = 'limit'
    configuration = 'bare programs: send() and recv(), blocking'
    options = ()

    def missing(self):
        return missing_program(LIMIT)

    def round_trip(self, place, load):
        host = place.receivers[0]
        with Processes() as processes:
            echo = processes.start(host, RECEIVER_CORE, [LIMIT, 'echo', host.address, PORT, *self.options])
            echo.process.wait_for('^ready$', 'stderr')
            ping = processes.start(place.sender, SENDER_CORE, [
                LIMIT, 'ping', host.address, PORT, '-s', load.size, '-t', load.seconds, '-r', load.rate, *self.options])
            measured = last_pairs(ping.wait())
            return Latency(measured['p50_us'], measured['p99_us'])


class LimitSpinningPing(LimitPing):
    name = 'limit, spinning'
    kind = 'aside'
    configuration = 'bare programs: send(), and recv() again and again until something is there'
    options = ('-S',)


ROUND_TRIPS = [LimitPing(), HostcastRoundTrip(), LimitSpinningPing(), HostcastSpinningRoundTrip()]
