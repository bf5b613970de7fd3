"""What the tests of workers and matchers share."""

from collections.abc import Iterator

import pytest

from .test_workers import Databases


@pytest.fixture(scope="session")
def databases(tmp_path_factory) -> Iterator[Databases]:
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.drop()
