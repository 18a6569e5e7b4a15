"""The ports Routes and Records, over the API server's REST paths."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from typing_extensions import override

from golive.adapters.api_server import JSON_PATCH, MERGE_PATCH, ApiServer
from golive.api.golive import FIELD_MANAGER, GROUP, PLURAL, VERSION
from golive.errors import Exists
from golive.ports import Records, Routes
from golive.runs import LABEL, runs_name

_MANAGED: Final = f"?fieldManager={FIELD_MANAGER}"
_LONGEST_LABEL: Final = 63


@dataclass(frozen=True, slots=True)
class KubernetesRoutes(Routes):
    """HTTPRoutes of the Gateway API."""

    server: ApiServer

    @override
    async def get(self, namespace: str, name: str) -> Mapping[str, Any]:
        """Return the route as it stands now."""
        return await self.server.request("GET", _route(namespace, name), what=f"HTTPRoute {namespace}/{name}")

    @override
    async def patch(
        self, namespace: str, name: str, operations: Sequence[Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """Apply a JSON patch: all of it, or nothing where one of its tests does not fit."""
        return await self.server.request(
            "PATCH",
            _route(namespace, name) + _MANAGED,
            what=f"HTTPRoute {namespace}/{name}",
            body=[dict(operation) for operation in operations],
            content_type=JSON_PATCH,
        )


@dataclass(frozen=True, slots=True)
class KubernetesRecords(Records):
    """GoLives, ConfigMaps and Events."""

    server: ApiServer

    @override
    async def status(
        self, namespace: str, name: str, resource_version: str, patch: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Merge into the status, unless the GoLive was written since."""
        body = {"metadata": {"resourceVersion": resource_version}, "status": dict(patch)}
        return await self._patch(namespace, name, "/status", body)

    @override
    async def finalizers(
        self, namespace: str, name: str, resource_version: str, finalizers: Sequence[str]
    ) -> Mapping[str, Any]:
        """Set the finalizers, unless the GoLive was written since."""
        body = {"metadata": {"resourceVersion": resource_version, "finalizers": list(finalizers)}}
        return await self._patch(namespace, name, "", body)

    @override
    async def runs(
        self, namespace: str, name: str, resource_version: str, data: Mapping[str, str]
    ) -> Mapping[str, Any]:
        """Write the ConfigMap, unless it was written since; one that has lost our label is found again."""
        collection = f"/api/v1/namespaces/{quote(namespace)}/configmaps"
        path, what = f"{collection}/{quote(runs_name(name))}", f"ConfigMap {namespace}/{runs_name(name)}"
        metadata: dict[str, Any] = {"labels": {LABEL: _label_value(name)}}
        if not resource_version:
            made = {"metadata": {"name": runs_name(name), **metadata}, "data": dict(data)}
            try:
                return await self.server.request("POST", collection + _MANAGED, what=what, body=made)
            except Exists:
                there = await self.server.request("GET", path, what=what)
                resource_version = there["metadata"]["resourceVersion"]
        body = {"metadata": {"resourceVersion": resource_version, **metadata}, "data": dict(data)}
        return await self.server.request(
            "PATCH", path + _MANAGED, what=what, body=body, content_type=MERGE_PATCH
        )

    @override
    async def event(self, namespace: str, body: Mapping[str, Any]) -> None:
        """Create the event; its name says what it says, so one that exists has been told."""
        path = f"/apis/events.k8s.io/v1/namespaces/{quote(namespace)}/events{_MANAGED}"
        with suppress(Exists):
            await self.server.request("POST", path, what=f"Event in {namespace}", body=dict(body))

    async def _patch(self, namespace: str, name: str, sub: str, body: dict[str, Any]) -> Mapping[str, Any]:
        path = f"/apis/{GROUP}/{VERSION}/namespaces/{quote(namespace)}/{PLURAL}/{quote(name)}{sub}{_MANAGED}"
        return await self.server.request(
            "PATCH", path, what=f"GoLive {namespace}/{name}{sub}", body=body, content_type=MERGE_PATCH
        )


def _label_value(name: str) -> str:
    # A name may be longer than a label's value.
    return name[:_LONGEST_LABEL].rstrip("-.")


def _route(namespace: str, name: str) -> str:
    return f"/apis/gateway.networking.k8s.io/v1/namespaces/{quote(namespace)}/httproutes/{quote(name)}"
