"""ACT: carry out what was decided, through ports; every write is idempotent and bounded in time."""
