"""What the demo promises, each as a small pure function of the figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dev.demo.measure import HEARD, Act, Revert, Shift
from dev.load import figures
from dev.load.log import Entry

LAG = 0.3
"""Seconds by which one change may reach the demo's watch later than the next."""
LEAST_RATE = 50
"""Requests per second."""
POINTS = 3.0
WRITTEN_MS = 200.0
INTERVAL = 1.0
"""Seconds between two samples of the demo's checks."""


@dataclass(frozen=True)
class Known:
    """How a fault can be known, and how long after that the last bad response may come."""

    name: str
    how: str
    limit: float
    """Seconds."""
    rule: str
    """What has to fire first: the beginning of status.rollback.rule."""
    nobodys: bool = False
    """Whether answers that no pod gave belong to it: the gateway's own for a colour without ready pods."""


ERRORS = Known("bad release", "the breach is in Prometheus", INTERVAL + 1.0, "error-rate")
UNREADY = Known("unready release", "the API server knows", 1.0, "no ready pod", nobodys=True)


@dataclass(frozen=True)
class Promise:
    """One line of the last table."""

    text: str
    bar: str
    measured: str
    ok: bool


def nothing_fails(shift: Shift) -> Promise:
    """No request fails over the whole good go-live."""
    return Promise(
        "good release: no request fails",
        "0 failed",
        f"{shift.failed} of {shift.requests:,}",
        shift.failed == 0 and shift.requests > 0,
    )


def shares_follow(shift: Shift) -> Promise:
    """The share of responses follows the weight at every step."""
    text, bar = "good release: traffic follows each weight", f"within {POINTS:g} points"
    measured = [
        (one, abs(one.observed_share - one.weight)) for one in shift.steps if one.observed_share is not None
    ]
    if not measured or len(measured) < len(shift.steps):
        return Promise(text, bar, f"only {len(measured)} of {len(shift.steps)} steps acknowledged", ok=False)
    step, off = max(measured, key=lambda pair: pair[1])
    return Promise(text, bar, f"worst {off:.1f} at {step.weight} %", off <= POINTS)


def load_is_real(shift: Shift) -> Promise:
    """The figures are those of a constant load."""
    measured = shift.requests / shift.lasted if shift.lasted else 0.0
    return Promise(
        "good release: constant load",
        f">= {LEAST_RATE} requests/s",
        f"{measured:.1f} requests/s",
        measured >= LEAST_RATE,
    )


def weights_are_held(shift: Shift, holds: Mapping[int, float]) -> Promise:
    """No weight is left before its hold is over."""
    text, bar = "good release: each weight is held", f"{' '.join(f'{hold:g}' for hold in holds.values())} s"
    if {one.weight for one in shift.steps} != set(holds):
        return Promise(text, bar, f"only {len(shift.steps)} of {len(holds)} weights were written", ok=False)
    measured = " ".join(f"{one.seconds:.1f}" for one in shift.steps) + " s"
    return Promise(text, bar, measured, all(one.seconds >= holds[one.weight] - LAG for one in shift.steps))


def steps_are_taken(shift: Shift, steps: Sequence[int]) -> Promise:
    """The weights are the steps of the spec, none left out, and the pair always sums to 100."""
    return _weights("good release: weights rise step by step", shift.asked, tuple(steps))


def taken_back(known: Known, revert: Revert, climbed: Sequence[int]) -> Promise:
    """The traffic is taken back in one write, and stays back."""
    return _weights(f"{known.name}: taken back in one write, for good", revert.asked, (*climbed, 0))


def rule_fired(known: Known, revert: Revert) -> Promise:
    """It is the fault of this act that takes the traffic back, by the operator's own record."""
    return Promise(
        f"{known.name}: what fired (status.rollback)",
        known.rule,
        revert.rule or "nothing",
        revert.rule.startswith(known.rule),
    )


def written_at_once(known: Known, revert: Revert) -> Promise:
    """From the verdict to the route's read-back, by the operator's own record of both."""
    measured = revert.verdict_to_written_ms
    return Promise(
        f"{known.name}: verdict to route written (status.rollback)",
        f"<= {WRITTEN_MS:g} ms",
        _number(measured, "ms", 0),
        measured is not None and 0 <= measured <= WRITTEN_MS,
    )


def last_bad_soon(known: Known, revert: Revert) -> Promise:
    """The last bad response comes soon after the fault could be known."""
    measured = revert.visible_to_last_bad_s
    return Promise(
        f"{known.name}: last bad response after {known.how}",
        f"<= {known.limit:g} s",
        _number(measured, "s", 2) if revert.failed else "no bad response: the fault never reached a user",
        measured is not None and measured <= known.limit,
    )


def nothing_else_fails(known: Known, act: Act, log: Sequence[Entry]) -> Promise:
    """Every failure is the new colour's, between the fault and the limit after it could be known."""
    mine = figures.between(log, act.start, act.end)
    if act.fault is None or act.visible is None:
        return Promise(f"{known.name}: no other request fails", "0 failed", "no fault was seen", ok=False)
    stray = figures.outside(mine, act.fault, act.visible + known.limit)
    expected = {act.new, ""} if known.nobodys else {act.new}
    stray += [
        entry for entry in figures.failures(mine) if entry not in stray and entry.colour not in expected
    ]
    return Promise(
        f"{known.name}: no other request fails", "0 failed", f"{len(stray)} of {len(mine):,}", not stray
    )


def quiet_after(known: Known, revert: Revert) -> Promise:
    """Once the gateway has had time to hear of the way back, nothing fails any more."""
    failed = revert.failed_after_revert
    return Promise(
        f"{known.name}: no request fails {HEARD:g} s after the way back",
        "0 failed",
        "never taken back" if failed is None else str(failed),
        failed == 0,
    )


def missing(name: str, why: str) -> Promise:
    """An act that did not come to its end breaks a promise by itself."""
    return Promise(f"{name}: comes to its end", "yes", why, ok=False)


def of_shift(shift: Shift, holds: Mapping[int, float]) -> list[Promise]:
    """Give all promises of a good release; `holds` are seconds by weight."""
    return [
        load_is_real(shift),
        nothing_fails(shift),
        steps_are_taken(shift, tuple(holds)),
        weights_are_held(shift, holds),
        shares_follow(shift),
    ]


def of_revert(
    act: Act, revert: Revert, log: Sequence[Entry], climbed: Sequence[int], known: Known
) -> list[Promise]:
    """Give all promises of a release that is taken back."""
    return [
        taken_back(known, revert, climbed),
        rule_fired(known, revert),
        written_at_once(known, revert),
        last_bad_soon(known, revert),
        nothing_else_fails(known, act, log),
        quiet_after(known, revert),
    ]


def _weights(text: str, asked: Sequence[tuple[int, int]], expected: tuple[int, ...]) -> Promise:
    new = tuple(pair[0] for pair in asked)
    wrong = [pair for pair in asked if sum(pair) != 100]  # noqa: PLR2004 - percent
    measured = " ".join(str(weight) for weight in new) or "no weight was written"
    if wrong:
        measured += f"; {wrong[0][0]} and {wrong[0][1]} are not 100"
    return Promise(
        text, " ".join(str(weight) for weight in expected), measured, new == expected and not wrong
    )


def _number(value: float | None, unit: str, digits: int) -> str:
    return "not measured" if value is None else f"{value:.{digits}f} {unit}"
