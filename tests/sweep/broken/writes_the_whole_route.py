"""An operator that writes more than two weights: what somebody else keeps in the rule is lost."""

import sys
from collections.abc import Mapping
from typing import Any

from golive.__main__ import main
from golive.act import perform
from golive.act.swap import operations as careful
from golive.decide.decision import SetWeights


def operations(route: Mapping[str, Any], action: SetWeights) -> list[dict[str, Any]]:
    made = careful(route, action)
    return [*made, {"op": "replace", "path": "/spec/rules/0/backendRefs/0/port", "value": 8080}]


perform.operations = operations  # type: ignore[attr-defined]  # breaking it is the purpose

if __name__ == "__main__":
    sys.exit(main())
