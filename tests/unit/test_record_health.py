"""Whether the operator is well and ready, judged from ages alone."""

import pytest

from golive.record.health import LONGEST_LAG, LONGEST_STANDSTILL, Vitals, unhealthy, unready

WELL = Vitals(lag=0.01, patience=70.0, silences={"GoLive": 69.0, "HTTPRoute": 210.0})


@pytest.mark.parametrize(
    "vitals",
    [
        WELL,
        Vitals(lag=LONGEST_LAG, patience=70.0),
        Vitals(lag=0, patience=70.0, overdue=3600.0, standstill=LONGEST_STANDSTILL),
        Vitals(lag=0, patience=70.0, overdue=LONGEST_STANDSTILL, standstill=3600.0),
        Vitals(lag=0, patience=70.0, overdue=3600.0, standstill=3600.0, leads=False),
        Vitals(lag=0, patience=70.0, unlisted=("GoLive",)),
    ],
    ids=["at rest", "just not too late", "ticks begin", "nobody waits long", "a standby", "not listed"],
)
def test_it_is_well(vitals: Vitals) -> None:
    assert unhealthy(vitals) == []


@pytest.mark.parametrize(
    ("vitals", "says"),
    [
        (Vitals(lag=10.1, patience=70.0), "the event loop lags by 10 s"),
        (
            Vitals(lag=0, patience=70.0, silences={"GoLive": 1.0, "HTTPRoute": 211.0}),
            "the watch of HTTPRoute has been silent for 211 s, longer than 210 s",
        ),
        (
            Vitals(lag=0, patience=70.0, overdue=45.0, standstill=31.0),
            "a GoLive has been due for 45 s, and no tick began for 31 s",
        ),
    ],
)
def test_it_says_what_is_wrong(vitals: Vitals, says: str) -> None:
    assert unhealthy(vitals) == [says]


def test_all_that_is_wrong_is_said() -> None:
    silences = {"Service": 500.0, "GoLive": 400.0}
    said = unhealthy(Vitals(lag=11, patience=70.0, silences=silences, overdue=99, standstill=99))
    starts = ("the event loop", "the watch of GoLive", "the watch of Service", "a GoLive has been due")
    assert len(said) == len(starts)
    assert all(line.startswith(start) for line, start in zip(said, starts, strict=True))


def test_a_standby_that_has_listed_everything_is_ready() -> None:
    assert unready(Vitals(lag=0, patience=70.0, leads=False)) == []


def test_it_is_not_ready_before_every_kind_is_listed() -> None:
    said = unready(Vitals(lag=0, patience=70.0, unlisted=("HTTPRoute", "Service")))
    assert said == [
        "not yet listed: HTTPRoute, Service; is the CRD there, and may the operator list and watch it?"
    ]
