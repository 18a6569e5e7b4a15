"""A small world whose written statuses are kept, as a journal is told of them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from typing_extensions import override

from golive.api.golive import GoLive
from golive.api.status import GoLiveStatus
from golive.decide.decision import Decision
from golive.ports import Call
from golive.subject import Subject
from tests.builders import START, World

Written = tuple[GoLive, GoLiveStatus, datetime]


@dataclass
class ToldWorld(World):
    """Each tick that changes the status is written down: the GoLive before, its status after, and when."""

    written: list[Written] = field(default_factory=list)

    @override
    def tick(self) -> Decision:
        before, status = self.golive(), self.status
        decision = super().tick()
        if status != self.status:
            self.written.append((before, decision.status, self.now))
        return decision


@dataclass
class Kept:
    """A journal that is read by tests."""

    calls: list[Call] = field(default_factory=list)
    statuses: list[tuple[GoLiveStatus, GoLiveStatus]] = field(default_factory=list)

    def called(self, call: Call) -> None:
        self.calls.append(call)

    def recorded(self, golive: GoLive, after: GoLiveStatus) -> None:
        self.statuses.append((golive.status, after))


ON_A_STEP = Subject("shop", "shop", "u1", 1, 2, START, "error-rate", "web")


def a_call(
    verb: str = "instant", resource: str = "", outcome: str = "Ok", subject: Subject | None = ON_A_STEP
) -> Call:
    return Call(verb, resource, outcome, START + timedelta(seconds=5), 0.25, subject)
