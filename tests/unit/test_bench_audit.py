import json
from pathlib import Path
from typing import Any

from dev.bench.audit import AuditLog, by_kind, fields_written, request, routes_written, story

AGENT = "golive/0.1.0 (host-1)"


def entry(
    at: str = "10.000000",
    done: str = "10.050000",
    verb: str = "patch",
    resource: str = "httproutes",
    **more: Any,
) -> dict[str, Any]:
    group, _, sub = resource.partition("/")
    return {
        "stage": "ResponseComplete",
        "requestReceivedTimestamp": f"2026-01-02T03:04:{at}Z",
        "stageTimestamp": f"2026-01-02T03:04:{done}Z",
        "verb": verb,
        "requestURI": f"/apis/{resource}?x=1",
        "userAgent": AGENT,
        "objectRef": {"resource": group, "subresource": sub, "namespace": "bench-00", "name": "app-00001"},
        "responseStatus": {"code": 200},
        **more,
    }


def phase(name: str, at: str, code: int = 200) -> dict[str, Any]:
    body = {"status": {"phase": name, "message": f"is {name}"}}
    answer = {"code": code}
    return entry(at, at, resource="golives/status", responseStatus=answer, requestObject=body)


def log(path: Path, *entries: dict[str, Any]) -> AuditLog:
    path.write_text("".join(json.dumps(one) + "\n" for one in entries))
    return AuditLog(path)


def test_a_line_becomes_a_request() -> None:
    found = request(json.dumps(entry(resource="golives/status")))

    assert found is not None
    assert (found.verb, found.resource, found.key) == ("patch", "golives/status", ("bench-00", "app-00001"))
    assert round(found.answered - found.received, 6) == 0.05
    assert found.is_write
    assert found.succeeded


def test_a_path_without_a_resource_keeps_its_path() -> None:
    found = request(json.dumps(entry(verb="get", objectRef=None, requestURI="/version?timeout=1")))

    assert found is not None
    assert found.resource == "/version"
    assert not found.is_write


def test_a_watch_counts_once_and_when_it_begins(tmp_path: Path) -> None:
    began = entry(verb="watch", stage="ResponseStarted")
    ended = entry(verb="watch", done="59.000000")

    assert [one.verb for one in log(tmp_path / "audit.log", began, ended).read_on()] == ["watch"]


def test_the_log_is_read_on_from_where_it_was_left(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    audit = log(path, entry())
    assert len(audit.read_on()) == 1
    whole = json.dumps(entry(verb="create")) + "\n"

    with path.open("a") as out:
        out.write(whole[:20])
    assert audit.read_on() == []
    with path.open("a") as out:
        out.write(whole[20:])

    assert [one.verb for one in audit.read_on()] == ["create"]
    assert [one.verb for one in audit.requests] == ["patch", "create"]


def test_the_last_phase_that_was_kept_counts(tmp_path: Path) -> None:
    audit = log(
        tmp_path / "audit.log",
        phase("Shifting", "10.000000"),
        phase("Live", "20.000000"),
        phase("RollingBack", "30.000000", code=409),
    )
    audit.read_on()

    name, at = audit.phases["bench-00", "app-00001"]
    assert name == "Live"
    assert at == audit.requests[1].answered


def test_a_long_soak_keeps_phases_and_no_requests(tmp_path: Path) -> None:
    audit = log(tmp_path / "audit.log", phase("Live", "10.000000"))
    audit.keep = False

    assert len(audit.read_on()) == 1
    assert audit.requests == []
    assert audit.phases["bench-00", "app-00001"][0] == "Live"


def test_requests_are_counted_by_who_asked_what_with_what_result(tmp_path: Path) -> None:
    audit = log(tmp_path / "audit.log", entry(), entry(userAgent="golive/0.1.0 (host-2)"), entry(verb="get"))
    audit.read_on()

    assert by_kind(audit.requests) == [
        ("golive/0.1.0", "patch", "httproutes", 200, 2),
        ("golive/0.1.0", "get", "httproutes", 200, 1),
    ]


def test_a_write_that_was_refused_moved_no_route_and_one_without_an_answer_may_have(tmp_path: Path) -> None:
    refused, unanswered = (entry(responseStatus={"code": code}) for code in (422, 504))
    audit = log(tmp_path / "audit.log", entry(verb="get"), refused, unanswered, entry(at="11.000000"))
    audit.read_on()

    assert routes_written(audit.requests) == audit.requests[2:]


def test_it_is_known_when_a_step_was_read_back(tmp_path: Path) -> None:
    intent, done = (
        entry(resource="golives/status", requestObject={"status": {"step": step}})
        for step in ({"weight": 10, "acknowledgedAt": None}, {"acknowledgedAt": "2026-01-02T03:04:09.000Z"})
    )
    audit = log(tmp_path / "audit.log", intent)
    audit.read_on()
    assert audit.acknowledged == {}

    with (tmp_path / "audit.log").open("a") as out:
        out.write(json.dumps(done) + "\n")
    audit.read_on()

    assert audit.acknowledged == {("bench-00", "app-00001"): audit.requests[1].answered}


def test_a_span_begins_with_its_start_and_ends_before_its_end(tmp_path: Path) -> None:
    audit = log(tmp_path / "audit.log", entry(at="10.000000"), entry(at="11.000000"))
    audit.read_on()
    first, second = (one.received for one in audit.requests)

    assert len(audit.between(first, second)) == 1


def test_it_is_told_which_fields_made_a_status_worth_a_write(tmp_path: Path) -> None:
    audit = log(tmp_path / "audit.log", phase("Live", "10.000000"), phase("Live", "11.000000"), entry())
    audit.read_on()

    assert fields_written(audit.requests) == {"message phase": 2}


def test_the_story_of_one_golive_is_told_in_order(tmp_path: Path) -> None:
    other = entry(objectRef={"resource": "httproutes", "namespace": "bench-00", "name": "app-00002"})
    audit = log(tmp_path / "audit.log", phase("Live", "10.000000"), other, entry(at="10.500000"))
    audit.read_on()

    assert story(audit.requests, ("bench-00", "app-00001")) == [
        "  0.000 patch golives/status 200 message phase: is Live",
        "  0.500 patch httproutes 200",
    ]
