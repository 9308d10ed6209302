"""The figures of the pages on the digits."""

import pytest

from .conftest import Page
from .runner import DOCS

WITHOUT = {"digits/cost", "digits/processes"}  # their results are tables
PAGES = sorted(f"digits/{path.stem}" for path in (DOCS / "digits").glob("*.py"))


@pytest.mark.parametrize("name", PAGES)
def test_no_figure_is_heavy(name: str, page: Page) -> None:
    sizes = [len(figure.encode()) for figure in page(name).figures]
    assert sizes or name in WITHOUT
    assert max(sizes, default=0) < 30_000
