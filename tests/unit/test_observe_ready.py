from datetime import timedelta

from golive.observe.ready import ReadyHistory
from golive.observe.references import Backend
from tests.raw import START

PLACE = ("shop", Backend("web-green", "web-green"))


def noted(*counts: tuple[int, int]) -> list[tuple[int, int]]:
    history = ReadyHistory()
    for second, ready in counts:
        history.note(PLACE, ready, START + timedelta(seconds=second))
    return [(int((point.at - START).total_seconds()), point.ready) for point in history.points(PLACE)]


def test_only_changes_are_kept() -> None:
    assert noted((0, 2), (1, 2), (2, 1), (3, 1)) == [(0, 2), (2, 1)]


def test_the_newest_point_before_the_look_back_is_kept() -> None:
    assert noted((0, 2), (5, 1), (40, 2)) == [(5, 1), (40, 2)]
    assert noted((0, 2), (11, 1), (40, 2)) == [(0, 2), (11, 1), (40, 2)]


def test_it_stays_small_however_much_flaps() -> None:
    assert len(noted(*((0, number % 2) for number in range(5000)))) == 256


def test_what_is_forgotten_has_no_points() -> None:
    history = ReadyHistory()
    history.note(PLACE, 2, START)
    history.forget([PLACE])
    assert history.points(PLACE) == ()
