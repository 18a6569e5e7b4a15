from typing import Any

from golive.observe.ownership import conflict
from tests.raw import a_component, a_golive

EARLIER, LATER = "2026-01-01T10:00:00Z", "2026-01-01T11:00:00Z"


def test_the_later_of_two_on_one_deployment_gives_way() -> None:
    first = a_golive("first", [a_component(route="other")], created=EARLIER)
    second = a_golive("second", created=LATER)
    expected = "GoLive first, which is older, already owns Deployment web-blue: remove it from one of the two"
    assert conflict(second, [first]) == expected
    assert conflict(first, [second]) == ""


def test_of_two_created_in_the_same_second_the_name_decides() -> None:
    a, b = a_golive("a"), a_golive("b")
    assert conflict(b, [a]) != ""
    assert conflict(a, [b]) == ""


def test_one_route_may_serve_two_with_services_of_their_own() -> None:
    shared = a_golive("second", [a_component("api", route="web")], created=LATER)
    assert conflict(shared, [a_golive("first", created=EARLIER)]) == ""


def test_the_same_service_on_the_same_route_is_owned_by_one() -> None:
    component = a_component()
    component["blue"]["deployment"], component["green"]["deployment"] = "x", "y"
    says = conflict(a_golive("second", [component], created=LATER), [a_golive("first", created=EARLIER)])
    assert says.startswith("GoLive first, which is older, already owns Service web-blue of HTTPRoute web")


def test_a_broken_spec_owns_what_it_names() -> None:
    broken = a_golive("first", [{"blue": {"deployment": "web-blue"}, "green": None}], created=EARLIER)
    assert "Deployment web-blue" in conflict(a_golive("second", created=LATER), [broken])


def test_nothing_is_shared_by_two_that_name_nothing() -> None:
    empty: list[dict[str, Any]] = [{"blue": {}, "green": {}, "routes": [{}]}]
    assert (
        conflict(a_golive("second", empty, created=LATER), [a_golive("first", empty, created=EARLIER)]) == ""
    )
