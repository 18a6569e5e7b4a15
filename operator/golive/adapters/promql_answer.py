"""Prometheus's answers: what is one, what it says is wrong, and its values as series.

What is no answer of Prometheus is Unavailable; what it understood and refuses is BadQuery, in its own words.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from golive.errors import BadQuery, Unavailable
from golive.ports import Point, Series

_OK: Final = 200
_REDIRECTS: Final = range(300, 400)
_REFUSALS: Final = {"bad_data", "execution"}
"""What is wrong with the query, and not with the source."""
_LONGEST: Final = 300
_INFO: Final = "PromQL info:"
"""Older versions put what is no more than advice among the warnings."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A successful and complete answer."""

    kind: str
    result: Any


def envelope(status: int, body: bytes) -> Envelope:
    """Open an answer; raises BadQuery, Unavailable."""
    if status in _REDIRECTS:
        raise Unavailable(f"it redirects ({status}): give the operator the address it redirects to")
    answer = _decoded(status, body)
    if answer["status"] != "success":
        said = _short(str(answer.get("error", "")))
        if answer.get("errorType") in _REFUSALS:
            raise BadQuery(said)
        raise Unavailable(f"it answers {status}: {said or 'no reason given'}")
    if status != _OK:
        raise _stranger(status)
    warnings = [str(text) for text in answer.get("warnings") or () if not str(text).startswith(_INFO)]
    if warnings:
        raise Unavailable(f"partial answer: {_short('; '.join(warnings))}")
    try:
        return Envelope(answer["data"]["resultType"], answer["data"]["result"])
    except (KeyError, TypeError) as error:
        raise _stranger(status) from error


def vector(answer: Envelope) -> tuple[Series, ...]:
    """Read an instant answer; a scalar is one series without labels. Raises BadQuery, Unavailable."""
    match answer.kind:
        case "vector":
            return _all_series(answer, "value")
        case "scalar":
            return _all_series(Envelope("vector", [{"metric": {}, "value": answer.result}]), "value")
        case "matrix":
            raise BadQuery(
                "the query gives a range of values, not one: leave [..] away, or put rate() or avg_over_time() around it"
            )
        case _:
            raise BadQuery(f"the query gives a {answer.kind}, not a number: write a query that gives one")


def matrix(answer: Envelope) -> tuple[Series, ...]:
    """Read the answer about a span. Raises BadQuery, Unavailable."""
    if answer.kind != "matrix":
        raise _stranger(_OK)
    return _all_series(answer, "values")


def _all_series(answer: Envelope, field: str) -> tuple[Series, ...]:
    try:
        return tuple(_series(entry, field) for entry in answer.result)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _stranger(_OK) from error


def _series(entry: Mapping[str, Any], field: str) -> Series:
    if "histogram" in entry or "histograms" in entry:
        raise BadQuery("the query gives a histogram, not a number: put histogram_quantile() around it")
    pairs: Sequence[Any] = entry[field] if field == "values" else [entry[field]]
    points = (Point(datetime.fromtimestamp(at, UTC), float(value)) for at, value in pairs)
    return Series(dict(entry["metric"]), tuple(points))


def _decoded(status: int, body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _stranger(status) from error
    if not isinstance(answer, dict) or "status" not in answer:
        raise _stranger(status)
    return answer


def _stranger(status: int) -> Unavailable:
    return Unavailable(f"it answers {status}, but not as Prometheus does: check its address")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
