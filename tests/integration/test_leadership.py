"""Two operators side by side: one acts, the other looks on and takes over."""

import signal
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.integration.api_server import ApiServer
from tests.integration.operator_world import Operator, Shop, until

_PAIRS = count(1)
DEFAULTS = ("--lease-duration", "15s", "--renew-deadline", "10s", "--retry-period", "2s")


class Pair:
    """Two operators with one Lease."""

    def __init__(self, server: ApiServer, prometheus: str, directory: Path, *more: str) -> None:
        self.server = server
        self.both: list[Operator] = []
        flags = ("--lease-name", f"pair-{next(_PAIRS)}", *more)
        for name in ("one", "two"):
            (directory / name).mkdir()
            self.both.append(Operator(server, prometheus, directory / name, more=flags))

    def start(self) -> tuple[Operator, Operator]:
        """Start one that leads and one that waits."""
        first, second = self.both
        first.start()
        second.start(leads=False)
        return first, second

    def stop(self) -> None:
        for operator in self.both:
            operator.stop()


@pytest.fixture
def pair(
    server: ApiServer, _gateway_api: None, prometheus: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Pair]:
    made = Pair(server, prometheus, tmp_path, *getattr(request, "param", ()))
    yield made
    made.stop()


def under_way(pair: Pair, shop: Shop, hold: str) -> tuple[Operator, Operator]:
    """Start both, and a go-live that has reached 10 %."""
    both = pair.start()
    shop.set_up()
    shop.golive(steps=[{"weight": 10, "hold": hold}, {"weight": 100}])
    shop.at_weight(10)
    return both


def leads_within(operator: Operator, seconds: float) -> float:
    began = time.monotonic()
    until(lambda: "golive leads" in operator.log.read_text(), seconds, "the second to lead")
    return time.monotonic() - began


@pytest.mark.parametrize("pair", [DEFAULTS], indirect=True)
def test_one_that_is_told_to_stop_gives_the_lease_away_and_the_other_goes_on(pair: Pair, shop: Shop) -> None:
    first, second = under_way(pair, shop, hold="3s")
    assert first.process
    first.process.signal(signal.SIGTERM)
    assert leads_within(second, 5) < 2
    shop.in_phase("Live", 30)
    until(lambda: first.process and first.process.status == 0, 10, "the first to end, and well")
    assert "a fault of the operator" not in first.log.read_text() + second.log.read_text()


def test_one_that_crashed_is_followed_once_its_lease_has_run_out(pair: Pair, shop: Shop) -> None:
    first, second = under_way(pair, shop, hold="3s")
    first.kill()
    assert leads_within(second, 5) < 2.5
    shop.in_phase("Live", 30)


def test_a_standby_writes_nothing(pair: Pair, shop: Shop) -> None:
    _, second = pair.start()
    shop.set_up()
    shop.golive(steps=[{"weight": 10}, {"weight": 100}])
    shop.in_phase("Live", 30)
    written = second.log.read_text()
    assert "raises" not in written
    assert "golive leads" not in written


def test_one_that_was_stopped_and_wakes_up_ends_without_another_write(pair: Pair, shop: Shop) -> None:
    first, second = under_way(pair, shop, hold="5s")
    assert first.process
    first.process.signal(signal.SIGSTOP)
    leads_within(second, 5)
    shop.in_phase("Live", 30)
    first.process.signal(signal.SIGCONT)
    until(lambda: first.process and first.process.status == 1, 5, "the first to end")
    assert "golive ends: " in first.log.read_text()
    assert shop.green() == 100


@pytest.mark.usefixtures("_gateway_api")
def test_it_leads_where_there_is_nothing_yet(
    server: ApiServer, prometheus: str, shop: Shop, tmp_path: Path
) -> None:
    alone = Operator(server, prometheus, tmp_path, more=("--namespace", shop.namespace))
    alone.start()
    shop.set_up()
    shop.golive(steps=[{"weight": 10}, {"weight": 100}])
    try:
        shop.in_phase("Live", 30)
    finally:
        alone.stop()
