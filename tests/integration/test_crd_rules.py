"""The rules of the CRD on a real API server: what it refuses, in which words, and that the operator agrees."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from golive.api.golive import parse
from golive.api.salvage import parse_spec
from tests.bad import Bad
from tests.bad_specs import BAD, UNKNOWN
from tests.integration.api_server import ApiServer
from tests.integration.golives import DRY, IGNORE, OBJECTS, create, delete_all, read
from tests.specs import GOOD, changed, component, manifest, spec, steps

STORED_TYPE: Final = re.compile(r'Invalid value: "(string|array|object)": ')


def says(message: str) -> str:
    """Blank the type that the API server names where a rule has refused."""
    return STORED_TYPE.sub("Invalid value: @: ", message)


@pytest.fixture(autouse=True)
def _clean(server: ApiServer) -> Iterator[None]:
    yield
    delete_all(server)


@pytest.fixture(scope="module")
def refusals(server: ApiServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Apply every bad spec by one run of kubectl: what it said of each file."""
    folder = tmp_path_factory.mktemp("bad")
    for bad in (*BAD, *UNKNOWN):
        (folder / f"{bad.name}.json").write_text(json.dumps(manifest(bad.name, bad.spec())))
    said = server.kubectl("apply", "-f", str(folder)).err
    # A refusal begins a line with its object's name, or holds its file's name.
    blocks = re.split(r"\n(?=The GoLive|Error from server)", said)
    return {bad.name: block for bad in (*BAD, *UNKNOWN) for block in blocks if _is_of(bad.name, block)}


def _is_of(name: str, block: str) -> bool:
    return block.startswith(f'The GoLive "{name}"') or f"/{name}.json" in block


@pytest.mark.parametrize("bad", [*BAD, *UNKNOWN], ids=lambda bad: bad.name)
def test_kubectl_apply_is_refused_with_a_sentence(bad: Bad, refusals: dict[str, str]) -> None:
    assert says(bad.server) in says(refusals[bad.name])


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_client_that_asks_for_no_validation_is_refused_as_well(bad: Bad, server: ApiServer) -> None:
    answer = create(server, bad.name, bad.spec(), **IGNORE)

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert says(bad.server) in says(answer.json()["message"])


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_one_fault_has_one_sentence(bad: Bad, server: ApiServer) -> None:
    answer = create(server, bad.name, bad.spec(), **IGNORE).json()
    causes = [cause["message"] for cause in answer["details"]["causes"]]

    assert (
        len([message for message in causes if "some validation rules were not checked" not in message]) == 1
    )


@pytest.mark.parametrize("good", GOOD.values(), ids=GOOD.keys())
def test_what_fits_is_accepted(good: dict[str, Any], server: ApiServer) -> None:
    answer = create(server, "good", good, **DRY)

    assert answer.status_code == httpx.codes.CREATED, answer.text
    assert answer.json()["spec"] == good  # nothing is defaulted into it


@pytest.mark.parametrize("bad", UNKNOWN, ids=lambda bad: bad.name)
def test_a_field_dropped_without_a_word_is_found_by_the_operator(bad: Bad, server: ApiServer) -> None:
    wanted = manifest(bad.name, bad.spec())
    applied = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(wanted)}
    wanted["metadata"]["annotations"] = applied
    server.http.post(OBJECTS, params=IGNORE, json=wanted).raise_for_status()

    stored = read(server, bad.name)

    assert stored["spec"] == spec()
    assert [problem.split(":")[0] for problem in parse(stored).problems] == [bad.operator.split(":")[0]]


def test_a_name_that_leaves_no_room_for_its_runs_is_refused(server: ApiServer) -> None:
    assert create(server, "a" * 200, spec(), **DRY).status_code == httpx.codes.CREATED
    refused = create(server, "a" * 201, spec(), **DRY).json()
    assert "metadata.name: Too long" in refused["message"]


PLACES: Final = (
    "target", "version", "components", "components.0", "components.0.name", "components.1.blue",
    "components.1.blue.deployment", "components.1.green.service", "components.0.routes",
    "components.0.routes.0.httpRoute.name", "components.1.name", "steps", "steps.0", "steps.0.weight", "steps.0.hold",
    "checks", "checks.0", "checks.0.name", "checks.0.components", "checks.0.prometheus.query", "checks.0.interval",
    "checks.0.pass", "checks.0.rules", "checks.0.rules.0", "checks.0.rules.0.when", "checks.0.rules.0.for",
    "checks.0.rules.0.action", "onNoData", "onNoData.after", "deadline", "stabilise.for", "rollbackWindow",
    "retryOn", "suspend",
)  # fmt: skip
TEXTS: Final = st.one_of(
    st.from_regex(r"([0-9]{1,6}(h|m|s|ms|d)){1,3}", fullmatch=True),
    st.from_regex(r"[<>=!]{1,2} ?-?[0-9]{1,3}(\.[0-9]{0,3})?(e[-+]?[0-9]{1,3})?", fullmatch=True),
    st.text("ab0-.A \n/", max_size=6),
    st.sampled_from(
        ["blue", "green", "web", "api", "web-blue", "api-green", "errors", "Rollback", "NewRevision"]
    ),
)
VALUES: Final = st.one_of(
    TEXTS,
    st.sampled_from(
        [0, 1, 10, 99, 100, 101, -1, 0.5, True, False, [], {}, ["web"], ["web", "web"], [{}], [5]]
    ),
    st.builds(lambda weights: steps(*weights), st.lists(st.sampled_from([1, 10, 50, 100]), max_size=4)),
    st.builds(component, st.sampled_from(["web", "api", "new"]), st.sampled_from(["web", "api"])),
)


@settings(
    max_examples=200,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(place=st.sampled_from(PLACES), value=VALUES)
def test_the_server_and_the_operator_agree(server: ApiServer, place: str, value: object) -> None:
    content = changed(place, value)

    answer = create(server, "any", content, **DRY)
    accepted = answer.status_code == httpx.codes.CREATED
    # Of what it accepts the server drops a null that stands for nothing: the operator never sees that.
    _, problems = parse_spec(answer.json()["spec"] if accepted else content)

    assert accepted == (not problems), f"{answer.text}\n{problems}"


ODD_TEXTS: Final = (
    "", " ", "\n", "web\n", "web ", "Web", "-web", "web-", "we..b", "we.b", "we.-b", "9", "w" * 63, "w" * 64, "w" * 254,
    "5", "5m", "5m\n", " 5m", "5M", "-5m", "1.5h", "1d", "1h1h1h1h", "1h1h1h1h1h", "99999h", "100000h", "999ms", "1000ms",
    "> 1", "> 1\n", ">  1", "=> 1", "> 1.", "> .1", "> 1e99", "> 1e100", "> -1", "> --1", "> 1,5", "> \u0661", "\u0661s",
)  # fmt: skip
TEXT_PLACES: Final = (
    "version",
    "components.0.blue.deployment",
    "components.0.blue.service",
    "checks.0.name",
    "checks.0.prometheus.query",
    "checks.0.interval",
    "checks.0.pass",
    "checks.0.rules.0.for",
)


@pytest.mark.parametrize("place", TEXT_PLACES)
def test_the_server_and_the_operator_agree_on_every_odd_text(place: str, server: ApiServer) -> None:
    specs = {text: changed(place, text) for text in ODD_TEXTS}

    accepted = {text for text in specs if create(server, "any", specs[text], **DRY).is_success}

    assert accepted == {text for text in specs if parse_spec(specs[text])[1] == ()}
