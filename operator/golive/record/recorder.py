"""Write down what a tick decided: the status in one guarded patch, the events beside it."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from golive.api.golive import GoLive
from golive.api.status import GoLiveStatus, status_wire
from golive.decide.decision import Event
from golive.errors import GoLiveError, Overruled
from golive.ports import Journal, Records, Seen
from golive.record.event import event_body
from golive.record.journal import Journals
from golive.record.status import merge_patch

log = logging.getLogger(__name__)

_REMEMBERED: Final = timedelta(hours=1)
"""As long as the API server keeps an event: what happens again after that is told again."""
_AT_ONCE: Final = 4
"""Events posted at a time: where a thousand go back at once, telling of it does not stand before doing it."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """Where ticks are written down."""

    records: Records
    seen: Seen
    instance: str
    journal: Journal = field(default_factory=Journals)
    _told: dict[str, datetime] = field(default_factory=dict)
    """The names of the last events and when they were told, the oldest first."""
    _telling: set[asyncio.Task[None]] = field(default_factory=set)
    _posts: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def status(
        self, golive: GoLive, before: Mapping[str, Any], resource_version: str, after: GoLiveStatus
    ) -> bool:
        """Write what changed, if anything did, unless somebody wrote the GoLive meanwhile.

        Raises GoLiveError; Overruled after it has written what the API server would keep.
        """
        patch = merge_patch(before, status_wire(after))
        if not patch:
            return False
        written = await self.records.status(golive.namespace, golive.name, resource_version, patch)
        self.seen.put("GoLive", written)
        self.journal.recorded(golive, after)
        if merge_patch(written.get("status") or {}, status_wire(after)):
            raise Overruled(
                f"PATCH GoLive {golive.namespace}/{golive.name}/status: answered, but not all of it was kept:"
                " the CRD in the cluster is older than the operator: apply crds/"
            )
        return True

    def tell(self, golive: GoLive, events: Sequence[Event], now: datetime) -> None:
        """Post events beside the tick: telling never delays a write, and its failure is only logged."""
        for event in events:
            body = event_body(golive, event, now, self.instance)
            if not self._is_news(body["metadata"]["name"], now):
                continue
            log.log(
                logging.WARNING if event.warning else logging.INFO,
                "%s/%s %s: %s", golive.namespace, golive.name, event.reason, event.message,
            )  # fmt: skip
            task = asyncio.create_task(self._post(golive, body))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def settle(self) -> None:
        """Wait until everything told has been posted, or has failed."""
        while self._telling:
            await asyncio.wait(self._telling)

    def _is_news(self, name: str, now: datetime) -> bool:
        while self._told and next(iter(self._told.values())) <= now - _REMEMBERED:
            del self._told[next(iter(self._told))]
        if name in self._told:
            return False
        self._told[name] = now
        return True

    async def _post(self, golive: GoLive, body: dict[str, Any]) -> None:
        try:
            async with self._posts:
                await self.records.event(golive.namespace, body)
        except GoLiveError as error:
            log.warning("%s/%s: an event could not be posted: %s", golive.namespace, golive.name, error)
