"""A cluster in memory that answers as the API server does: resourceVersions, 409, JSON patch tests, managedFields.

Every write is counted, so that a test can end the operator before or after any of them.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from golive.errors import Gone, Refused
from golive.runs import runs_name
from tests.json_patch import apply_patch
from tests.raw import NAMESPACE, START, Raw, stamped, wrote_rules

LATENCY = 0.005
"""Seconds of scripted time that every call takes."""
Listener = Callable[[str, Mapping[str, Any], bool], None]


@dataclass(frozen=True)
class Write:
    """A write that took effect."""

    at: float
    kind: str
    name: str
    body: Any


class ScriptedClock:
    """The API server's time: the scripted loop's."""

    def now(self) -> datetime:
        return START + timedelta(seconds=asyncio.get_running_loop().time())


@dataclass
class Cluster:
    """Objects by kind and name, and everything that was written."""

    objects: dict[tuple[str, str], Raw] = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)
    tries: list[tuple[float, str, str]] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    fault: Callable[[str, str], Exception | None] = lambda _kind, _name: None
    """What the next write of a kind to a name meets."""
    overruled: bool = False
    """Whether a webhook restores the weights that the operator writes."""
    prunes: str = ""
    """A field of the status that the API server does not know."""
    slow: dict[tuple[str, str], float] = field(default_factory=dict)
    """Seconds that writes of a kind to a name take to arrive; they arrive even where nobody waits for them."""

    def add(self, kind: str, raw: Raw) -> None:
        self.objects[kind, raw["metadata"]["name"]] = stamped(raw)
        self._tell(kind, raw["metadata"]["name"])

    def edit(self, kind: str, name: str, change: Callable[[Raw], object]) -> None:
        """Change an object as a person does."""
        raw = deepcopy(self.objects[kind, name])
        change(raw)
        raw["metadata"]["generation"] = raw["metadata"].get("generation", 1) + 1
        self.add(kind, raw)

    def by_hand(self, green: int, route: str = "web", manager: str = "kubectl-edit") -> None:
        """Write a route's weights as a person does."""

        def change(raw: Raw) -> None:
            blue_ref, green_ref = raw["spec"]["rules"][0]["backendRefs"][:2]
            blue_ref["weight"], green_ref["weight"] = 100 - green, green
            raw["metadata"]["managedFields"] = [wrote_rules(manager, self.stamp())]

        self.edit("HTTPRoute", route, change)

    def delete(self, kind: str, name: str) -> None:
        raw = self.objects[kind, name]
        if raw["metadata"].get("finalizers"):
            self.add(kind, {**raw, "metadata": {**raw["metadata"], "deletionTimestamp": self.stamp()}})
        else:
            gone = stamped(self.objects.pop((kind, name)))
            for listener in self.listeners:
                asyncio.get_running_loop().call_later(LATENCY, listener, kind, gone, True)

    def stamp(self) -> str:
        return ScriptedClock().now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def green(self, route: str = "web") -> int:
        weight: int = self.objects["HTTPRoute", route]["spec"]["rules"][0]["backendRefs"][1]["weight"]
        return weight

    def climbs(self, route: str = "web") -> list[int]:
        """List the green weights that the operator wrote to a route, in order."""
        written = (write.body for write in self.writes if (write.kind, write.name) == ("HTTPRoute", route))
        return [body["spec"]["rules"][0]["backendRefs"][1]["weight"] for body in written]

    def events(self) -> list[str]:
        return [write.body["reason"] for write in self.writes if write.kind == "Event"]

    def put(self, kind: str, name: str, raw: Raw) -> Raw:
        """Take in a write of the operator."""
        written = self.objects[kind, name] = stamped(raw)
        now = asyncio.get_running_loop().time()
        self.writes.append(Write(now, kind, name, written))
        metadata = written["metadata"]
        if "deletionTimestamp" in metadata and not metadata.get("finalizers"):
            self.delete(kind, name)
        else:
            self._tell(kind, name)
        return written

    def get(self, kind: str, name: str) -> Raw:
        try:
            return self.objects[kind, name]
        except KeyError:
            raise Gone(f"{kind} {name} is gone") from None

    def fenced(self, kind: str, name: str, resource_version: str) -> Raw:
        raw = self.get(kind, name)
        if raw["metadata"]["resourceVersion"] != resource_version:
            raise Refused(f"409: {kind} {name} was written since {resource_version}")
        return raw

    def _tell(self, kind: str, name: str) -> None:
        for listener in self.listeners:
            asyncio.get_running_loop().call_later(LATENCY, listener, kind, self.objects[kind, name], False)


