"""One trial from its start to its end, and what came of it."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Final

import httpx

from tests.faults.history import History
from tests.faults.limits import longest_way_back
from tests.faults.operators import (
    CALM_LEASE,
    FAST_LEASE,
    Berth,
    Droppable,
    Killable,
    Operator,
    renew_deadline,
)
from tests.faults.plan import Plan
from tests.faults.promises import violations
from tests.faults.proxy import LOOK
from tests.faults.result import MISSED, Ending, Result
from tests.faults.scenarios import Trouble
from tests.faults.stage import Stage
from tests.faults.transcript import lines
from tests.faults.trial import Trial
from tests.faults.way_back import ways_back
from tests.faults.world import World

QUIET: Final = 0.5
"""Seconds for which nothing more may come after the end."""
LAGS_FOR: Final = 3.0
"""Seconds for which an operator that was started anew sees old lists and late watches."""
_LAG: Final = 1.0
REMEMBERED_WITHIN: Final = 20.0
"""Seconds at rest within which the record of a run is written."""
REVIVED_AFTER: Final = 0.5
"""Seconds after which an operator that has ended by itself is started again."""


@dataclass(slots=True)
class Play:
    """A trial under way."""

    stage: Stage
    trial: Trial
    namespace: str
    world: World = field(init=False)
    plan: Plan = field(init=False)
    berth: Berth = field(init=False)
    operators: list[Operator] = field(default_factory=list)
    """The first is the one that is stopped; a standby follows."""
    stops: int = 0
    revived: int = 0
    took_over: float | None = None
    problems: list[str] = field(default_factory=list)
    _restarting: "asyncio.Task[None] | None" = None

    async def run(self) -> Result:
        """Play it; whatever happens, its operators end."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        await asyncio.to_thread(self._set_up)
        self.add_operator()
        if self.trial.standby:
            self.add_operator()
        await asyncio.to_thread(lambda: self.world.golive(**self.trial.scenario.spec))
        acting = asyncio.create_task(self._act())
        beside = [acting, asyncio.create_task(self._trouble()), asyncio.create_task(self._revive())]
        try:
            await self._until_over(acting, began + self.trial.patience)
            await asyncio.sleep(QUIET)
            history = self.stage.audit.take(self.namespace, self.world.known)
            return self._result(history, await asyncio.to_thread(self._ending), loop.time() - began)
        finally:
            for task in beside:
                task.cancel()
            for told in await asyncio.gather(*beside, return_exceptions=True):
                if isinstance(told, Exception):
                    self.problems.append(f"the trial itself failed: {told!r}")
            await self._leave()

    async def _until_over(self, acting: "asyncio.Task[None]", deadline: float) -> None:
        """Wait for the end, and for all that was to be done; what comes after an end must not undo it."""
        loop = asyncio.get_running_loop()
        await self.stage.seen.until(self.namespace, self._rests, deadline - loop.time())
        await asyncio.wait({acting}, timeout=max(0.0, deadline - loop.time()))
        if not acting.done():
            self.problems.append("what was to be done beside it is not over")
        # What is held is let go, and what is late arrives, before anything is judged.
        self.plan.released.set()
        while self.plan.under_way and loop.time() < deadline:  # noqa: ASYNC110  # counted by many
            await asyncio.sleep(LOOK)
        if self.plan.under_way:
            self.problems.append(f"{self.plan.under_way} requests of it are still under way")
        if not await self.stage.seen.until(self.namespace, self._rests, deadline - loop.time()):
            self.problems.append(f"it has not ended within {self.trial.patience:.0f} s: {self._words()}")
        await self._until_remembered(loop.time() + REMEMBERED_WITHIN)

    async def _until_remembered(self, deadline: float) -> None:
        """Wait for the record of the run: where it cannot be written at once, that is tried again at rest."""
        loop = asyncio.get_running_loop()
        while loop.time() < deadline and not await asyncio.to_thread(self._past):  # noqa: ASYNC110  # asked of the server
            await asyncio.sleep(LOOK)

    def add_operator(self) -> Operator:
        """Start another operator."""
        program = self.trial.program
        operator: Operator = Killable(self.berth, program) if program else Droppable(self.berth)
        self.operators.append(operator)
        operator.start()
        return operator

    def replace(self) -> None:
        """Stop the operator as a crash would, and start another."""
        self.stops += 1
        stopped = self.operators.pop(0)
        stopped.kill()
        if self.trial.stale:
            self._look_back()
        if isinstance(stopped, Droppable):
            self._restarting = asyncio.create_task(self._restart())
        else:
            self.add_operator()

    async def _restart(self) -> None:
        # Nothing of a dropped operator passes the proxy any more: nobody need wait until its Lease has run out.
        await asyncio.to_thread(self.world.free_lease)
        self.add_operator()

    def leader(self) -> Operator | None:
        """Return the operator that holds the Lease, if it has not ended."""
        found = (one for one in self.operators if one.token == self.plan.holder and not one.has_ended())
        return next(found, None)

    async def until_taken_over(self, leader: str, seconds: float = 60.0) -> None:
        """Wait until another operator holds the Lease, and note how long that took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while self.plan.holder == leader:
            if loop.time() > began + seconds:
                raise AssertionError(f"nobody has taken over within {seconds:.0f} s")
            await asyncio.sleep(LOOK)
        self.took_over = loop.time() - began

    async def until_weight(self, weight: int, seconds: float = 60.0) -> None:
        """Wait until a weight has been read back."""
        if not await self.stage.seen.until(self.namespace, lambda: self._stands_at(weight), seconds):
            raise AssertionError(f"{weight} % was not reached within {seconds:.0f} s")

    def status(self) -> Ending:
        """Return the GoLive's status as it stands."""
        return self.stage.seen.status(self.namespace)

    def _set_up(self) -> None:
        stage = self.stage
        self.world = World(
            stage.server, self.namespace, gauges=stage.gauges, components=self.trial.scenario.components
        )
        self.world.set_up()
        trial = self.trial
        lease = FAST_LEASE if trial.program else CALM_LEASE
        self.world.known.back_within = longest_way_back(trial.kind)
        self.world.known.renew_deadline = renew_deadline(lease, trial.flags)
        self.plan = Plan(trial.faults, trial.dropped, trial.expired, on_stop=self.replace)
        if trial.unsteady:
            self.world.known.blackouts = stage.darkness.past
        prometheus = stage.unsteady if trial.unsteady else stage.prometheus
        stage.proxy.plans[self.namespace] = self.plan
        self.berth = Berth(
            self.namespace, stage.proxy, self.plan, prometheus.url, stage.directory, trial.flags
        )

    async def _trouble(self) -> None:
        scenario = self.trial.scenario
        if scenario.trouble is not Trouble.NONE:
            await self.until_weight(scenario.at, self.trial.patience)
            await asyncio.to_thread(self.world.befall, scenario.trouble)

    async def _revive(self) -> None:
        # As a kubelet does with a container that has ended.
        while True:
            await asyncio.sleep(REVIVED_AFTER)
            for operator in [one for one in self.operators if one.has_ended()]:
                self.operators.remove(operator)
                self.revived += 1
                self.add_operator()

    async def _act(self) -> None:
        if self.trial.act is not None:
            await self.trial.act(self)

    def _look_back(self) -> None:
        self.plan.list_at = self.plan.version_before(self.trial.stale)
        self.plan.watch_lag = _LAG
        asyncio.get_running_loop().call_later(LAGS_FOR, self._look_forward)

    def _look_forward(self) -> None:
        self.plan.list_at, self.plan.watch_lag = "", 0.0

    def _stands_at(self, weight: int) -> bool:
        step = self.status().get("step") or {}
        return step.get("weight") == weight and "acknowledgedAt" in step

    def _rests(self) -> bool:
        golive, scenario = self.stage.seen.golives.get(self.namespace, {}), self.trial.scenario
        status = golive.get("status") or {}
        return (
            (status.get("phase"), status.get("live")) == (scenario.ends, scenario.live)
            and not golive["metadata"].get("finalizers")
            and status.get("observedGeneration") == golive["metadata"]["generation"]
        )

    def _words(self) -> str:
        status = self.status()
        return f"{status.get('phase')}, {status.get('message')}"

    def _past(self) -> Ending:
        answer = self.stage.server.http.get(f"/api/v1/namespaces/{self.namespace}/configmaps/shop-runs")
        return json.loads(answer.json()["data"]["last"]) if answer.status_code == httpx.codes.OK else {}

    def _ending(self) -> Ending:
        seen = self.stage.seen
        return ending(seen.golives[self.namespace], seen.weights(self.namespace), self._past())

    def _result(self, history: History, end: Ending, seconds: float) -> Result:
        fired = self.plan.fired
        missed = self.trial.disturbs and not (fired["stale"] if self.trial.stale else fired)
        if missed:
            self.problems.append(MISSED)
        return Result(
            trial=self.trial,
            ending=end,
            climbs=history.climbs(),
            violations=violations(history),
            problems=self.problems,
            fired=fired,
            writes=self.plan.written[""],
            events=self.plan.events,
            stops=self.stops,
            revived=self.revived,
            missed=missed,
            took_over=self.took_over,
            way_back=ways_back(history),
            seconds=seconds,
            written=tuple(lines(history)),
        )

    async def _leave(self) -> None:
        self.plan.on_stop = lambda: None
        for operator in self.operators:
            operator.kill()
        self.plan.released.set()
        await asyncio.to_thread(self.world.leave)
        del self.stage.proxy.plans[self.namespace]


def ending(golive: Ending, route: dict[str, int], past: Ending) -> Ending:
    """Return what of an end does not depend on when it came."""
    status = golive.get("status") or {}
    run, rollback = status.get("run") or {}, status.get("rollback") or {}
    return {
        "phase": status.get("phase"),
        "waitingFor": status.get("waitingFor", ""),
        "live": status.get("live"),
        "previous": status.get("previous"),
        "weight": status.get("weight"),
        "step": (status.get("step") or {}).get("text"),
        "run": [run.get("number"), run.get("from"), run.get("to"), run.get("revision")],
        "outcomes": [entry["outcome"] for entry in status.get("history", ())],
        "rollback": rollback.get("ends"),
        "conditions": {one["type"]: [one["status"], one["reason"]] for one in status.get("conditions", ())},
        "finalizers": golive["metadata"].get("finalizers", []),
        "route": route,
        "past": past.get("outcome"),
    }
