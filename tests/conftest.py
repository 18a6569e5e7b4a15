"""Every tier's session ends in order, whoever ends it: fixtures stop what they started."""

from dev.endings import end_in_order


def pytest_configure() -> None:
    end_in_order()
