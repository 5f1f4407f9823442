"""A server for each test."""

from collections.abc import Iterator

import pytest

from tests.egress.build import Server


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.stop()
