"""`make bench`: how fast the book is, as ratios within one run, and how light.

Machines differ and are noisy; a ratio of two times measured side by side travels. The
tables go to tests/bench.json, and from there onto the page about the build. The table
about pages needs Chromium and npm.
"""

import contextlib
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import psutil
import torch
from playwright.sync_api import Browser

from gdbook.data import setup_seed, shuffled
from gdbook.experiments import (
    CLEAN_LABELS,
    EXPERIMENTS,
    SIMPLE_FEATURES,
    WRONG_LABELS,
    simple_value_and_grad,
)
from gdbook.ledger import read_ledger
from gdbook.optimizers import UPDATES, cost_per_step
from gdbook.reproduce import reproduce
from gdbook.theory import ensemble

from . import web
from .test_serve import Server

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

ENV = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
STOCK = """
site_name: Stock
theme: {name: material, font: false}
plugins: [search, {mkdocs-jupyter: {execute: true, cache: false}}]
"""
# one page of each kind; the heaviest is found by weighing all
PLAYED = "zero/clean"
KINDS = {
    "home": "index.html",
    "text": "reference/notation.html",
    "code": "experiment/data.html",
    "a figure to play with": f"{PLAYED}.html",
    "a proof": "why/steepest.html",
    "the ledger": "reference/ledger.html",
}
COLUMNS = {
    "page": "target",
    "Lighthouse": "at least 99 / 100 / 100 / 100",
    "kB over the wire": "text: at most 120, any: at most 250",
    "layout shift": "0",
    "blocking time": "under 50 ms",
    "axe violations": "0",
    "HTML errors": "0",
    "requests to other hosts": "0",
}


def seconds(work: Callable[[], object]) -> float:
    """How long some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def best_of(times: int, work: Callable[[], object]) -> float:
    """The shortest of several times: noise only ever adds."""
    return min(seconds(work) for _ in range(times))


def build(folder: Path) -> int:
    """Build a book; return the peak memory of all its processes together, in bytes."""
    call = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
    process = psutil.Popen(call, cwd=folder, env=ENV, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            family = [process, *process.children(recursive=True)]
            peak = max(peak, sum(one.memory_info().rss for one in family))
        time.sleep(0.05)
    assert process.returncode == 0, f"{folder} does not build"
    return peak


def copy_of_the_book(folder: Path) -> Path:
    """The book without anything that it remembers."""
    for name in ("docs", "gdbook", "tests"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    return folder


def stock_book(folder: Path, site: Path) -> Path:
    """The same notebooks, their outputs taken out, for mkdocs-jupyter to execute."""
    (folder / "docs").mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(STOCK)
    (folder / "docs" / "index.md").write_text("# Stock\n")
    for number, path in enumerate(sorted(site.rglob("*.ipynb"))):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, folder / "docs" / f"{number}.ipynb")
    return folder


def generated_book(folder: Path, count: int) -> Path:
    """A book of many small notebook pages."""
    copy_of_the_book(folder)
    text = (folder / "mkdocs.yml").read_text()
    (folder / "mkdocs.yml").write_text(text[: text.index("\nnav:\n") + 1])
    for path in [*(folder / "docs").rglob("*.py"), *(folder / "docs").rglob("*.md")]:
        path.unlink()
    page = "# %% [markdown]\n# # Page {0}\n\n# %%\nx = {0}\nprint(x)\n\n"
    page += "# %% [markdown]\n# It is `=x`.\n"
    (folder / "docs" / "index.md").write_text("# Home\n")
    (folder / "docs" / "reference").mkdir(exist_ok=True)
    (folder / "docs" / "reference" / "article.md").write_text("# Article\n")
    for number in range(count):
        (folder / "docs" / f"p{number}.py").write_text(page.format(number))
    return folder


class Served:
    """A book that is served while it is edited."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = Server(self)
        self.server.wait_for("Serving on")

    def edit(self, page: str, old: str, new: str) -> tuple[float, list[str]]:
        """Edit a page; return the time of the build and the pages that ran."""
        path = self.folder / "docs" / page
        text = path.read_text("utf-8")
        assert old in text, f"{page} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        self.server.wait_for("Building documentation")
        start = time.perf_counter()
        said = self.server.wait_for("Reloading browsers")
        return time.perf_counter() - start, re.findall(r"ran (\S+) in", said)


