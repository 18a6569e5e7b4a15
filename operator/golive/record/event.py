"""An event as events.k8s.io has it, under a name made of what it says: posted twice, it is there once."""

import hashlib
from datetime import datetime
from typing import Any

from golive.api.golive import GROUP, KIND, VERSION, GoLive
from golive.decide.decision import Event

_LONGEST_NOTE = 1024
_CONTROLLER = "golive.dev/operator"


def event_body(golive: GoLive, event: Event, now: datetime, instance: str) -> dict[str, Any]:
    """Return the raw event about a GoLive."""
    identity = f"{golive.uid}\n{event.reason}\n{event.once}"
    return {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {
            "name": f"{golive.name[:200]}.{hashlib.sha256(identity.encode()).hexdigest()[:16]}",
            "namespace": golive.namespace,
        },
        "eventTime": now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "type": "Warning" if event.warning else "Normal",
        "reason": event.reason.value,
        "action": event.reason.value,
        "note": event.message[:_LONGEST_NOTE],
        "regarding": {
            "apiVersion": f"{GROUP}/{VERSION}",
            "kind": KIND,
            "namespace": golive.namespace,
            "name": golive.name,
            "uid": golive.uid,
        },
        "reportingController": _CONTROLLER,
        "reportingInstance": instance,
    }
