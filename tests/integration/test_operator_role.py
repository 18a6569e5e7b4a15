"""The role that docs/operating.md gives is what the operator needs: no more is asked for, no less works."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.api_server import ApiServer
from tests.integration.operator_world import ROOT, Operator, Shop, until

PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
CLUSTER_WIDE = "# cluster-wide only"
SOON = 15.0
"""Seconds from the start to the first weight; where something is denied, it takes kopf a minute to give up."""


def rules(*, cluster_wide: bool) -> list[dict[str, Any]]:
    [block] = re.findall(r"```yaml\n(rules:\n.*?)```", PAGE, re.DOTALL)
    kept = [line for line in block.splitlines() if cluster_wide or CLUSTER_WIDE not in line]
    return list(yaml.safe_load("\n".join(kept))["rules"])


@pytest.fixture(params=["one namespace", "all namespaces"])
def operator(
    request: pytest.FixtureRequest, server: ApiServer, shop: Shop, prometheus: str, tmp_path: Path
) -> Iterator[Operator]:
    wide = request.param == "all namespaces"
    kind = "ClusterRole" if wide else "Role"
    about = {"name": shop.namespace} if wide else {"name": "golive", "namespace": shop.namespace}
    user = {"kind": "ServiceAccount", "name": "golive", "namespace": shop.namespace}
    group = "rbac.authorization.k8s.io"
    objects = [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "golive"}},
        {"apiVersion": f"{group}/v1", "kind": kind, "metadata": about, "rules": rules(cluster_wide=wide)},
        {
            "apiVersion": f"{group}/v1",
            "kind": f"{kind}Binding",
            "metadata": about,
            "roleRef": {"apiGroup": group, "kind": kind, "name": about["name"]},
            "subjects": [user],
        },
    ]
    shop.kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    config = json.loads(server.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": shop.kubectl("create", "token", "golive").strip()}
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(json.dumps(config))
    flags = () if wide else ("--namespace", shop.namespace)
    running = Operator(server, prometheus, tmp_path, kubeconfig, flags)
    yield running
    running.stop()


def test_with_the_documented_role_a_release_goes_live_and_nothing_is_denied(
    operator: Operator, shop: Shop
) -> None:
    shop.set_up()
    shop.golive()
    operator.start()
    began = time.monotonic()
    shop.at_weight(10, SOON)
    assert time.monotonic() - began <= SOON
    shop.in_phase("Live")
    until(lambda: "Stable" in shop.reasons(), 5, "the last event")
    said = (operator.directory / "operator-1.log").read_text()
    assert not re.search("ERROR|forbidden|not allowed", said), said
