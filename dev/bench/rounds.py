"""The rounds of a bench: first adoption, idleness, a go-live that is left alone, a restart mid-way, breaches."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from dev.bench import objects
from dev.bench.audit import by_kind, fields_written, routes_written, story
from dev.bench.figures import spread
from dev.bench.gauges import BROKEN
from dev.bench.operator_process import Operator, cpu_between, usage
from dev.bench.plan import App, Plan
from dev.bench.plant import Plant, until
from dev.bench.reverts import by_route, figures, revert
from dev.cluster.progress import say
from dev.exporter import wall

Figures = dict[str, Any]
QUIET: Final = 3.0
HOLDING: Final = 20.0
"""Seconds of looking on while all hold, or two intervals where that is longer."""
TELLTALES: Final = 100
"""Idle GoLives that are edited while the operator is away: that it takes notice of each says it has ticked them."""


class Rounds:
    """What is done with one operator, in this order."""

    def __init__(self, plan: Plan, plant: Plant, operator: Operator) -> None:
        self.plan, self.plant, self.operator = plan, plant, operator
        self.active = plan.apps[: plan.active]

    async def adopt_all(self, began: float) -> Figures:
        """Wait until every GoLive is Live for the first time."""
        await self._all_in("Live", self.plan.apps, since=0, seconds=300 + self.plan.n)
        seconds = time.monotonic() - began
        say(f"all {self.plan.n} are Live for the first time, {seconds:.1f} s after the operator's start")
        return {"first_adoption_s": round(seconds, 2)}

    async def rest(self) -> Figures:
        """Watch the operator do nothing."""
        await asyncio.sleep(QUIET)
        seconds = self.plan.idle_seconds
        say(f"idle for {seconds:.0f} s")
        moment, began, before = wall(), time.monotonic(), usage(self.operator.pid)
        await asyncio.sleep(seconds)
        cpu, _ = cpu_between(before, usage(self.operator.pid))
        self.plant.audit.read_on()
        asked = self.plant.audit.between(moment, wall())
        return {
            "idle_cpu_percent": round(100 * cpu / (time.monotonic() - began), 2),
            "idle_requests_per_minute": round(60 * len(asked) / seconds, 1),
            "idle_writes": sum(one.is_write and one.resource != "leases" for one in asked),
        }

    async def go_live(self) -> Figures:
        """Have every active GoLive go live, and count what that takes."""
        moment, before = wall(), usage(self.operator.pid)
        say(f"{self.plan.active} go-lives of {self.plan.ideal:.0f} s start")
        applied = await self._aim("green")
        patience = 3 * self.plan.ideal + 300
        await self._all_in("Live", self.active, since=moment, seconds=patience)
        ended = max(self.plant.audit.phases[app.namespace, app.name][1] for app in self.active)
        # The finalizer and the last events follow.
        await asyncio.sleep(QUIET)
        after = usage(self.operator.pid)
        self.plant.audit.read_on()
        asked = self.plant.audit.between(moment, wall())
        cpu, main = cpu_between(before, after)
        n = self.plan.active
        return {
            "requests_per_rollout": round(len(asked) / n, 2),
            "writes_per_rollout": round(sum(one.is_write for one in asked) / n, 2),
            "cpu_s_per_rollout": round(cpu / n, 4),
            "event_loop_cpu_s_per_rollout": round(main / n, 4),
            "threads": after.threads,
            "rss_mib_after": round(after.rss, 1),
            "total_s": round(ended - applied, 2),
            "ideal_s": self.plan.ideal,
            "requests": [[*kind, round(count / n, 2)] for *kind, count in by_kind(asked)],
            "status_writes": {kind: round(count / n, 2) for kind, count in fields_written(asked).items()},
            "one_rollout": story(asked, (self.active[-1].namespace, self.active[-1].name)),
            "queries_per_rollout": round(self._questions(moment) / n, 2),
        }

    def _questions(self, moment: float) -> int:
        self.plant.questions.read_on()
        return sum(at >= moment for times in self.plant.questions.answered.values() for at in times)

    async def restart(self) -> Figures:
        """Kill the operator while every active GoLive is at its first step, and see how it finds its way."""
        moment = wall()
        await self._aim("blue", steps=objects.steps(objects.LONG))
        await until(
            self._climbed(moment), 300 + self.plan.spread, lambda: "not every route is at its first step"
        )
        await asyncio.sleep(QUIET + self.plan.interval)
        self.operator.kill()
        telltales = self._telltales()
        for app in telltales:
            await self.plant.api.merge(objects.path(app), {"spec": {"stabilise": {"for": "1h"}}})
        say(f"killed the operator with {self.plan.active} mid-way and {self.plan.idle} idle")
        moment, began = wall(), time.monotonic()
        self.operator.start()
        ready = await self._found_its_way(moment, began, telltales)
        seconds = time.monotonic() - began
        await asyncio.sleep(QUIET)
        self.plant.audit.read_on()
        asked = self.plant.audit.between(moment, wall())
        leads = [one.answered - moment for one in asked if one.resource == "leases" and one.is_write]
        say(f"adopted after {seconds:.1f} s")
        return {
            "adoption_s": round(seconds, 2),
            "leads_s": round(leads[0], 2) if leads else None,
            "ready_s": ready,
            "writes_of_routes_after_restart": len(routes_written(asked)),
        }

    def _telltales(self) -> Sequence[App]:
        idle = self.plan.apps[self.plan.active :]
        return [*idle[:: max(1, len(idle) // TELLTALES)], *idle[-1:]]

    async def _found_its_way(self, moment: float, began: float, telltales: Sequence[App]) -> float | None:
        """Wait until every active GoLive was asked about and every telltale noticed; return when it said ready."""
        ready: list[float | None] = [None]
        names = {app.name for app in self.active}

        async def adopted() -> bool:
            if ready[0] is None and self.operator.is_ready:
                ready[0] = round(time.monotonic() - began, 2)
            self.plant.questions.read_on()
            self.plant.audit.read_on()
            noticed = {
                one.key
                for one in self.plant.audit.between(moment, wall())
                if one.resource == "golives/status" and one.succeeded
            }
            return names <= self.plant.questions.since(moment) and all(
                (app.namespace, app.name) in noticed for app in telltales
            )

        await until(adopted, 600, lambda: "not every GoLive was found again")
        return ready[0]

    async def hold(self) -> Figures:
        """Watch the operator watch: every active GoLive holds, nothing is written, each check is asked."""
        moment, before, began = wall(), usage(self.operator.pid), time.monotonic()
        await asyncio.sleep(max(HOLDING, 2 * self.plan.interval))
        cpu, _ = cpu_between(before, usage(self.operator.pid))
        answers = self._questions(moment)
        return {
            "holding_cpu_percent": round(100 * cpu / (time.monotonic() - began), 2),
            "cpu_ms_per_answer": round(1000 * cpu / answers, 2) if answers else None,
        }

    async def breach(self) -> Figures:
        """Have GoLives breach, and see how soon their traffic is back."""
        chosen = [app.name for app in self.active[:: max(1, self.plan.active // self.plan.breaching)]]
        chosen = chosen[: self.plan.breaching]
        moment = wall()
        say(f"{len(chosen)} breach, {self.plan.breach}")
        await self._raise(chosen)
        gone_back = [app for app in self.active if app.name in set(chosen)]
        await self._all_in("RolledBack", gone_back, since=moment, seconds=300 + 2 * self.plan.interval)
        await asyncio.sleep(1)
        self.plant.audit.read_on()
        self.plant.questions.read_on()
        written = by_route(routes_written(self.plant.audit.between(moment, wall())))
        answered, visible = self.plant.questions.answered, self.plant.gauges.visible
        reverts = [
            revert(answered.get(name, ()), visible.get(name), written.get(name, ()), self._services(name))
            for name in chosen
        ]
        return {"breach": self.plan.breach, **figures(reverts)} | await self._by_status(gone_back)

    def _services(self, name: str) -> tuple[str, str]:
        """Return the Service that is live since the go-lives, and the one they are on the way to."""
        live, new = reversed(objects.COLOURS)
        return f"{name}-{live}", f"{name}-{new}"

    async def _raise(self, chosen: Sequence[str]) -> None:
        if self.plan.breach == "all":
            self.plant.gauges.set(chosen, BROKEN)
            return
        for name in chosen:
            self.plant.gauges.set([name], BROKEN)
            await asyncio.sleep(1 / self.plan.breaches_per_second)

    async def _by_status(self, apps: Sequence[App]) -> Figures:
        """Take the same from status.rollback, by the operator's own clock."""
        found = []
        for app in apps:
            said = (await self.plant.api.get(objects.path(app)))["status"]["rollback"]
            found.append(1000 * (objects.moment(said["revertedAt"]) - objects.moment(said["at"])))
        return {"verdict_to_written_by_status_ms": spread(found)}

    async def _aim(self, colour: str, **more: Any) -> float:
        """Set the target of every active GoLive; return when the last was set."""
        began, apart = time.monotonic(), self.plan.spread / self.plan.active
        body = {"spec": {"target": colour, **more}}
        asked = []
        for number, app in enumerate(self.active):
            await asyncio.sleep(max(0.0, began + number * apart - time.monotonic()))
            asked.append(asyncio.create_task(self.plant.api.merge(objects.path(app), body)))
        await asyncio.gather(*asked)
        return wall()

    def _climbed(self, moment: float) -> Callable[[], Awaitable[bool]]:
        async def climbed() -> bool:
            self.plant.audit.read_on()
            known = self.plant.audit.acknowledged
            return all(known.get((app.namespace, app.name), 0.0) > moment for app in self.active)

        return climbed

    async def _all_in(self, phase: str, apps: Sequence[App], *, since: float, seconds: float) -> None:
        keys = [(app.namespace, app.name) for app in apps]
        said = [0.0]

        def away() -> str:
            seen = Counter(self.plant.audit.phases.get(key, ("none", 0))[0] for key in keys)
            return f"all in phase {phase}: " + ", ".join(f"{count} {name}" for name, count in seen.items())

        async def there() -> bool:
            self.plant.audit.read_on()
            if time.monotonic() - said[0] > 10:  # noqa: PLR2004  # seconds between two lines of progress
                said[0] = time.monotonic()
                say(away())
            known = (self.plant.audit.phases.get(key, ("", 0.0)) for key in keys)
            return all(name == phase and at > since for name, at in known)

        await until(there, seconds, away)
