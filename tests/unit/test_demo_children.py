import asyncio
import os
import sys
from pathlib import Path

import pytest

from dev.demo.children import child, died
from dev.demo.errors import DemoError
from dev.demo.runner import beside

FOREVER = "import signal; signal.pause()"


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_child_writes_to_its_log_and_ends_with_the_block(tmp_path: Path) -> None:
    log = tmp_path / "build" / "child.log"
    async with child([sys.executable, "-c", f"print('here', flush=True); {FOREVER}"], log) as process:
        async with asyncio.timeout(10):
            while log.read_text() != "here\n":  # noqa: ASYNC110 - a file has no event to wait for
                await asyncio.sleep(0.01)
        assert alive(process.pid)
    assert not alive(process.pid)


async def test_a_child_ends_also_when_the_block_fails(tmp_path: Path) -> None:
    pids = []

    async def fail() -> None:
        async with child([sys.executable, "-c", FOREVER], tmp_path / "log") as process:
            pids.append(process.pid)
            raise DemoError("enough")

    with pytest.raises(DemoError, match="enough"):
        await fail()
    assert not alive(pids[0])


async def test_a_child_that_ends_by_itself_shows_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "log"
    async with child([sys.executable, "-c", "import sys; sys.exit('no such cluster')"], log) as process:
        with pytest.raises(
            DemoError, match=r"the operator ended by itself with exit code 1(.|\n)*no such cluster"
        ):
            await died(process, "the operator", log)


async def test_a_command_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match="/no/such/program run cannot be started"):
        async with child(["/no/such/program", "run"], tmp_path / "log"):
            pass


async def forever() -> None:
    await asyncio.Event().wait()


async def test_others_end_with_the_main_thing() -> None:
    async def main() -> None:
        await asyncio.sleep(0)

    await beside(main(), forever(), forever())
    assert len(asyncio.all_tasks()) == 1


async def test_the_first_of_the_others_to_fail_ends_everything() -> None:
    async def fail() -> None:
        raise DemoError("the load ended by itself")

    with pytest.raises(DemoError, match="the load ended by itself"):
        await beside(forever(), forever(), fail())
    assert len(asyncio.all_tasks()) == 1
