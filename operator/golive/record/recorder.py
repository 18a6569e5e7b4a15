"""Write down what a tick decided: the status in one guarded patch, the events beside it."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from golive.api.golive import GoLive
from golive.api.status import GoLiveStatus, status_wire
from golive.decide.decision import Event
from golive.errors import GoLiveError
from golive.ports import Records, Seen
from golive.record.event import event_body
from golive.record.status import merge_patch

log = logging.getLogger(__name__)

_REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Recorder:
    """Where ticks are written down."""

    records: Records
    seen: Seen
    instance: str
    _told: set[str] = field(default_factory=set)
    _telling: set[asyncio.Task[None]] = field(default_factory=set)

    async def status(
        self, golive: GoLive, before: dict[str, Any], resource_version: str, after: GoLiveStatus
    ) -> bool:
        """Write what changed, if anything did, unless somebody wrote the GoLive meanwhile; raises GoLiveError."""
        patch = merge_patch(before, status_wire(after))
        if not patch:
            return False
        self.seen.put(
            "GoLive", await self.records.status(golive.namespace, golive.name, resource_version, patch)
        )
        return True

    def tell(self, golive: GoLive, events: Sequence[Event], now: datetime) -> None:
        """Post events beside the tick: telling never delays a write, and its failure is only logged."""
        for event in events:
            body = event_body(golive, event, now, self.instance)
            if body["metadata"]["name"] in self._told:
                continue
            self._remember(body["metadata"]["name"])
            log.log(
                logging.WARNING if event.warning else logging.INFO,
                "%s/%s %s: %s", golive.namespace, golive.name, event.reason, event.message,
            )  # fmt: skip
            task = asyncio.create_task(self._post(golive, body))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    def _remember(self, name: str) -> None:
        # Forgetting only costs a request: the API server knows the event by its name too.
        if len(self._told) >= _REMEMBERED:
            self._told.clear()
        self._told.add(name)

    async def _post(self, golive: GoLive, body: dict[str, Any]) -> None:
        try:
            await self.records.event(golive.namespace, body)
        except GoLiveError as error:
            log.warning("%s/%s: an event could not be posted: %s", golive.namespace, golive.name, error)
