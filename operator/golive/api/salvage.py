"""Read a spec or status that the rules do not fit: keep every valid part, so that going back stays armed.

Only a target or a component that cannot be read at all leaves nothing to work with.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from pydantic import ValidationError

from golive.api.check import BreachRule, Check
from golive.api.component import Component
from golive.api.model import Model
from golive.api.problems import UNKNOWN, sentences
from golive.api.spec import GoLiveSpec
from golive.api.status import GoLiveStatus

_CHECK: Final = {"name": "c", "prometheus": {"query": "0"}, "pass": "< -1e99", "rules": []}
"""The least valid check; no value passes it."""
_COMPONENT: Final = {
    "name": "a",
    "blue": {"deployment": "b", "service": "b"},
    "green": {"deployment": "g", "service": "g"},
    "routes": [{"httpRoute": {"name": "r"}}],
}
_SPEC: Final = {"target": "blue", "components": [_COMPONENT], "checks": [_CHECK]}
"""The least valid spec: a field is fit where it fits into this."""


def parse_spec(raw: Mapping[str, Any]) -> tuple[GoLiveSpec | None, tuple[str, ...]]:
    """Return the spec and what is wrong with it; None where the target or a component cannot be read."""
    try:
        return GoLiveSpec.read(raw), ()
    except ValidationError as error:
        return _salvage(raw), sentences("spec", error)


def parse_status(raw: Mapping[str, Any]) -> tuple[GoLiveStatus, tuple[str, ...]]:
    """Return the status and what is wrong with it; an unfit field counts as not written."""
    try:
        return GoLiveStatus.model_validate(raw), ()
    except ValidationError as error:
        unfit = {detail["loc"][0] for detail in error.errors()}
        fit = {key: value for key, value in raw.items() if key not in unfit}
        return GoLiveStatus.model_validate(fit), sentences("status", error)


def _salvage(raw: Mapping[str, Any]) -> GoLiveSpec | None:
    components = [_component(part) for part in _list(raw.get("components"))]
    read = tuple(component for component in components if component)
    names = {component.name for component in read}
    fit = _fit(GoLiveSpec, _SPEC, raw)
    if "target" not in fit or not read or len(names) < len(components):
        return None
    spec = GoLiveSpec.read({**_SPEC, **fit, "components": [_COMPONENT], "checks": [_CHECK]})
    return spec.model_copy(update={"components": read, "checks": _checks(raw.get("checks"), names)})


def _component(raw: object) -> Component | None:
    """Read a component, without the fields that a newer version of the API may have added."""
    known = deepcopy(raw)
    try:
        return Component.read(known)
    except ValidationError as error:
        for detail in error.errors():
            if detail["type"] == UNKNOWN:
                _remove(known, detail["loc"])
    return Component.read(known) if _is(Component, known) else None


def _remove(raw: Any, where: tuple[int | str, ...]) -> None:
    for key in where[:-1]:
        raw = raw[key]
    del raw[where[-1]]


def _checks(raw: object, components: set[str]) -> tuple[Check, ...]:
    """Read the checks that can still be asked; of two with one name the first."""
    fit: dict[str, Check] = {}
    for check in (_check(part, components) for part in _list(raw)):
        if check:
            fit.setdefault(check.name, check)
    return tuple(fit.values())


def _check(raw: object, components: set[str]) -> Check | None:
    """Read a check with those of its rules that are fit: one that is not disarms no other.

    None where it cannot be asked, and where it has an unknown field: what that makes of the value cannot be told.
    """
    known = {field.alias for field in Check.model_fields.values()}
    if not isinstance(raw, dict) or raw.keys() - known:
        return None
    fit = {
        **_fit(Check, _CHECK, raw),
        "rules": [rule for rule in _list(raw.get("rules")) if _is(BreachRule, rule)],
    }
    if "components" in raw:
        fit["components"] = [
            name for name in _list(raw["components"]) if isinstance(name, str) and name in components
        ]
    askable = {"name", "prometheus"} <= fit.keys() and fit.get("components") != []
    return Check.read({**_CHECK, **fit}) if askable else None


def _fit(model: type[Model], frame: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if _is(model, {**frame, key: value})}


def _is(model: type[Model], raw: object) -> bool:
    try:
        model.read(raw)
    except ValidationError:
        return False
    return True


def _list(raw: object) -> list[Any]:
    return raw if isinstance(raw, list) else []
