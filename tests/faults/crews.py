"""Whose task is whose: several operators on one loop, where kopf takes every task of the loop for its own.

An operator's tasks are those that it, or one of its tasks, has created. When it ends, it ends these and no others.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Generator
from contextvars import Context, ContextVar
from typing import Any, Final
from weakref import WeakKeyDictionary

from kopf._cogs.aiokits import aiotasks

Work = Coroutine[Any, Any, Any] | Generator[Any, None, Any]
OWNER: Final[ContextVar[str]] = ContextVar("OWNER", default="")
"""The token of the operator that is running."""
_owners: "WeakKeyDictionary[asyncio.Task[Any], str]" = WeakKeyDictionary()


_endings: dict[str, Callable[[], object]] = {}


def ask_to_end(token: str) -> None:
    """Do what SIGTERM does to an operator."""
    _endings[token]()


def keep_apart(loop: asyncio.AbstractEventLoop) -> None:
    """Have a loop note who creates its tasks, and kopf end none but its own."""
    loop.set_task_factory(_created)
    loop.add_signal_handler = _note_ending  # type: ignore[assignment,method-assign]  # of this loop only
    aiotasks.all_tasks = _own_tasks


def _note_ending(_: int, ending: Callable[[], object]) -> None:
    # Signals are for the whole; an operator's own handler is called by whoever asks it to end.
    _endings[OWNER.get()] = ending


def _created(
    loop: asyncio.AbstractEventLoop, work: Work, context: Context | None = None
) -> "asyncio.Task[Any]":
    task = asyncio.Task(work, loop=loop, context=context)
    _owners[task] = OWNER.get() if context is None else context.get(OWNER, "")
    return task


async def _own_tasks(*, ignored: "Collection[asyncio.Task[Any]]" = frozenset()) -> "set[asyncio.Task[Any]]":
    return {
        task
        for task in asyncio.all_tasks()
        if task is not asyncio.current_task() and task not in ignored and _owners.get(task) == OWNER.get()
    }
