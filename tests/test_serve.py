"""`mkdocs serve` while somebody edits: it survives every mistake, and recovers."""

import queue
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import pytest

from .conftest import ENV
from .test_site import FIGURE

GOOD = "# %%\nx = {}\n\n# %% [markdown]\n# # Page\n#\n# Now `=x`.\n"
MISTAKES = {
    "a failing cell": "# %%\n1 / 0\n",
    "an unknown value": "# %% [markdown]\n# Is `=nothing`\n",
    "an unknown ledger name": "# %% [markdown]\n# Is `=published:nothing`\n",
    "a broken link": "# %% [markdown]\n# [x](missing.md)\n",
    "a broken anchor": "# %% [markdown]\n# [x](index.md#nowhere)\n",
    "a bad formula": "# %% [markdown]\n# $\\frac{1}$\n",
    "a figure without alternative": FIGURE.format(options=""),
}
PATIENCE = 60  # seconds; a build takes one or two


class Server:
    """A running `mkdocs serve`, its log read line by line."""

    def __init__(self, book):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        call = [sys.executable, "-m", "mkdocs", "serve", "-a", self.address]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        self.process = subprocess.Popen(call, cwd=book.folder, env=ENV, **streams)
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line)

    def wait_for(self, pattern):
        """The log up to a line that matches; fails when none comes."""
        end, seen = time.monotonic() + PATIENCE, ""
        while time.monotonic() < end:
            try:
                seen += self.lines.get(timeout=0.2)
            except queue.Empty:
                assert self.process.poll() is None, f"the server died:\n{seen}"
            if re.search(pattern, seen):
                return seen
        raise AssertionError(f"waited in vain for {pattern!r}:\n{seen}")

    def page(self, name="page.html"):
        with urllib.request.urlopen(f"http://{self.address}/{name}", timeout=30) as it:
            return it.read().decode()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.process.stdout.close()


@pytest.fixture
def server(book):
    book.write("page.py", GOOD.format(0))
    running = Server(book)
    yield running
    running.stop()


def test_serve_survives_every_mistake_and_recovers_when_it_is_mended(server, book):
    server.wait_for("Serving on")
    assert "Now 0." in server.page()
    for number, (mistake, text) in enumerate(MISTAKES.items(), 1):
        book.write("page.py", text)
        said = server.wait_for("An error happened during the rebuild")
        assert "page.py" in said, mistake
        book.write("page.py", GOOD.format(number))
        server.wait_for("Reloading browsers")
        assert f"Now {number}." in server.page(), mistake


def test_after_edits_serve_shows_what_a_build_from_nothing_writes(server, book):
    server.wait_for("Serving on")
    book.write("other.md", "# Other\n\n$a^2$, [home](index.md){.md-button}\n")
    server.wait_for("Reloading browsers")
    book.write("other.md", "# Changed\n\n$b^2$, [home](index.md){.headerlink}\n")
    server.wait_for("Reloading browsers")
    shutil.rmtree(book.folder / ".cache")
    book.build()
    site = book.folder / "site"
    names = ["search/search_index.json", "assets/katex/katex.min.css", "page.py"]
    names += [f"assets/stylesheets/{path.name}" for path in site.rglob("main.*.css")]
    assert len(names) == 4
    for name in names:
        assert server.page(name) == book.page(name), name


def test_serve_sees_a_change_in_the_package(server, book):
    server.wait_for("Serving on")
    extra = book.folder / "gdbook" / "extra.py"
    extra.write_text("NUMBER = 41\n")
    server.wait_for("Reloading browsers")
    book.write("page.py", "# %%\nfrom gdbook.extra import NUMBER\n\nprint(NUMBER)\n")
    server.wait_for("Reloading browsers")
    assert "41" in server.page()
    extra.write_text("NUMBER = 42\n")
    server.wait_for("Reloading browsers")
    assert "42" in server.page()
