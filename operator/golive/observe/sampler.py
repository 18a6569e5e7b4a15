"""The samplers: one task for each check of each component, which asks, judges, keeps the reading and makes a tick due.

No tick ever waits for a metrics source; one that hangs costs its own readings and nothing else.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from golive.api.golive import GoLive
from golive.api.spec import Action
from golive.api.status import Outcome
from golive.decide.judge import Answer, Judged, judge
from golive.facts import IN_A_ROW, Reading, SourceFacts
from golive.observe.ask import DEADLINE, ask
from golive.observe.questions import Question, questions
from golive.observe.shared import Shared
from golive.observe.staleness import Staleness
from golive.observe.watchers import Key
from golive.ports import Clock, Metrics
from golive.subject import SUBJECT

log = logging.getLogger(__name__)

_DIAGNOSIS_AGE: Final = timedelta(seconds=5)
_TAKES_BACK: Final = {Action.ROLLBACK, Action.PLANNED_ROLLBACK}
Name = tuple[str, str]
"""Check and component."""


class Due(Protocol):
    """Where a new reading is told."""

    def __call__(self, key: Key, *, urgent: bool) -> None:
        """Make a GoLive due at once; urgent where its traffic may have to go back."""
        ...


@dataclass(slots=True)
class Sampler:
    """A question, its task and its last reading."""

    question: Question
    task: "asyncio.Task[None] | None" = None
    reading: Reading | None = None
    source: SourceFacts | None = None
    """How the source met this question last."""


class Samplers:
    """All samplers of the process, by GoLive."""

    def __init__(
        self,
        metrics: Metrics,
        clock: Clock,
        due: Due,
        scrape_interval: timedelta,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._metrics = metrics
        self._clock = clock
        self._due = due
        self._pause = pause
        self._samplers: dict[Key, dict[Name, Sampler]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._staleness = Staleness(metrics, clock, scrape_interval)
        self._diagnosis = Shared(metrics.diagnose, clock)

    def sync(self, golive: GoLive, *, wanted: bool) -> None:
        """Ask exactly what the GoLive now needs; a new or changed question at once, nothing where it is not wanted."""
        self._sync(golive.key, questions(golive) if wanted else ())

    def forget(self, key: Key) -> None:
        """Ask nothing more for a GoLive."""
        self._sync(key, ())

    def readings(self, key: Key) -> dict[Name, Reading]:
        """Return the last reading of every question that has had one."""
        held = self._samplers.get(key, {})
        return {name: sampler.reading for name, sampler in held.items() if sampler.reading}

    def source(self, key: Key) -> SourceFacts:
        """Return how the source meets a GoLive's questions: one that answers any of them is there."""
        met = [one for one in self._samplers.get(key, {}).values() if one.source and one.reading]
        if not met:
            return SourceFacts(reachable=False, asked=False)
        # What a check of a long interval met may be long over: only what is as new as the busiest check's counts.
        newest = max(one.reading.taken_at for one in met if one.reading)
        shortest = min(one.question.check.interval for one in met)
        since = newest - 2 * shortest - timedelta(seconds=DEADLINE)
        fresh = sorted(
            ((one.reading.taken_at, one.source) for one in met if one.source and one.reading),
            key=lambda pair: pair[0],
        )
        told = [source for at, source in fresh if at >= since]
        # Of several that got an answer the newest counts: how old the values are is asked once for all.
        return next((source for source in reversed(told) if source.reachable), told[-1])

    async def close(self) -> None:
        """End every task."""
        for key in tuple(self._samplers):
            self.forget(key)
        await asyncio.gather(*self._ending, return_exceptions=True)
        await self._staleness.close()
        await self._diagnosis.close()

    def _sync(self, key: Key, asked: Sequence[Question]) -> None:
        held = self._samplers.setdefault(key, {})
        wanted = {(question.check.name, question.component): question for question in asked}
        for name in held.keys() - wanted.keys():
            self._end(held.pop(name))
        for name, question in wanted.items():
            sampler = held.get(name)
            if sampler is not None and question.continues(sampler.question):
                sampler.question = question
                continue
            if sampler is not None:
                self._end(sampler)
            held[name] = self._begin(key, question)
        if not held:
            del self._samplers[key]

    def _begin(self, key: Key, question: Question) -> Sampler:
        sampler = Sampler(question)
        name = f"{question.check.name} of {key[0]}/{key[1]} {question.component}"
        sampler.task = asyncio.create_task(self._run(key, sampler), name=name)
        return sampler

    def _end(self, sampler: Sampler) -> None:
        if sampler.task is not None:
            sampler.task.cancel()
            self._ending.add(sampler.task)
            sampler.task.add_done_callback(self._ending.discard)

    async def _run(self, key: Key, sampler: Sampler) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self._sample(key, sampler)
            except Exception as error:
                # A sampler that ends would leave its rules unarmed without a word.
                log.exception("check %s of %s", sampler.question.check.name, sampler.question.component)
                fault = Judged(Outcome.ERROR, f"the operator cannot ask this: {error!r}")
                sampler.reading = self._reading(sampler.question, "", fault, sampler.reading)
                self._due(key, urgent=False)
            interval = sampler.question.check.interval.total_seconds()
            await self._pause(max(0.0, began + interval - loop.time()))

    async def _sample(self, key: Key, sampler: Sampler) -> None:
        question = sampler.question
        SUBJECT.set(question.subject)
        answer = await ask(self._metrics, self._staleness, self._clock, question)
        sampler.source = await self._look(answer)
        judged = judge(question.check, answer)
        sampler.reading = self._reading(question, answer.query, judged, sampler.reading)
        self._due(key, urgent=_takes_back(question, judged))

    async def _look(self, answer: Answer) -> SourceFacts:
        if not answer.unavailable:
            return SourceFacts(reachable=True, message=answer.stale)
        diagnosis = await self._diagnosis.answer(_DIAGNOSIS_AGE)
        return SourceFacts(reachable=False, message=diagnosis or answer.unavailable)

    def _reading(self, question: Question, query: str, judged: Judged, before: Reading | None) -> Reading:
        now, since = self._clock.now(), None
        lately: tuple[datetime, ...] = ()
        # Not to get an answer takes longer than to get one.
        patience = timedelta(0) if judged.outcome is Outcome.PASS else timedelta(seconds=DEADLINE)
        longest = 3 * question.check.interval + patience
        if before and before.outcome is judged.outcome and now - before.taken_at < longest:
            since, lately = before.since, before.lately
        return Reading(
            check=question.check,
            component=question.component,
            outcome=judged.outcome,
            message=judged.message,
            query=query,
            taken_at=now,
            value=judged.value,
            value_at=judged.value_at,
            rule=judged.rule,
            since=since or now,
            lately=(*lately, now)[-IN_A_ROW:],
        )


def _takes_back(question: Question, judged: Judged) -> bool:
    if judged.outcome is not Outcome.BREACH or judged.rule is None:
        return False
    return question.check.rules[judged.rule].action in _TAKES_BACK
