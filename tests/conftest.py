"""What tests share: the article's runs, the built site, small books to break."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace

import matplotlib
import pytest
import torch
from matplotlib import pyplot as plt
from playwright.sync_api import Browser

from gdbook.experiments import EXPERIMENTS, Result
from gdbook.site.figure_svg import svg
from gdbook.site.kernel import STYLE
from gdbook.site.source import read_page
from gdbook.site.source_quotes import Quotations

from . import web

ROOT = Path(__file__).parents[1]
ENV = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
Page = Callable[[str], SimpleNamespace]
torch.set_num_threads(1)


def run_experiment(name: str, by_hand: bool) -> Result:
    torch.set_num_threads(1)
    return EXPERIMENTS[name](by_hand=by_hand)


@pytest.fixture(scope="session")
def autograd_results() -> dict[str, Result]:
    """Every experiment the article's way, each in a process of its own."""
    names = list(EXPERIMENTS)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        results = pool.map(run_experiment, names, [False] * len(names))
        return dict(zip(names, results, strict=True))


@pytest.fixture(scope="session")
def by_hand_results() -> dict[str, Result]:
    """Every experiment with gradients by formula."""
    return {name: run_experiment(name, by_hand=True) for name in EXPERIMENTS}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site, built as `make build` does."""
    target = tmp_path_factory.mktemp("site")
    done = mkdocs(ROOT, "build", "--strict", "--site-dir", str(target))
    assert done.returncode == 0, done.stdout
    return target


@pytest.fixture(scope="module")  # one process can drive one Playwright at a time
def browser() -> Iterator[Browser]:
    """A Chromium; without one its tests are skipped, or fail where CI demands them."""
    if not web.CHROMIUM:
        web.missing("no Chromium was found: the browser tests need one")
    with web.chromium() as running:
        yield running


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """Run the code of a page of part 3, once and here; the names it leaves come."""
    ran = cache(run_here)
    matplotlib.use("agg")
    yield ran
    plt.close("all")


def run_here(name: str) -> SimpleNamespace:
    """Run the cells of a page, with its figures as SVG under the name `figures`."""
    path, quotations, figures = ROOT / f"docs/numbers/{name}.py", Quotations(), []
    space: dict = {"__name__": name}

    def show() -> None:
        figures.append(svg(plt.gcf()))
        plt.close("all")

    with pytest.MonkeyPatch.context() as patch, plt.style.context(STYLE):
        patch.setattr(plt, "show", show)
        for cell in read_page(path, path.name):
            if cell.kind == "code":
                code = quotations.expand(cell) if cell.shown else cell.source
                exec(compile(code, cell.place, "exec"), space)
    return SimpleNamespace(**space, figures=figures)


def mkdocs(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run MkDocs in a folder; what it prints and complains comes as one text."""
    call = [sys.executable, "-m", "mkdocs", *arguments]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.run(call, cwd=folder, env=ENV, timeout=600, **streams)


class Book:
    """A small book of its own, with a copy of gdbook that a test may change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "gdbook", folder / "gdbook", ignore=ignore)
        shutil.copytree(ROOT / "docs" / "assets", folder / "docs" / "assets")
        text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
        settings = text[: text.index("\nnav:\n") + 1]
        (folder / "mkdocs.yml").write_text(settings, encoding="utf-8")
        (folder / "tests").mkdir()
        shutil.copy(ROOT / "tests" / "bench.json", folder / "tests")
        self.write("reference/article.md", "# Article")
        self.write("index.md", "# Home")

    def write(self, uri: str, text: str) -> None:
        """Write a page."""
        path = self.folder / "docs" / uri
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def build(self) -> str:
        """Build; return what it said. Raises AssertionError when it fails."""
        done = mkdocs(self.folder, "build")
        assert done.returncode == 0, done.stdout
        return done.stdout

    def refusal(self) -> str:
        """Build, demand that it fails, and return what it said."""
        done = mkdocs(self.folder, "build")
        assert done.returncode != 0, f"built without complaint:\n{done.stdout}"
        return done.stdout

    def page(self, uri: str) -> str:
        """A built page."""
        return (self.folder / "site" / uri).read_text(encoding="utf-8")


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A small book to break."""
    return Book(tmp_path)


@pytest.fixture
def refuses(book: Book) -> Callable[..., str]:
    """Build one page that must be refused; the refusal must say all of some words."""

    def refusal(uri: str, text: str, *words: str) -> str:
        book.write(uri, text)
        said = book.refusal()
        for word in words:
            assert word in said
        return said

    return refusal
