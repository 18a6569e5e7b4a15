from hypothesis import given
from hypothesis import strategies as st

from dev.load import figures
from dev.load.log import Entry


def entry(sent: float, colour: str = "blue", status: int | None = 200, ms: float = 1.0) -> Entry:
    return Entry(sent=sent, wall=sent, ms=ms, status=status, colour=colour)


entries = st.lists(
    st.builds(
        entry,
        sent=st.floats(0, 1000),
        colour=st.sampled_from(["blue", "green", ""]),
        status=st.sampled_from([200, 404, 500, 503, None]),
        ms=st.floats(0, 2000),
    ),
)


@given(entries, st.floats(0, 1000), st.floats(0, 1000), st.floats(0, 1000))
def test_adjacent_intervals_share_no_request_and_lose_none(
    log: list[Entry], a: float, b: float, c: float
) -> None:
    start, middle, end = sorted((a, b, c))
    whole = figures.between(log, start, end)
    parts = figures.between(log, start, middle) + figures.between(log, middle, end)
    assert sorted(whole, key=repr) == sorted(parts, key=repr)


@given(entries)
def test_shares_of_all_answers_add_up_to_a_hundred(log: list[Entry]) -> None:
    shares = [figures.share(log, colour) for colour in ("blue", "green", "")]
    if log:
        assert abs(sum(share for share in shares if share is not None) - 100) < 1e-6
    else:
        assert shares == [None, None, None]


@given(entries, st.floats(0, 1000), st.floats(0, 1000))
def test_a_failure_is_inside_or_outside_never_both(log: list[Entry], a: float, b: float) -> None:
    start, end = sorted((a, b))
    out = figures.outside(log, start, end)
    inside = [one for one in figures.failures(log) if start <= one.done <= end]
    assert len(out) + len(inside) == len(figures.failures(log))


@given(entries)
def test_first_and_last_bad_enclose_every_failure(log: list[Entry]) -> None:
    first, last = figures.first_bad(log), figures.last_bad(log)
    if first is None or last is None:
        assert figures.failures(log) == []
    else:
        assert figures.outside(log, first, last) == []


def test_only_a_whole_200_with_a_colour_is_good() -> None:
    log = [
        entry(1),
        entry(2, status=404),
        entry(3, status=None),
        Entry(sent=4, wall=4, ms=1, status=200, error="body"),
    ]
    assert [one.sent for one in figures.failures(log)] == [2, 3, 4]


def test_a_failure_counts_when_it_is_received_not_when_it_is_sent() -> None:
    log = [entry(10, status=500, ms=2000), entry(11, status=500, ms=1)]
    assert figures.first_bad(log) == 11.001
    assert figures.last_bad(log) == 12
    assert figures.outside(log, 0, 11.5) == [log[0]]


def test_share_counts_every_request_not_only_the_good_ones() -> None:
    log = [entry(1, "green"), entry(2, "green", 500), entry(3, "blue"), entry(4, "", 404)]
    assert figures.share(log, "green") == 50
    assert figures.requests_by_colour(log) == {"green": 2, "blue": 1, "": 1}


def test_the_summary_reads_as_a_sentence() -> None:
    log = [
        entry(1, "blue", ms=2),
        entry(2, "green", ms=4),
        entry(3, "green", 500, ms=4),
        entry(4, "", None, ms=9),
    ]
    assert figures.summary(log) == "4 requests, 2 failed, blue 25.0 %, green 50.0 %, p50 4.0 ms, p99 9.0 ms"
    assert figures.summary([]) == "0 requests"
