"""A book in two languages: two editions from one run of the code."""

import re
import shutil

import pytest
from bs4 import BeautifulSoup

from gdbook.site.source import read_page
from gdbook.site.translation import chinese_of, has_words, mark_of

from .server import Server

PAGE = """# %% [markdown]
# # A page
#
# See [the end](other.md#the-end).

# %%
#| code-fold: Check
y = 6 * 7
print("once")

# %% [markdown]
# So it is `=y`, not `=y + 1`.

# %%
#| fig-cap: A line, `=y`.
#| fig-alt: A line that rises.
import matplotlib.pyplot as plt

plt.plot([1, 2])
plt.xlabel("epoch")
plt.show()

# %%
#| echo: false
from IPython.display import Markdown

Markdown("| loss |\\n| -- |\\n| `7` |")
"""
CHINESE = ["# 一页\n\n见[结尾](other.md#the-end)。", "所以它不是 `=y + 1`，而是 `=y`。",
           "#| fig-cap: 一条线，`=y`。\n#| fig-alt: 一条上升的线。"]  # fmt: skip
ZH = """INHERIT: mkdocs.yml
site_name: 书
theme: {language: zh}
plugins:
  search: {pipeline: [stemmer]}
extra:
  folder: zh/
  languages:
    - {name: English, lang: en, link: ../}
    - {name: 中文, lang: zh, link: ./}
"""
EN = {
    "editions": {"zh": "mkdocs.zh.yml"},
    "alternate": True,
    "languages": [
        {"name": "English", "lang": "en", "link": "./"},
        {"name": "中文", "lang": "zh", "link": "zh/"},
    ],
}


def translate(book, uri, *parts):
    """Write the Chinese of a page."""
    path = book.folder / "docs" / uri
    cells = [cell for cell in read_page(path, uri) if has_words(cell)]
    marks = [f"<!-- of {mark_of(cell)} -->\n" for cell in cells]
    text = "\n".join(mark + part for mark, part in zip(marks, parts, strict=False))
    chinese_of(path).write_text(text, encoding="utf-8")


def configure(book):
    """Write the configurations of both editions."""
    text = (book.folder / "mkdocs.yml").read_text("utf-8")
    added = "".join(f"  {key}: {value}\n" for key, value in EN.items())
    text = re.sub("^extra:\n", f"extra:\n{added}", text, flags=re.MULTILINE)
    (book.folder / "mkdocs.yml").write_text(text, encoding="utf-8")
    (book.folder / "mkdocs.zh.yml").write_text(ZH, encoding="utf-8")


@pytest.fixture
def two(book):
    """A small book in both languages."""
    configure(book)
    book.write("page.py", PAGE)
    book.write("other.md", "# Other\n\n## The end\n\n`=published:count`\n")
    translate(book, "page.py", *CHINESE)
    translate(book, "other.md", "# 另一页\n\n## 结尾\n\n`=published:count`")
    translate(book, "index.md", "# 首页")
    return book


def soup(book, uri):
    """A page of the built site."""
    return BeautifulSoup(book.page(uri), "html.parser")


def test_both_editions_come_from_one_run(two):
    log = two.build(strict=True)
    assert log.count("running page.py") == 1  # though its values come in another order
    english, chinese = soup(two, "page.html"), soup(two, "zh/page.html")
    assert (english.html["lang"], chinese.html["lang"]) == ("en", "zh")
    assert "So it is 42, not 43." in english.article.get_text()
    assert "所以它不是 43，而是 42。" in chinese.article.get_text()
    assert chinese.figcaption.get_text().startswith("一条线，42。")
    assert chinese.figure.svg["aria-label"] == "一条上升的线。"
    assert "迭代周期" in chinese.figure.svg.get_text()
    assert "epoch" in english.figure.svg.get_text()
    assert chinese.select_one("summary").get_text() == "检查"
    assert chinese.select_one("table th").get_text() == "损失"
    assert chinese.select_one("pre.output").get_text() == "once"
    shown = [[c.get_text() for c in one.select("code")] for one in (english, chinese)]
    assert shown[0] == shown[1]


