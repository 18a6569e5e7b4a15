"""Draw a State for a terminal: a pure function, fit for 80 columns and 24 lines."""

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from dev.demo.state import Colour, Hold, State

LINES = 24
HOLD = 24
SHARE = 16
STYLES = {"blue": "bright_blue", "green": "green"}
RESULTS = {"Pass": "green", "Breach": "bold red"}
PHASES = {"RollingBack": "bold red", "RolledBack": "red", "Live": "green", "Stabilising": "green"}


def draw(state: State, lines: int = LINES) -> RenderableType:
    """Draw the whole screen; the notes take the lines that are left."""
    fixed = [_head(state), Text(), _traffic(state), Text(), _checks(state), Text()]
    borders, head, gaps, titles = 2, 2, 3, 2
    rows = len(state.colours) + bool(state.nobody) + max(len(state.checks), 1)
    left = lines - borders - head - gaps - titles - rows
    return Panel(
        Group(*fixed, *_notes(state, max(left, 1))),
        title=Text(f"GoLive · {state.act}", style="bold"),
        title_align="left",
        subtitle=Text(clock(state.clock)),
        subtitle_align="right",
    )


def bar(percent: float, width: int) -> str:
    """Draw percent of a width in whole blocks; anything above zero shows."""
    full = round(width * min(max(percent, 0), 100) / 100)
    return "█" * (max(full, 1) if percent > 0 else 0)


def clock(seconds: float) -> str:
    """Write seconds as m:ss."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _head(state: State) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(min_width=5)
    grid.add_column(no_wrap=True, overflow="ellipsis")
    phase = Text(state.phase or "not seen yet", style=PHASES.get(state.phase, "bold"))
    if state.waiting_for:
        phase.append(f" · waiting for {state.waiting_for}", style="default")
    if state.step:
        phase.append(f" · step {state.step}", style="default")
    if state.live:
        phase.append(f" · live {state.live}, target {state.target}", style="default")
    grid.add_row("phase", phase)
    grid.add_row(*(("hold", _hold(state.hold)) if state.hold else ("why", Text(state.message))))
    return grid


def _hold(hold: Hold) -> Text:
    done = min(hold.done, hold.of)
    percent = 100 * done / hold.of if hold.of else 100
    return Text.assemble(bar(percent, HOLD).ljust(HOLD, "░"), f" {done:.0f} of {hold.of:.0f} s")


def _traffic(state: State) -> Table:
    table = Table(box=None, padding=(0, 1), pad_edge=False)
    for name in ("traffic", "version"):
        table.add_column(name, no_wrap=True)
    for name in ("asked", "observed", "req/s", "errors/s", "ready"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    for colour in state.colours:
        table.add_row(*_colour(colour))
    if state.nobody:
        lost = Text(f"{state.nobody:.0f}", style="bold red")
        table.add_row("nobody", "", "", "", lost, lost, "", "no application")
    return table


def _colour(colour: Colour) -> list[RenderableType]:
    style = STYLES.get(colour.name, "default")
    return [
        Text(colour.name, style=style),
        colour.version,
        "-" if colour.asked is None else f"{colour.asked} %",
        "-" if colour.observed is None else f"{colour.observed:.1f} %",
        f"{colour.rate:.0f}",
        Text(f"{colour.errors:.0f}", style="bold red" if colour.errors else "default"),
        str(colour.ready),
        Text(bar(colour.observed or 0, SHARE), style=style),
    ]


def _checks(state: State) -> Table:
    table = Table(box=None, padding=(0, 1), pad_edge=False)
    table.add_column("check", no_wrap=True)
    table.add_column("value", justify="right", min_width=8, no_wrap=True)
    table.add_column("limit", justify="right", no_wrap=True)
    table.add_column("result", no_wrap=True, overflow="ellipsis")
    for check in state.checks:
        result = Text(check.result, style=RESULTS.get(check.result, "yellow"))
        table.add_row(check.name, check.value, check.limit, result)
    if not state.checks:
        table.add_row("none asked at this moment", "", "", "")
    return table


def _notes(state: State, count: int) -> list[Text]:
    notes = [
        Text(f"{clock(note.at):>5} {note.text}", no_wrap=True, overflow="ellipsis")
        for note in state.notes[-count:]
    ]
    return notes + [Text()] * (count - len(notes))
