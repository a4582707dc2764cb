"""hostcast decode --conversations, --ladder and --timeline of packets that are made here."""

import xml.etree.ElementTree as ElementTree

import pytest

from support import captures, made_packets, tshark

pytestmark = pytest.mark.skipif(not tshark.has_scapy(), reason='scapy is not installed (Debian package python3-scapy)')

CLIENT, SERVER = '10.0.0.1', '10.0.0.2'
ESCAPE = b'\x1b[31m<&>'


def ip(source, destination):
    scapy = made_packets.scapy()
    return scapy.Ether(dst='02:00:00:00:00:02', src='02:00:00:00:00:01') / scapy.IP(src=source, dst=destination)


def segment(source, flags, sequence, acknowledgement=0, data=b'', port=40000):
    is_client = source == CLIENT
    ports = (port, 80) if is_client else (80, port)
    return ip(source, SERVER if is_client else CLIENT) / made_packets.scapy().TCP(
        sport=ports[0], dport=ports[1], flags=flags, seq=sequence, ack=acknowledgement, window=1000) / data


def datagram(source, destination, port, to_port, data):
    return ip(source, destination) / made_packets.scapy().UDP(sport=port, dport=to_port) / data


def refused(port=40000):
    return [segment(CLIENT, 'S', 100, port=port), segment(SERVER, 'RA', 0, 101, port=port)]


def talk(data=b'hello'):
    return [segment(CLIENT, 'S', 100), segment(SERVER, 'SA', 500, 101), segment(CLIENT, 'A', 101, 501),
            segment(CLIENT, 'PA', 101, 501, data), segment(SERVER, 'A', 501, 101 + len(data))]


@pytest.fixture
def decode(hostcast, tmp_path):
    """decode(packets, '--json') gives the Result."""
    def run(packets, *options, times_s=None):
        file = captures.write_capture(tmp_path / 'made.pcap', packets, times_s=times_s)
        return hostcast('decode', *options, file)
    return run


def test_the_table_of_a_conversation(decode):
    result = decode(talk(), '--conversations')
    assert result.status == 0
    head, table = result.stdout.split('\n\n')[:2]
    assert head.splitlines() == [
        'TCP conversation 1, from 2023-11-14 22:13:20 UTC',
        '  client 10.0.0.1:40000: 3 packets, 5 bytes',
        '  server 10.0.0.2:80: 2 packets, 0 bytes',
        '  still open when the capture ends']
    lines = table.splitlines()
    assert [' '.join(line.split()) for line in lines] == [
        'PACKET SECONDS CLIENT SERVER',
        '1 0.000000 connect() [SYN-SENT] --> SYN seq 0 win 1000 listen() was called [SYN-RECEIVED]',
        '2 0.001000 connect() returns [ESTABLISHED] <-- SYN ACK seq 0 ack 1 win 1000',
        '3 0.002000 --> ACK seq 1 ack 1 accept() can return [ESTABLISHED]',
        '4 0.003000 send() of 5 bytes --> PSH ACK seq 1 ack 1 len 5 “hello” recv() can return 5',
        '5 0.004000 <-- ACK seq 1 ack 6']
    left, right = lines[0].index('CLIENT'), lines[0].index('SERVER')
    assert lines[1].index('connect()') == lines[4].index('send()') == left
    assert lines[1].index('listen()') == lines[3].index('accept()') == lines[4].index('recv()') == right


def test_what_is_lost_is_marked_in_the_table(decode):
    again = [*talk()[:4], *talk()[3:]]
    result = decode(again, '--conversations', times_s=[0, 0.001, 0.002, 0.003, 0.253, 0.254])
    assert 'send() of 5 bytes                --X  PSH ACK' in result.stdout
    assert '| lost, or its acknowledgement was: packet 5 sends it again\n' in result.stdout
    assert '| retransmission of packet 4, after 250 ms without an acknowledgement\n' in result.stdout
    assert 'client 10.0.0.1:40000: 4 packets, 5 bytes, 1 sent again\n' in result.stdout