def article_loop() -> None:
    """The article's experiments as it ran them, its prints included.

    After every step of a toy the loss of all samples is evaluated and printed.
    """

    def batches(size, X, y):
        order = list(range(len(X)))
        random.shuffle(order)
        for start in range(0, len(X), size):
            chosen = torch.tensor(order[start : start + size])
            yield X[chosen], y[chosen]

    def step(params, lr, size):
        with torch.no_grad():
            for param in params:
                param -= lr * param.grad / size
                param.grad.zero_()

    def lifted(y_hat):
        for i in range(y_hat.size(0)):
            if y_hat[i] >= 3:
                y_hat[i] += 0.1
        return y_hat

    def toy(net, labels, params, num_epochs):
        random.seed(20)
        for epoch in range(num_epochs):
            for X, y in batches(1, SIMPLE_FEATURES, labels):
                ((net(X, *params) - y) ** 2).sum().backward()
                step(params, 0.3, 10)
                with torch.no_grad():
                    l = (net(SIMPLE_FEATURES, *params) - labels) ** 2
                    print(f"epoch {epoch + 1}, loss {float(l.mean()):f}")

    def start(*numbers):
        return [torch.tensor([float(n)], requires_grad=True) for n in numbers]

    regression = EXPERIMENTS["regression"](by_hand=True, num_epochs=1)
    w, b = (param.clone().requires_grad_() for param in regression.initial)
    features, labels = regression.features, regression.labels
    for epoch in range(300):
        for X, y in batches(10, features, labels):
            ((X @ w + b - y.reshape(-1, 1)) ** 2 / 2).sum().backward()
            step([w, b], 0.0003, 10)
        with torch.no_grad():
            l = (features @ w + b - labels) ** 2 / 2
            print(f"epoch {epoch + 1}, loss {float(l.mean()):f}")
    toy(lambda X, w: X * w, CLEAN_LABELS, start(2), 300)
    toy(lambda X, w: X * w, WRONG_LABELS, start(2), 30_000)
    toy(lambda X, w, b: X * w + b, WRONG_LABELS, start(2, 0), 30_000)
    toy(lambda X, w: lifted(X * w), WRONG_LABELS, start(2), 300)


def toy_loop(num_epochs: int) -> None:
    """The article's loop on the wrong label, for so many epochs."""
    random.seed(20)
    w = torch.tensor([2.0], requires_grad=True)
    for epoch in range(num_epochs):
        order = list(range(4))
        random.shuffle(order)
        for i in order:
            chosen = torch.tensor([i])
            X, y = SIMPLE_FEATURES[chosen], WRONG_LABELS[chosen]
            ((X * w - y) ** 2).sum().backward()
            with torch.no_grad():
                w -= 0.3 * w.grad / 10
                w.grad.zero_()
                l = (SIMPLE_FEATURES * w - WRONG_LABELS) ** 2
                print(f"epoch {epoch + 1}, loss {float(l.mean()):f}")


def toy_by_hand(num_epochs: int) -> None:
    """The loop of the page that says how much sooner this ends."""
    setup_seed(20)
    x, y = SIMPLE_FEATURES.float().numpy(), WRONG_LABELS.numpy()
    eta, m, w, path = np.float32(0.3), np.float32(10), np.float32(2), [2.0]
    for _ in range(num_epochs):
        for i in shuffled(len(x)):
            _, (slope,) = simple_value_and_grad(x[i], y[i], w)
            w = w - eta * slope / m
            path.append(float(w))


def quietly(work: Callable[[], object]) -> Callable[[], object]:
    """The work, its prints thrown away after they were made."""

    def silent() -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            work()

    return silent


