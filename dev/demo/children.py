"""The demo's child processes: started with a log file, ended by the process that started them."""

import asyncio
import os
import shlex
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from dev.demo.errors import DemoError
from dev.endings import tied

GRACE = 5.0
TAIL = 10


@asynccontextmanager
async def child(command: list[str], log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a command beside the demo, both of its outputs into a file, and end it with the block."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        try:
            # A session of its own: Ctrl-C reaches the demo, and the demo ends its children in order.
            process = await asyncio.create_subprocess_exec(
                *tied(command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        except OSError as error:
            raise DemoError(f"{shlex.join(command)} cannot be started: {error}") from error
        try:
            yield process
        finally:
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask it to end, and make it where it does not; its own children go with it."""
    for number, patience in ((signal.SIGTERM, GRACE), (signal.SIGKILL, GRACE)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await process.wait()
                return


async def died(process: asyncio.subprocess.Process, name: str, log: Path) -> None:
    """Wait for a child that is not to end; DemoError shows the end of its log."""
    code = await process.wait()
    raise DemoError(f"{name} ended by itself with exit code {code}; the end of {log}:\n{_last_lines(log)}")


def _last_lines(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:]
    return "\n".join(f"  {line}" for line in lines)
