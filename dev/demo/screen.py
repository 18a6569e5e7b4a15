"""Show the State four times a second: drawn on a terminal, as lines of changes elsewhere."""

import asyncio
from collections.abc import Callable

from rich.console import Console
from rich.live import Live

from dev.demo.lines import changes
from dev.demo.state import State
from dev.demo.view import LINES, draw

PERIOD = 0.25


async def show(look: Callable[[], State], console: Console) -> None:
    """Show until cancelled; the last picture stays."""
    await (_picture(look, console) if console.is_terminal else _lines(look, console))


async def _picture(look: Callable[[], State], console: Console) -> None:
    with Live(console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False) as live:
        while True:
            # One line less than the terminal has: the cursor needs its own, or the picture creeps up.
            live.update(draw(look(), min(console.height - 1, LINES)), refresh=True)
            await asyncio.sleep(PERIOD)


async def _lines(look: Callable[[], State], console: Console) -> None:
    shown: State | None = None
    while True:
        state = look()
        for line in changes(shown, state):
            console.out(line, highlight=False)
        shown = state
        await asyncio.sleep(PERIOD)
