"""One program in the background: its log in a file, ended by its recorded pid and no other way."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from dev.cluster.programs import tail
from dev.cluster.progress import ClusterError
from dev.endings import tied

LOOK_EVERY_SECONDS = 0.02
STOP_SECONDS = 10


class Process:
    """A program that was started, with the log it writes."""

    def __init__(self, name: str, command: list[str | Path], log: Path) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as output:
            self._running = subprocess.Popen(
                tied([str(word) for word in command]),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=log.parent,
                # A Ctrl-C at the terminal is for the test run, which then ends its processes in order.
                start_new_session=True,
                env={**os.environ, "GOTRACEBACK": "none"},
            )

    @property
    def pid(self) -> int:
        """The process id, also after it ended."""
        return self._running.pid

    @property
    def status(self) -> int | None:
        """The exit status; None while it runs."""
        return self._running.poll()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, as an administrator would."""
        self._running.send_signal(number)

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait for the program to be ready; ClusterError with its last words if it ends or takes too long."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self._running.poll() is not None:
                raise ClusterError(
                    f"{self.name} ended early, with status {self._running.returncode}:\n{self._said()}"
                )
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"{self.name} was not ready within {seconds:.0f} s; it said:\n{self._said()}"
                )
            time.sleep(LOOK_EVERY_SECONDS)

    def is_running(self) -> bool:
        """Tell whether it has not ended yet."""
        return self._running.poll() is None

    def stop(self) -> None:
        """End the program: asked first, killed if it does not follow."""
        if self._running.poll() is not None:
            return
        self._running.terminate()
        try:
            self._running.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the program at once, as a crash would."""
        self._running.kill()
        self._running.wait(STOP_SECONDS)

    def _said(self) -> str:
        return tail(self.log.read_text(errors="replace"))


def free_ports(count: int) -> list[int]:
    """Find ports of 127.0.0.1 that nobody listens on just now."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def answers(url: str, *, token: str = "") -> bool:
    """Tell whether a URL answers with success. Certificates are not checked: it is our own loopback."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        return httpx.get(url, headers=headers, timeout=2, verify=False, trust_env=False).is_success  # noqa: S501 - see above
    except httpx.HTTPError:
        return False
