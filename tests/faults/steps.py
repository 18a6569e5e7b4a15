"""The order of the steps and of the runs, asked of a history."""

from collections.abc import Iterator
from typing import Any

from tests.faults.history import History, Raw, Write, green, run_number


def no_step_twice(history: History) -> Iterator[str]:
    """I5: no step is skipped or repeated, and what was taken back stays back."""
    run, reached, intended = 0, 0, 0
    for write in history.of("golives"):
        number, step = run_number(write.status), write.status.get("step") or {}
        if number != run:
            run, reached, intended = number, 0, 0
        if not write.agent or not step:
            continue
        if step.get("lowered"):
            reached = min(reached, step["index"] - 1)
        if not step.get("acknowledgedAt"):
            intended = step["index"]
            if intended != reached + 1:
                yield f"step {intended} is put on record after step {reached}"
        elif step["index"] not in {reached, intended}:
            yield f"step {step['index']} is acknowledged, on record is step {intended}"
        else:
            reached = step["index"]
    yield from _begun_again(history)
    yield from _risen_again(history)


def _begun_again(history: History) -> Iterator[str]:
    """Say which run began though nothing else was asked for, nor runs, than in the one before."""
    run: Raw = {}
    asked: set[tuple[Any, ...]] = set()
    for write in history.of("golives"):
        found = write.status.get("run") or {}
        if run and found and found["number"] != run["number"]:
            if _of(found) == _of(run) and len(asked | {_asked(write)}) == 1:
                yield f"run {found['number']} is of what run {run['number']} was of"
            asked = set()
        run = found or run
        asked.add(_asked(write))


def _of(run: Raw) -> tuple[Any, ...]:
    return tuple(run.get(name) for name in ("to", "version", "revision"))


def _asked(write: Write) -> tuple[Any, ...]:
    spec = write.after.get("spec") or {}
    return tuple(spec.get(name) for name in ("target", "version"))


def _risen_again(history: History) -> Iterator[str]:
    run, back = 0, set[str]()
    for move in history.moves():
        number = run_number(history.status_before(move.write))
        if number != run:
            run, back = number, set()
        if not move.write.agent:
            continue
        if move.raises and move.write.name in back:
            yield f"{move}: it had been taken back in run {run}"
        if green(move.write.after) and move.is_idle:
            yield f"{move}: it stood there already"
        if not green(move.write.after):
            back.add(move.write.name)
