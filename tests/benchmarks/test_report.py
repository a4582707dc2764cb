"""The report: medians, tables, targets and the plot, from results that are made up."""

import xml.etree.ElementTree as ElementTree

import pytest

from bench import plot, report
from bench.contenders.everyone import BY_MEASURE
from bench.pieces import FULL, Piece, all_pieces
from bench.processes import pairs
from bench.spread import Results, Spread, ratio, spread
from bench.table import number, table, with_spread
from bench.targets import compared, judge
from bench.worlds import CARD, PLAIN, SLOW

CONTEXT = {'measured_at': '2026-01-01 00:00:00', 'version': 'hostcast 0', 'seconds': 1}
MACHINE = {'processor': 'a processor', 'cores': 2, 'memory_gib': 24, 'system': 'Debian', 'kernel': 'Linux 6',
           'packages': ['nats-server 2']}


def found(measure, contender, field, *values, world=CARD, receivers=3):
    return [(Piece(measure, world, 1024, receivers, contender, run), {field: value}, CONTEXT)
            for run, value in enumerate(values, start=1)]


def results_of(*groups):
    everything = sum(groups, [])
    return Results(everything), report.kinds_of(everything)


# ---- Medians ----

def test_a_spread_is_median_least_and_most():
    assert spread([5, 1, 9]) == Spread(5, 1, 9, 3)
    assert spread([1, 2]).median == 1.5


def test_runs_of_one_piece_are_brought_together():
    results, _ = results_of(found('rate', 'NATS', 'rate', 3, 1, 2), found('rate', 'NATS', 'rate', 7, world=PLAIN))
    assert results.get('rate', CARD, 1024, 3, 'NATS', 'rate') == Spread(2, 1, 3, 3)
    assert results.get('rate', PLAIN, 1024, 3, 'NATS', 'rate').median == 7
    assert results.get('rate', CARD, 1024, 8, 'NATS', 'rate') is None
    assert results.places('rate') == [(CARD, 1024, 3), (PLAIN, 1024, 3)]


def test_a_ratio_is_of_medians():
    assert ratio(spread([1, 2, 9]), spread([4])) == 0.5
    assert ratio(spread([1]), None) is None
    assert ratio(spread([1]), spread([0])) is None


# ---- Text ----

@pytest.mark.parametrize('value, expected', [
    (1_770_432, '1,770,000'), (77_349, '77,300'), (999, '999'), (102.55, '103'), (43.21, '43.2'), (4.869, '4.87'),
    (0.0812, '0.0812'), (0, '0')])
def test_numbers_have_three_digits_that_count(value, expected):
    assert number(value) == expected


def test_a_table():
    assert table(['name', '>rate'], [['NATS', '5']]) == '| name | rate |\n| --- | ---: |\n| NATS | 5 |'


def test_a_spread_is_shown_from_least_to_most():
    assert with_spread(spread([20_000, 10_000, 50_000])) == '20,000 (10,000 to 50,000)'
    assert with_spread(None) == '-'


def test_pairs_are_read():
    assert pairs('messages=5 p50_us=1.5') == {'messages': 5, 'p50_us': 1.5}


# ---- Targets ----

def judgements(*groups):
    return {target.text: target for target in judge(*results_of(*groups))}


def test_a_target_is_met_or_not_or_was_not_measured():
    text = 'hostcast multicast to 3 receivers (card): rate, times that of the limit'
    limit = found('rate', 'limit train', 'rate', 1000) + found('rate', 'limit batch', 'rate', 100)
    assert judgements(limit, found('rate', 'hostcast multicast', 'rate', 800))[text].is_met is True
    assert judgements(limit, found('rate', 'hostcast multicast', 'rate', 790))[text].is_met is False
    assert judgements(limit)[text].is_met is None
    assert judgements(found('rate', 'hostcast multicast', 'rate', 800))[text].is_met is None


def test_the_best_peer_counts():
    text = 'hostcast multicast to 3 receivers (card): rate, times that of the best peer'
    peers = found('rate', 'NATS', 'rate', 200) + found('rate', 'NORM', 'rate', 40)
    assert judgements(peers, found('rate', 'hostcast multicast', 'rate', 799))[text].is_met is False
    assert judgements(peers, found('rate', 'hostcast multicast', 'rate', 800))[text].is_met is True


def test_one_with_a_single_receiver_is_not_the_best_peer():
    text = 'hostcast multicast to 3 receivers (card): rate, times that of the best peer'
    peers = found('rate', 'NATS', 'rate', 200) + found('rate', 'iperf2 unicast (1 receiver)', 'rate', 900)
    assert judgements(peers, found('rate', 'hostcast multicast', 'rate', 800))[text].is_met is True


def test_the_cheapest_bare_way_of_forwarding_counts():
    text = 'forwarding to 8 (plain): CPU per copy, times that of the best bare way'
    where = {'world': PLAIN, 'receivers': 8}
    bare = found('forward', 'limit forward train', 'cpu_us', 1.0, **where)
    bare += found('forward', 'limit forward whole', 'cpu_us', 3.0, **where)
    assert judgements(bare, found('forward', 'hostcast node', 'cpu_us', 1.25, **where))[text].is_met is True
    assert judgements(bare, found('forward', 'hostcast node', 'cpu_us', 1.26, **where))[text].is_met is False


