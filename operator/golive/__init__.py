"""GoLive: moves real traffic between two standing Deployments, step by step, and goes back on a breach."""

from typing import Final

__version__: Final = "0.1.0"
"""As pyproject.toml has it."""
