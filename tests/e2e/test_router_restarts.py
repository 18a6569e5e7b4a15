"""The router goes away in the middle of a go-live, and comes back: what it hears then is what stands on the route."""

import time

from tests.e2e import manifests
from tests.e2e.polling import eventually, steadily
from tests.e2e.scenario import alone
from tests.e2e.stage import Stage

ROUTER = ("--namespace", "golive-system", "scale", "deployment/traefik")


@alone
def test_the_router_stops_for_ten_seconds_in_the_middle_of_a_go_live(stage: Stage) -> None:
    stage.play_on()
    stage.go_live(steps=manifests.SLOW)
    stage.until_step(10)
    stopped = time.monotonic()
    stage.kubectl(*ROUTER, "--replicas=0")
    try:
        eventually(lambda: stage.traffic.failed(stopped), what="requests fail: the router is gone")
        # Nobody is served, so nothing is measured: that is no breach, and no reason to climb either.
        steadily(lambda: stage.history.climb() == [0, 10], seconds=10, what="it holds 10 %")
    finally:
        stage.kubectl(*ROUTER, "--replicas=1")
    eventually(stage.traffic.flows, what="requests are answered again")
    back = time.monotonic()
    stage.until_phase("Live")
    assert stage.history.climb() == [0, 10, 50, 100]
    assert stage.traffic.failed(back) == []