def test_a_tree_shares_the_line_among_children():
    text = 'hostcast tree to 3 behind 100 Mbit/s: rate, times that of the line divided by 2'
    full_line = 1e8 / 8 / (1024 + 42)
    at_line_rate = found('rate', 'hostcast tree', 'rate', full_line / 2 * 0.96, world=SLOW)
    assert judgements(at_line_rate)[text].is_met is True
    assert judgements(found('rate', 'hostcast tree', 'rate', full_line / 3, world=SLOW))[text].is_met is False


def test_memory_counts_at_its_most():
    text = 'memory of a node that forwards, MiB at the most'
    assert judgements(found('forward', 'hostcast node', 'memory', 5 << 20, 65 << 20, 6 << 20))[text].is_met is False
    assert judgements(found('forward', 'hostcast node', 'memory', 5 << 20))[text].is_met is True


def test_what_the_targets_compare_is_in_the_matrix():
    names = {measure: [one.name for one in contenders] for measure, contenders in BY_MEASURE.items()}
    matrix = {piece.where() for piece in all_pieces(FULL, names, runs=1)}
    kinds = {one.name: one.kind for contenders in BY_MEASURE.values() for one in contenders}
    ours = {where for where in compared(kinds) if kinds[where[-1]] == 'hostcast'}
    assert ours <= matrix
    assert {measure for measure, *_ in ours} == {'rate', 'forward', 'latency', 'round trip'}
    assert ('forward', CARD, 1024, 3, 'limit forward whole') in compared(kinds) & matrix
    assert ('forward', CARD, 64, 3, 'hostcast node') not in compared(kinds)


# ---- The whole ----

EVERYTHING = [
    *((Piece('rate', world, 1024, 3, one.name, run), {'rate': 1e3 * (index + run), 'cpu_us': 2.0, 'loss': 0}, CONTEXT)
      for world in (CARD, PLAIN) for index, one in enumerate(BY_MEASURE['rate']) for run in (1, 2, 3)),
    *((Piece('latency', CARD, 1024, 3, one.name, 1), {'p50_us': 57.0, 'p99_us': 90.0}, CONTEXT)
      for one in BY_MEASURE['latency']),
    *((Piece('forward', CARD, 1024, 3, one.name, 1), {'copies_per_second': 1e6, 'cpu_us': 1.0, 'memory': 0}, CONTEXT)
      for one in BY_MEASURE['forward']),
    *((Piece('file', CARD, 1024, 3, one.name, 1), {'megabytes_per_second': 50.0}, CONTEXT)
      for one in BY_MEASURE['file']),
]


def test_the_report_shows_everybody_and_how_each_was_configured(tmp_path):
    report.write_all(EVERYTHING, MACHINE, tmp_path)
    text = (tmp_path / 'benchmarks.md').read_text()
    for contender in {piece.contender for piece, _, _ in EVERYTHING}:
        assert f'| {contender} |' in text
        assert f'- **{contender}**: ' in text
    assert '| NATS | order, repair |' in text
    assert '1 to 3 runs' in text and 'hostcast 0' in text


def test_every_contender_says_how_it_is_configured():
    for contenders in BY_MEASURE.values():
        assert [one.name for one in contenders if not one.configuration.strip()] == []
        assert len({one.name for one in contenders}) == len(contenders)


def test_the_plot_is_well_formed_and_has_a_point_for_each(tmp_path):
    report.write_all(EVERYTHING, MACHINE, tmp_path)
    root = ElementTree.parse(tmp_path / 'benchmarks.svg').getroot()
    names = {text.text for text in root.iter('{http://www.w3.org/2000/svg}text')}
    shown = {one.name for one in BY_MEASURE['rate'] if one.kind != 'aside'}
    assert shown <= names and 'hostcast unicast (1 receiver)' not in names
    points = list(root.iter('{http://www.w3.org/2000/svg}circle'))
    assert len(points) == 2 * len(shown) + 3  # and the legend


def test_larger_stands_further_right():
    axis = plot.Axis([900, 2_000_000], 0, 100)
    assert axis.ticks()[0] == 100 and axis.ticks()[-1] == 10_000_000
    assert axis.at(100) == 0 and axis.at(10_000_000) == 100
    assert axis.at(1_000) < axis.at(50_000) < axis.at(2_000_000)


def soak_that_kept(allocated_at_end):
    samples = [{'second': second, 'allocated': 4 << 20 if second < 50 else allocated_at_end, 'resident': 1,
                'resident_peak': 1, 'descriptors': 12, 'kernel_drops': 0} for second in range(0, 101, 2)]
    reports = [{'lost': 0, 'duplicates': 0, 'corrupt': 0}, {'lost': 7, 'duplicates': 0, 'corrupt': 0}]
    tree = {'highest_rate': 500000, 'rate': 250000.0, 'seconds': 100.0, 'sent': {'messages': 25000000},
            'reports': reports, 'samples': {'rdv': samples, 'one that ended early': samples[:3]}}
    return {'measured_at': '2026-01-01 00:00:00', 'version': 'hostcast 0', 'ways': {'tree': tree}}


def test_a_soak_is_in_the_report(tmp_path):
    report.write_all(EVERYTHING, MACHINE, tmp_path, soak_that_kept(5 << 20))
    assert ('| through the root of a tree | 500,000 | 250,000 | 100 | 25,000,000 | 7 | 0 | 0 | 4.00 to 5.00 | 12 to 12 |'
            in (tmp_path / 'benchmarks.md').read_text())


def test_a_report_of_nothing(tmp_path):
    report.write_all([], MACHINE, tmp_path)
    assert 'not measured' in (tmp_path / 'benchmarks.md').read_text()
    ElementTree.parse(tmp_path / 'benchmarks.svg')
