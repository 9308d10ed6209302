"""The built site is HTML as its standard has it, read by html-validate and by us."""

import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from ..conftest import missing
from . import web

Pages = dict[Path, str]
PARTS = dict.fromkeys(["mfrac", "msub", "msup", "munder", "mover", "mroot"], 2)
PARTS |= {"msubsup": 3, "munderover": 3}  # how many parts MathML gives each
TABLE = "<table><thead><tr>{}</tr></thead><tbody><tr><td>1</table>"


@pytest.fixture(scope="module")
def pages(site) -> Pages:
    """Every page of the built site, as text."""
    return {path: path.read_text("utf-8") for path in sorted(site.rglob("*.html"))}


def everywhere(find: Callable[[str], list[str]], pages: Pages) -> dict[str, list[str]]:
    """What a check finds, by page; pages without a find are left out."""
    found = {f"{path.parent.name}/{path.name}": find(pages[path]) for path in pages}
    return {name: finds for name, finds in found.items() if finds}


@cache
def parsed(page: str) -> BeautifulSoup:
    """A page as a tree: each is read once."""
    return BeautifulSoup(page, "html.parser")


def doubled_ids(page: str) -> list[str]:
    """The ids that more than one element has, those inside drawings among them."""
    elements = parsed(page).select("[id]")
    counts = Counter(str(element["id"]) for element in elements)
    return [name for name, count in counts.items() if count > 1]


def unnamed_columns(page: str) -> list[str]:
    """The beginnings of tables without headings, or with an empty one."""
    tables = parsed(page).select("table")
    heads = [(one, one.select("thead th, th[scope]")) for one in tables]
    bare = [one for one, all_ in heads if not all_ or not all(h.text for h in all_)]
    return [one.get_text(" ", strip=True)[:60] for one in bare]


def malformed(page: str) -> list[str]:
    """The elements of formulas that have not as many parts as MathML wants."""
    elements = parsed(page).select(",".join(PARTS))
    counts = [(len(one.find_all(recursive=False)), one) for one in elements]
    return [str(one) for count, one in counts if count != PARTS[one.name]]


def test_every_page_is_valid_html(tools, pages):
    assert web.html_errors(list(pages)) == []


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("</article>", "<p><table><tr><div>x</div></tr></table></article>",
         "element-permitted-content"),
        ("</article>", "</article></article>", "close-order"),
        ("<main", '<main class="x"', "no-dup-attr"),
        ("</main>", "</main><main></main>", "no-multiple-main"),
        ("</article>", '<p id="x"></p><p id="x"></p></article>', "no-dup-id"),
        ("</article>", '<a aria-label="x" name="y">z</a></article>',
         "no-deprecated-attr"),
    ],
)  # fmt: skip
def test_a_broken_page_is_not_valid_html(old, new, rule, tools, pages, site, tmp_path):
    page = pages[site / "index.html"]
    assert old in page
    (tmp_path / "page.html").write_text(page.replace(old, new, 1), encoding="utf-8")
    errors = web.html_errors([tmp_path / "page.html"])
    assert rule in {found for _, _, found, _ in errors}


def test_no_id_stands_twice_on_a_page(pages):
    # html-validate looks into no drawing: a figure shown twice has its ids twice
    assert everywhere(doubled_ids, pages) == {}
    assert doubled_ids('<p id="a"><svg><path id="a"/></svg><p id="b">') == ["a"]


def test_every_table_names_its_columns(pages):
    assert everywhere(unnamed_columns, pages) == {}
    assert unnamed_columns(TABLE.format("<th>a")) == []
    assert unnamed_columns(TABLE.format("<td>a")) == ["a 1"]


def test_every_formula_is_valid_mathml(pages):
    # html-validate does not look into formulas; KaTeX writes an operator in two parts
    assert everywhere(malformed, pages) == {}
    root = "<mroot><mi>x</mi></mroot>"
    assert malformed(f"<mfrac>{root}<mn>2</mn></mfrac>") == [root]


def test_every_page_says_its_language(pages, site):
    def said(page: str) -> list[str]:
        return re.findall(r'<html\b[^>]* lang="([^"]*)"', page)

    for path, page in pages.items():
        edition = path.relative_to(site).parts[0]
        assert said(page) == ["zh" if edition == "zh" else "en"], path
    assert said('<html class="no-js">') == []


POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')


def gaps(page: str) -> list[str]:
    """What a page's policy allows but should not."""
    policy = POLICY.search(page)
    if not policy or policy.start() > page.index("<script"):
        return ["no policy, or after a script"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy[1].split(";")}
    known = {"'none'", "'self'", "file:", "data:"}
    found = [] if rules["object-src"] == ["'none'"] else ["object-src"]
    for name, sources in rules.items():
        inline = {"'unsafe-inline'"} if name == "style-src" else set()
        if name == "script-src":
            inline = {one for one in sources if one.startswith("'sha256-")}
        found += sorted({*sources} - known - inline)
    return found


def test_the_policy_of_every_page_allows_its_own_scripts_and_no_host(pages):
    assert len(pages) > 30
    assert everywhere(gaps, pages) == {}
    meta = '<meta http-equiv="Content-Security-Policy" content="{}"><script>'
    wide = "object-src *; script-src 'self' 'unsafe-inline'; img-src https://x.y"
    found = ["object-src", "*", "'unsafe-inline'", "https://x.y"]
    assert gaps(meta.format(wide)) == found
    assert gaps("<script></script>" + meta) == ["no policy, or after a script"]


def test_without_npm_the_missing_tools_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr(web.shutil, "which", lambda name: None)
    with pytest.raises(web.ToolsMissingError, match="no npm was found"):
        web.install(tmp_path / "tools")


def test_what_npm_cannot_fetch_leaves_no_half_installation(
    tools, monkeypatch, tmp_path
):
    package = tmp_path / "package.json"
    package.write_text('{"dependencies": {"html-validate": "file:nowhere.tgz"}}')
    monkeypatch.setattr(web, "PACKAGE", package)
    with pytest.raises(web.ToolsMissingError, match="npm could not fetch"):
        web.install(tmp_path / "tools" / "fresh")
    assert list((tmp_path / "tools").iterdir()) == []


@pytest.mark.parametrize(
    ("demanded", "outcome"),
    [("1", pytest.fail.Exception), ("", pytest.skip.Exception)],
)
def test_missing_tools_skip_with_their_reason_and_fail_where_ci_demands_them(
    monkeypatch, demanded, outcome
):
    monkeypatch.setenv("CI", demanded)
    with pytest.raises(outcome, match="missing tool: npm"):
        missing("npm")
