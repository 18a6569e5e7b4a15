"""I2: an operator that says it has taken traffic back and never writes the route."""

import sys

from golive.__main__ import main
from golive.decide import leave, weights

weights.give_back = lambda turn, live: ()  # noqa: ARG005  # asked by this name
leave._away = lambda turn: []  # noqa: ARG005  # as above

if __name__ == "__main__":
    sys.exit(main())
