"""Small books: a folder with a mkdocs.yml like the real one, and pages to try."""

import logging
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from ..conftest import ROOT, run_mkdocs

SITE = ROOT / "gdbook" / "site"


class Book:
    """A small book that is built as the real one is, in this process."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.folder = folder
        self.site = folder / "site"
        self.settings(**settings)
        self.write("index.md", "# Home\n")

    def settings(self, **changes: object) -> None:
        """Write mkdocs.yml: that of the real book, without its pages, and changes."""
        text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
        text = text[: text.index("\nnav:\n") + 1]
        text = text.replace("gdbook/site/", f"{SITE.as_posix()}/")
        # of the real book alone: its article, its other languages, what is watched
        for line in (r"watch: .*\n", r"  credits: .*\n", r"  editions: .*\n",
                     r"  alternate: .*\n  languages:\n(    - .*\n)+"):  # fmt: skip
            text, count = re.subn(f"^{line}", "", text, flags=re.MULTILINE)
            assert count == 1, line
        text = text.replace("extra_css: [assets/book.css]\n", "")
        text = text.replace("  logo: assets/mark.svg\n  favicon: assets/mark.svg\n", "")
        added = yaml.safe_dump(changes) if changes else ""
        (self.folder / "mkdocs.yml").write_text(text + added, encoding="utf-8")

    def write(self, uri: str, text: str | bytes) -> Path:
        """Write a page or another file below docs/."""
        path = self.folder / "docs" / uri
        path.parent.mkdir(parents=True, exist_ok=True)
        data = text if isinstance(text, bytes) else text.encode()
        path.write_bytes(data)
        return path

    def build(self, **options: object) -> str:
        """Build; return the log. Raises AssertionError when the build fails."""
        failed, log = self._build(**options)
        assert not failed, log
        return log

    def refusal(self, **options: object) -> str:
        """Build, demand that it fails, and return the log."""
        failed, log = self._build(**options)
        assert failed, f"built without complaint:\n{log}"
        return log

    def _build(self, dirty: bool = False, **options: object) -> tuple[bool, str]:
        with logged() as lines, ThreadPoolExecutor(1) as thread:
            config = load_config(str(self.folder / "mkdocs.yml"), **options)
            try:  # in a thread: in this one a browser's event loop may run
                thread.submit(build, config, dirty=dirty).result()
                return False, "\n".join(lines)
            except Abort as error:
                return True, "\n".join([*lines, str(error)])

    def mkdocs(self, *arguments: str, **options: object) -> subprocess.CompletedProcess:
        """Call MkDocs as people do, from the folder of the book."""
        return run_mkdocs(self.folder, *arguments, **options)

    def page(self, uri: str) -> str:
        """A file of the built site."""
        return (self.site / uri).read_text(encoding="utf-8")

    def remove_cache(self) -> None:
        """Let the next build begin from nothing."""
        shutil.rmtree(self.folder / ".cache", ignore_errors=True)

    def files(self) -> dict[str, bytes]:
        """Every file of the built site but the sitemap, which holds a date."""
        found = (path for path in sorted(self.site.rglob("*")) if path.is_file())
        return {
            path.relative_to(self.site).as_posix(): path.read_bytes()
            for path in found
            if "sitemap" not in path.name
        }


@contextmanager
def logged() -> Iterator[list[str]]:
    """Collects what MkDocs and the book log."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in ("mkdocs", "gdbook")]
    for one in loggers:
        one.addHandler(handler)
        one.setLevel(logging.INFO)
    yield lines
    for one in loggers:
        one.removeHandler(handler)


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A small book to try things with."""
    return Book(tmp_path)
