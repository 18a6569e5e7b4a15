"""A bounded, open-loop load: request n is sent at start + n / rate, whatever became of the others.

So a slow or failing server gets the same load as a fast one, and its failures are counted in full.
"""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from dev.load.log import OK, Entry
from dev.load.target import loopback

MAX_RATE = 2000
MAX_SECONDS = 3600


@dataclass(frozen=True)
class Load:
    """What to send, how often, for how long."""

    url: str
    rate: float
    """Requests per second."""
    seconds: float
    host: str = ""
    """The Host header, where it is to differ from the URL's."""
    timeout: float = 2.0
    """Seconds for one request, from the connection to the last byte."""

    def __post_init__(self) -> None:
        loopback(self.url)
        if not 0 < self.rate <= MAX_RATE:
            raise ValueError(
                f"rate {self.rate:g}: write more than 0 and at most {MAX_RATE} requests per second"
            )
        if not 0 < self.seconds <= MAX_SECONDS:
            raise ValueError(f"seconds {self.seconds:g}: write more than 0 and at most {MAX_SECONDS}")
        if not 0 < self.timeout <= MAX_SECONDS:
            raise ValueError(f"timeout {self.timeout:g}: write more than 0 seconds")


async def run(load: Load, record: Callable[[Entry], None], stop: asyncio.Event) -> None:
    """Send the load, hand each request to `record` as it ends; `stop` ends it early.

    Returns when the last request has ended, at most `timeout` after the last was sent.
    """
    timeout = aiohttp.ClientTimeout(total=load.timeout)
    connector = aiohttp.TCPConnector(limit=0, force_close=False)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector, trust_env=False) as session:
        # aiohttp would quietly send a request again when its connection breaks: here the first one counts.
        session._retry_connection = False  # noqa: SLF001 - no public switch exists
        async with asyncio.TaskGroup() as tasks:
            start = time.monotonic()
            for number in range(round(load.rate * load.seconds)):
                if await _stopped_before(start + number / load.rate, stop):
                    break
                tasks.create_task(_one(session, load, record))


async def _stopped_before(moment: float, stop: asyncio.Event) -> bool:
    """Wait until `moment`; True when told to stop first."""
    wait = moment - time.monotonic()
    if wait > 0:
        try:
            async with asyncio.timeout(wait):
                await stop.wait()
        except TimeoutError:
            return False
    return stop.is_set()


async def _one(session: aiohttp.ClientSession, load: Load, record: Callable[[Entry], None]) -> None:
    """Send one request and record it, whatever happens."""
    headers = {"Host": load.host} if load.host else {}
    wall = time.time()  # noqa: TID251 - only written down, for people who compare logs
    sent = time.monotonic()
    status, error, body = None, "", b""
    try:
        async with session.get(load.url, headers=headers, allow_redirects=False) as response:
            body = await response.read()
            status = response.status
    except (aiohttp.ClientError, OSError, TimeoutError) as failure:
        error = word(failure)
    ms = round((time.monotonic() - sent) * 1000, 3)
    said = _body(body)
    if status == OK and not said.get("colour"):
        error = "body"
    record(Entry(round(sent, 6), round(wall, 6), ms, status, error, **said))


def word(failure: BaseException) -> str:
    """Name a failed request in one word."""
    if isinstance(failure, TimeoutError):
        return "timeout"
    if isinstance(failure, aiohttp.ClientConnectorError | ConnectionRefusedError):
        return "refused"
    if isinstance(failure, aiohttp.ServerDisconnectedError | aiohttp.ClientPayloadError | ConnectionError):
        return "disconnected"
    return "failed"


def _body(body: bytes) -> dict[str, str]:
    """Read colour, version and pod from the application's answer; a gateway's own answer has none."""
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(said, dict):
        return {}
    return {name: str(said[name]) for name in ("colour", "version", "pod") if name in said}
