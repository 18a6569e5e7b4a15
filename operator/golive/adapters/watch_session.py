"""How long each watch has been silent, ours and kopf's, and the session that kopf watches through.

A silent watch is opened anew; what stays silent all the same is told by /healthz. A watch counts as heard with the head
of its answer and with every byte after it: changes, and the bookmarks that come about once a minute.
"""

import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

import aiohttp

from golive.watched import Resource


@dataclass(slots=True)
class _Watch:
    answer: aiohttp.ClientResponse
    heard_at: float
    size: int = 0


@dataclass(slots=True)
class Watches:
    """The watches of a process; paths by which they are told apart are those of the API server."""

    resources: Mapping[str, Resource]
    """What is watched, by kind."""
    namespaces: Sequence[str]
    """Where; empty for the whole cluster."""
    now: Callable[[], float]
    """Monotonic seconds."""
    user_agent: str
    _heard: dict[tuple[str, str], _Watch] = field(default_factory=dict)
    """By kind and namespace, an empty one for the whole cluster."""

    def session(self, context: ssl.SSLContext, headers: Mapping[str, str]) -> aiohttp.ClientSession:
        """Open a session whose watches are listened to; whoever asked closes it."""
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=context),
            headers={**headers, "User-Agent": self.user_agent},
            trace_configs=[self.tracing()],
        )

    def tracing(self) -> aiohttp.TraceConfig:
        """Return what makes a session's watches be listened to."""
        tracing = aiohttp.TraceConfig()
        tracing.on_request_end.append(self._answered)
        return tracing

    def silences(self) -> dict[str, float]:
        """Return for how long each kind has been silent at the longest, in seconds; of watches that have begun."""
        self.listen()
        longest: dict[str, float] = {}
        for (kind, _), watch in self._heard.items():
            longest[kind] = max(longest.get(kind, 0.0), self.now() - watch.heard_at)
        return longest

    def unlisted(self) -> tuple[str, ...]:
        """Return the kinds that are not yet watched everywhere: a watch begins when its first listing is over."""
        places = self.namespaces or ("",)
        return tuple(
            kind for kind in self.resources if any((kind, place) not in self._heard for place in places)
        )

    def listen(self) -> None:
        """Take down which watches have brought anything since the last look."""
        for watch in self._heard.values():
            size = watch.answer.content.total_bytes
            if size != watch.size:
                watch.size, watch.heard_at = size, self.now()

    async def _answered(
        self, _: aiohttp.ClientSession, __: SimpleNamespace, ended: aiohttp.TraceRequestEndParams
    ) -> None:
        if ended.url.query.get("watch") != "true" or not ended.response.ok:
            return
        place = self._place(ended.url.path)
        if place:
            self._heard[place] = _Watch(ended.response, self.now())

    def _place(self, path: str) -> tuple[str, str] | None:
        for kind, resource in self.resources.items():
            for namespace in self.namespaces or ("",):
                where = f"/namespaces/{namespace}" if namespace else ""
                if path.endswith(f"{resource.prefix}{where}/{resource.plural}"):
                    return kind, namespace
        return None
