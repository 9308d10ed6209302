"""A browser, the tools from npm, and pages to try things on."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ..conftest import missing
from . import web


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for one module: others may need a thread without its event loop."""
    if not web.CHROMIUM:
        missing("chromium")
    with web.chromium() as running:
        yield running


@pytest.fixture(scope="module")
def tools() -> Path:
    """The tools from npm."""
    try:
        return web.node_tools()
    except web.ToolsMissingError:
        missing("html-validate" if shutil.which("npm") else "npm")
        raise


@pytest.fixture(params=["a plain folder", "http"])
def base(request: pytest.FixtureRequest, site: Path) -> Iterator[str]:
    """The address of the site, from a plain folder and from a host."""
    if request.param == "http":
        with web.served(site) as host:
            yield host
    else:
        yield site.as_uri()
