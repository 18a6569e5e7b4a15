"""Where the acts play: the demo's namespace, applied anew, and what an act may do in it."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from dev.demo.api import Api, Object
from dev.demo.errors import DemoError
from dev.demo.release import GOLIVE, HOST, MANIFESTS, NAMESPACE, path_of, read, release
from dev.demo.timeline import Timeline

CRDS = Path(__file__).resolve().parents[2] / "crds"
APP_PORT = 8080
PATIENCE = 120.0
LOOK_AGAIN = 0.2

_NAMESPACE = f"/api/v1/namespaces/{NAMESPACE}"


@dataclass
class Stage:
    """The running demo, as an act sees it."""

    api: Api
    prometheus: str
    timeline: Timeline = field(default_factory=Timeline)
    manifests: list[Object] = field(
        default_factory=lambda: read(MANIFESTS / "apps.yaml", MANIFESTS / "golive.yaml")
    )
    versions: dict[str, str] = field(default_factory=lambda: {"blue": "1", "green": "1"})

    async def release(self, colour: str, version: str) -> None:
        """Apply what one commit changes: image, target and version."""
        self.manifests = release(self.manifests, colour, version)
        self.versions[colour] = version
        for item in self.manifests:
            await self.api.apply(path_of(item), item)
        self.timeline.note(f"applied: image :{version} on web-{colour}, and target: {colour}")

    async def break_pods(self, colour: str, query: str) -> float:
        """Make every pod of a colour misbehave, and return the moment before the first was told."""
        pods = await self._pods(colour)
        now = self.timeline.note(f"every pod of web-{colour} is told POST /fault?{query}")
        await asyncio.gather(
            *(self.api.post_to_pod(NAMESPACE, pod, APP_PORT, f"/fault?{query}") for pod in pods)
        )
        return now

    async def _pods(self, colour: str) -> list[str]:
        listed = await self.api.get(f"{_NAMESPACE}/pods", labelSelector=f"app=web-{colour}") or {}
        running = [pod for pod in listed.get("items", []) if "deletionTimestamp" not in pod["metadata"]]
        return [pod["metadata"]["name"] for pod in running]


async def install_crds(api: Api) -> None:
    """Apply the project's CRDs and wait until the API server serves them."""
    found = read(*sorted(CRDS.glob("*.yaml")))
    if not found:
        raise DemoError(f"{CRDS} holds no CRD: run `make crds`")
    for item in found:
        await api.apply(path_of(item), item)
        await _until(api, path_of(item), _established, f"the CRD {item['metadata']['name']} is established")


async def clean(api: Api) -> None:
    """Remove what an earlier demo left: its namespace, even where no operator is there to let go of it."""
    if await api.get(_NAMESPACE) is None:
        return
    golive = f"/apis/golive.dev/v1alpha1/namespaces/{NAMESPACE}/golives/{GOLIVE}"
    await api.delete(golive)
    await api.merge(golive, {"metadata": {"finalizers": None}})
    await api.delete(_NAMESPACE)
    await _until(
        api, _NAMESPACE, lambda item: item is None, f"the namespace {NAMESPACE} of an earlier demo is gone"
    )


async def install(api: Api, manifests: list[Object]) -> None:
    """Apply namespace, apps, GoLive and route, and wait until both colours are available."""
    for item in [*read(MANIFESTS / "namespace.yaml"), *manifests, *read(MANIFESTS / "route.yaml")]:
        await api.apply(path_of(item), item)
    for item in manifests:
        if item["kind"] == "Deployment":
            await _until(
                api, path_of(item), _available, f"the Deployment {item['metadata']['name']} is available"
            )


async def reachable(url: str) -> None:
    """Wait until the gateway serves the route."""
    deadline = time.monotonic() + PATIENCE
    said = "nothing"
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2), trust_env=False) as session:
        while time.monotonic() < deadline:
            try:
                async with session.get(url, headers={"Host": HOST}) as response:
                    if response.ok:
                        return
                    said = str(response.status)
            except (aiohttp.ClientError, TimeoutError) as error:
                said = repr(error)
            await asyncio.sleep(LOOK_AGAIN)
    raise DemoError(
        f"{url} did not serve {HOST} within {PATIENCE:g} s, it answered {said}; try `make cluster`"
    )


async def _until(api: Api, path: str, true: Callable[[Object | None], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if true(await api.get(path)):
            return
        await asyncio.sleep(LOOK_AGAIN)
    raise DemoError(f"not within {PATIENCE:g} s: {what}; look with kubectl -n {NAMESPACE} get all,events")


def _established(crd: Object | None) -> bool:
    conditions = (crd or {}).get("status", {}).get("conditions") or []
    return any(one["type"] == "Established" and one["status"] == "True" for one in conditions)


def _available(deployment: Object | None) -> bool:
    if deployment is None:
        return False
    status = deployment.get("status", {})
    current = status.get("observedGeneration") == deployment["metadata"]["generation"]
    return bool(current and status.get("availableReplicas", 0) >= deployment["spec"]["replicas"])