def largest_page(site: Path) -> float:
    """The size of the largest notebook page without its figures, in kB."""
    pages = [path.with_suffix(".html") for path in site.rglob("*.ipynb")]
    texts = (page.read_text("utf-8") for page in pages)
    bare = (re.sub(r"<figure.*?</figure>", "", text, flags=re.S) for text in texts)
    return max(len(text.encode()) for text in bare) / 1000


def measure_builds(folder: Path, rows: list[list[str]]) -> tuple[Path, Path]:
    """Builds, pages and serving; return the site, and the stock one."""
    book = copy_of_the_book(folder / "book")
    memory: list[int] = []
    cold = seconds(lambda: memory.append(build(book)))
    warm = best_of(3, lambda: build(book))
    stock = stock_book(folder / "stock", book / "site")
    stock_cold = seconds(lambda: build(stock))
    pages = len(list((book / "site").rglob("*.ipynb")))
    rows += [
        [f"cold build of {pages} notebook pages, against stock mkdocs-jupyter",
         "at most 1/2", f"{cold / stock_cold:.2f} ({cold:.0f} s : {stock_cold:.0f} s)"],
        ["warm build", "at most 2 s", f"{warm:.2f} s"],
        ["warm build, against the cold one", "at most 1/10", f"{warm / cold:.3f}"],
    ]  # fmt: skip
    served = Served(book)
    page = "zero/clean.py"
    prose, ran = min(
        served.edit(page, "Four samples", "Four samples,") for _ in range(3)
    )
    assert ran == [], f"a prose edit ran {ran}"
    code, ran = served.edit(page, "losses[:4]", "losses[:3]")
    served.server.stop()
    stock_page = (
        max(len(p.read_bytes()) for p in (stock / "site").rglob("*.html")) / 1000
    )
    rows += [
        ["rebuild on serve after an edit of prose", "at most 0.5 s", f"{prose:.2f} s"],
        ["rebuild on serve after an edit of one cell", "that page only",
         f"{', '.join(ran)} ({code:.1f} s)"],
        ["largest notebook page without its figures", "at most 60 kB",
         f"{largest_page(book / 'site'):.0f} kB (stock: {stock_page:.0f} kB)"],
        ["peak memory of a build, all processes", "at most 2 GB",
         f"{memory[0] / 1e9:.2f} GB"],
    ]  # fmt: skip
    costs = {}
    for count in (10, 100):
        many = generated_book(folder / f"many{count}", count)
        build(many)
        costs[count] = best_of(3, lambda many=many: build(many))
    rows.append(["warm build of 100 generated pages, against 10", "at most 10",
                 f"{costs[100] / costs[10]:.1f}"])  # fmt: skip
    return book / "site", stock / "site"


def measure_pages(site: Path, stock_site: Path) -> list[list[str]]:
    """What a reader gets: a page of each kind, and one of them in the stock book."""
    rows: list[list[str]] = []
    with web.chromium() as browser:
        with web.served(site) as host:
            pages = KINDS | {"the heaviest": heaviest(site, host, browser)}
            for kind, page in pages.items():
                name = f"{kind}: {page.removesuffix('.html')}"
                rows.append([name, *measured(site / page, f"{host}/{page}", browser)])
        with web.served(stock_site) as host:
            page = stock_page(site, PLAYED)
            name = f"stock mkdocs-jupyter: {PLAYED}"
            rows.append([name, *measured(stock_site / page, f"{host}/{page}", browser)])
    return rows


def heaviest(site: Path, host: str, browser: Browser) -> str:
    """The page that takes most bytes on a first visit."""
    pages = [path.relative_to(site).as_posix() for path in site.rglob("*.html")]
    return max(pages, key=lambda page: web.first_visit(browser, f"{host}/{page}"))


def stock_page(site: Path, name: str) -> str:
    """Where the stock book has a page's content: it counts the notebooks."""
    notebooks = sorted(site.rglob("*.ipynb"))
    return f"{notebooks.index(site / f'{name}.ipynb')}/index.html"


