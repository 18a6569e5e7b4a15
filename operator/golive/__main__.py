"""`python -m golive run`: the operator as a process."""

import asyncio
import sys

from golive.errors import GoLiveError
from golive.settings import parse_settings
from golive.wiring import run


def main() -> int:
    """Run the operator until it is told to stop; 1 when it cannot start."""
    settings = parse_settings()
    try:
        asyncio.run(run(settings))
    except GoLiveError as error:
        sys.stderr.write(f"golive: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
