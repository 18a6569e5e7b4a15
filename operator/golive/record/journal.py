"""What happens is told to every journal; one that fails spoils neither a write nor a tick."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from typing_extensions import override

from golive.api.golive import GoLive
from golive.api.status import GoLiveStatus
from golive.ports import Call, Journal

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Journals(Journal):
    """All journals as one."""

    kept: tuple[Journal, ...] = ()

    @override
    def called(self, call: Call) -> None:
        """Take down a query or a request."""
        self._each(lambda one: one.called(call))

    @override
    def recorded(self, golive: GoLive, after: GoLiveStatus) -> None:
        """Take down a status that was written."""
        self._each(lambda one: one.recorded(golive, after))

    def _each(self, tell: Callable[[Journal], None]) -> None:
        for one in self.kept:
            try:
                tell(one)
            except Exception:
                log.exception("%s could not take down what happened", type(one).__name__)
