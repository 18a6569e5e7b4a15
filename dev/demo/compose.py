"""Make one State of what was seen until now: pure."""

from collections.abc import Mapping, Sequence

from dev.demo.objects import GoLive
from dev.demo.state import Colour, Hold, State
from dev.demo.timeline import Seen, Timeline
from dev.demo.traffic import WINDOW, observed
from dev.load.log import Entry


def compose(
    act: str, timeline: Timeline, recent: Sequence[Entry], versions: Mapping[str, str], now: float
) -> State:
    """Give the State at the monotonic moment `now`; `recent` are the requests of the last WINDOW seconds."""
    golive = timeline.golives[-1].what if timeline.golives else GoLive(target="")
    return State(
        clock=now - timeline.started,
        act=act,
        phase=golive.phase,
        waiting_for=golive.waiting_for,
        step=golive.step,
        target=golive.target,
        live=golive.live,
        message=golive.message,
        hold=hold(timeline.golives, now),
        colours=tuple(_colour(name, timeline, recent, versions) for name in ("blue", "green")),
        nobody=sum(not entry.colour for entry in recent) / WINDOW,
        checks=golive.checks,
        notes=tuple(timeline.notes),
    )


def hold(golives: Sequence[Seen[GoLive]], now: float) -> Hold | None:
    """Give how far the present step's hold is, counted from when its acknowledgement was first seen."""
    if not golives:
        return None
    last = golives[-1].what
    if last.phase != "Shifting" or not last.acknowledged or not last.hold:
        return None
    began = golives[-1].at
    for seen in reversed(golives):
        if (seen.what.run, seen.what.step, seen.what.acknowledged) != (last.run, last.step, True):
            break
        began = seen.at
    return Hold(done=now - began, of=last.hold)


def _colour(name: str, timeline: Timeline, recent: Sequence[Entry], versions: Mapping[str, str]) -> Colour:
    share, rate, errors = observed(list(recent), name)
    return Colour(
        name=name,
        version=versions.get(name, ""),
        asked=timeline.weights[-1].what.get(name) if timeline.weights else None,
        observed=share,
        rate=rate,
        errors=errors,
        ready=timeline.ready[-1].what.get(name, 0) if timeline.ready else 0,
    )
