"""The figures of the pages on the numbers."""

import pytest

from .conftest import Page
from .runner import DOCS

PAGES = sorted(path.stem for path in (DOCS / "numbers").glob("*.py"))


@pytest.mark.parametrize("name", PAGES)
def test_no_figure_is_heavy(name: str, page: Page) -> None:
    sizes = [len(figure.encode()) for figure in page(name).figures]
    assert sizes
    assert max(sizes) < 30_000
