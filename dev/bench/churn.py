"""The life of GoLives in a soak: each goes live, breaches, is deleted and made anew, by the dice."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from dev.bench import objects
from dev.bench.gauges import BROKEN, HEALTHY
from dev.bench.plan import App, Plan
from dev.bench.plant import Plant, until
from dev.cluster.progress import ClusterError
from dev.exporter import wall

PATIENCE: Final = 180.0
REST: Final = 40.0
"""Seconds of rest between two deeds at the most."""
LOOK: Final = 0.5
LIVE: Final = "live"
ROLLED_BACK: Final = "rolled back"
MADE_ANEW: Final = "deleted and made anew"
DEEDS: Final = (LIVE, ROLLED_BACK, MADE_ANEW)
"""What is counted as done; a soak without one of them has not tried it."""


class Churn:
    """What happens to every GoLive, and what came of it."""

    def __init__(self, plant: Plant, plan: Plan, seed: int) -> None:
        self._plant, self._plan = plant, plan
        self._dice = random.Random(seed)  # noqa: S311  # a soak that can be repeated
        self.done: Counter[str] = Counter()
        self.stuck: list[str] = []

    async def run(self) -> None:
        """Let every GoLive live until cancelled, or until all are stuck; what the bench itself does wrong is raised."""
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(self._follow())
            await asyncio.wait([tasks.create_task(self._life(app)) for app in self._plan.apps])
            following.cancel()

    def summary(self) -> str:
        """Say what has happened so far."""
        done = ", ".join(f"{count} {name}" for name, count in sorted(self.done.items()))
        return f"{done or 'nothing yet'}, {len(self.stuck)} stuck"

    async def _follow(self) -> None:
        while True:
            self._plant.audit.read_on()
            await asyncio.sleep(LOOK)

    async def _life(self, app: App) -> None:
        deeds = (self._go_live, self._go_live, self._go_live, self._breach, self._delete)
        live = "blue"
        while True:
            await asyncio.sleep(self._dice.uniform(0, REST))
            deed = self._dice.choice(deeds)
            try:
                live = await deed(app, live)
            except Exception as error:  # noqa: BLE001  # whatever ends a life is told, and ends no other
                self.stuck.append(f"{app.name}: {_told(error)}; {await self._says(app)}")
                return

    async def _says(self, app: App) -> str:
        try:
            found = await self._plant.api.find(objects.path(app)) or {}
        except Exception as error:  # noqa: BLE001  # it is stuck all the same
            return f"it cannot be read: {_told(error)}"
        status = found.get("status") or {}
        target = (found.get("spec") or {}).get("target")
        return f"target {target}, live {status.get('live')}, {status.get('phase')}: {status.get('message')}"

    async def _go_live(self, app: App, live: str) -> str:
        new, moment = _other(live), wall()
        await self._aim(app, new)
        await self._in(app, "Live", moment)
        self.done[LIVE] += 1
        return new

    async def _breach(self, app: App, live: str) -> str:
        moment = wall()
        await self._aim(app, _other(live))
        await self._in(app, "Shifting", moment)
        await asyncio.sleep(self._dice.uniform(0, 2 * self._plan.hold))
        self._plant.gauges.set([app.name], BROKEN)
        await self._in(app, "RolledBack", moment)
        self._plant.gauges.set([app.name], HEALTHY)
        moment = wall()
        await self._aim(app, live)
        await self._in(app, "Live", moment)
        self.done[ROLLED_BACK] += 1
        return live

    async def _delete(self, app: App, live: str) -> str:
        """Delete it mid-way, and make it anew once it is gone and its traffic back."""
        moment = wall()
        await self._aim(app, _other(live))
        await self._in(app, "Shifting", moment)
        await self._plant.api.delete(objects.path(app))
        await until(self._gone(app), PATIENCE, lambda: "it is still there after its deletion", LOOK)
        moment = wall()
        path, body = objects.golive(app, self._plan.hold, self._plan.interval)
        await self._plant.api.post(path, {**body, "spec": {**body["spec"], "target": live}})
        await self._in(app, "Live", moment)
        self.done[MADE_ANEW] += 1
        return live

    async def _aim(self, app: App, colour: str) -> None:
        await self._plant.api.merge(objects.path(app), {"spec": {"target": colour}})

    def _gone(self, app: App) -> Callable[[], Any]:
        async def gone() -> bool:
            return not await self._plant.api.find(objects.path(app))

        return gone

    async def _in(self, app: App, phase: str, since: float) -> None:
        key = (app.namespace, app.name)

        async def there() -> bool:
            name, at = self._plant.audit.phases.get(key, ("", 0.0))
            return name == phase and at > since

        began = time.monotonic()
        await until(
            there,
            PATIENCE,
            lambda: (
                f"{app.name} is {self._plant.audit.phases.get(key)} and not {phase}"
                f" after {time.monotonic() - began:.0f} s"
            ),
            LOOK,
        )


def _other(colour: str) -> str:
    return "green" if colour == "blue" else "blue"


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, ClusterError) else repr(error)
