"""An operator that leaves the live colour some weight too much: the pair does not sum to 100."""

import sys
from collections.abc import Mapping
from typing import Any

from golive.__main__ import main
from golive.act import perform
from golive.act.swap import operations as careful
from golive.decide.decision import SetWeights

TOO_MUCH = 50


def operations(route: Mapping[str, Any], action: SetWeights) -> list[dict[str, Any]]:
    made = careful(route, action)
    for one in made:
        if one["op"] == "replace" and one["value"] not in {action.weight, 0}:
            one["value"] += TOO_MUCH
    return made


perform.operations = operations  # type: ignore[attr-defined]  # breaking it is the purpose

if __name__ == "__main__":
    sys.exit(main())
