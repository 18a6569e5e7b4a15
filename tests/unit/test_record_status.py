"""The status as a merge patch: applied as RFC 7386 has it, it makes what was into what is to be."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from golive.record.status import merge_patch

SCALARS = st.text(max_size=3) | st.integers(0, 3) | st.booleans()
# A status never holds null: what is unset is left out.
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=5,
)
OBJECTS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


def applied(target: Any, patch: Any) -> Any:
    """Apply a merge patch, word by word as the RFC writes it down."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = applied(result.get(name), value)
    return result


@settings(deadline=None, max_examples=200)
@given(before=OBJECTS, after=OBJECTS)
def test_applied_to_what_was_it_makes_what_is_to_be(before: dict[str, Any], after: dict[str, Any]) -> None:
    untouched = deepcopy((before, after))
    assert applied(before, merge_patch(before, after)) == after
    assert (before, after) == untouched


@settings(deadline=None)
@given(OBJECTS)
def test_what_stays_is_not_written(status: dict[str, Any]) -> None:
    assert merge_patch(status, deepcopy(status)) == {}


@settings(deadline=None)
@given(before=OBJECTS, after=OBJECTS)
def test_only_what_changed_is_written(before: dict[str, Any], after: dict[str, Any]) -> None:
    patch = merge_patch(before, after)
    assert all(name not in patch for name in before.keys() & after.keys() if before[name] == after[name])


@pytest.mark.parametrize(
    ("before", "after", "patch"),
    [
        ({}, {"phase": "Live"}, {"phase": "Live"}),
        ({"phase": "Live", "weight": 10}, {"phase": "Live", "weight": 50}, {"weight": 50}),
        (
            {"step": {"index": 1, "weight": 10}},
            {"step": {"index": 1, "weight": 50}},
            {"step": {"weight": 50}},
        ),
        ({"step": {"weight": 10}}, {}, {"step": None}),
        ({"step": {"weight": 10, "at": "t"}}, {"step": {"weight": 10}}, {"step": {"at": None}}),
        ({"checks": [1, 2]}, {"checks": [1]}, {"checks": [1]}),
        ({"checks": [1]}, {"checks": []}, {"checks": []}),
        ({"live": ""}, {"live": False}, {"live": False}),
        ({"step": {"weight": 10}}, {"step": {}}, {"step": {"weight": None}}),
    ],
)
def test_what_a_patch_looks_like(
    before: Mapping[str, Any], after: Mapping[str, Any], patch: dict[str, Any]
) -> None:
    assert merge_patch(before, after) == patch
