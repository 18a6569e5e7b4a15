"""Every version of every route and GoLive, in the order in which the API server stored them, by two watches."""

import json
import threading
import time
from bisect import insort
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from dev.controlplane import ControlPlane

Raw = dict[str, Any]
WATCHED: Final = {
    "HTTPRoute": "/apis/gateway.networking.k8s.io/v1/httproutes",
    "GoLive": "/apis/golive.dev/v1alpha1/golives",
}


@dataclass(frozen=True)
class Seen:
    """One version of an object, or that it was gone."""

    kind: str
    version: int
    at: float
    """Monotonic seconds."""
    raw: Raw
    gone: bool

    @property
    def name(self) -> str:
        return str(self.raw["metadata"]["name"])


@dataclass
class Page:
    """What the watches brought of one namespace."""

    entries: list[Seen] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def write(self, seen: Seen) -> None:
        with self._changed:
            # Two watches: what the API server stored first may arrive second.
            insort(self.entries, seen, key=lambda one: one.version)
            self._changed.notify_all()

    def read(self) -> list[Seen]:
        with self._changed:
            return list(self.entries)

    def last(self, kind: str, name: str) -> Raw:
        """Return an object as it was brought last; nothing where it is gone."""
        with self._changed:
            found = next(
                (one for one in reversed(self.entries) if (one.kind, one.name) == (kind, name)), None
            )
        return found.raw if found and not found.gone else {}

    def wait(self, found: Callable[[], object], seconds: float) -> bool:
        """Wait until something is so, looking after every change and every half second; False where it is not in time."""
        deadline = time.monotonic() + seconds
        while not found():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            with self._changed:
                self._changed.wait(min(left, 0.5))
        return True


@dataclass
class Ledger:
    """The pages of all namespaces."""

    _pages: dict[str, Page] = field(default_factory=dict)

    def page(self, namespace: str) -> Page:
        return self._pages.setdefault(namespace, Page())

    def write(self, seen: Seen) -> None:
        self.page(seen.raw["metadata"]["namespace"]).write(seen)


@contextmanager
def watching(plane: ControlPlane, ledger: Ledger) -> Iterator[None]:
    """Fill the ledger until the end."""
    over = threading.Event()
    with httpx.Client(
        base_url=plane.url,
        headers={"Authorization": f"Bearer {plane.token}"},
        verify=False,  # noqa: S501  # its certificate is its own, on our own loopback
        timeout=httpx.Timeout(5, read=2),
        trust_env=False,
    ) as client:
        watches = [
            threading.Thread(target=_watch, args=(client, kind, ledger, over), daemon=True)
            for kind in WATCHED
        ]
        for watch in watches:
            watch.start()
        try:
            yield
        finally:
            over.set()
            for watch in watches:
                watch.join()


def _watch(client: httpx.Client, kind: str, ledger: Ledger, over: threading.Event) -> None:
    version = str(client.get(WATCHED[kind]).raise_for_status().json()["metadata"]["resourceVersion"])
    while not over.is_set():
        asked = {"watch": "true", "resourceVersion": version, "allowWatchBookmarks": "true"}
        # A quiet watch runs into its read timeout and is taken up where it was: nothing is missed.
        with suppress(httpx.TransportError), client.stream("GET", WATCHED[kind], params=asked) as answer:
            for line in answer.iter_lines():
                event = json.loads(line)
                version = str(event["object"]["metadata"]["resourceVersion"])
                if event["type"] != "BOOKMARK":
                    gone = event["type"] == "DELETED"
                    ledger.write(Seen(kind, int(version), time.monotonic(), event["object"], gone))
                if over.is_set():
                    return
