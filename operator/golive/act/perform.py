"""Carry out a decision's actions in order; on the way down all routes at once, and one that fails stops no other."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import assert_never

from golive.act.swap import is_written, operations
from golive.act.upward import Upward
from golive.api.golive import FINALIZER, GoLive
from golive.decide.decision import Action, SaveRun, SetFinalizer, SetWeights
from golive.errors import GoLiveError, Gone, NotYet, Overruled, Refused
from golive.ports import Records, Routes, Seen
from golive.runs import runs_data


@dataclass(frozen=True, slots=True)
class Performer:
    """The ports that actions are carried out through."""

    routes: Routes
    reverts: Routes
    """The same routes over connections of their own: nothing that goes up stands before what goes back."""
    records: Records
    seen: Seen
    upward: Upward = field(default_factory=Upward)

    async def perform(self, golive: GoLive, actions: Sequence[Action]) -> list[GoLiveError]:
        """Carry out the actions; return what failed. Nothing goes up after a failure."""
        down = [action for action in actions if isinstance(action, SetWeights) and not action.up]
        failures = [
            error for error in await asyncio.gather(*(self._lower(golive, one) for one in down)) if error
        ]
        unremembered: list[GoLiveError] = []
        for action in actions:
            if failures:
                break
            if action not in down:
                failed = await self._attempt(golive, action)
                # What cannot be remembered holds nobody back; what may just take another try does.
                lasting = isinstance(action, SaveRun) and not self.upward.is_unsettled(golive.key)
                (unremembered if lasting else failures).extend(failed)
        return failures + unremembered

    async def _attempt(self, golive: GoLive, action: Action) -> list[GoLiveError]:
        try:
            await self._carry_out(golive, action)
        except GoLiveError as error:
            return [error]
        return []

    async def _carry_out(self, golive: GoLive, action: Action) -> None:
        match action:
            case SetWeights():
                await self.upward.run(golive.key, self._write(self.routes, golive, action))
            case SetFinalizer():
                await self._finalizer(golive, present=action.present)
            case SaveRun():
                await self.upward.run(golive.key, self._remember(golive, action))
            case _:
                assert_never(action)

    async def _lower(self, golive: GoLive, action: SetWeights, *, again: bool = False) -> GoLiveError | None:
        try:
            await self._write(self.reverts, golive, action)
        except Gone:
            self._forget(golive, action)
        except Refused as error:
            return Overruled(str(error)) if again else await self._look_again(golive, action)
        except GoLiveError as error:
            return error
        return None

    async def _look_again(self, golive: GoLive, action: SetWeights) -> GoLiveError | None:
        try:
            route = await self.reverts.get(golive.namespace, action.route)
            self.seen.put("HTTPRoute", route)
            operations(route, action)
        except Gone:
            self._forget(golive, action)
        except Refused:
            # It has changed: the next tick decides on what is really there, and is due at once.
            return None
        except GoLiveError as error:
            return error
        else:
            # It has not changed: once more, then it is not the route but a policy that refuses.
            return await self._lower(golive, action, again=True)
        return None

    def _forget(self, golive: GoLive, action: SetWeights) -> None:
        held = self.seen.route(golive.namespace, action.route)
        if held is not None:
            self.seen.drop("HTTPRoute", held)

    async def _write(self, routes: Routes, golive: GoLive, action: SetWeights) -> None:
        route = self.seen.route(golive.namespace, action.route)
        if route is None:
            raise Gone(f"HTTPRoute {action.route} is gone")
        written = await routes.patch(golive.namespace, action.route, operations(route, action))
        self.seen.put("HTTPRoute", written)
        if not is_written(written, action):
            raise Overruled(
                f"PATCH HTTPRoute {golive.namespace}/{action.route}: answered, but its weights are not those"
                " written: an admission webhook or policy changes them; keep it from this route"
            )

    async def _remember(self, golive: GoLive, action: SaveRun) -> None:
        before = self.seen.past_runs(golive.namespace, golive.name)
        version = before["metadata"]["resourceVersion"] if before else ""
        kept = await self.records.runs(golive.namespace, golive.name, version, runs_data(action.run))
        self.seen.put("ConfigMap", kept)

    async def _finalizer(self, golive: GoLive, *, present: bool) -> None:
        if not present and self.upward.may_arrive(golive.key):
            raise NotYet("a raise that was given up may still arrive: until it cannot, nothing is let go")
        others = [name for name in golive.finalizers if name != FINALIZER]
        wanted = [*others, FINALIZER] if present else others
        written = await self.records.finalizers(
            golive.namespace, golive.name, golive.resource_version, wanted
        )
        self.seen.put("GoLive", written)
