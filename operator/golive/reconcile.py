"""One tick of one GoLive: parse → observe → decide → act → record."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from golive.act.perform import Performer
from golive.api.golive import GoLive
from golive.decide import decide
from golive.decide.decision import Decision, Event, Reason
from golive.errors import GoLiveError, NotYet, Overruled, Refused, Unavailable
from golive.observe.observer import Observer
from golive.record.recorder import Recorder
from golive.subject import SUBJECT, about

log = logging.getLogger(__name__)

Key = tuple[str, str]
Seen = tuple[str, ...]
"""The versions of a GoLive and its routes."""
AT_ONCE: Final = 0.0
RETRY: Final = 0.5
"""Seconds after a failed write, twice as many after each further one; going back is tried at this pace all the time."""
LONGEST_RETRY: Final = 30.0
LONGEST_ABSENCE: Final = 1.0
"""Seconds after a write that got no answer: whoever was away may be back any moment."""
LOOKS: Final = 5
"""How often a refused write is looked at again at once before it counts as failed."""
LOOK_AGAIN: Final = 0.05
"""Seconds after a write that was refused for it did not fit what is there."""
AFTER_A_FAULT: Final = 5.0


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Everything a tick needs."""

    observer: Observer
    performer: Performer
    recorder: Recorder
    hurry: Callable[[Key], None] = lambda _: None
    """Lets a GoLive's next tick be done before those of others."""
    raise_in: Callable[[], float] = lambda: 0.0
    """The seconds until this process may raise a weight: what a leader before it has begun may still arrive."""
    _failed: dict[Key, int] = field(default_factory=dict)
    """How many ticks of a GoLive have ended in a failed write, one after another."""
    _rests: dict[Key, tuple[datetime, Seen]] = field(default_factory=dict)
    """Until when what has failed is not tried again, unless what it met has changed; going back never rests."""

    async def tick(self, key: Key) -> float | None:
        """Do one tick; return the seconds until the next, None where only the world can bring one."""
        try:
            return await self._tick(key)
        except Exception:
            log.exception("%s/%s: a fault of the operator; traffic stays where it is", *key)
            return self._after_a_fault(key)

    def _after_a_fault(self, key: Key) -> float:
        if not self.goes_down(key):
            return AFTER_A_FAULT
        self.hurry(key)
        return RETRY

    async def _tick(self, key: Key) -> float | None:
        golive = self.observer.golive(key)
        if golive is None:
            self.observer.forget(key)
            self._succeeded(key)
            return None
        SUBJECT.set(about(golive, golive.status))
        facts = self.observer.facts(golive)
        decision = decide(golive, facts)
        SUBJECT.set(about(golive, decision.status))
        asked_anew = golive.generation != golive.status.observed_generation
        rest = self._rest(key, facts.now)
        if rest and not decision.goes_down and not asked_anew:
            self.observer.watch(key)
            return rest
        if decision.goes_up and self.raise_in() > 0:
            self.observer.watch(key)
            return self.raise_in()
        failures = await self.performer.perform(golive, decision.actions)
        if failures and (decision.is_binding or decision.goes_up):
            return self._again(golive, decision, failures)
        wrote, unwritten = await self._record(golive, decision)
        self.observer.watch(key)
        if failures or unwritten:
            return self._again(golive, decision, [*failures, *unwritten])
        self._succeeded(key)
        return AT_ONCE if wrote or decision.actions else self._until(decision)

    def _rest(self, key: Key, now: datetime) -> float:
        until, met = self._rests.get(key, (now, ()))
        return max(0.0, (until - now).total_seconds()) if met == self.observer.versions(key) else 0.0

    def _succeeded(self, key: Key) -> None:
        self._failed.pop(key, None)
        self._rests.pop(key, None)

    async def _record(self, golive: GoLive, decision: Decision) -> tuple[bool, list[GoLiveError]]:
        # Our own write of the finalizer is the one change since the decision that may lie between.
        raw = self.observer.raw(golive.key)
        # One that was applied anew meanwhile has nothing to do with the one that went.
        if raw is None or raw["metadata"]["uid"] != golive.uid:
            return False, []
        fence = (
            raw["metadata"]["resourceVersion"]
            if golive.finalizers != _finalizers(raw)
            else golive.resource_version
        )
        failures: list[GoLiveError] = []
        try:
            wrote = await self.recorder.status(golive, raw.get("status") or {}, fence, decision.status)
        except Overruled as error:
            wrote, failures = True, [error]
        except GoLiveError as error:
            return False, [error]
        if wrote:
            self.recorder.tell(golive, decision.events, self.observer.now())
        return wrote, failures

    def _again(self, golive: GoLive, decision: Decision, failures: Sequence[GoLiveError]) -> float:
        # What is refused again and again does not fit for another reason than that it was looked at too early.
        refused = NotYet if self._failed.get(golive.key, 0) >= LOOKS else Refused
        lasting = [error for error in failures if not isinstance(error, refused)]
        for error in failures:
            log.log(logging.WARNING if error in lasting else logging.INFO, "%s/%s: %s", *golive.key, error)
        # What a server says may differ each time; what was tried, and how it failed, does not.
        events = [
            Event(
                Reason.WRITE_FAILED,
                str(error),
                warning=True,
                once=f"{type(error).__name__} {str(error).split(': ')[0]}",
            )
            for error in lasting
        ]
        self.recorder.tell(golive, events, self.observer.now())
        if decision.goes_down:
            self.hurry(golive.key)
        times = self._failed[golive.key] = self._failed.get(golive.key, 0) + 1
        if not lasting:
            return LOOK_AGAIN
        away = all(isinstance(error, Unavailable) for error in lasting)
        longest = LONGEST_ABSENCE if away else LONGEST_RETRY
        doubled = max(0, min(times - 1 - LOOKS * any(isinstance(error, Refused) for error in lasting), 10))
        pause = RETRY if decision.goes_down else min(RETRY * 2**doubled, longest)
        until = self.observer.now() + timedelta(seconds=pause)
        self._rests[golive.key] = (until, self.observer.versions(golive.key))
        return pause

    def goes_down(self, key: Key) -> bool:
        """Tell whether a tick of now would take traffic away from the colour that goes live; a tick says what fails."""
        golive = self.observer.golive(key)
        try:
            return golive is not None and decide(golive, self.observer.facts(golive)).goes_down
        except Exception:
            log.debug("%s/%s", *key, exc_info=True)
            return False

    def _until(self, decision: Decision) -> float | None:
        if decision.next_tick is None:
            return None
        return max(0.0, (decision.next_tick - self.observer.now()).total_seconds())


def _finalizers(raw: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(raw["metadata"].get("finalizers", ()))
