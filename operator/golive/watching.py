"""kopf kept to watching: no peering, no events of its own, no finalizer, no patch, nothing kept of an object."""

from itertools import repeat
from typing import Any

import kopf
from typing_extensions import override


def configure(settings: kopf.OperatorSettings, *, clusterwide: bool, inactivity: float) -> None:
    """Set kopf up.

    In named namespaces it may look at nothing beyond them: neither at the namespaces nor at the CRDs of the cluster.
    """
    settings.scanning.disabled = not clusterwide
    settings.peering.standalone = True
    settings.posting.enabled = False
    settings.persistence.diffbase_storage = _NothingKept()
    settings.persistence.progress_storage = _NothingBegun()
    settings.watching.server_timeout = 300
    settings.watching.connect_timeout = 5
    settings.watching.inactivity_timeout = inactivity
    settings.watching.chunk_size = 500
    settings.networking.request_timeout = 15
    settings.networking.connect_timeout = 5
    # For ever: else an API server that answers 500 for long ends the process, and one that is back is met late.
    settings.networking.error_backoffs = repeat(1.0)
    # A worker is kept for each GoLive that was heard of lately.
    settings.queueing.idle_timeout = 0.5


class _NothingKept(kopf.DiffBaseStorage):
    """What changed is found by our cache; kopf would copy every object twice an event to find it too."""

    @override
    def build(self, **_: Any) -> kopf.BodyEssence:
        return kopf.BodyEssence({})

    @override
    def fetch(self, **_: Any) -> None:
        return None

    @override
    def store(self, **_: Any) -> None:
        return


class _NothingBegun(kopf.ProgressStorage):
    """Watching has no progress to keep: no handler of ours is ever retried."""

    @override
    def fetch(self, **_: Any) -> None:
        return None

    @override
    def store(self, **_: Any) -> None:
        return

    @override
    def purge(self, **_: Any) -> None:
        return

    @override
    def touch(self, **_: Any) -> None:
        return

    @override
    def clear(self, *, essence: kopf.BodyEssence) -> kopf.BodyEssence:
        return essence
