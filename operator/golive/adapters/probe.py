"""Why a metrics source does not answer, in a sentence: one look at its readiness page.

Followed nowhere and read no further than its status line.
"""

from typing import Final

import httpx

_TIMEOUT: Final = httpx.Timeout(connect=1.0, read=1.0, write=1.0, pool=1.0)
_LIMITS: Final = httpx.Limits(max_connections=2, max_keepalive_connections=0)
_PATH: Final = "/-/ready"


class Probe:
    """A look at one source's readiness."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx.AsyncClient(
            timeout=_TIMEOUT, limits=_LIMITS, follow_redirects=False, trust_env=False
        )

    async def diagnose(self) -> str:
        """Say what is wrong with the source; empty where it is ready."""
        where = f"Prometheus at {self._url}"
        try:
            async with self._client.stream("GET", self._url + _PATH) as answer:
                status = answer.status_code
        except httpx.TimeoutException:
            return f"{where} cannot be reached: nothing within {_TIMEOUT.read:g} s"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return f"{where} cannot be reached: {str(error) or type(error).__name__}"
        if httpx.codes.is_success(status):
            return ""
        if status == httpx.codes.SERVICE_UNAVAILABLE:
            return f"{where} answers but is not ready ({status})"
        return f"{where} answers, but not as Prometheus does ({status} on {_PATH}): check its address"

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
