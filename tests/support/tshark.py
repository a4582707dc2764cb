"""tshark as a judge of what hostcast decode says: each field that both show, value by value."""

import base64
import importlib.util
import ipaddress
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from support import program

needed = pytest.mark.skipif(not shutil.which('tshark'), reason='there is no tshark')


def has_scapy():
    return importlib.util.find_spec('scapy') is not None


# What it verifies only when told; and what would hide the packets as they are.
SETTINGS = ('ip.check_checksum:TRUE', 'udp.check_checksum:TRUE', 'tcp.check_checksum:TRUE', 'ip.defragment:FALSE',
            'ip.tso_support:FALSE', 'ipv6.defragment:FALSE', 'tcp.desegment_tcp_streams:FALSE',
            'tcp.analyze_sequence_numbers:FALSE')
BETWEEN_VALUES = '|'


# ---- Values as they write them ----

def number(text):
    return int(text, 0)


def eights(text):
    """As it stands in the header: of 8 bytes each."""
    return 8 * number(text)


def eight_bits(text):
    """Without those of RFC 9293's reserved ones."""
    return number(text) & 0xff


def number_of_code(text):
    """RFC 3376 section 4.1.7."""
    code = number(text)
    return code if code < 128 else (code & 15 | 16) << (code >> 4 & 7) + 3


def truth(text):
    return text in ('1', 'True')


def text(value):
    return value


def address(value):
    return str(ipaddress.ip_address(value))


def nanoseconds(value):
    seconds, _, fraction = value.partition('.')
    return int(seconds) * 1_000_000_000 + int(fraction.ljust(9, '0'))


def size_of_hex(value):
    return len(value.replace(':', '')) // 2


def checksum(value):
    """4, "Illegal": none where there must be one, in UDP over IPv6 (RFC 8200 section 8.1)."""
    return {'0': 'bad', '1': 'good', '2': 'unknown', '3': 'none', '4': 'bad', 'Bad': 'bad', 'Good': 'good',
            'Unverified': 'unknown', 'Not present': 'none', 'Illegal': 'bad'}[value]


# ---- Ours ----

def look(packet, path):
    """'igmp.records[].group': what stands there, as a list; empty if nothing does."""
    values = [packet]
    for name in path.split('.'):
        is_list = name.endswith('[]')
        values = [value[name.removesuffix('[]')] for value in values if name.removesuffix('[]') in value]
        if is_list:
            values = [item for value in values for item in value]
    return values


def found(path, convert):
    """What finds the values of a path, each converted; None: left out."""
    def find(packet):
        return [made for value in look(packet, path) if (made := convert(value)) is not None]
    find.__name__ = path
    return find


def has_port(value):
    return value.startswith('[') or value.count(':') == 1


def ip_of(path):
    return found(path, lambda value: address(value.rpartition(':')[0].strip('[]') if has_port(value) else value))


def port_of(path):
    return found(path, lambda value: int(value.rpartition(':')[2]) if has_port(value) else None)


def addresses(path):
    return found(path, address)


def payload(path):
    """In hexadecimal, from "text" or "base64"."""
    def convert(value):
        data = value['text'].encode() if 'text' in value else base64.b64decode(value['base64'])
        return data.hex() or None
    return found(path, convert)


def plus(path, number_to_add):
    return found(path, lambda value: value + number_to_add)


