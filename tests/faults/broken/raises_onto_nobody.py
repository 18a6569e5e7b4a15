"""I4: an operator that asks for no pods."""

import sys

from golive.__main__ import main
from golive.decide import readiness

readiness.shortage = lambda *_: ""
readiness.failure = lambda turn: None  # noqa: ARG005  # asked by this name

if __name__ == "__main__":
    sys.exit(main())
