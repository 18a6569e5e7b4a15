"""Ask one question of the metrics source: its newest value, whether that is fresh, and the span of a rule with `for`."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from golive.decide.judge import Answer, wants_range
from golive.decide.substitute import substitute
from golive.errors import BadQuery, Unavailable
from golive.observe.questions import Question
from golive.observe.staleness import Staleness
from golive.ports import Clock, Metrics, Series

DEADLINE: Final = 15.0
"""Seconds for all that one sample asks; each question of its own has the adapter's timeout."""


async def ask(metrics: Metrics, staleness: Staleness, clock: Clock, question: Question) -> Answer:
    """Return what came of it; never raises what a source can do wrong."""
    query = substitute(question.check.prometheus.query, question.names)
    try:
        async with asyncio.timeout(DEADLINE):
            return await _ask(metrics, staleness, clock, question, query)
    except TimeoutError:
        return Answer(query, clock.now(), unavailable=f"nothing within {DEADLINE:g} s")
    except BadQuery as error:
        return Answer(query, clock.now(), error=str(error))
    except Unavailable as error:
        return Answer(query, clock.now(), unavailable=str(error))


async def _ask(
    metrics: Metrics, staleness: Staleness, clock: Clock, question: Question, query: str
) -> Answer:
    staleness.start(question.check.interval)
    series = tuple(await metrics.instant(query))
    answered_at = clock.now()
    stale = await staleness.sentence(question.check.interval)
    asked_at = _newest(series) or answered_at
    answer = Answer(
        query, asked_at, series, _by_source(question.traffic_at, asked_at - answered_at), stale=stale
    )
    return answer if stale else await _with_spans(metrics, question, answer)


def _by_source(at: datetime | None, ahead: timedelta) -> datetime | None:
    return at + ahead if at else None


def _newest(series: Sequence[Series]) -> datetime | None:
    # Spans are measured by Prometheus's own clock, not by the API server's.
    return max((point.at for one in series for point in one.points), default=None)


async def _with_spans(metrics: Metrics, question: Question, answer: Answer) -> Answer:
    check, end, traffic_at = question.check, answer.asked_at, answer.traffic_at
    spans = {
        index: check.rules[index].for_ or timedelta(0) for index in wants_range(check, answer.series or ())
    }
    # A span that began before this run's traffic proves nothing yet: it need not be asked.
    due = {index: span for index, span in spans.items() if traffic_at and traffic_at <= end - span}
    if not due:
        return answer
    start = end - max(due.values()) // check.interval * check.interval
    try:
        found = tuple(await metrics.range(answer.query, start, end, check.interval))
    except (BadQuery, Unavailable) as error:
        # The newest value is known, and may breach another rule at once.
        return replace(answer, unspanned=str(error))
    return replace(answer, ranges=dict.fromkeys(due, found))
