"""Packets of every kind that hostcast decodes, made by scapy and, where that has no word for them, by struct.

packets_of(link_type) gives all of a link type.
"""

import functools
import struct

from support import captures

GROUP, GROUP_MAC = '224.1.1.1', '01:00:5e:01:01:01'
GROUP6, GROUP6_MAC = 'ff12::8000:1', '33:33:80:00:00:01'
A, B = '10.0.0.1', '10.0.0.2'
A6, B6 = 'fe80::1', 'fe80::2'
MAC_A, MAC_B = '02:00:00:00:00:0a', '02:00:00:00:00:0b'
SOURCES = ['10.0.0.7', '10.0.0.8', '192.0.2.1']
SOURCES6 = ['2001:db8::7', '2001:db8::8']


@functools.lru_cache(maxsize=None)
def scapy():
    """Imported when it is used: it takes a while."""
    import logging
    logging.getLogger('scapy').setLevel(logging.ERROR)
    import scapy.all
    import scapy.contrib.igmp
    import scapy.contrib.igmpv3
    return scapy.all


LINK_TYPES = {'null': captures.NULL, 'ethernet': captures.ETHERNET, 'raw': captures.RAW, 'loop': captures.LOOP,
              'sll': captures.SLL, 'ipv4': captures.IPV4, 'ipv6': captures.IPV6, 'sll2': captures.SLL2}


@functools.lru_cache(maxsize=None)
def packets_of(link_type):
    """As bytes. All of them with Ethernet, some with each of the others."""
    if link_type == captures.ETHERNET:
        return [*map(ethernet, [*udp(), *tcp(), *igmp(), *mld(), *icmp(), *fragments(), *extension_headers(),
                                *wrong_checksums()]),
                *vlans(), *(ethernet(packet).ljust(60, b'\0') for packet in [*igmp()[:3], *udp()[:1]])]
    mixed = udp()[:4] + igmp()[:4] + mld()[:4] + tcp()[:2]
    if link_type in (captures.IPV4, captures.IPV6):
        return [bytes(packet) for packet in mixed if version(packet) == {captures.IPV4: 4, captures.IPV6: 6}[link_type]]
    return [before(packet) + bytes(packet) for before in BEFORE_IP[link_type] for packet in mixed]


# ---- Below IP ----

def version(packet):
    return bytes(packet)[0] >> 4


def ethertype(packet):
    return 0x0800 if version(packet) == 4 else 0x86dd


def destination_mac(packet):
    """As a host that sends makes it."""
    address = packet.dst
    if version(packet) == 4 and 224 <= int(address.split('.')[0]) < 240:
        low = bytes(int(part) for part in address.split('.')[1:])
        return bytes([1, 0, 0x5e, low[0] & 0x7f, low[1], low[2]])
    if version(packet) == 6 and address.lower().startswith('ff'):
        return b'\x33\x33' + bytes(packet)[36:40]
    return bytes.fromhex(MAC_B.replace(':', ''))


def ethernet(packet):
    source = bytes.fromhex(MAC_A.replace(':', ''))
    return destination_mac(packet) + source + struct.pack('>H', ethertype(packet)) + bytes(packet)


def sll(packet):
    return struct.pack('>HHH8sH', 4, 1, 6, bytes.fromhex(MAC_A.replace(':', '')), ethertype(packet))


def sll2(packet):
    return struct.pack('>HHIHBB8s', ethertype(packet), 0, 7, 1, 2, 6, bytes.fromhex(MAC_A.replace(':', '')))


def family(order):
    return lambda packet: struct.pack(order + 'I', 2 if version(packet) == 4 else 30)


BEFORE_IP = {
    captures.SLL: [sll],
    captures.SLL2: [sll2],
    captures.NULL: [family('<'), family('>')],
    captures.LOOP: [family('>')],
    captures.RAW: [lambda packet: b''],
}


