"""What each example's gauge says, and how the checks ask for it."""

from typing import Final

METRIC: Final = "sweep_errors"
GOOD: Final = 0.0
BAD: Final = 1.0
QUERY: Final = f'sum({METRIC}{{namespace="$(namespace)"}})'
