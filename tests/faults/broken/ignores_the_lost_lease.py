"""I6: an operator that goes on leading when it can no longer renew its Lease."""

import asyncio
import sys

from golive.__main__ import main
from golive.election import Election


async def keep(self: Election) -> None:
    while True:
        await asyncio.sleep(self.timing.retry)
        await self._renew()


Election.keep = keep  # type: ignore[method-assign]  # breaking it is the purpose
Election.fence = lambda _: None  # type: ignore[method-assign,assignment]  # as above

if __name__ == "__main__":
    sys.exit(main())
