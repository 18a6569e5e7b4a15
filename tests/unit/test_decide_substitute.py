import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from golive.decide.substitute import NAMES, substitute, unknown_names

VALUES = {
    "component": "web",
    "service": "web-green",
    "deployment": "web-green-d",
    "namespace": "shop",
    "version": "1.4.0",
    "weight": "10",
}


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ('up{service="$(service)"}', 'up{service="web-green"}'),
        ("$(component) $(service) $(deployment)", "web web-green web-green-d"),
        ("$(namespace)/$(version)@$(weight)", "shop/1.4.0@10"),
        ("$(service)$(service)", "web-greenweb-green"),
        ("$$(service)", "$(service)"),
        ("$$(anything) $(service)", "$(anything) web-green"),
        ("$$$(service)", "$$(service)"),
        ("$service ${service} $ ( service )", "$service ${service} $ ( service )"),
        ('label_replace(up, "a", "$1", "b", "(.*)$")', 'label_replace(up, "a", "$1", "b", "(.*)$")'),
        ("$(", "$("),
        ("", ""),
    ],
)
def test_names_are_filled_in_and_nothing_else_is_touched(query: str, sent: str) -> None:
    assert substitute(query, VALUES) == sent


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ('a"b', r"a\"b"),
        ("a'b", r"a\'b"),
        ("a\\b", r"a\\b"),
        ("a\nb", r"a\nb"),
        (r"\1$(weight)", r"\\1$(weight)"),
    ],
)
def test_a_value_stays_inside_its_string(value: str, sent: str) -> None:
    assert substitute("$(version)", {**VALUES, "version": value}) == sent


@pytest.mark.parametrize(
    ("query", "unknown"),
    [
        ("$(service) $(colour)", ("colour",)),
        ("$(b) $(a) $(b)", ("b", "a", "b")),
        ("$$(colour)", ()),
        ("$(Service)", ("Service",)),
        ("$()", ("",)),
        ("$( service )", (" service ",)),
        (" ".join(f"$({name})" for name in NAMES), ()),
        ("up", ()),
    ],
)
def test_unknown_names_are_found_in_order(query: str, unknown: tuple[str, ...]) -> None:
    assert unknown_names(query) == unknown


def test_every_known_name_can_be_filled_in() -> None:
    assert set(NAMES) == set(VALUES)


@settings(deadline=None)
@given(st.text(alphabet='$()ab"\\ service', max_size=40))
def test_a_query_without_known_names_is_sent_as_it_stands_but_for_the_doubled_dollar(query: str) -> None:
    assert substitute(query, {}) == "".join(_undoubled(query))


def _undoubled(query: str) -> list[str]:
    pieces, rest = [], query
    while "$(" in rest:
        before, _, after = rest.partition("$(")
        closes = ")" in after
        literal = closes and before.endswith("$")
        inside, _, rest = after.partition(")") if closes else (after, "", "")
        pieces.append((before[:-1] if literal else before) + "$(" + inside + (")" if closes else ""))
    return [*pieces, rest]
