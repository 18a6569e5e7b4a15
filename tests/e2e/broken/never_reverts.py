"""An operator that never takes traffic back, whatever it sees."""

import sys

from golive.__main__ import main
from golive.decide import causes

causes.CHAIN = ()

if __name__ == "__main__":
    sys.exit(main())
