"""I1: an operator that waits neither for a step's hold nor for a stretch of passes."""

import sys

from golive.__main__ import main
from golive.decide import gates

gates.before_promotion = lambda turn: None  # type: ignore[assignment]  # noqa: ARG005  # breaking it is the purpose

if __name__ == "__main__":
    sys.exit(main())
