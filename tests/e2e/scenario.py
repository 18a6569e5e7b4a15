"""Scenarios: each a story on a stage of its own, several at a time, each its own test.

A scenario waits far more than it works: played one after another they would take a quarter of an hour.
"""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from dev.cluster.lifecycle import Cluster
from tests.e2e.backstage import Backstage
from tests.e2e.polling import abandon
from tests.e2e.stage import Stage, new_stage

AT_A_TIME: Final = 4
PLAY: Final = "play"
Play = Callable[[Stage], None]


@dataclass
class Programme:
    """All scenarios of the session, under way."""

    cluster: Cluster
    backstage: Backstage
    folder: Path
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each scenario took that has ended."""
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_A_TIME, "scenario"))
    _outcomes: dict[Play, "Future[None]"] = field(default_factory=dict)

    def start(self, plays: Iterable[Play]) -> None:
        """Begin to play, in this order, so many at a time."""
        for play in plays:
            self._outcomes[play] = self._pool.submit(self._perform, play)

    def outcome(self, play: Play) -> None:
        """Wait for the end of a scenario; raises what it raised."""
        self._outcomes[play].result()

    def alone(self, play: Play) -> None:
        """Play a scenario by itself, after all the others: it takes away what all of them need."""
        wait(self._outcomes.values())
        self._perform(play)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for outcome in self._outcomes.values():
            outcome.cancel()
        abandon()
        self._pool.shutdown()

    def _perform(self, play: Play) -> None:
        name = play.__name__.removeprefix("test_")
        began = time.monotonic()
        folder = self.folder / name
        folder.mkdir()
        stage = new_stage(self.cluster, self.backstage, folder, name)
        try:
            play(stage)
        except BaseException as error:
            error.add_note(report(stage))
            raise
        finally:
            stage.close()
            self.seconds[name] = time.monotonic() - began


def report(stage: Stage) -> str:
    """Say what was going on, for whoever reads a failure."""
    golives = stage.history.golives[-1].objects if stage.history.golives else {}
    lines = [f"namespace {stage.namespace}"]
    for name, golive in golives.items():
        status = golive.get("status", {})
        lines.append(
            f"GoLive {name}: {status.get('phase')}, {status.get('waitingFor')}, {status.get('message')}"
        )
    lines += [f"weights of green on {name}: {stage.history.climb(name)}" for name in stage.loads]
    lines += [
        f"load on {name}: {len(load.entries)} requests, failed: {load.failed()[:3]}"
        for name, load in stage.loads.items()
    ]
    return "\n".join([*lines, stage.operator.words()])


def scenario(play: Play) -> Callable[[Programme], None]:
    """Make a test of a scenario: it plays beside the others, the test waits for its outcome."""

    def test(programme: Programme) -> None:
        programme.outcome(play)

    test.__name__, test.__doc__ = play.__name__, play.__doc__
    setattr(test, PLAY, play)
    return test


def alone(play: Play) -> Callable[[Programme], None]:
    """Make a test of a scenario that no other may play beside; its file has to come last."""

    def test(programme: Programme) -> None:
        programme.alone(play)

    test.__name__, test.__doc__ = play.__name__, play.__doc__
    return test


def plays_of(tests: Iterable[Any]) -> list[Play]:
    """Find the scenarios among the session's tests."""
    return [getattr(test, PLAY) for test in tests if hasattr(test, PLAY)]
