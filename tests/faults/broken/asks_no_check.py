"""I1: an operator that lets no check keep it from going up, nor call it back."""

import sys

from golive.__main__ import main
from golive.decide import causes, gates

causes.CHAIN = ()
gates.last_samples_pass = lambda turn: None  # noqa: ARG005  # asked by this name
gates._missing = lambda turn: iter(())  # noqa: ARG005  # asked by this name

if __name__ == "__main__":
    sys.exit(main())
