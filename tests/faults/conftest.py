"""One stage for the whole tier: a seeded slice of the trials, and the broken operators, all played once."""

import logging

import pytest

from tests.faults.slice import chosen
from tests.faults.stage import in_a_loop
from tests.faults.suite import Played, Suite, perform

SEED = 1
AT_ONCE = 16


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    for name in ("golive", "kopf", "aiohttp", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    directory = tmp_path_factory.mktemp("faults")
    suite = Suite(SEED, AT_ONCE)
    return in_a_loop(lambda: perform(directory, suite, chosen, with_broken=True))
