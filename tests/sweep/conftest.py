"""One ground for all sweeps of the session."""

from collections.abc import Iterator

import pytest

from tests.sweep.ground import Ground, ground


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("sweep")) as running:
        yield running
