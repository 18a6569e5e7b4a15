"""One writer: the Lease that a process holds while it acts. Whoever may have lost it ends at once, without another write.

A Lease counts as held until it has stood unchanged for its duration by the reader's own monotonic clock; the clocks of two
machines are never compared (the rules of client-go's leaderelection). The holder gives up earlier than that, counted from
before its last renewal was sent, so that nobody else can have it yet.
"""

import asyncio
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, NoReturn

from golive.errors import GoLiveError, Refused
from golive.ports import Held, Leases

log = logging.getLogger(__name__)

_TRIES: Final = 3
"""How often a Lease is released that somebody has just written."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds; each is shorter than the one before."""

    duration: float = 15.0
    """How long the Lease is held after a renewal."""
    renew_deadline: float = 10.0
    """How long its holder goes on without having renewed it."""
    retry: float = 2.0
    """How often it is renewed, and how often one that is held by another is asked for without being told of a change."""


@dataclass(slots=True)
class Election:
    """This process's part in it."""

    leases: Leases
    identity: str
    timing: Timing
    now: Callable[[], float]
    """Monotonic seconds."""
    end: Callable[[str], NoReturn]
    """Ends the process and says why."""
    settling: float = 2.0
    """Seconds in which a write that a former leader had begun may still arrive: nothing is raised before."""
    _held: Held | None = None
    """The Lease as it was seen last."""
    _seen_at: float = 0.0
    """When it was first seen so."""
    _wrote: bool = False
    """A write has been begun, and may have taken effect without our knowing."""
    _since: float = math.inf
    _until: float = -math.inf

    @property
    def leads(self) -> bool:
        """Tell whether nobody else can hold the Lease."""
        return self.now() < self._until

    def raise_in(self) -> float:
        """Return the seconds until this leader may raise a weight."""
        return max(0.0, self._since + self.settling - self.now())

    def fence(self) -> None:
        """End the process if the Lease may be another's; asked before every write."""
        if not self.leads:
            self.end("its Lease may be another's by now")

    async def look(self) -> None:
        """See who holds the Lease: what it takes to run out counts from here on."""
        try:
            self._see(await self.leases.get())
        except GoLiveError as error:
            log.warning("%s", error)

    async def lead(self) -> None:
        """Wait until the Lease is held; a standby is told at once of a change."""
        while not await self._take():
            await self._until_changed()
        log.info("golive leads as %s", self.identity)

    async def keep(self) -> None:
        """Renew the Lease for ever; ends the process where that does not work in time."""
        began = self.now()
        while True:
            try:
                async with asyncio.timeout(self._until - self.now()):
                    await asyncio.sleep(began + self.timing.retry - self.now())
                    began = self.now()
                    renewed = await self._renew()
            except TimeoutError:
                renewed = False
            if not renewed and not self.leads:
                self.end(f"it could not renew its Lease for {self.timing.renew_deadline:g} s")

    async def release(self) -> None:
        """Give the Lease away, once the last write has been answered, so that a standby need not wait."""
        self._until = -math.inf
        for _ in range(_TRIES if self._wrote else 0):
            try:
                found = await self.leases.get()
                if found is None or found.holder != self.identity:
                    return
                self._see(found)
                await self.leases.write(self._held, "", self.timing.duration)
            except Refused:
                continue  # a renewal that was on its way came between
            except GoLiveError as error:
                log.warning("the Lease could not be released: %s", error)
            return

    async def _take(self) -> bool:
        try:
            self._see(await self.leases.get())
            return self._is_free() and await self._write()
        except Refused as error:
            log.info("another may have been quicker: %s", error)
            return False
        except GoLiveError as error:
            log.warning("%s", error)
            return False

    async def _renew(self) -> bool:
        try:
            return await self._write()
        except Refused:
            return await self._look_again()
        except GoLiveError as error:
            log.warning("%s", error)
            return False

    async def _look_again(self) -> bool:
        # An answer of ours may have been lost, somebody may have labelled the Lease or deleted it; or another has it.
        try:
            found = await self.leases.get()
        except GoLiveError as error:
            log.warning("%s", error)
            return False
        if found and found.holder != self.identity:
            self.end(f"its Lease was taken by {found.holder or 'nobody'}")
        self._see(found)
        return False

    async def _write(self) -> bool:
        sent, self._wrote = self.now(), True
        self._see(await self.leases.write(self._held, self.identity, self.timing.duration))
        self._since = min(self._since, self.now())
        self._until = sent + self.timing.renew_deadline
        return True

    def _see(self, found: Held | None) -> None:
        if found is None and self._held is not None:
            # Deleted, perhaps under a holder that goes on for a while: it counts as held for as long as it would have.
            self._held = replace(self._held, version="")
        elif found is not None and (self._held is None or found.version != self._held.version):
            self._held, self._seen_at = found, self.now()

    def _is_free(self) -> bool:
        return self._held is None or not self._held.holder or self._left() <= 0

    def _left(self) -> float:
        return self._seen_at + self._held.seconds - self.now() if self._held else 0.0

    async def _until_changed(self) -> None:
        """Wait for a Lease that is held to change or to be over; for one that could not be taken, a while."""
        held = self._held
        if held is None or self._is_free():
            await asyncio.sleep(self.timing.retry)
            return
        try:
            changed = await self.leases.changed(held, self._left())
        except GoLiveError as error:
            log.info("%s", error)
            changed = None
        self._see(changed or held)
        if changed is None:
            await asyncio.sleep(max(0.0, min(self.timing.retry, self._left())))