def test_a_stream_without_answers_is_cut_short(decode):
    packets = [datagram(CLIENT, SERVER, 4000, 5000, b'x' * 100)] * 25
    result = decode(packets, '--conversations')
    assert '  25 datagrams one way, without an answer in the capture\n' in result.stdout
    assert '... 15 more like these, 1500 bytes, until 0.024000\n' in result.stdout
    assert result.stdout.count('-->') == 10
    assert len(decode(packets, '--conversations', '--json').events) == 1 + 25 + 1


def test_nothing_from_the_wire_acts_on_the_terminal(decode):
    result = decode([datagram(CLIENT, SERVER, 4000, 5000, b'a\rb\nc\t\\'), *talk(ESCAPE)], '--conversations')
    assert '“a\\rb\\nc\\t\\\\”' in result.stdout
    assert '\x1b' not in result.stdout


def test_the_json_of_a_conversation(decode):
    about, syn, reset, summary = decode(refused(), '--conversations', '--json').events
    assert (about['event'], about['outcome'], about['transport']) == ('conversation', 'refused', 'tcp')
    assert about['client_counters']['packets'] == about['server_counters']['packets'] == 1
    assert (syn['event'], syn['flags'], syn['client_calls'], syn['marks']) == ('segment', 'SYN', 'connect()', [])
    assert (reset['marks'], reset['server_calls']) == (['refusal'], 'no socket listens')
    assert reset['notes'] == ['nobody listens at 10.0.0.2:80: the SYN was answered with RST']
    assert (summary['conversations'], summary['not_kept']) == (1, 0)


def test_one_conversation_of_many(decode, tmp_path):
    packets = [*refused(1), *refused(2), *refused(3)]
    picture = tmp_path / 'a.svg'
    result = decode(packets, '--conversations', '--ladder', picture, '--only', 2)
    assert result.status == 0
    assert 'conversation 2,' in result.stdout and 'conversation 1,' not in result.stdout
    assert 'conversation 3,' not in result.stdout
    assert '10.0.0.1:2<' in picture.read_text() and '10.0.0.1:1<' not in picture.read_text()
    result = decode(packets, '--conversations', '--only', 4)
    assert (result.status, result.stdout) == (2, '')
    assert 'there is no conversation 4: the file has 3 of them' in result.stderr


def test_a_broadcast_is_answered_by_others(decode):
    packets = [datagram(CLIENT, '255.255.255.255', 4000, 5000, b'who?'),
               *(datagram(f'10.0.0.{host}', CLIENT, 5000, 4000, b'me') for host in (7, 8))]
    about, *steps, _ = decode(packets, '--conversations', '--json').events
    assert about['explanation'].endswith('by 2 hosts')
    assert [step['sender'] for step in steps] == ['10.0.0.1:4000', '10.0.0.7:5000', '10.0.0.8:5000']


def test_answers_to_a_group_belong_to_it(decode):
    packets = [datagram(CLIENT, '224.1.1.1', 4000, 10000, b'hello'),
               *(datagram(f'10.0.0.{host}', CLIENT, 10000, 4000, b'ACK') for host in (2, 3)),
               datagram('10.0.0.3', CLIENT, 10000, 4001, b'something else')]
    about, *steps, summary = decode(packets, '--conversations', '--json', '--group', '224.1.1.1').events
    assert about['outcome'] == 'answered'
    assert [step['number'] for step in steps] == [1, 2, 3]
    assert (summary['packets'], summary['shown'], summary['conversations']) == (4, 1, 1)


@pytest.mark.parametrize('option', ['--ladder', '--timeline'])
@pytest.mark.parametrize('packets', [
    lambda: talk(ESCAPE), lambda: [], lambda: [made_packets.ethernet(packet) for packet in made_packets.mld()],
    lambda: [made_packets.ethernet(packet) for packet in made_packets.igmp()]], ids=['tcp', 'nothing', 'mld', 'igmp'])
def test_pictures_are_xml(decode, tmp_path, option, packets):
    picture = tmp_path / 'a.svg'
    result = decode(packets(), option, picture)
    assert result.status in (0, 1), result.stderr
    assert ElementTree.parse(picture).getroot().tag.endswith('}svg')