@dataclass
class Link:
    """One process's way to the cluster: the ports Routes and Records. Once dead, nothing it does arrives."""

    cluster: Cluster
    dies_at: float | None = None
    """The write during which the process dies: 3 before the third, 3.5 after it."""
    dead: asyncio.Event = field(default_factory=asyncio.Event)
    count: int = 0

    async def get(self, namespace: str, name: str) -> Mapping[str, Any]:
        await self._travel(namespace)
        return self.cluster.get("HTTPRoute", name)

    async def patch(
        self, namespace: str, name: str, operations: Sequence[Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        def apply() -> Raw:
            changed = apply_patch(self.cluster.get("HTTPRoute", name), operations)
            if self.cluster.overruled:
                changed = deepcopy(self.cluster.get("HTTPRoute", name))
            changed["metadata"]["managedFields"] = [wrote_rules("golive", self.cluster.stamp())]
            changed["metadata"]["generation"] += 1
            return self.cluster.put("HTTPRoute", name, changed)

        return await self._write(namespace, "HTTPRoute", name, apply)

    async def status(
        self, namespace: str, name: str, resource_version: str, patch: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        def apply() -> Raw:
            raw = self.cluster.fenced("GoLive", name, resource_version)
            status = _merged(raw.get("status", {}), patch)
            status.pop(self.cluster.prunes, None)
            return self.cluster.put("GoLive", name, {**raw, "status": status})

        return await self._write(namespace, "Status", name, apply)

    async def finalizers(
        self, namespace: str, name: str, resource_version: str, finalizers: Sequence[str]
    ) -> Mapping[str, Any]:
        def apply() -> Raw:
            raw = self.cluster.fenced("GoLive", name, resource_version)
            metadata = {**raw["metadata"], "finalizers": list(finalizers)}
            return self.cluster.put("GoLive", name, {**raw, "metadata": metadata})

        return await self._write(namespace, "Finalizers", name, apply)

    async def runs(
        self, namespace: str, name: str, resource_version: str, data: Mapping[str, str]
    ) -> Mapping[str, Any]:
        raw = {"metadata": {"name": runs_name(name), "namespace": namespace}, "data": dict(data)}

        def apply() -> Raw:
            if resource_version:
                self.cluster.fenced("ConfigMap", runs_name(name), resource_version)
            return self.cluster.put("ConfigMap", runs_name(name), raw)

        return await self._write(namespace, "ConfigMap", name, apply)

    async def event(self, namespace: str, body: Mapping[str, Any]) -> None:
        name = body["metadata"]["name"]
        if ("Event", name) not in self.cluster.objects:
            await self._write(namespace, "Event", name, lambda: self.cluster.put("Event", name, dict(body)))

    async def _write(self, namespace: str, kind: str, name: str, apply: Callable[[], Raw]) -> Raw:
        self.cluster.tries.append((asyncio.get_running_loop().time(), kind, name))
        await self._travel(namespace)
        self.count += 1
        number = self.count
        await self._die_at(number)
        fault = self.cluster.fault(kind, name)
        if fault is not None:
            raise fault
        slow = self.cluster.slow.get((kind, name))
        result = await asyncio.shield(_late(apply, slow)) if slow else apply()
        await self._die_at(number + 0.5)
        return result

    async def _travel(self, namespace: str) -> None:
        assert namespace == NAMESPACE
        await asyncio.sleep(LATENCY)
        if self.dead.is_set():
            await asyncio.Event().wait()

    async def _die_at(self, moment: float) -> None:
        if self.dies_at == moment:
            self.dead.set()
        if self.dead.is_set():
            await asyncio.Event().wait()


async def _late(apply: Callable[[], Raw], seconds: float) -> Raw:
    await asyncio.sleep(seconds)
    return apply()


def _merged(target: Any, patch: Mapping[str, Any]) -> Any:
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            result[name] = _merged(result.get(name), value)
        else:
            result[name] = deepcopy(value)
    return result


def names(kinds: Iterable[tuple[str, str]]) -> list[str]:
    """Write kinds and names in one word each."""
    return [f"{kind}/{name}" for kind, name in kinds]
