"""What a page gave is used again exactly as long as nothing has changed behind it."""

import json
import os
import re
import time

import pytest

from gdbook.site import execute

CODE = "# %%\nprint('{}')\n\n# %% [markdown]\n# {}\n"
IMPORTING = "# %%\n#| echo: false\nfrom gdbook.ledger import read_ledger\n"


def entries(book):
    """The stored outputs: the file of each, and what it holds."""
    files = sorted((book.folder / ".cache" / "outputs").glob("*.json"))
    return [(path, json.loads(path.read_text())["result"]) for path in files]


def test_prose_is_edited_without_running_and_code_runs_one_page(book):
    book.write("one.py", CODE.format("code", "Before."))
    book.write("other.py", CODE.format("else", "Bystander."))
    assert book.build().count("running") == 2
    book.write("one.py", CODE.format("code", "After."))
    assert "running" not in book.build()
    assert "After." in book.page("one.html")
    found = book.page("search/search_index.json")
    assert [text in found for text in ("After.", "Bystander.", "Before.")] == [
        True, True, False,
    ]  # fmt: skip
    book.write("one.py", CODE.format("new code", "After."))
    log = book.build()
    assert "running one.py" in log
    assert "running other.py" not in log
    assert "new code" in book.page("one.html")


def test_a_value_newly_asked_for_runs_the_page(book):
    page = "# %%\nx = 5\n\n# %% [markdown]\n# Now {}.\n"
    book.write("one.py", page.format("`=x`"))
    book.build()
    book.write("one.py", page.format("`=x + 1`"))
    book.build()
    assert "Now 6." in book.page("one.html")


@pytest.mark.parametrize("changed", ["gdbook.ledger", "ipykernel"])
def test_a_change_of_what_a_page_loaded_runs_it_again(changed, book, monkeypatch):
    book.write("page.py", IMPORTING)
    book.build()
    assert "running" not in book.build()
    true = execute.version
    monkeypatch.setattr(
        execute, "version", lambda name: "new" if name == changed else true(name)
    )
    assert "running page.py" in book.build()
    assert "running" not in book.build()


@pytest.mark.parametrize("changed", ["gdbook.optimizers", "mkdocs-material", "torch"])
def test_a_change_of_what_a_page_did_not_load_runs_nothing(changed, book, monkeypatch):
    book.write("page.py", IMPORTING)
    book.build()
    true = execute.version
    monkeypatch.setattr(
        execute, "version", lambda name: "new" if name == changed else true(name)
    )
    assert "running" not in book.build()


def test_a_module_that_is_imported_by_name_at_run_time_counts(book):
    code = "import importlib\n\nimportlib.import_module('gdbook.ledger').__name__"
    book.write("page.py", f"# %%\n#| echo: false\n{code}\n")
    book.build()
    ((_, entry),) = entries(book)
    assert "gdbook.ledger" in entry["loaded"]


def test_no_page_loads_what_it_does_not_import(book):
    book.write("page.py", CODE.format("x", "y"))
    book.build()
    ((_, entry),) = entries(book)
    assert {"ipykernel", "ipython"} <= set(entry["loaded"])
    assert not {"torch", "sympy", "numpy", "matplotlib", "mkdocs"} & set(
        entry["loaded"]
    )


@pytest.mark.parametrize("damage", ["", '{"outputs": [', "[]"])
def test_a_damaged_entry_costs_one_run(damage, book):
    book.write("page.py", CODE.format("x", "y"))
    book.build()
    for path, _ in entries(book):
        path.write_text(damage)
    assert "running page.py" in book.build()
    assert "running" not in book.build()


def test_without_a_folder_for_the_cache_a_build_works_and_warns(book):
    (book.folder / ".cache").write_text("a file where the folder should be")
    book.write("page.py", CODE.format("shown", "y") + "\n# %% [markdown]\n# $x$\n")
    assert "nothing is kept for the next build" in book.build(strict=True)
    assert "shown" in book.page("page.html")


def test_what_openblas_is_told_counts(book, monkeypatch):
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    book.write("page.py", CODE.format("x", "y"))
    book.build()
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert "running page.py" in book.build()


def test_a_build_deletes_what_none_has_used_for_long(book):
    book.write("page.py", CODE.format("x", "y"))
    book.build()
    ((path, _),) = entries(book)
    old, new = path.with_name("old.json"), path.with_name("new.json")
    for other, age in ((old, 40), (new, 20)):
        other.write_text("{}")
        os.utime(other, (time.time() - age * 24 * 60 * 60,) * 2)
    book.build()
    assert [one.exists() for one in (path, old, new)] == [True, False, True]


def test_the_log_says_which_page_runs_for_how_long_and_how_many_are_left(book):
    for name in ("one", "other"):
        book.write(f"{name}.py", CODE.format(name, "y"))
    log = book.build()
    for name in ("one", "other"):
        assert f"running {name}.py" in log
        assert re.search(rf"ran {name}\.py in \d+\.\d s, [01] left", log)
    assert {found[1] for found in re.finditer(r"(\d) left", log)} == {"0", "1"}


def test_an_update_of_the_theme_runs_no_page(book, monkeypatch):
    book.write("page.py", CODE.format("x", "y"))
    book.build()
    true = execute.package_version
    monkeypatch.setattr(
        execute, "package_version",
        lambda name: "9.9.9" if name == "mkdocs-material" else true(name),
    )  # fmt: skip
    assert "running" not in book.build()


def test_builds_with_and_without_a_cache_are_the_same_bytes(book):
    figure = (
        "\n# %%\n#| fig-cap: It is `=2 + 2`.\n#| fig-alt: A rising line.\n"
        "import matplotlib.pyplot as plt\n\nplt.plot([1, 2])\nplt.show()\n"
    )
    book.write("page.py", CODE.format("x", "y") + figure + "\n# %%\nprint({1, 'a'})\n")
    book.write("formula.md", "$a^2$ and `=published:clean.w`")
    built = []
    for remove in (False, True, False):
        book.build()
        built.append(book.files())
        if remove:
            book.remove_cache()
    from_nothing, cached, from_nothing_again = built
    assert from_nothing == cached == from_nothing_again
    assert len(from_nothing) > 10
