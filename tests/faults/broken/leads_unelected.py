"""I6: an operator that takes itself for the leader, whoever holds the Lease."""

import asyncio
import sys

from golive.__main__ import main
from golive.election import Election


async def lead(self: Election) -> None:
    self._since = self.now()


async def keep(self: Election) -> None:  # noqa: ARG001  # a method's
    await asyncio.Event().wait()


Election.lead = lead  # type: ignore[method-assign]  # breaking it is the purpose
Election.keep = keep  # type: ignore[method-assign]  # as above
Election.leads = property(lambda _: True)  # type: ignore[assignment,method-assign]  # as above

if __name__ == "__main__":
    sys.exit(main())
