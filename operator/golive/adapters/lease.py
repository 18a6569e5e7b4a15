"""The port Leases: one Lease of coordination.k8s.io, every write of it compared with what was read."""

import math
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from typing_extensions import override

from golive.adapters.api_server import MERGE_PATCH, ApiServer
from golive.errors import Gone
from golive.ports import Clock, Held, Leases

_COLLECTION = "/apis/coordination.k8s.io/v1/namespaces/{}/leases"


@dataclass(frozen=True, slots=True)
class KubernetesLeases(Leases):
    """A Lease by its name, over a connection that nothing else waits for."""

    server: ApiServer
    clock: Clock
    namespace: str
    name: str

    @override
    async def get(self) -> Held | None:
        """Return the Lease as it stands."""
        try:
            return _held(await self.server.request("GET", self._path, what=self._what))
        except Gone:
            return None

    @override
    async def write(self, seen: Held | None, holder: str, seconds: float) -> Held:
        """Write who holds it, if it is still as it was seen."""
        now = self.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        before = seen or Held("", 0.0, "", 0)
        changes = holder and holder != before.holder
        spec = {
            "holderIdentity": holder,
            "leaseDurationSeconds": math.ceil(seconds),
            "renewTime": now,
            "leaseTransitions": before.transitions + bool(changes),
            **({"acquireTime": now} if changes else {}),
        }
        if not before.version:
            body = {"metadata": {"name": self.name}, "spec": spec}
            return _held(await self.server.request("POST", self._collection, what=self._what, body=body))
        body = {"metadata": {"resourceVersion": before.version}, "spec": spec}
        return _held(
            await self.server.request(
                "PATCH", self._path, what=self._what, body=body, content_type=MERGE_PATCH
            )
        )

    @override
    async def changed(self, seen: Held, within: float) -> Held | None:
        """Wait for the next state of the Lease; None where there was none in time, or it was deleted."""
        query = f"?watch=1&fieldSelector=metadata.name={quote(self.name)}&resourceVersion={seen.version}"
        async with aclosing(
            self.server.events(self._collection + query, what=self._what, silence=within)
        ) as events:
            async for event in events:
                return _held(event["object"]) if event["type"] in {"ADDED", "MODIFIED"} else None
        return None

    @property
    def _collection(self) -> str:
        return _COLLECTION.format(quote(self.namespace))

    @property
    def _path(self) -> str:
        return f"{self._collection}/{quote(self.name)}"

    @property
    def _what(self) -> str:
        return f"Lease {self.namespace}/{self.name}"


def _held(raw: Mapping[str, Any]) -> Held:
    spec = raw.get("spec") or {}
    return Held(
        holder=spec.get("holderIdentity") or "",
        seconds=float(spec.get("leaseDurationSeconds") or 0),
        version=raw["metadata"]["resourceVersion"],
        transitions=spec.get("leaseTransitions") or 0,
    )