def vlans():
    s = scapy()
    inner = s.IP(src=A, dst=GROUP, ttl=1) / s.UDP(sport=4000, dport=5004) / b'tagged'
    frame = s.Ether(src=MAC_A, dst=GROUP_MAC)
    inner6 = s.IPv6(src=A6, dst=GROUP6, hlim=1) / s.UDP(sport=4000, dport=5004) / b'tagged'
    return [bytes(packet) for packet in (
        frame / s.Dot1Q(vlan=5, prio=3) / inner,
        frame / s.Dot1Q(vlan=4095, prio=7, id=1) / inner,
        frame / s.Dot1AD(vlan=100, prio=1) / s.Dot1Q(vlan=5) / inner,
        s.Ether(src=MAC_A, dst=GROUP6_MAC) / s.Dot1Q(vlan=7) / inner6,
    )]


# ---- UDP and TCP ----

def udp():
    s = scapy()
    return [
        s.IP(src=A, dst=GROUP, ttl=1) / s.UDP(sport=4000, dport=5004) / b'hello',
        s.IPv6(src=A6, dst=GROUP6, hlim=1) / s.UDP(sport=4000, dport=5004) / b'hello',
        s.IP(src=A, dst=B, ttl=64, id=4711, tos=0xb9, flags='DF') / s.UDP(sport=1, dport=65535) / bytes(range(256)),
        s.IPv6(src=A6, dst=B6, hlim=255, tc=0x2e, fl=0x12345) / s.UDP(sport=1, dport=65535) / b'\xc3\xa4',
        s.IP(src=A, dst=B) / s.UDP(sport=9999, dport=9998),  # nothing in it
        s.IP(src=A, dst=B) / s.UDP(sport=9999, dport=9998, chksum=0) / b'without a checksum',
        s.IP(src=A, dst='255.255.255.255') / s.UDP(sport=9999, dport=9998) / b'to all',
        s.IP(src=A, dst=GROUP, options=[s.IPOption_RR(length=7, pointer=4, routers=[A])]) /
        s.UDP(sport=9999, dport=9998) / b'options',
        s.IP(src=A, dst=B) / s.UDP(sport=10000, dport=10000) / b'RJOI\n',
        s.IP(src=B, dst=A) / s.UDP(sport=10000, dport=10000) / b'YJOI\n10.0.0.1 10000\n10.0.0.9 10000',
    ]


def tcp():
    s = scapy()
    options = [('MSS', 1460), ('SAckOK', b''), ('Timestamp', (123456, 0)), ('NOP', None), ('WScale', 7)]
    stamps = [('NOP', None), ('NOP', None), ('Timestamp', (4294967295, 77))]
    sacks = [('NOP', None), ('NOP', None), ('SAck', (4294967000, 100, 2000, 3000))]

    def segment(source, destination, **fields):
        ports = dict(sport=40000, dport=80) if source in (A, A6) else dict(sport=80, dport=40000)
        ip = s.IPv6(src=source, dst=destination) if ':' in source else s.IP(src=source, dst=destination)
        return ip / s.TCP(**ports, **fields)
    return [
        segment(A, B, flags='S', seq=1000, window=64240, options=options),
        segment(A6, B6, flags='S', seq=4294967295, window=64240, options=options),
        segment(B, A, flags='SA', seq=2000, ack=1001, window=65160, options=options),
        segment(A, B, flags='A', seq=1001, ack=2001, window=502, options=stamps),
        segment(A, B, flags='PA', seq=1001, ack=2001, window=502) / b'GET / HTTP/1.0\r\n\r\n',
        segment(A, B, flags='PA', seq=1001, ack=2001, window=502, options=stamps) / b'GET / HTTP/1.0\r\n\r\n',
        segment(A6, B6, flags='PA', seq=0, ack=2001, window=502, options=stamps) / b'GET / HTTP/1.0\r\n\r\n',
        segment(B, A, flags='A', seq=2001, ack=1001, window=0, options=sacks),
        segment(A, B, flags='PAU', seq=1019, ack=2001, urgptr=1) / b'!',
        segment(A, B, flags='AEC', seq=1020, ack=2001) / bytes(1000),
        segment(A, B, flags='FA', seq=2020, ack=2001),
        segment(B, A, flags='R', seq=2001),
        segment(B6, A6, flags='RA', seq=0, ack=1),
    ]