def measured(file: Path, url: str, browser: Browser) -> list[str]:
    """One page's row: Lighthouse, bytes, axe, html-validate."""
    # the best of three: noise only ever takes away
    verdicts = [web.lighthouse(url) for _ in range(3)]
    best = max(verdicts, key=lambda verdict: (verdict.performance, -verdict.blocking))
    size, foreign = web.first_visit(browser, url)
    scores = best.performance, best.accessibility, best.best_practices, best.seo
    return [
        " / ".join(map(str, scores)),
        f"{size / 1000:.0f}",
        f"{best.shift:.3f}".removesuffix(".000"),
        f"{best.blocking:.0f} ms",
        str(violations(url, browser)),
        str(len(web.html_errors([file]))),
        str(foreign),
    ]


def violations(url: str, browser: Browser) -> int:
    """How many of axe's rules a page breaks, on a phone or a desk, in light or dark."""
    broken: set[str] = set()
    for size in (web.PHONE, web.DESK):
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport=size, color_scheme=scheme)
            page.goto(url)
            broken |= {found["id"] for found in web.axe_violations(page)}
            page.close()
    return len(broken)


def measure_numbers(rows: list[list[str]]) -> str:
    """The published numbers, in three ways; return the ratio that a page quotes."""
    torch.set_num_threads(1)
    entries = read_ledger()
    loop = seconds(quietly(article_loop))
    ours = seconds(lambda: list(reproduce(entries)))
    by_hand = best_of(2, lambda: list(reproduce(entries, by_hand=True)))
    epochs = 2000
    toy = best_of(2, quietly(lambda: toy_loop(epochs)))
    hand = best_of(3, lambda: toy_by_hand(epochs))
    rows += [
        ["all published numbers the article's way, against the article's own loop",
         "at most 1/2", f"{ours / loop:.2f} ({ours:.0f} s : {loop:.0f} s)"],
        ["all published numbers by hand, against the article's way", "at most 1/20",
         f"1/{ours / by_hand:.0f}"],
        ["the toy by hand, against the article's loop", "about 1/90",
         f"1/{toy / hand:.0f}"],
    ]  # fmt: skip
    return f"{toy / hand:.0f}"


def measure_ensembles(rows: list[list[str]]) -> None:
    """Many independent runs of a toy at once, and the cost against their number."""
    x, y = SIMPLE_FEATURES.double().numpy()[:, None], WRONG_LABELS.double().numpy()
    start = [2.0]
    times = {
        runs: seconds(lambda runs=runs: ensemble(x, y, start, 0.3, 10, 1000, runs, 0))
        for runs in (100, 1000, 10_000)
    }
    plain = cost_per_step(UPDATES["SGD"], 10**6)
    adam = cost_per_step(UPDATES["Adam"], 10**6)
    rows.append(["a step of Adam, against one of plain descent, a million parameters",
                 "", f"{adam / plain:.0f}"])  # fmt: skip
    shown = ", ".join(f"{runs:,}: {took:.2f} s" for runs, took in times.items())
    rows.append(["10,000 runs of a toy for 1,000 epochs", "at most 30 s",
                 f"{times[10_000]:.1f} s ({shown})"])  # fmt: skip


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown, where a number and its unit stay on one line."""
    lines = [head, ["--"] * len(head), *rows]
    text = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return re.sub(r"(?<=\d) (?=(?:s|ms|kB|GB)\b)", "\N{NO-BREAK SPACE}", text)


def main() -> None:
    """Measure everything, print the tables, and keep them for the page of the build."""
    rows: list[list[str]] = []
    factor = measure_numbers(rows)
    measure_ensembles(rows)
    with tempfile.TemporaryDirectory() as folder:
        pages = measure_pages(*measure_builds(Path(folder), rows))
    found = {
        "table": table(["what", "target", "measured"], rows),
        "toy by hand": factor,
        "pages": table([*COLUMNS], [[*COLUMNS.values()], *pages]),
    }
    print(found["table"], found["pages"], sep="\n\n")
    target = ROOT / "tests" / "bench.json"
    target.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
