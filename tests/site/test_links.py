"""Complaints about links come every time, and each page gets its own links."""

from itertools import product

import pytest

# with what the complaint names
BROKEN = {"[a link](gone.md)": "'gone.md'", "[an anchor](index.md#no)": "anchor '#no'"}


@pytest.mark.parametrize("first", ["-q", "-v"])
def test_a_broken_link_is_reported_by_every_build(first, book):
    book.settings(strict=False)
    text = ", ".join(BROKEN)
    book.write("page.md", text)
    book.write("other.py", f"# %% [markdown]\n# {text}\n")
    assert book.mkdocs("build", first).returncode == 0
    for _ in range(2):
        done = book.mkdocs("build", "--strict")
        assert done.returncode == 1, done.stdout
        for named, page in product(BROKEN.values(), ("page.md", "other.py")):
            said = [line for line in done.stdout.split("\n") if named in line]
            assert any(page in line and "WARNING" in line for line in said), done.stdout


def test_the_same_text_in_two_folders_has_the_links_of_its_place(book):
    text = "[home](/index.md)\n"
    book.settings(validation={"links": {"absolute_links": "relative_to_docs"}})
    book.write("s.md", text)
    book.write("a/s.md", text)
    book.write("t.py", f"# %% [markdown]\n# {text}")
    book.write("a/t.py", f"# %% [markdown]\n# {text}")
    book.build()
    for name in ("s", "t"):
        assert '<a href="index.html">home' in book.page(f"{name}.html")
        assert '<a href="../index.html">home' in book.page(f"a/{name}.html")


def test_the_address_of_pages_follows_the_configuration_of_this_build(
    book, monkeypatch
):
    book.settings(plugins={"search": {}, "offline": {"enabled": "OFFLINE"}})
    text = (book.folder / "mkdocs.yml").read_text()
    switch = text.replace("enabled: OFFLINE", "enabled: !ENV [OFFLINE, false]")
    (book.folder / "mkdocs.yml").write_text(switch)
    book.write("page.md", "# Page\n\n[home](index.md)\n")
    monkeypatch.setenv("OFFLINE", "true")
    book.build()
    assert '<a href="index.html">home' in book.page("page.html")
    monkeypatch.setenv("OFFLINE", "false")
    book.build()
    assert '<a href="../">home' in book.page("page/index.html")
    book.build(use_directory_urls=False)
    assert '<a href="index.html">home' in book.page("page.html")


def test_an_edit_of_an_inherited_configuration_counts(book):
    parent = book.folder / "parent.yml"
    (book.folder / "mkdocs.yml").rename(parent)
    (book.folder / "mkdocs.yml").write_text("INHERIT: parent.yml\n")
    book.write("page.md", "# Page\n\n## Part\n")
    book.build()
    assert 'class="headerlink"' in book.page("page.html")
    parent.write_text(parent.read_text().replace("permalink: true", "permalink: false"))
    book.build()
    assert 'class="headerlink"' not in book.page("page.html")