# ---- IGMP and MLD ----

def igmp():
    from scapy.contrib.igmp import IGMP
    from scapy.contrib.igmpv3 import IGMPv3, IGMPv3gr, IGMPv3mq, IGMPv3mr
    s = scapy()

    def to(destination):
        return s.IP(src=B, dst=destination, ttl=1, proto=2, tos=0xc0, options=[s.IPOption_Router_Alert()])

    def records(*made):
        return to('224.0.0.22') / IGMPv3(type=0x22, mrcode=0) / IGMPv3mr(records=list(made))
    return [
        to('224.0.0.1') / IGMP(type=0x11, mrcode=100),
        to(GROUP) / IGMP(type=0x16, mrcode=0, gaddr=GROUP),
        to('224.0.0.1') / IGMPv3(type=0x11, mrcode=100) / IGMPv3mq(qrv=2, qqic=125),
        records(IGMPv3gr(rtype=4, maddr=GROUP)),
        to(GROUP) / IGMP(type=0x11, mrcode=10, gaddr=GROUP),
        to('224.0.0.1') / IGMP(type=0x11, mrcode=0),  # version 1
        to(GROUP) / IGMP(type=0x12, mrcode=0, gaddr=GROUP),
        to('224.0.0.2') / IGMP(type=0x17, mrcode=0, gaddr=GROUP),
        to(GROUP) / IGMPv3(type=0x11, mrcode=0x8f) / IGMPv3mq(gaddr=GROUP, s=1, qrv=7, qqic=0xff, srcaddrs=SOURCES),
        records(IGMPv3gr(rtype=3, maddr=GROUP)),
        records(IGMPv3gr(rtype=1, maddr='232.1.1.1', srcaddrs=SOURCES)),
        records(IGMPv3gr(rtype=2, maddr='239.1.1.1', srcaddrs=SOURCES[:1])),
        records(IGMPv3gr(rtype=5, maddr='232.1.1.1', srcaddrs=SOURCES[:2]),
                IGMPv3gr(rtype=6, maddr='232.1.1.1', srcaddrs=SOURCES[2:]),
                IGMPv3gr(rtype=4, maddr=GROUP, srcaddrs=SOURCES)),
        records(),
    ]


def mld():
    s = scapy()

    def to(destination):
        return s.IPv6(src=B6, dst=destination, hlim=1) / s.IPv6ExtHdrHopByHop(options=[s.RouterAlert()])

    def records(*made):
        return to('ff02::16') / s.ICMPv6MLReport2(records=list(made))
    record = s.ICMPv6MLDMultAddrRec
    return [
        to('ff02::1') / s.ICMPv6MLQuery(mrd=10000),
        to(GROUP6) / s.ICMPv6MLReport(mladdr=GROUP6),
        to('ff02::1') / s.ICMPv6MLQuery2(mrd=10000, QRV=2, QQIC=125),
        records(record(rtype=4, dst=GROUP6)),
        to(GROUP6) / s.ICMPv6MLQuery(mrd=1000, mladdr=GROUP6),
        to('ff02::2') / s.ICMPv6MLDone(mladdr=GROUP6),
        to(GROUP6) / s.ICMPv6MLQuery2(mrd=0x8fff, mladdr=GROUP6, S=1, QRV=7, QQIC=0x9a, sources=SOURCES6),
        records(record(rtype=1, dst='ff3e::8000:1', sources=SOURCES6)),
        records(record(rtype=2, dst=GROUP6, sources=SOURCES6[:1]), record(rtype=3, dst='ff12::9')),
        records(record(rtype=5, dst='ff3e::8000:1', sources=SOURCES6[:1]),
                record(rtype=6, dst='ff3e::8000:1', sources=SOURCES6[1:])),
    ]


# ---- ICMP ----

