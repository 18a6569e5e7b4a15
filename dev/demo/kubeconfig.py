"""Read a kubeconfig as kind writes it: one current context, certificates inline."""

import base64
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dev.demo.errors import DemoError


@dataclass(frozen=True)
class Server:
    """An API server and the credentials for it."""

    address: str
    tls: ssl.SSLContext


def load(path: Path) -> Server:
    """Read the current context; DemoError names the file and what it lacks."""
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
        context = _named(config["contexts"], config["current-context"])["context"]
        cluster = _named(config["clusters"], context["cluster"])["cluster"]
        user = _named(config["users"], context["user"])["user"]
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        certificate = base64.b64decode(user["client-certificate-data"]) + base64.b64decode(
            user["client-key-data"]
        )
    except OSError as error:
        raise DemoError(
            f"the kubeconfig cannot be read: {error}; start the cluster with `make cluster`"
        ) from error
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise DemoError(
            f"{path} is not a kubeconfig as kind writes it ({error!r}); try `make cluster`"
        ) from error
    return Server(cluster["server"], _tls(authority, certificate))


def _named(items: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """Find the entry of a kubeconfig's list by its name."""
    for item in items:
        if item["name"] == name:
            return item
    raise KeyError(name)


def _tls(authority: str, certificate: bytes) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=authority)
    # The ssl module reads a client's certificate from a file only.
    with tempfile.NamedTemporaryFile() as file:
        file.write(certificate)
        file.flush()
        context.load_cert_chain(file.name)
    return context
