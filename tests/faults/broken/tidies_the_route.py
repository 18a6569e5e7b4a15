"""I7: an operator that writes more of the route than the two weights."""

import sys
from collections.abc import Mapping
from typing import Any

from golive.__main__ import main
from golive.act import perform
from golive.act.swap import operations as careful
from golive.decide.decision import SetWeights


def operations(route: Mapping[str, Any], action: SetWeights) -> list[dict[str, Any]]:
    return [*careful(route, action), {"op": "replace", "path": "/metadata/annotations/note", "value": "tidy"}]


perform.operations = operations  # type: ignore[attr-defined]  # breaking it is the purpose

if __name__ == "__main__":
    sys.exit(main())
