"""The matrix in pieces, and how a run goes on where another was broken off."""

import json

from bench import pieces
from bench.contenders.everyone import BY_MEASURE, is_quick
from bench.pieces import FULL, QUICK, Piece
from bench.worlds import CARD, PLAIN, SLOW

NAMES = {'rate': ['one', 'other'], 'latency': ['one'], 'file': ['one'], 'receive': ['one']}
CONTEXT = {'measured_at': 'now', 'version': '0', 'seconds': 1}


def test_contenders_take_turns_and_another_begins_each_run():
    everything = pieces.all_pieces(QUICK, {'rate': ['one', 'other']}, runs=2)
    assert [(piece.run, piece.world, piece.contender) for piece in everything] == [
        (1, CARD, 'one'), (1, CARD, 'other'), (1, PLAIN, 'one'), (1, PLAIN, 'other'),
        (2, CARD, 'other'), (2, CARD, 'one'), (2, PLAIN, 'other'), (2, PLAIN, 'one')]


def test_what_was_measured_is_not_measured_again(tmp_path):
    everything = pieces.all_pieces(FULL, NAMES, runs=3)
    for piece in everything[:5]:
        pieces.write(piece, {'rate': 1}, CONTEXT, tmp_path)
    assert pieces.missing(everything, tmp_path) == everything[5:]


def test_more_runs_keep_those_that_are_there(tmp_path):
    for piece in pieces.all_pieces(QUICK, NAMES, runs=1):
        pieces.write(piece, {'rate': 1}, CONTEXT, tmp_path)
    todo = pieces.missing(pieces.all_pieces(QUICK, NAMES, runs=2), tmp_path)
    assert {piece.run for piece in todo} == {2}


def test_a_result_that_was_broken_off_while_it_was_written_does_not_count(tmp_path):
    piece = Piece('rate', CARD, 1024, 3, 'one', 1)
    piece.path(tmp_path).with_suffix('.tmp').write_text('{"piece"')
    assert pieces.missing([piece], tmp_path) == [piece]
    assert pieces.read_all(tmp_path) == []


def test_results_are_read_as_they_were_written(tmp_path):
    piece = Piece('rate', SLOW, 1024, 8, 'hostcast send, recv --join', 2)
    pieces.write(piece, {'rate': 1.5}, CONTEXT, tmp_path)
    assert pieces.read_all(tmp_path) == [(piece, {'rate': 1.5}, CONTEXT)]
    assert json.loads(piece.path(tmp_path).read_text())['piece']['contender'] == 'hostcast send, recv --join'


def test_every_piece_has_a_file_of_its_own(tmp_path):
    names = {measure: [one.name for one in contenders] for measure, contenders in BY_MEASURE.items()}
    paths = [piece.path(tmp_path) for piece in pieces.all_pieces(FULL, names, runs=3)]
    assert len(set(paths)) == len(paths)


def test_the_quick_matrix_is_part_of_the_full_one():
    """So that what `make bench` has measured `make bench-full` need not."""
    names = {measure: [one.name for one in contenders] for measure, contenders in BY_MEASURE.items()}
    assert set(pieces.all_pieces(QUICK, names, 3)) <= set(pieces.all_pieces(FULL, names, 3))


def test_the_quick_matrix_has_five_peers():
    assert sum(is_quick('rate', one) for one in BY_MEASURE['rate'] if one.kind == 'peer') == 5
    assert all(is_quick(measure, one) for measure, contenders in BY_MEASURE.items() for one in contenders
               if one.kind != 'peer')


def test_of_slow_lines_the_rates_alone_are_measured():
    slow = [piece for piece in pieces.all_pieces(FULL, NAMES, runs=1) if piece.world == SLOW]
    assert {(piece.measure, piece.size) for piece in slow} == {('rate', 64), ('rate', 1024)}
    assert {piece.receivers for piece in slow} == {3, 8}
