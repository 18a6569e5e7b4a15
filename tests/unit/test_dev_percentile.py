import pytest

from dev.percentile import percentile


@pytest.mark.parametrize(("percent", "value"), [(0, 1), (1, 1), (50, 50), (99, 99), (99.5, 100), (100, 100)])
def test_a_percentile_is_the_nearest_rank_and_was_measured(percent: float, value: float) -> None:
    assert percentile(range(100, 0, -1), percent) == value


def test_without_values_there_is_no_percentile() -> None:
    assert percentile([], 99) is None
