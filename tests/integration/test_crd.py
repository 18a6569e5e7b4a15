"""The CRD on a real API server: what it shows and explains, and what a status write and an upgrade may do."""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx
import pytest

from golive.api import crd
from golive.api.golive import parse
from golive.api.schema import Schema
from golive.api.status import status_wire
from tests.bad_specs import BAD
from tests.integration.api_server import ApiServer
from tests.integration.golives import DRY, IGNORE, create, delete_all, patch, read
from tests.specs import changed, check, component, manifest, spec
from tests.statuses import whole_status

DEFINITION: Final = (
    f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{crd.FILE.removesuffix('.yaml')}"
)
STORABLE: Final = tuple(bad for bad in BAD if bad.storable)
MOVED: Final = changed("components.0.routes.0.httpRoute.name", "elsewhere")


@pytest.fixture(autouse=True)
def _clean(server: ApiServer) -> Iterator[None]:
    yield
    delete_all(server)


@pytest.fixture
def shop(server: ApiServer) -> str:
    create(server, "shop", spec()).raise_for_status()
    return "shop"


def write_status(server: ApiServer, name: str, **status: object) -> httpx.Response:
    return patch(server, f"{name}/status", {"status": status})


def shown(server: ApiServer, *words: str) -> list[list[str]]:
    table = server.kubectl("get", *words)
    assert table.code == 0, table.err
    return [line.split() for line in table.out.splitlines()]


def test_get_shows_where_a_golive_is(server: ApiServer, shop: str) -> None:
    write_status(server, shop, **status_wire(whole_status())).raise_for_status()

    head, row = shown(server, "gl")

    assert head == ["NAME", "TARGET", "LIVE", "PHASE", "WEIGHT", "STEP", "READY", "AGE"]
    assert row[:-1] == ["shop", "green", "blue", "Shifting", "50", "2/4", "False"]


def test_get_wide_shows_what_it_waits_for(server: ApiServer, shop: str) -> None:
    write_status(server, shop, **status_wire(whole_status())).raise_for_status()

    head, row = shown(server, "golives", "-o", "wide")

    assert head[8:] == ["VERSION", "WAITING", "NEXT"]
    assert row[8:] == ["1.4.0", "Hold", "75%", "at", "14:30:00Z"]


def test_get_shows_a_golive_that_no_operator_has_seen(server: ApiServer, shop: str) -> None:
    assert shown(server, "gl", shop)[1][:2] == ["shop", "green"]


def test_it_is_in_its_own_category_and_never_in_all(server: ApiServer) -> None:
    resources = server.http.get("/apis/golive.dev/v1alpha1").raise_for_status().json()["resources"]
    names = {resource["name"]: resource for resource in resources}

    assert names.keys() == {"golives", "golives/status"}
    assert names["golives"]["categories"] == ["golive"]
    assert names["golives"]["shortNames"] == ["gl"]
    assert names["golives"]["singularName"] == "golive"


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("gl.spec.checks.rules.for", "How long the breach must last"),
        ("gl.spec.steps.hold", "Default: 0s."),
        ("gl.status.run.from", "the way back"),
    ],
)
def test_explain_tells_what_a_field_is_for(field: str, told: str, server: ApiServer) -> None:
    assert told in " ".join(server.kubectl("explain", field).out.split())


def test_the_server_publishes_a_description_of_every_field(server: ApiServer) -> None:
    def bare(schema: Schema, path: str) -> list[str]:
        inside = [(f"{path}[]", schema["items"])] if "items" in schema else []
        inside += [(f"{path}.{name}", value) for name, value in schema.get("properties", {}).items()]
        missing = [] if "description" in schema or path.endswith("[]") else [path]
        return missing + [found for at, value in inside for found in bare(value, at)]

    schemas = (
        server.http.get("/openapi/v3/apis/golive.dev/v1alpha1")
        .raise_for_status()
        .json()["components"]["schemas"]
    )
    published = schemas["dev.golive.v1alpha1.GoLive"]["properties"]

    assert published.keys() >= {"spec", "status"}
    assert bare(published["spec"], "spec") + bare(published["status"], "status") == []


def test_a_status_with_every_field_is_kept_whole(server: ApiServer, shop: str) -> None:
    write_status(server, shop, **status_wire(whole_status())).raise_for_status()

    golive = parse(read(server, shop))

    assert golive.status == whole_status()
    assert golive.problems == ()


def test_a_phase_of_a_newer_operator_is_recorded(server: ApiServer, shop: str) -> None:
    assert write_status(server, shop, phase="Retiring", waitingFor="Freeze").status_code == httpx.codes.OK


def test_a_write_of_the_spec_leaves_the_status_alone(server: ApiServer, shop: str) -> None:
    write_status(server, shop, phase="Shifting").raise_for_status()

    patch(server, shop, {"spec": {"target": "blue"}, "status": {"phase": "Live"}}).raise_for_status()

    stored = read(server, shop)
    assert (stored["spec"]["target"], stored["status"]) == ("blue", {"phase": "Shifting"})


def test_a_write_of_the_status_leaves_the_spec_and_its_generation_alone(server: ApiServer, shop: str) -> None:
    before = read(server, shop)

    patch(
        server, f"{shop}/status", {"spec": {"target": "blue"}, "status": {"phase": "Live"}}
    ).raise_for_status()

    after = read(server, shop)
    assert after["spec"] == before["spec"]
    assert after["metadata"]["generation"] == before["metadata"]["generation"]


