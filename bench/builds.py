"""How long builds take, what an edit costs, and how soon a signal ends them."""

import os
import shutil
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import books
from bench.commands import Built, best_build, build, edit, seconds_to_end, served
from bench.table import TIMES, Row, table
from tests.conftest import ROOT

EDITED = "zero/clean.py"
SIGNALS = {"Ctrl-C": signal.SIGINT, "SIGTERM": signal.SIGTERM}
SERVE = ("serve", "--dev-addr", "127.0.0.1:0")
THEME = "mkdocs-material"
VERSION = f"from importlib.metadata import version; print(version({THEME!r}))"


def measure() -> dict[str, str]:
    """Measure builds; return their table."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        book = books.copy_of_the_book(folder / "book")
        rows = [
            *cold_rows(folder, book),
            warm_row(book),
            *language_rows(book),
            *theme_rows(folder, book),
            *edit_rows(book),
            *signal_rows(folder),
            sources_row(books.stock_of_sources(folder / "sources")),
            many_row(folder),
        ]
    return {"builds": table(TIMES, rows)}


def cold_rows(folder: Path, book: Path, times: int = 2) -> list[Row]:
    """Builds from nothing, and stock ones of the same notebooks, by turns."""
    ours, stock = [cold_build(book)], folder / "stock"
    books.stock_of_notebooks(stock, book / "site")
    theirs = [build(stock)]
    for _ in range(times - 1):
        ours.append(cold_build(book))
        theirs.append(build(stock))
    one, other = (min(done.seconds for done in all_) for all_ in (ours, theirs))
    count = len([*(book / "site").rglob("*.ipynb")])
    return [
        [f"cold build of {count} notebook pages, against stock mkdocs-jupyter",
         "at most 0.6", f"{one / other:.2f} ({one:.0f} s : {other:.0f} s)"],
        slowest_row(book, ours),
        ["peak memory of a cold build, all processes", "at most 2 GB",
         f"{min(done.peak for done in ours) / 1e9:.2f} GB"],
    ]  # fmt: skip


def cold_build(book: Path, config: str = books.ENGLISH) -> Built:
    """Build a book without its cache."""
    shutil.rmtree(book / ".cache", ignore_errors=True)
    return build(book, "--config-file", config)


def slowest_row(book: Path, cold: list[Built]) -> Row:
    """The page that took longest: beside others, and alone."""
    pages = {page: min(one.ran[page] for one in cold) for page in cold[0].ran}
    page = max(pages, key=lambda name: pages[name])
    with (book / "docs" / page).open("a", encoding="utf-8") as file:
        file.write("\n# %%\nNone\n")  # other code, so that it runs again
    alone = build(book).ran[page]
    shown = f"{page}: {pages[page]:.1f} s ({alone:.1f} s alone)"
    return ["the slowest page of a cold build", "at most 8 s", shown]


def warm_row(book: Path) -> Row:
    """A build in which nothing has changed."""
    took = best_build(3, book, "--config-file", books.ENGLISH).seconds
    return ["warm build", "at most 3 s", f"{took:.2f} s"]


def language_rows(book: Path) -> list[Row]:
    """What the other languages cost: a build of all, against English alone."""
    configs = (books.ENGLISH, "mkdocs.yml")
    cold = [min(cold_build(book, one).seconds for _ in range(2)) for one in configs]
    warm = [best_build(3, book, "--config-file", one).seconds for one in configs]
    return [
        [f"{kind} build of both languages, against English alone", f"at most {most}",
         f"{both / one:.2f} ({both:.1f} s : {one:.1f} s)"]
        for kind, most, (one, both) in (("cold", 1.2, cold), ("warm", 1.5, warm))
    ]  # fmt: skip


def theme_rows(folder: Path, book: Path) -> list[Row]:
    """A warm build with another version of the theme; no row without a network."""
    target, installed = folder / "theme", version(THEME)
    wanted = f"{THEME}=={installed.split('.')[0]}.*,!={installed}"
    call = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps",
            "--target", str(target), wanted]  # fmt: skip
    if subprocess.run(call, stderr=subprocess.DEVNULL).returncode:
        return []
    places = filter(None, [str(target), os.environ.get("PYTHONPATH")])
    path = os.pathsep.join(places)
    env = os.environ | {"PYTHONPATH": path}
    other = subprocess.check_output([sys.executable, "-c", VERSION], env=env, text=True)
    ran = [*build(book, PYTHONPATH=path).ran]
    build(book)
    what = f"warm build with Material {other.strip()} in place of {installed}"
    return [[what, "builds, no page runs", f"builds, {names(ran)}"]]


def names(pages: list[str]) -> str:
    """The pages that ran, for a table."""
    return f"{', '.join(pages) or 'no page'} runs"


def edit_rows(book: Path) -> list[Row]:
    """What an edit of a page costs while the book is served."""
    path = book / "docs" / EDITED
    before, prose, ran = path.read_text("utf-8"), list[float](), list[str]()
    for config in (books.ENGLISH, "mkdocs.yml"):
        path.write_text(before, encoding="utf-8")
        with served(book, "--config-file", config) as server:
            edits = [
                edit(server, path, "Four samples", "Four samples,") for _ in range(3)
            ]
            prose.append(min(took for took, _ in edits))
            ran += [page for _, pages in edits for page in pages]
    with served(book) as server:
        code, changed = edit(server, path, "losses[:4]", "losses[:3]")
    english, both = prose
    return [
        ["rebuild on serve after an edit of prose, English alone",
         "at most 1.5 s, no page runs", f"{english:.2f} s, {names(ran)}"],
        ["the same of both languages, against English alone", "",
         f"{both / english:.2f} ({both:.2f} s : {english:.2f} s)"],
        [f"rebuild on serve after an edit of a cell of {EDITED}", "that page only",
         f"{code:.1f} s, {names(changed)}"],
    ]  # fmt: skip


def signal_rows(folder: Path) -> list[Row]:
    """How long a build and a server run on after a signal in the midst of a cell."""
    marker = folder / "cell-runs"
    book = books.small_book(folder / "endless", books.endless_page(marker))
    rows = []
    for name, sent in SIGNALS.items():
        ends = [
            seconds_to_end(book, marker, sent, *call) for call in (("build",), SERVE)
        ]
        shown = f"{ends[0]:.2f} s, {ends[1]:.2f} s"
        what = f"{name} in a cell without end, until build and serve have ended"
        rows.append([what, "at most 2 s", shown])
    return rows


def sources_row(stock: Path) -> Row:
    """How many of our pages stock mkdocs-jupyter builds from their sources."""
    try:
        build(stock, PYTHONPATH=str(ROOT))
    except RuntimeError as error:  # a cell failed, and nothing was written
        print(error, file=sys.stderr)
    docs, site = stock / "docs", stock / "site"
    pages = [path.relative_to(docs).with_suffix("") for path in docs.rglob("*.py")]
    built = sum((site / address_of(page)).is_file() for page in pages)
    what = "pages that stock mkdocs-jupyter builds from our sources, without our hooks"
    return [what, "all", f"{built} of {len(pages)}"]


def address_of(page: Path) -> Path:
    """Where MkDocs puts a page by default: an index has no folder of its own."""
    folder = page.parent if page.name == "index" else page
    return folder / "index.html"


def many_row(folder: Path, counts: tuple[int, int] = (10, 100)) -> Row:
    """What a warm build costs against the number of pages."""
    times = {}
    for count in counts:
        pages = books.generated_pages(count)
        book = books.small_book(folder / f"many{count}", pages)
        build(book)
        times[count] = best_build(3, book).seconds
    few, many = counts
    what = f"warm build of {many} generated pages, against {few}"
    return [what, f"at most {many // few}", f"{times[many] / times[few]:.1f}"]