def test_headings_have_the_anchors_of_the_english(two):
    two.build(strict=True)
    for uri, ids in (("page.html", ["a-page"]), ("other.html", ["other", "the-end"])):
        for edition in ("", "zh/"):
            headings = soup(two, edition + uri).article.select("h1, h2")
            assert [one["id"] for one in headings] == ids
    assert soup(two, "zh/page.html").select_one('article a[href="other.html#the-end"]')


def test_the_chinese_search_knows_the_chinese_alone(two):
    two.build()
    english = two.page("search/search_index.json")
    chinese = two.page("zh/search/search_index.json")
    assert "The end" in english
    assert "The end" not in chinese
    assert "\\u7ed3\\u5c3e" in chinese
    assert "\\u7ed3\\u5c3e" not in english


def test_downloads_have_the_words_of_their_edition(two):
    two.build()
    assert "所以" in two.page("zh/page.ipynb")
    assert "So it" in two.page("page.ipynb")
    assert two.page("zh/page.py").count("y = 6 * 7") == 1
    assert (two.site / "zh" / "notebooks.zip").is_file()


def test_a_page_without_chinese_is_shown_in_english_and_says_so(two):
    chinese_of(two.folder / "docs" / "page.py").unlink()
    two.build(strict=True)
    text = soup(two, "zh/page.html").article.get_text()
    assert "还没有中文版" in text
    assert "So it is 42" in text
    assert "epoch" in soup(two, "zh/page.html").figure.svg.get_text()
    assert "还没有中文版" not in two.page("zh/other.html")


def test_a_markdown_page_without_chinese_says_so_below_its_title(two):
    two.write("new.md", "---\ndescription: A new page.\n---\n\n# New\n\nWords.\n")
    two.build(strict=True)
    page = soup(two, "zh/new.html")
    assert page.h1.find_next_sibling()["class"] == ["admonition", "note"]
    assert page.select_one("meta[name=description]")["content"] == "A new page."


def test_the_menu_of_chinese_pages_has_their_words(two):
    (two.folder / "mkdocs.yml").write_text(
        (two.folder / "mkdocs.yml").read_text("utf-8")
        + "nav:\n  - Home: index.md\n  - Reference:\n      - Data: page.py\n"
        + "      - Other: other.md\n",
        encoding="utf-8",
    )
    chinese_of(two.folder / "docs" / "other.md").unlink()
    two.build(strict=True)
    menu = soup(two, "zh/page.html").select_one(".md-nav--primary").get_text()
    assert [one in menu for one in ("首页", "参考", "数据", "Other")] == [True] * 4
    assert "Home" not in menu


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ([CHINESE[0], "所以。", CHINESE[2]], "page.py, cell 3"),
        (["一页", *CHINESE[1:]], "page.py, cell 1"),
        (CHINESE[:2], "page.py, cell 4 has none"),
        ([*CHINESE[:2], "#| fig-cap: 线"], "page.py, cell 4"),
    ],
)
def test_chinese_that_does_not_fit_stops_the_build(two, part, message):
    translate(two, "page.py", *part)
    said = two.refusal()
    assert message in said
    assert "page.zh.md" in said


def test_words_that_the_table_lacks_stop_the_build_with_their_place(two):
    two.write("page.py", PAGE.replace('"epoch"', '"no such word"'))
    said = two.refusal()
    assert "'no such word' (page.py, cell 4" in said
    assert "words.zh.toml" in said


def test_a_broken_link_in_the_chinese_is_reported_with_strict(two):
    translate(two, "other.md", "# 另一页 [x](gone.md)\n\n## 结尾\n\n`=published:count`")
    assert "gone.md" in two.refusal(strict=True)


