"""The Images API in place of the real one."""

from collections.abc import Iterator

import pytest

from tests.images_api import ImagesApi


@pytest.fixture
def api() -> Iterator[ImagesApi]:
    with ImagesApi().running() as running:
        yield running
