"""Who takes part in which measure."""

from bench.contenders.files import Uftp
from bench.contenders.hostcast import HostcastMulticast, HostcastSend, HostcastTree, HostcastUnicast
from bench.contenders.limit import LimitLatency, LimitMulticast
from bench.contenders.peers import PEERS_OF_ALL
from bench.contenders.receivers import RECEIVERS
from bench.contenders.relays import RELAYS
from bench.contenders.round_trips import ROUND_TRIPS

HOSTCAST = [HostcastMulticast(), HostcastUnicast(), HostcastTree(), HostcastSend()]

LIMITS = [
    LimitMulticast('limit train', 'train', 'bare programs: UDP_SEGMENT to send, UDP_GRO to receive'),
    LimitMulticast('limit batch', 'batch', 'bare programs: sendmmsg() and recvmmsg()'),
    LimitMulticast('limit uring', 'uring', 'bare programs: io_uring, 64 sendmsg() at once, a multishot recv()'),
]
LIMIT_LATENCY = LimitLatency('limit', 'one', 'bare programs: send() and recv(), blocking')

BY_MEASURE = {
    'rate': [*LIMITS, *PEERS_OF_ALL, *HOSTCAST],
    'latency': [LIMIT_LATENCY, *(one for one in [*PEERS_OF_ALL, *HOSTCAST] if one.latency)],
    'round trip': ROUND_TRIPS,
    'forward': RELAYS,
    'receive': RECEIVERS,
    'file': [Uftp()],
}

# The five that are measured in `make bench`: the strongest of each kind. LCM is shown for its latency.
STRONGEST = {'NATS', 'ZeroMQ TCP', 'Cyclone DDS', 'iperf2 multicast', 'NORM'}
QUICK_LATENCY = STRONGEST | {'LCM'}


def is_quick(measure, contender):
    return contender.kind != 'peer' or measure in ('forward',) or contender.name in (
        QUICK_LATENCY if measure == 'latency' else STRONGEST)


def contender_named(measure, name):
    return next(one for one in BY_MEASURE[measure] if one.name == name)