def test_a_status_in_the_manifest_is_not_believed(server: ApiServer) -> None:
    applied = server.apply(manifest("shop", spec()) | {"status": {"phase": "Live", "live": "green"}})

    assert applied.code == 0, applied.err
    assert "status" not in read(server, "shop")


@pytest.mark.parametrize("weight", [1, 50, 99])
def test_components_cannot_change_while_traffic_is_split(weight: int, server: ApiServer, shop: str) -> None:
    write_status(server, shop, live="blue", weight=weight).raise_for_status()

    refused = patch(server, shop, {"spec": MOVED})

    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert refused.json()["message"].endswith(
        "spec.components: Forbidden: components cannot change while traffic is split: set spec.target back to"
        " the live colour, or where that is so already write the routes back to 100 and 0; wait until all"
        " traffic is on it, then change them"
    )


@pytest.mark.parametrize(
    "status",
    [
        {},
        {"phase": "Pending"},
        {"weight": 30},  # what was found at first sight, with no colour live yet
        {"live": "blue", "weight": 0},
        {"live": "blue", "weight": 100},
    ],
)
def test_components_can_change_while_one_colour_has_all(
    status: Mapping[str, Any], server: ApiServer, shop: str
) -> None:
    write_status(server, shop, **status).raise_for_status()

    assert patch(server, shop, {"spec": MOVED}).status_code == httpx.codes.OK


@pytest.mark.parametrize(
    "change",
    [
        {"target": "blue"},
        {"suspend": True},
        {"steps": [{"weight": 100}]},
        {"checks": spec()["checks"][:1]},
        {"components": spec()["components"]},
    ],
    ids=str,
)
def test_everything_else_can_change_while_traffic_is_split(
    change: dict[str, Any], server: ApiServer, shop: str
) -> None:
    write_status(server, shop, weight=50).raise_for_status()

    assert patch(server, shop, {"spec": change}).status_code == httpx.codes.OK


def test_the_split_can_be_recorded_and_ended(server: ApiServer, shop: str) -> None:
    for weight in (10, 50, 100, 0):
        assert write_status(server, shop, weight=weight).status_code == httpx.codes.OK


def test_two_owners_can_each_apply_components_and_checks_of_their_own(server: ApiServer, shop: str) -> None:
    theirs = manifest(shop, {"components": [component("admin")], "checks": [check("saturation")]})
    applied = server.kubectl(
        "apply", "--server-side", "--field-manager=team", "-f", "-", stdin=json.dumps(theirs)
    )

    assert applied.code == 0, applied.err
    stored = read(server, shop)["spec"]
    assert [part["name"] for part in stored["components"]] == ["web", "api", "admin"]
    assert [part["name"] for part in stored["checks"]] == ["errors", "latency", "saturation"]


def laxer() -> dict[str, Any]:
    """Build the CRD of an older release that knew the fields and refused nothing but a wrong type."""
    old = dict(crd.crd()["spec"])
    old["versions"][0]["schema"]["openAPIV3Schema"] = _lax(old["versions"][0]["schema"]["openAPIV3Schema"])
    return old


def _lax(schema: Schema) -> Schema:
    inside = {name: _lax(value) for name, value in schema.get("properties", {}).items()}
    items = {"items": _lax(schema["items"])} if "items" in schema else {}
    return {"type": schema["type"], **items, **({"properties": inside} if inside else {})}


def install(server: ApiServer, definition: Mapping[str, Any], *, refuses: bool) -> None:
    """Replace the CRD and wait until the server goes by it."""
    stored = server.http.get(DEFINITION).raise_for_status().json()
    server.http.put(DEFINITION, json={**stored, "spec": definition}).raise_for_status()
    deadline = time.monotonic() + 20
    while (create(server, "probe", {}, **DRY).status_code != httpx.codes.CREATED) != refuses:
        assert time.monotonic() < deadline, "the server does not go by the new CRD"
        time.sleep(0.05)


@pytest.fixture
def stored_long_ago(server: ApiServer) -> list[str]:
    """Store every bad spec under the older CRD, then upgrade; gives their names."""
    try:
        install(server, laxer(), refuses=False)
        # That each is accepted here is what shows that it is our rules that refuse it.
        for bad in STORABLE:
            create(server, bad.name, bad.spec(), **IGNORE).raise_for_status()
    finally:
        install(server, crd.crd()["spec"], refuses=True)
    return [bad.name for bad in STORABLE]


def test_after_an_upgrade_an_unfit_object_still_takes_a_status(
    server: ApiServer, stored_long_ago: list[str]
) -> None:
    recorded = status_wire(whole_status())
    answers = {name: write_status(server, name, **recorded) for name in stored_long_ago}

    assert {name: answer.text for name, answer in answers.items() if answer.is_error} == {}


def test_after_an_upgrade_the_operator_says_what_is_unfit(
    server: ApiServer, stored_long_ago: list[str]
) -> None:
    said = {name: parse(read(server, name)).problems for name in stored_long_ago}

    assert said == {bad.name: (bad.operator,) for bad in STORABLE}
