from collections.abc import Sequence

import pytest

from dev.queries import AT_ONCE, BARS, Figures, Round, figures_of, misses, table


def burst(refused: int = 0, seconds: float = 2.0, lags: Sequence[float] = (0.01,)) -> Round:
    return Round(AT_ONCE - refused, refused, seconds, seconds, 1.5, lags)


def hung(times: int, longest: float = 3.2, lags: Sequence[float] = (0.01,), answered: int = 0) -> Round:
    return Round(answered, times - answered, longest, longest, 0.1, lags)


def figures(first: Round | None = None, alone: Round | None = None, crowd: Round | None = None) -> Figures:
    return figures_of(first or burst(), alone or hung(1), crowd or hung(AT_ONCE))


def test_what_keeps_every_bar_has_no_miss() -> None:
    assert misses(figures()) == []
    assert "MISSED" not in table(figures())
    assert set(BARS) <= set(figures())


@pytest.mark.parametrize(
    ("told", "missed"),
    [
        (figures(burst(refused=1)), "not_answered"),
        (figures(burst(seconds=3.1)), "seconds"),
        (figures(burst(lags=[0.101])), "loop_lag_ms_p99"),
        (figures(burst(lags=[])), "loop_lag_ms_p99"),
        (figures(alone=hung(1, longest=4.1)), "hung_alone_s"),
        (figures(alone=hung(1, lags=[0.2])), "hung_alone_loop_lag_ms_p99"),
        (figures(crowd=hung(AT_ONCE, longest=4.1)), "hung_with_all_waiting_s"),
        (figures(crowd=hung(AT_ONCE, lags=[0.2])), "hung_with_all_waiting_loop_lag_ms_p99"),
        (figures(crowd=hung(AT_ONCE, answered=1)), "hung_and_yet_answered"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_bar_can_be_missed(told: Figures, missed: str) -> None:
    assert misses(told) == [missed]
    [line] = [line for line in table(told).splitlines() if "MISSED" in line]
    assert line.startswith(missed)


def test_a_hundredth_of_the_looks_may_be_late_and_no_more() -> None:
    assert burst(lags=[0.001] * 99 + [0.5]).lag_ms == 1.0
    assert burst(lags=[0.001] * 98 + [0.5] * 2).lag_ms == 500.0
