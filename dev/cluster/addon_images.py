"""The images that run in the cluster beside the control plane: Traefik, Prometheus, the demo app.

Each group is kept as one archive, so that a later `up` loads it without asking anybody.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from dev.cluster import binaries, cache, pins
from dev.cluster.engine import Engine

ARCHIVE = "images.tar"


def system_place() -> Path:
    """Name the folder with the archive of Traefik and Prometheus."""
    return cache.place("addons", pins.TRAEFIK_IMAGE, pins.PROMETHEUS_IMAGE, Path(__file__))


def system(engine: Engine) -> Path:
    """Give the archive with Traefik and Prometheus: pulled where that works, built where not."""

    def build(half: Path) -> None:
        _supply(engine, half, pins.TRAEFIK_IMAGE, _traefik)
        _supply(engine, half, pins.PROMETHEUS_IMAGE, _prometheus)
        engine.save(half / ARCHIVE, pins.TRAEFIK_IMAGE, pins.PROMETHEUS_IMAGE)

    return cache.keep(system_place(), "Traefik and Prometheus: making their images", build) / ARCHIVE


def app_place() -> Path:
    """Name the folder with the archive of the demo app."""
    return cache.place("app-image", binaries.app_place().name, *pins.APP_IMAGES)


def app(engine: Engine) -> Path:
    """Give the archive with the demo app under all its tags."""

    def build(half: Path) -> None:
        shutil.copy(binaries.app(), half / "demo-app")
        for image in pins.APP_IMAGES:
            text = 'FROM scratch\nCOPY demo-app /demo-app\nUSER 65532:65532\nENTRYPOINT ["/demo-app"]'
            engine.build(image, text, half, app_place().name)
        engine.save(half / ARCHIVE, *pins.APP_IMAGES)
        (half / "demo-app").unlink()

    return cache.keep(app_place(), "demo app: making its image", build) / ARCHIVE


def _supply(engine: Engine, half: Path, image: str, build: Callable[[Path], str]) -> None:
    inputs = system_place().name
    if engine.inputs_of(image) in ("", inputs) or engine.pull(image):
        return
    context = half / "context"
    context.mkdir()
    engine.build(image, build(context), context, inputs)
    shutil.rmtree(context)


def _traefik(context: Path) -> str:
    shutil.copy(binaries.traefik(), context / "traefik")
    return 'FROM scratch\nCOPY traefik /usr/local/bin/traefik\nENTRYPOINT ["/usr/local/bin/traefik"]'


def _prometheus(context: Path) -> str:
    shutil.copy(binaries.prometheus(), context / "prometheus")
    return 'FROM scratch\nCOPY prometheus /bin/prometheus\nUSER 65534:65534\nENTRYPOINT ["/bin/prometheus"]'