def per_second(path, parts):
    """Parts of a second, from nanoseconds."""
    return found(path, lambda value: value * parts // 1_000_000_000)


def both(outer, inner):
    """The address of a packet, and that of the one that it is about; nothing unless there are both."""
    def find(packet):
        return outer(packet) + inner(packet) if inner(packet) else []
    find.__name__ = inner.__name__
    return find


def words(path, meaning):
    return found(path, meaning.get)


def checked(path):
    """tshark does not look whether a wrong checksum was left to the interface."""
    return words(path, {'left': 'bad', **{name: name for name in ('good', 'bad', 'unknown', 'none')}})


def tags(member, ethertype):
    """Of the VLAN tags that have this type."""
    def find(packet):
        return [tag[member] for tag in look(packet, 'link.vlans[]') if tag['type'] == ethertype]
    find.__name__ = f'{member} of tags of type {ethertype:#x}'
    return find


def icmp_of(version, path):
    """Of ICMP or of ICMPv6: an error may be about a packet of the other one."""
    def find(packet):
        return look(packet, path) if look(packet, 'icmp.version') == [version] else []
    find.__name__ = f'{path} of version {version}'
    return find


def unless_kind(kind, path):
    def find(packet):
        return look(packet, path) if kind not in look(packet, path.partition('.')[0] + '.kind') else []
    find.__name__ = f'{path} unless of kind {kind}'
    return find


def padding(packet):
    """What is behind the 60 bytes that a frame has at least, tshark calls something else."""
    return look(packet, 'link.padding') if packet['captured'] <= 60 else []


def of_kind(kind, path):
    def find(packet):
        return look(packet, path) if kind in look(packet, path.partition('.')[0] + '.kind') else []
    find.__name__ = f'{path} of a {kind}'
    return find


# ---- Pairs ----

CUSTOMER_TAG, SERVICE_TAG = 0x8100, 0x88a8


@dataclass(frozen=True)
class Pair:
    theirs: str
    ours: str | Callable  # a path, or what finds the values in a packet
    read: Callable = number
    is_list: bool = False  # all values, else the first: those of the packet that an ICMP error is about come later

    @property
    def name(self):
        return self.ours if isinstance(self.ours, str) else self.ours.__name__

    def values_of_ours(self, packet):
        values = look(packet, self.ours) if isinstance(self.ours, str) else self.ours(packet)
        return values if self.is_list else values[:1]

    def values_of_theirs(self, cell):
        values = [self.read(value) for value in split(cell)]
        return values if self.is_list else values[:1]


def lists(theirs, ours, read=number):
    return Pair(theirs, ours, read, is_list=True)


COOKED_WAYS = {'to_us': 0, 'broadcast': 1, 'multicast': 2, 'to_others': 3, 'sent': 4}

PAIRS = [
    Pair('frame.number', 'number'),
    Pair('frame.time_epoch', 'time_ns', nanoseconds),
    Pair('frame.len', 'size'),
    Pair('frame.cap_len', 'captured'),
    # Below IP
    Pair('eth.src', 'link.source', text),
    Pair('eth.dst', 'link.destination', text),
    lists('vlan.id', tags('id', CUSTOMER_TAG)),
    lists('vlan.priority', tags('priority', CUSTOMER_TAG)),
    lists('vlan.dei', tags('may_be_dropped', CUSTOMER_TAG), truth),
    lists('ieee8021ad.id', tags('id', SERVICE_TAG)),
    lists('ieee8021ad.priority', tags('priority', SERVICE_TAG)),
    Pair('eth.padding', padding, size_of_hex),
    Pair('sll.src.eth', 'link.source', text),
    Pair('sll.pkttype', words('link.way', COOKED_WAYS)),
    Pair('sll.etype', 'link.ethertype'),
    Pair('sll.ifindex', 'link.interface_index'),
    # IPv4
    Pair('ip.version', 'ip.version'),
    Pair('ip.src', ip_of('source'), address),
    Pair('ip.dst', ip_of('destination'), address),
    Pair('ip.hdr_len', 'ip.header_size'),
    Pair('ip.len', 'ip.size'),
    Pair('ip.dsfield.dscp', 'ip.dscp'),
    Pair('ip.dsfield.ecn', 'ip.ecn'),
    Pair('ip.ttl', 'ip.ttl'),
    Pair('ip.proto', 'ip.protocol'),
    Pair('ip.id', 'ip.identification'),
    Pair('ip.flags.df', 'ip.dont_fragment', truth),
    Pair('ip.flags.mf', 'ip.fragment.more', truth),
    Pair('ip.frag_offset', 'ip.fragment.offset', eights),
    Pair('ip.checksum.status', 'ip.checksum', checksum),
    # IPv6
    Pair('ipv6.version', 'ip.version'),
    Pair('ipv6.src', ip_of('source'), address),
    Pair('ipv6.dst', ip_of('destination'), address),
    Pair('ipv6.plen', plus('ip.size', -40)),
    Pair('ipv6.tclass.dscp', 'ip.dscp'),
    Pair('ipv6.tclass.ecn', 'ip.ecn'),
    Pair('ipv6.flow', 'ip.flow_label'),
    Pair('ipv6.hlim', 'ip.ttl'),
    Pair('ipv6.fraghdr.offset', 'ip.fragment.offset', eights),
    Pair('ipv6.fraghdr.more', 'ip.fragment.more', truth),
    Pair('ipv6.fraghdr.ident', 'ip.identification'),
    # UDP
    Pair('udp.srcport', port_of('source')),
    Pair('udp.dstport', port_of('destination')),
    Pair('udp.length', plus('udp.size', 8)),
    Pair('udp.checksum.status', checked('udp.checksum'), checksum),
    Pair('udp.payload', payload('udp'), text),
    # TCP
    Pair('tcp.srcport', port_of('source')),
    Pair('tcp.dstport', port_of('destination')),
    Pair('tcp.seq_raw', 'tcp.sequence'),
    Pair('tcp.ack_raw', 'tcp.acknowledgement'),
    Pair('tcp.flags', 'tcp.flag_bits', eight_bits),
    Pair('tcp.window_size_value', 'tcp.window'),
    Pair('tcp.urgent_pointer', 'tcp.urgent'),
    Pair('tcp.len', 'tcp.size'),
    Pair('tcp.checksum.status', checked('tcp.checksum'), checksum),
    Pair('tcp.options.mss_val', 'tcp.mss'),
    Pair('tcp.options.wscale.shift', 'tcp.window_scale'),
    Pair('tcp.options.timestamp.tsval', 'tcp.timestamp'),
    Pair('tcp.options.timestamp.tsecr', 'tcp.timestamp_echo'),
    lists('tcp.options.sack_le', 'tcp.sacks[].left'),
    lists('tcp.options.sack_re', 'tcp.sacks[].right'),
    Pair('tcp.payload', payload('tcp'), text),
    # ICMP
    Pair('icmp.type', icmp_of(4, 'icmp.type')),
    Pair('icmp.code', icmp_of(4, 'icmp.code')),
    Pair('icmp.checksum.status', icmp_of(4, 'icmp.checksum'), checksum),
    Pair('icmp.mtu', icmp_of(4, 'icmp.mtu')),
    Pair('icmp.ident', icmp_of(4, 'icmp.identifier')),
    Pair('icmp.seq', icmp_of(4, 'icmp.number')),
    Pair('icmpv6.type', icmp_of(6, 'icmp.type')),
    Pair('icmpv6.code', icmp_of(6, 'icmp.code')),
    Pair('icmpv6.checksum.status', icmp_of(6, 'icmp.checksum'), checksum),
    Pair('icmpv6.mtu', icmp_of(6, 'icmp.mtu')),
    Pair('icmpv6.echo.identifier', icmp_of(6, 'icmp.identifier')),
    Pair('icmpv6.echo.sequence_number', icmp_of(6, 'icmp.number')),
    # What an error is about: the second of two
    lists('ip.src', both(ip_of('source'), ip_of('icmp.about.source')), address),
    lists('ip.dst', both(ip_of('destination'), ip_of('icmp.about.destination')), address),
    lists('ipv6.src', both(ip_of('source'), ip_of('icmp.about.source')), address),
    lists('ipv6.dst', both(ip_of('destination'), ip_of('icmp.about.destination')), address),
    Pair('udp.srcport', port_of('icmp.about.source')),
    Pair('udp.dstport', port_of('icmp.about.destination')),
    Pair('tcp.srcport', port_of('icmp.about.source')),
    # IGMP
    Pair('igmp.version', 'igmp.version'),
    Pair('igmp.type', 'igmp.type'),
    Pair('igmp.checksum.status', unless_kind('other', 'igmp.checksum'), checksum),
    lists('igmp.maddr', addresses('igmp.group'), address),
    lists('igmp.maddr', addresses('igmp.records[].group'), address),
    lists('igmp.record_type', 'igmp.records[].type'),
    lists('igmp.num_src', 'igmp.records[].count'),
    Pair('igmp.num_src', of_kind('query', 'igmp.count')),
    Pair('igmp.num_grp_recs', 'igmp.count'),
    lists('igmp.saddr', addresses('igmp.sources[]'), address),
    lists('igmp.saddr', addresses('igmp.records[].sources[]'), address),
    Pair('igmp.max_resp', per_second('igmp.response_ns', 10)),
    Pair('igmp.s', 'igmp.suppresses', truth),
    Pair('igmp.qrv', 'igmp.robustness'),
    Pair('igmp.qqic', per_second('igmp.interval_ns', 1), number_of_code),
    # MLD
    Pair('icmpv6.type', 'mld.type'),
    Pair('icmpv6.code', 'mld.code'),
    Pair('icmpv6.checksum.status', 'mld.checksum', checksum),
    Pair('icmpv6.mld.multicast_address', addresses('mld.group'), address),
    Pair('icmpv6.mld.maximum_response_delay', per_second('mld.response_ns', 1000)),
    Pair('icmpv6.mld.flag.s', 'mld.suppresses', truth),
    Pair('icmpv6.mld.flag.qrv', 'mld.robustness'),
    Pair('icmpv6.mld.qqi', per_second('mld.interval_ns', 1)),
    Pair('icmpv6.mld.nb_sources', 'mld.count'),
    lists('icmpv6.mld.source_address', addresses('mld.sources[]'), address),
    Pair('icmpv6.mldr.nb_mcast_records', 'mld.count'),
    lists('icmpv6.mldr.mar.record_type', 'mld.records[].type'),
    lists('icmpv6.mldr.mar.nb_sources', 'mld.records[].count'),
    lists('icmpv6.mldr.mar.multicast_address', addresses('mld.records[].group'), address),
    lists('icmpv6.mldr.mar.source_address', addresses('mld.records[].sources[]'), address),
]


# ---- Comparing ----

@dataclass
class Comparison:
    packets: int = 0
    counts: dict = field(default_factory=dict)  # of each pair: packets in which both show it
    numbered: list = field(default_factory=list)  # (number of a packet, what differs)

    @property
    def differences(self):
        return [f'packet {number}: {difference}' for number, difference in self.numbered]


def compare(capture, is_damaged=False):
    """Of damaged packets only those count in which hostcast finds no fault with the lengths and counts: what to make of
    the others each decoder decides for itself."""
    ours, theirs = decoded_by_hostcast(capture), decoded_by_tshark(capture)
    assert len(ours) == len(theirs)
    result = Comparison(len(ours), dict.fromkeys(PAIRS, 0))
    for packet, cells in zip(ours, theirs):
        if is_damaged and not is_sound(packet, cells):
            continue
        for each in PAIRS:
            compare_field(packet, cells, each, result)
    return result


def is_sound(packet, cells):
    """Of what can be read in two ways nothing is compared: a length or checksum of 0 (wrong, or left to the interface),
    records behind the last one that is announced (RFC 3810 section 5.2.11: to be ignored), a wrong length in a fragment
    or in the packet that an error is about, bytes behind the end that UDP tells, a packet in a packet, a source route,
    whose end alone the checksum knows."""
    ip = packet.get('ip', {})
    records = split(cells['icmpv6.mldr.mar.record_type'])
    about = look(packet, 'icmp.about')
    return ('problem' not in packet and not ip.get('source_routed') and
            ip.get('checksum') != 'left' and
            not (cells['ip.len'] and (cells['ipv6.version'] or cells['ipv6.fraghdr.ident'])) and
            not any(cells[length] == '0' for length in ('ip.len', 'ipv6.plen', 'udp.length')) and
            all(size + 8 + ip['header_size'] == ip['size'] for size in look(packet, 'udp.size')) and
            len(records) == len(look(packet, 'mld.records[]')) and
            len(split(cells['ip.src'] or cells['ipv6.src'])) == len(about) + 1)


def split(cell):
    return cell.split(BETWEEN_VALUES) if cell else []


def compare_field(packet, cells, each, result):
    of_ours, of_theirs = each.values_of_ours(packet), each.values_of_theirs(cells[each.theirs])
    if not of_ours or not of_theirs:
        return  # not both of them show it
    result.counts[each] += 1
    if of_ours != of_theirs:
        result.numbered.append((packet['number'], f'{each.theirs} {of_theirs}, {each.name} {of_ours}'))


def decoded_by_hostcast(capture):
    result = program.run(['hostcast', 'decode', '--json', capture])
    assert result.status == 0, result.stderr
    return [event for event in result.events if event['event'] == 'packet']


def decoded_by_tshark(capture):
    """Of each packet its fields by name: all values of one in a text."""
    names = sorted({each.theirs for each in PAIRS})
    command = ['tshark', '-n', '-r', str(capture), '-T', 'fields', '-E', 'separator=/t', '-E',
               f'aggregator={BETWEEN_VALUES}', '-E', 'occurrence=a']
    for setting in SETTINGS:
        command += ['-o', setting]
    for name in names:
        command += ['-e', name]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [dict(zip(names, line.split('\t'))) for line in done.stdout.splitlines()]