def icmp():
    s = scapy()
    sent = bytes(s.IP(src=A, dst=B, ttl=1) / s.UDP(sport=4000, dport=9) / b'nobody listens')
    sent_tcp = bytes(s.IP(src=A, dst=B) / s.TCP(sport=40000, dport=81, flags='S', seq=1))
    sent6 = bytes(s.IPv6(src=A6, dst=B6) / s.UDP(sport=4000, dport=9) / b'nobody listens')
    back, back6 = s.IP(src=B, dst=A), s.IPv6(src=B6, dst=A6)
    return [
        back / s.ICMP(type=3, code=3) / sent[:28],
        back / s.ICMP(type=3, code=3) / sent_tcp[:28],
        back / s.ICMP(type=3, code=4, nexthopmtu=1400) / sent,
        back / s.ICMP(type=3, code=13) / sent,
        back / s.ICMP(type=11, code=0) / sent,
        s.IP(src=A, dst=GROUP) / s.ICMP(type=8, id=7, seq=2) / b'ping',
        back / s.ICMP(type=0, id=7, seq=2) / b'ping',
        back6 / s.ICMPv6DestUnreach(code=4) / sent6,
        back6 / s.ICMPv6PacketTooBig(mtu=1280) / sent6,
        back6 / s.ICMPv6TimeExceeded(code=0) / sent6,
        s.IPv6(src=A6, dst=B6) / s.ICMPv6EchoRequest(id=7, seq=2, data=b'ping'),
        s.IPv6(src=A6, dst='ff02::1:ff00:2', hlim=255) / s.ICMPv6ND_NS(tgt=B6),
    ]


# ---- Fragments and extension headers ----

def fragments():
    s = scapy()
    large = s.IP(src=A, dst=GROUP, ttl=1, id=0x1a2b) / s.UDP(sport=4000, dport=5004) / bytes(3000)
    large6 = (s.IPv6(src=A6, dst=GROUP6, hlim=1) / s.IPv6ExtHdrFragment(id=0x12345678) /
              s.UDP(sport=4000, dport=5004) / bytes(3000))
    return [*s.fragment(large, fragsize=1480), *s.fragment6(large6, 1500)]


def extension_headers():
    s = scapy()
    inner = s.UDP(sport=4000, dport=5004) / b'behind'
    to = s.IPv6(src=A6, dst=GROUP6, hlim=1)
    return [
        to / s.IPv6ExtHdrHopByHop(options=[s.RouterAlert()]) / inner,
        to / s.IPv6ExtHdrDestOpt(options=[s.PadN(optdata=bytes(4))]) / inner,
        to / s.IPv6ExtHdrHopByHop(options=[s.PadN(optdata=bytes(12))]) / s.IPv6ExtHdrDestOpt(options=[s.Pad1()] * 6) /
        inner,
        s.IPv6(src=A6, dst=B6) / s.IPv6ExtHdrRouting(addresses=[], segleft=0) / inner,
        s.IPv6(src=A6, dst=B6, nh=59),  # nothing follows
    ]


# ---- Checksums that are wrong ----

def wrong_checksums():
    from scapy.contrib.igmp import IGMP
    s = scapy()
    return [
        s.IP(src=A, dst=B, chksum=0xdead) / s.UDP(sport=1, dport=2) / b'the header',
        s.IP(src=A, dst=B) / s.UDP(sport=1, dport=2, chksum=0xdead) / b'UDP',
        s.IPv6(src=A6, dst=B6) / s.UDP(sport=1, dport=2, chksum=0xdead) / b'UDP',
        s.IP(src=A, dst=B) / s.TCP(sport=1, dport=2, chksum=0xdead),
        s.IP(src=A, dst=B) / s.ICMP(chksum=0xdead),
        s.IPv6(src=A6, dst=B6) / s.ICMPv6EchoRequest(cksum=0xdead),
        s.IP(src=A, dst=GROUP, proto=2, ttl=1) / IGMP(type=0x16, gaddr=GROUP, chksum=0xdead),
        s.IPv6(src=A6, dst=GROUP6, hlim=1) / s.ICMPv6MLReport(mladdr=GROUP6, cksum=0xdead),
    ]