def test_the_options_of_the_command_count_for_both_editions(two):
    translate(two, "index.md", "# 首页\n\n[哪里](nowhere.md)")
    assert "nowhere.md" in two.build(strict=False)
    translate(two, "index.md", "# 首页")
    text = (two.folder / "mkdocs.yml").read_text("utf-8")
    text = text.replace("  offline: {}\n", "").replace("  offline:\n", "")
    (two.folder / "mkdocs.yml").write_text(text, encoding="utf-8")
    for given, page in ((True, "other/index.html"), (False, "other.html")):
        two.build(use_directory_urls=given)
        assert (two.site / page).is_file()
        (there,) = soup(two, page).select("a.edition")
        target = (two.site / page).parent / there["href"]
        target = target / "index.html" if target.is_dir() else target
        assert target.resolve() == two.site / "zh" / page
        shutil.rmtree(two.site)


def test_the_chinese_can_be_built_alone(two):
    done = two.mkdocs("build", "-q", "-f", "mkdocs.zh.yml", "-d", "alone")
    assert done.returncode == 0, done.stderr
    page = (two.folder / "alone" / "page.html").read_text("utf-8")
    assert "所以" in page
    assert not (two.folder / "alone" / "zh").exists()


def test_with_an_address_each_page_names_both_languages(two, monkeypatch):
    monkeypatch.setenv("SITE_URL", "https://example.org/book/")
    two.build()
    links = {
        edition: {
            (one["hreflang"], one["href"])
            for one in soup(two, f"{edition}page.html").select("link[hreflang]")
        }
        for edition in ("", "zh/")
    }
    assert links[""] == links["zh/"] == {
        ("en", "https://example.org/book/page.html"),
        ("x-default", "https://example.org/book/page.html"),
        ("zh", "https://example.org/book/zh/page.html"),
    }  # fmt: skip
    canonical = soup(two, "zh/page.html").select_one("link[rel=canonical]")
    assert canonical["href"] == "https://example.org/book/zh/page.html"
    assert "https://example.org/book/zh/page.html" in two.page("zh/sitemap.xml")
    robots = two.page("robots.txt")
    for address in ("sitemap.xml", "zh/sitemap.xml"):
        assert f"Sitemap: https://example.org/book/{address}\n" in robots
    assert not (two.site / "zh" / "robots.txt").exists()
    # the picture of a page is drawn once
    picture = "https://example.org/book/assets/previews/page.png"
    for edition in ("", "zh/"):
        image = soup(two, f"{edition}page.html").select_one("[property='og:image']")
        assert image["content"] == picture
    assert (two.site / "assets/previews/page.png").is_file()
    assert not (two.site / "zh/assets/previews").exists()


def test_a_chinese_page_links_its_words_and_its_notebook(two, monkeypatch):
    monkeypatch.setenv("REPOSITORY", "a/b")
    two.write("only.md", "# Only English\n")
    two.build()
    found = {
        uri: [
            one["href"] for one in soup(two, uri).select(".downloads a[href*=github]")
        ]
        for uri in ("page.html", "zh/page.html", "zh/only.html")
    }
    blob, colab = "https://github.com/a/b/blob/main/docs", "github/a/b/blob/gh-pages"
    assert found["page.html"][0] == f"{blob}/page.py"
    assert found["page.html"][2].endswith(f"{colab}/page.ipynb")
    assert found["zh/page.html"][0] == f"{blob}/page.zh.md"
    assert found["zh/page.html"][2].endswith(f"{colab}/zh/page.ipynb")
    assert found["zh/only.html"][0] == f"{blob}/only.md"


def test_a_book_in_one_language_names_no_other(book):
    book.write("page.md", "# Page\n")
    book.build(strict=True)
    page = soup(book, "page.html")
    assert not page.select("link[hreflang], .edition")


def test_an_edit_of_either_language_is_served(two):
    server = Server(two.folder)
    try:
        server.wait_for("Serving on")
        assert "所以" in server.page("zh/page.html")
        translate(two, "page.py", *(one.replace("所以", "因此") for one in CHINESE))
        server.wait_for("Reloading browsers")
        assert "因此" in server.page("zh/page.html")
        two.write("page.py", PAGE.replace("So it", "Thus it"))
        said = server.wait_for("Reloading browsers")
        assert "running" not in said
        assert "Thus" in server.page("page.html")
        assert "因此" in server.page("zh/page.html")
    finally:
        server.stop()
