"""The same story without a terminal: one plain line per change, as a pure function of two States."""

from collections.abc import Iterator

from dev.demo.state import State


def changes(before: State | None, now: State) -> list[str]:
    """Say what changed, oldest first, each with the seconds since the start."""
    return [f"{now.clock:6.1f}s  {text}" for text in _changes(before or State(clock=0, act=""), now)]


def _changes(before: State, now: State) -> Iterator[str]:
    if now.act != before.act:
        yield f"== {now.act}"
    yield from (note.text for note in now.notes if note not in before.notes)
    if _phase(now) != _phase(before):
        yield _phase(now)
    if _asked(now) != _asked(before):
        yield f"route: {_asked(now)}"
    if _observed_moved(before, now):
        yield f"responses: {_responses(now)}"
    yield from _results(before, now)


def _results(before: State, now: State) -> Iterator[str]:
    known = {check.name: check.result for check in before.checks}
    for check in now.checks:
        if check.result != known.get(check.name):
            yield f"check {check.name}: {check.result} ({check.value or 'no value'}, limit {check.limit})"


def _phase(state: State) -> str:
    parts = [f"phase {state.phase}"]
    parts += [f"step {state.step}"] if state.step else []
    parts += [f"waiting for {state.waiting_for}"] if state.waiting_for else []
    return ", ".join(parts)


def _asked(state: State) -> str:
    return ", ".join(f"{one.name} {one.asked} %" for one in state.colours if one.asked is not None)


def _observed_moved(before: State, now: State) -> bool:
    """Tell whether a colour began or stopped failing, or nobody answered: the rest is in the table at the end."""
    failing = [one.name for one in now.colours if one.errors]
    return failing != [one.name for one in before.colours if one.errors] or bool(now.nobody) != bool(
        before.nobody
    )


def _responses(state: State) -> str:
    parts = [f"{one.name} {one.rate:.0f}/s, {one.errors:.0f}/s failing" for one in state.colours]
    return ", ".join([*parts, f"{state.nobody:.0f}/s answered by nobody"] if state.nobody else parts)
