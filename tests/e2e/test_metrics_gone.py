"""No data is no breach: GoLive holds while nothing is scraped or Prometheus is down, and goes on afterwards."""

from tests.e2e import manifests
from tests.e2e.history import Object
from tests.e2e.own_prometheus import own_prometheus
from tests.e2e.polling import eventually, steadily
from tests.e2e.scenario import scenario
from tests.e2e.stage import Stage


@scenario
def test_scraping_stops_and_prometheus_stops_for_30_seconds(stage: Stage) -> None:
    with own_prometheus(stage) as source:
        stage.operator.prometheus = source.server.url
        stage.play_on()
        source.scrape(stage)
        stage.go_live(steps=manifests.SLOW)
        stage.until_step(10)
        eventually(lambda: check(stage)["result"] == "Pass", what="the check passes")
        source.restart("1h")
        eventually(lambda: "has not scraped for 2s" in check(stage)["message"], what="it says so")
        assert check(stage)["result"] == "NoData"
        steadily(lambda: stage.history.climb() == [0, 10], seconds=10, what="it holds 10 %")
        assert stage.history.status()["waitingFor"] == "Metrics"
        source.restart("1s")
        stage.until_step(50)
        source.server.stop()
        eventually(lambda: unavailable(stage), what="it says that Prometheus is gone")
        steadily(lambda: stage.history.climb() == [0, 10, 50], seconds=30, what="it holds 50 %")
        assert stage.history.phase() == "Shifting"
        source.server.start()
        stage.until_phase("Live")
    assert stage.history.climb() == [0, 10, 50, 100]
    assert "MetricsUnavailable" in stage.events()
    assert stage.traffic.failed() == []


def check(stage: Stage) -> Object:
    """Give the last result of the one check."""
    found: Object = stage.history.status()["checks"][0]
    return found


def unavailable(stage: Stage) -> bool:
    return stage.history.condition("MetricsAvailable") == ("False", "Unavailable")
