"""The built site, as a reader meets it: what they copy runs, what they see is true."""

import ast
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jupytext
import nbformat
import pytest
from bs4 import BeautifulSoup, SoupStrainer

from gdbook.site.source import is_notebook, read_page
from gdbook.site.spans import spans
from gdbook.site.translation import pages_with_words
from tests.conftest import ROOT

from .runner import DOCS, run_blocks

SOURCES = [path for path, _ in pages_with_words(DOCS)]
NOTEBOOKS = [path for path in SOURCES if is_notebook(path.name)]
CODE = SoupStrainer(class_=re.compile(r"\b(language-python|output)\b"))


def html_of(site: Path, source: Path) -> BeautifulSoup:
    """The code and the outputs of a built page, in their order."""
    built = (site / source.relative_to(DOCS)).with_suffix(".html")
    return BeautifulSoup(built.read_text("utf-8"), "html.parser", parse_only=CODE)


def shown(page: BeautifulSoup) -> tuple[list[str], list[str]]:
    """The Python blocks of a page as its copy button takes them; what each printed."""
    blocks: list[str] = []
    printed: list[str] = []
    for element in page.select(".language-python code, pre.output"):
        if element.name == "code":
            blocks.append(element.get_text())
            printed.append("")
        else:
            assert blocks, f"output before any code: {element.get_text()}"
            text = element.get_text().rstrip()
            printed[-1] = "\n".join(filter(None, [printed[-1], text]))
    return blocks, printed


@pytest.fixture(scope="session")
def copied(
    site, tmp_path_factory
) -> dict[Path, tuple[list[str], list[str], list[str]]]:
    """For every page its blocks, what it shows, and what running the blocks printed."""
    folder = tmp_path_factory.mktemp("reader")
    pages = {source: shown(html_of(site, source)) for source in SOURCES}
    with ThreadPoolExecutor(2) as pool:
        runs = pool.map(lambda page: run_blocks(page[0], folder), pages.values())
        return {
            s: (*page, ran) for (s, page), ran in zip(pages.items(), runs, strict=True)
        }


def name_of(path: Path) -> str:
    return path.relative_to(DOCS).as_posix()


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_every_block_runs_as_copied_and_prints_what_the_page_shows(source, copied):
    _, expected, printed = copied[source]
    assert printed == expected


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_the_chinese_page_shows_the_same_blocks_and_outputs(source, site, copied):
    assert shown(html_of(site / "zh", source)) == copied[source][:2]


def test_pages_do_have_blocks_and_outputs(copied):
    blocks = [block for page in copied.values() for block in page[0]]
    outputs = [text for page in copied.values() for text in page[1] if text]
    assert len(blocks) > 3 * len(NOTEBOOKS)
    assert len(outputs) > 2 * len(NOTEBOOKS)


def test_a_block_that_needs_the_package_is_caught(tmp_path):
    with pytest.raises(AssertionError, match="readers do not have gdbook"):
        run_blocks(["from gdbook.sgd import sgd"], tmp_path)


def test_a_block_that_prints_something_else_is_caught(tmp_path):
    assert run_blocks(["x = 1", "print(x)\nx + 1"], tmp_path) == ["", "1\n2"]


def with_code() -> list[Path]:
    """The notebook pages that show code."""
    return [p for p in NOTEBOOKS if any(cell.shown for cell in read_page(p, p.name))]


def code_of(cells: list) -> list[str]:
    """The code of a notebook's code cells, as blocks end on a page."""
    return [f"{cell.source}\n" for cell in cells if cell.cell_type == "code"]


