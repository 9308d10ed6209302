"""Books to build: the whole one, those for stock mkdocs-jupyter, and small ones."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import nbformat

from tests.conftest import ROOT

ENGLISH = "mkdocs.en.yml"  # the settings of a book without its other languages
# JSON is YAML too
STOCK = """site_name: Stock
theme: {{name: material, font: false}}
plugins: [search, {{mkdocs-jupyter: {settings}}}]
"""
EXECUTE = {"include": ["*.py", "*.ipynb"], "execute": True, "allow_errors": False,
           "cache": False}  # fmt: skip
PAGE = """# %% [markdown]
# # Page {0}

# %%
x = {0}
print(x)

# %% [markdown]
# It is `=x`.
"""
ENDLESS = """# %% [markdown]
# # Page

# %%
from pathlib import Path

Path({0!r}).touch()
while True:
    pass
"""


def copy_of_the_book(folder: Path) -> Path:
    """The book without its cache."""
    for name in ("docs", "gdbook", "bench"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    for name in ("mkdocs.yml", "mkdocs.zh.yml"):
        shutil.copy(ROOT / name, folder)
    (folder / ENGLISH).write_text("INHERIT: mkdocs.yml\nextra: {editions: null}\n")
    return folder


def small_book(folder: Path, pages: dict[str, str]) -> Path:
    """A book with the settings and the package of ours, and these pages in `docs`."""
    copy_of_the_book(folder)
    settings = (folder / "mkdocs.yml").read_text("utf-8")
    (folder / "mkdocs.yml").write_text(settings[: settings.index("\nnav:\n") + 1])
    docs = folder / "docs"
    for path in [*docs.rglob("*.py"), *docs.rglob("*.md")]:
        path.unlink()
    needed = {"index.md": "# Home\n", "reference/article.md": "# Article\n"}
    for name, text in (needed | pages).items():
        (docs / name).write_text(text, encoding="utf-8")
    return folder


def generated_pages(count: int) -> dict[str, str]:
    """Small notebook pages, by name."""
    return {f"p{number}.py": PAGE.format(number) for number in range(count)}


def endless_page(marker: Path) -> dict[str, str]:
    """A page with a cell that makes a file and does not end."""
    return {"page.py": ENDLESS.format(str(marker))}


def stock_settings(folder: Path, ignored: Sequence[str] = ()) -> Path:
    """A folder with settings for stock mkdocs-jupyter, which executes all the rest."""
    settings = json.dumps(EXECUTE | {"execute_ignore": [*ignored]})
    folder.mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(STOCK.format(settings=settings))
    return folder


def stock_of_sources(folder: Path, docs: Path = ROOT / "docs") -> Path:
    """Our sources as they are, for stock mkdocs-jupyter, without our hooks."""
    shutil.copytree(docs, stock_settings(folder) / "docs")
    return folder


def stock_of_notebooks(folder: Path, site: Path, only: str = "") -> Path:
    """The notebooks that a site publishes, for stock mkdocs-jupyter to execute.

    only: the one notebook that is executed; the others keep their outputs.
    """
    names = [path.relative_to(site).as_posix() for path in site.rglob("*.ipynb")]
    names = [name for name in names if not name.startswith("zh/")]  # the same code
    executed = [only] if only else names
    stock_settings(folder, [name for name in names if name not in executed])
    for name in names:
        notebook = nbformat.read(site / name, as_version=4)
        if name in executed:
            remove_outputs(notebook)
        (folder / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, folder / "docs" / name)
    return folder


def remove_outputs(notebook: nbformat.NotebookNode) -> None:
    """Take the outputs out of a notebook, in place."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
