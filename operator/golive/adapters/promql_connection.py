"""PrometheusConnect, held to one try, no redirect, a size and a time; it returns the whole answer, not only its result.

The library as it is drops `warnings`, `resultType` and Prometheus's own sentence, and rounds times to seconds.
"""

import time
from datetime import datetime
from typing import Any, Final

import requests
from prometheus_api_client import PrometheusConnect
from typing_extensions import override
from urllib3 import Retry
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as ReadTimeout

from golive.adapters.promql_answer import Envelope, envelope
from golive.errors import Unavailable

LARGEST: Final = 1024 * 1024
"""Bytes of an answer; a single number needs a hundred."""
_PIECE: Final = 64 * 1024
_ONCE: Final = Retry(total=0, redirect=0, respect_retry_after_header=False)
_HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "identity"}


class Connection(PrometheusConnect):  # type: ignore[misc]  # the library has no types
    """One session with one Prometheus, for one thread."""

    def __init__(self, url: str, timeout: float) -> None:
        session = requests.Session()
        session.trust_env = False
        super().__init__(
            url=url, headers=_HEADERS, retry=_ONCE, session=session, timeout=timeout, method="POST"
        )

    @override
    def custom_query(self, query: str, params: Any = None, timeout: float | None = None) -> Envelope:
        """Ask for the newest values; raises BadQuery, Unavailable."""
        return self._ask("query", {"query": query, **(params or {})}, timeout or self._timeout)

    @override
    def custom_query_range(  # the library's signature
        self,
        query: str,
        start_time: datetime,
        end_time: datetime,
        step: str,
        params: Any = None,
        timeout: float | None = None,
    ) -> Envelope:
        """Ask for a span, to the millisecond; raises BadQuery, Unavailable."""
        span = {
            "start": f"{start_time.timestamp():.3f}",
            "end": f"{end_time.timestamp():.3f}",
            "step": step,
        }
        return self._ask("query_range", {"query": query, **span, **(params or {})}, timeout or self._timeout)

    def _ask(self, api: str, form: dict[str, str], timeout: float) -> Envelope:
        deadline = time.monotonic() + timeout
        try:
            with self._session.post(
                f"{self.url}/api/v1/{api}",
                data={**form, "timeout": f"{timeout:g}s"},
                headers=self.headers,
                timeout=timeout,
                allow_redirects=False,
                stream=True,
            ) as answer:
                return envelope(answer.status_code, _body(answer, deadline, timeout))
        except (requests.Timeout, ReadTimeout) as error:
            raise Unavailable(f"nothing within {timeout:g} s") from error
        except (requests.RequestException, HTTPError, OSError) as error:
            raise Unavailable(f"{self.url} cannot be reached: {_root(error)}") from error


def _body(answer: requests.Response, deadline: float, timeout: float) -> bytes:
    body = bytearray()
    # read1 returns what there is: a source that drips would else hold the thread for ever.
    while piece := answer.raw.read1(_PIECE):
        body += piece
        if len(body) > LARGEST:
            raise Unavailable(f"its answer is larger than {LARGEST // 1024} KiB: ask for fewer series")
        if time.monotonic() > deadline:
            raise Unavailable(f"not all of its answer within {timeout:g} s")
    return bytes(body)


def _root(error: BaseException) -> str:
    # requests wraps urllib3, which wraps the socket's own sentence, the only one that helps.
    while isinstance(inner := getattr(error, "reason", None) or (error.args or ("",))[0], BaseException):
        error = inner
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
