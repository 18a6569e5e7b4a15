"""GoLives on the API server of the tests, by raw HTTP: create, read, write, delete."""

import json
from collections.abc import Mapping
from typing import Any, Final

import httpx

from tests.integration.api_server import ApiServer
from tests.specs import manifest

OBJECTS: Final = "/apis/golive.dev/v1alpha1/namespaces/default/golives"
IGNORE: Final = {"fieldValidation": "Ignore"}
"""What a client sends that wants unknown fields dropped without a word."""
DRY: Final = {"fieldValidation": "Strict", "dryRun": "All"}
_MERGE: Final = {"Content-Type": "application/merge-patch+json"}


def create(server: ApiServer, name: str, content: Mapping[str, Any], **params: str) -> httpx.Response:
    """Ask for a GoLive with a spec."""
    return server.http.post(OBJECTS, params=params, json=manifest(name, content))


def read(server: ApiServer, name: str) -> dict[str, Any]:
    """Read a GoLive."""
    return dict(server.http.get(f"{OBJECTS}/{name}").raise_for_status().json())


def patch(server: ApiServer, path: str, body: Mapping[str, Any]) -> httpx.Response:
    """Merge into a GoLive, or into what a path below it names."""
    return server.http.patch(f"{OBJECTS}/{path}", content=json.dumps(body), headers=_MERGE)


def delete_all(server: ApiServer) -> None:
    """Delete every GoLive."""
    server.http.delete(OBJECTS).raise_for_status()