@pytest.mark.parametrize("source", with_code(), ids=name_of)
@pytest.mark.parametrize("edition", ["", "zh"])
def test_the_published_notebook_has_the_code_and_the_outputs_of_the_page(
    source, edition, site, copied
):
    path = (site / edition / source.relative_to(DOCS)).with_suffix(".ipynb")
    notebook = nbformat.reads(path.read_text("utf-8"), as_version=4)
    nbformat.validate(notebook)
    blocks, shown, _ = copied[source]
    assert code_of(notebook.cells) == blocks
    stored = [
        "\n".join(
            (out.get("text") or out["data"]["text/plain"]).rstrip()
            for out in cell.outputs
            if "text" in out or not {"image/svg+xml", "text/latex"} & set(out["data"])
        )
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    assert stored == shown


@pytest.mark.parametrize("source", with_code(), ids=name_of)
@pytest.mark.parametrize("edition", ["", "zh"])
def test_the_published_script_has_the_code_of_the_page(source, edition, site, copied):
    path = (site / edition / source.relative_to(DOCS)).with_suffix(".py")
    text = path.read_text("utf-8")
    ast.parse(text)
    assert code_of(jupytext.reads(text, fmt="py:percent").cells) == copied[source][0]


DECIMAL = re.compile(r"(?<![\w.])\d+\.\d+(?!\w|\.\d)")


def typed_decimals(source: str) -> list[str]:
    """Decimal numbers in Markdown, outside code and the targets of links."""
    prose = re.sub(r"^(```|~~~).*?^\1", "", source, flags=re.DOTALL | re.MULTILINE)
    prose = re.sub(r"`[^`]*`|\]\([^)]*\)|\{[^}]*\}(?=\s|$)", "", prose)
    prose = re.sub(
        r"CC BY-SA \d\.\d|section \d\.\d|(doi|arXiv):[\w./()-]+", "", prose
    )  # names, not results
    return DECIMAL.findall(prose)


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_no_decimal_number_is_typed_in_prose(source):
    for cell in read_page(source, source.name):
        texts = [*cell.options.get("fig-cap", ()), *cell.options.get("fig-alt", ())]
        texts += [cell.source] if cell.kind == "markdown" else []
        assert typed_decimals("\n".join(texts)) == []


@pytest.mark.parametrize(
    "text", ["The loss is 0.000049.", "a $0.3$ b", "- 1.5", "(2.0, x)", "−0.0008"]
)
def test_a_typed_decimal_is_found(text):
    assert typed_decimals(text)


@pytest.mark.parametrize(
    "text", ["`=loss:.6f`", "`x = 0.5`", "CC BY-SA 4.0", "[a](b-1.2.md)", "Step 3."]
)
def test_code_names_and_values_are_no_typed_decimals(text):
    assert typed_decimals(text) == []


IMITATED = re.compile(
    r"\*{1,3}(?:[A-Za-z]|[A-Z][a-z])\*{1,3}|</?su[bp]>"  # bold and italic symbols
    "|[\u0370-\u03ff\u2070-\u209c²³¹½∇√‖≤≥≈≠∈∞×∂∑]"
)


def imitated_formulas(source: str) -> list[str]:
    """Signs of formulas in Markdown that stand outside of code and TeX."""
    prose = [span.text for span in spans(source) if span.kind == "text"]
    return IMITATED.findall(re.sub(r"\]\([^)]*\)", "]", "\n".join(prose)))


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_no_formula_is_imitated_in_prose(source):
    for cell in read_page(source, source.name):
        texts = [cell.source] if cell.kind == "markdown" else []
        texts += cell.options.get("fig-cap", ())
        assert imitated_formulas("\n\n".join(texts)) == [], cell.place


@pytest.mark.parametrize("text", ["so *x* is", "**g** · **v**", "x²", "η is", "a ≤ b"])
def test_an_imitated_formula_is_found(text):
    assert imitated_formulas(text)
    assert not imitated_formulas(f"${text}$ `{text}`, *so*, **not**")


@pytest.fixture(scope="session")
def html_pages(site) -> dict[Path, BeautifulSoup]:
    return {
        path: BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for path in site.rglob("*.html")
    }


LOADED = [("script", "src"), ("link", "href"), ("img", "src"), ("source", "src"),
          ("iframe", "src"), ("use", "href"), ("object", "data")]  # fmt: skip


def foreign(page: BeautifulSoup) -> list[str]:
    """What a page would load from another host."""
    found = [
        str(tag[key])
        for name, key in LOADED
        for tag in page.find_all(name, **{key: True})
    ]
    return [address for address in found if re.match(r"(https?:)?//", address)]


def test_no_page_loads_anything_from_another_host(html_pages):
    assert {
        path: foreign(page) for path, page in html_pages.items() if foreign(page)
    } == {}


def test_a_foreign_script_is_found():
    assert foreign(BeautifulSoup('<script src="//cdn.example/x.js">', "html.parser"))


def test_no_style_sheet_or_script_loads_from_another_host(site):
    for path in [*site.rglob("*.css"), *site.rglob("*.js")]:
        text = path.read_text("utf-8")
        assert not re.search(r"url\(\s*['\"]?(https?:)?//", text), path
        assert not re.search(r"@import[^;]*(https?:)?//", text), path
        assert "unpkg.com" not in text or path.name.startswith("bundle"), path


def broken(path: Path, page: BeautifulSoup, anchors: dict[Path, set]) -> list[str]:
    """The links of a page whose file or anchor does not exist."""
    found = []
    for tag in page.find_all(href=True):
        address = str(tag["href"])
        if re.match(r"(https?|mailto|data):", address) or path.name == "404.html":
            continue
        file, _, anchor = address.partition("#")
        target = (path.parent / file).resolve() if file else path
        target = target / "index.html" if target.is_dir() else target
        if not target.exists() or (
            anchor and anchor not in anchors.get(target, {anchor})
        ):
            found.append(address)
    return found


def anchors_of(page: BeautifulSoup) -> set[str]:
    """What a link to a page may name behind the #."""
    return {str(tag[key]) for key in ("id", "name") for tag in page.select(f"[{key}]")}


def test_every_internal_link_and_anchor_resolves(html_pages):
    pages = {path.resolve(): page for path, page in html_pages.items()}
    anchors = {path: anchors_of(page) for path, page in pages.items()}
    bad = {path: broken(path, page, anchors) for path, page in pages.items()}
    assert {path: links for path, links in bad.items() if links} == {}


def test_every_page_credits_the_article_and_its_licence(html_pages):
    for path, page in html_pages.items():
        if path.name != "404.html":
            text = page.get_text()
            assert "qq_37002846" in text, path
            assert page.find(
                "a", href="https://creativecommons.org/licenses/by-sa/4.0/"
            )


def test_no_page_names_a_folder_of_this_machine(site):
    for path in site.rglob("*"):
        if path.suffix in (".html", ".ipynb", ".py", ".json", ".js"):
            assert str(ROOT) not in path.read_text("utf-8"), path


def test_no_formula_is_left_as_tex(html_pages):
    for path, page in html_pages.items():
        assert not page.select(".arithmatex"), path
        assert not page.select("[data-wait]"), path


def test_no_page_carries_a_script_for_formulas(html_pages):
    for path, page in html_pages.items():
        scripts = [str(tag.get("src", "")) for tag in page.find_all("script")]
        found = {Path(s).name for s in scripts if re.search("katex|mathjax", s, re.I)}
        assert found <= {"copy-tex.min.js"}, path  # it copies them, and draws none


def test_every_figure_has_caption_and_alternative(html_pages):
    figures = [
        figure for page in html_pages.values() for figure in page.select("figure")
    ]
    assert figures
    for figure in figures:
        assert figure.find("figcaption").get_text(strip=True)
        assert figure.find("svg")["aria-label"]


def shadowed(stem: str) -> bool:
    """Whether a script of this name hides a module from the scripts beside it."""
    return stem in {"torch", "numpy", "matplotlib", "sympy", *sys.stdlib_module_names}


def test_no_script_to_take_away_hides_a_module_that_pages_import() -> None:
    stems = {path.stem for path in (ROOT / "docs").rglob("*.py")}
    assert {stem for stem in stems if shadowed(stem)} == set()
    assert shadowed("torch")  # saved beside another page, it would be imported there
    assert shadowed("random")
