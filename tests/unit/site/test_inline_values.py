import html
import json
import string
from datetime import date
from decimal import Decimal
from pathlib import Path

import markdown
import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given
from hypothesis import strategies as st
from mkdocs.exceptions import PluginError
from mkdocs.utils import yaml_load

from gdbook.site import inline_values
from gdbook.site.inline_values import (
    Markdown,
    books,
    look_up,
    program,
    programs,
    put_in,
    read_value,
)
from gdbook.site.words import Words

ENGLISH = Words("en")
ROOT = Path(__file__).parents[3]
BOOKS = {"published": {"w": "1.", "x": "2"}, "bench": {"table": Markdown("| a |")}}
PLACE = "a.py, cell 3: `=x`"


def result(value):
    """The output of a kernel that evaluated an expression."""
    return {"output_type": "execute_result", "data": {"text/plain": repr(value)}}


def text_of(name, **page):
    """The text of an expression among the names of a page."""
    return read_value([result(eval(program(name, PLACE), page))], PLACE)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x", "format((x), '')"),
        (" x : .6f", "format((x), ' .6f')"),
        ("x:,.0f", "format((x), ',.0f')"),
        ("d['a:b']:>4", "format((d['a:b']), '>4')"),
        ("d[1:2]", "format((d[1:2]), '')"),
        ("d[1:2][0]:.1f", "format((d[1:2][0]), '.1f')"),
        ("{'a': 1}['a']:03d", "format(({'a': 1}['a']), '03d')"),
        ("(lambda: 3)():d", "format(((lambda: 3)()), 'd')"),
        ("(lambda x: x)(3)", "format(((lambda x: x)(3)), '')"),
        ("day:%H:%M", "format((day), '%H:%M')"),
        ("x != r", "format((x != r), '')"),
        ("x:", "format((x), '')"),
        ("1, 2", "format((1, 2), '')"),
    ],
)
def test_an_expression_is_cut_from_its_format_at_the_right_colon(name, expected):
    assert program(name, PLACE) == expected


@pytest.mark.parametrize(
    "name",
    [
        "1 +",
        ":.4f",
        "x = 1",
        "await x",
        "yield",
        "import os",
        "x!r",
        "x!r:3",
        "x) + (y",
    ],
)
def test_what_is_no_expression_is_refused_with_its_place(name):
    with pytest.raises(PluginError) as caught:
        programs(f"Is `={name}`.", BOOKS, "a.py, cell 3")
    assert str(caught.value).startswith(f"a.py, cell 3: `={name}`: wanted a Python ")


def test_expressions_are_found_once_sorted_and_in_tex():
    text = "`=b` $w = `=a:.1f`/3$ `=b` `=published:w` $$\n`=c`\n$$"
    assert [*programs(text, BOOKS, "a.py")] == ["a:.1f", "b", "c"]


@pytest.mark.parametrize(
    "text", ["`` `=x` ``", "```\n`=x`\n```", "``=x``", "`x`", "$`x`$", "\\`=x`"]
)
def test_code_holds_no_values(text):
    assert programs(text, BOOKS, "a.py") == {}
    assert put_in(text, {"x": "1"}) == text
    assert put_in(text, {"x": "1"}, plain=True) == text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("{x for x in y}", "{1}"),
        ("d[\"a\"] + d['b']", "3"),
        ("x:.6f", "0.500000"),
        ("s", "it's"),
        ("x", "0.5"),
        ("third:.3f", "0.333"),
        ("day:%d.%m.", "02.01."),
        ("[x for _ in y]", "[0.5]"),
        ("(lambda: x)()", "0.5"),
        ("100_000:,", "100,000"),
        ("'µ'", "µ"),
        ("1, 2", "(1, 2)"),
    ],
)
def test_a_value_has_the_text_that_an_f_string_gives(name, expected):
    page = {"x": 0.5, "y": [1], "d": {"a": 1, "b": 2}, "s": "it's"}
    page |= {"third": Decimal("0.3333"), "day": date(2000, 1, 2)}
    assert text_of(name, **page) == expected


PRINTED = {"output_type": "stream", "name": "stdout", "text": "x\n"}
DRAWN = {"output_type": "display_data", "data": {"image/svg+xml": "<svg/>"}}


@pytest.mark.parametrize(
    ("outputs", "got"),
    [
        ([PRINTED, result("None")], "x\\n"),
        ([DRAWN, result("1")], "display_data"),
        ([PRINTED], "x\\n"),
        ([], "[]"),
    ],
)
def test_an_expression_that_prints_or_draws_is_refused(outputs, got):
    with pytest.raises(PluginError) as caught:
        read_value(outputs, PLACE)
    assert str(caught.value).startswith(f"{PLACE}: wanted a value alone, got the ")
    assert got in str(caught.value)


def test_an_expression_without_a_value_is_refused():
    with pytest.raises(PluginError) as caught:
        text_of("None")
    assert str(caught.value) == f"{PLACE}: wanted text on one line, got 'None'"


def test_an_address_in_memory_is_no_value():
    with pytest.raises(PluginError, match="wanted text on one line, got '<object"):
        text_of("object()")


def test_a_value_on_two_lines_is_refused_and_code_on_two_lines_is_not():
    with pytest.raises(PluginError, match=r"^a\.py: wanted .*x \+.*1.* on one line"):
        look_up("So `=x +\n1` is.", BOOKS, "a.py")
    assert look_up("So `x =\n1`, ``=x`` and `=published:w`.", BOOKS, "a.py") == {
        "published:w": "1."
    }


@pytest.mark.parametrize("character", "\0\2\b\t\n\r\x1b\x7f")
def test_a_control_character_in_a_value_is_refused(character):
    with pytest.raises(PluginError) as caught:
        text_of("x", x=f"a{character}b")
    assert str(caught.value).startswith(f"{PLACE}: wanted text on one line, got 'a\\")


def test_entries_of_books_are_looked_up():
    text = "`=published:w`, `=x`, $`=published:x`$, `` `=published:no` ``"
    assert look_up(text, BOOKS, "a.md") == {"published:w": "1.", "published:x": "2"}
    assert [*programs(text, BOOKS, "a.md")] == ["x"]


@pytest.mark.parametrize("key", ["no", ""])
def test_an_unknown_entry_is_refused_with_those_that_are_known(key):
    with pytest.raises(PluginError) as caught:
        look_up(f"`=published:{key}`", BOOKS, "a.md")
    message = f"a.md: `=published:{key}`: no value {key!r} in 'published', only w, x"
    assert str(caught.value) == message


def test_the_books_are_the_article_the_bench_and_the_versions(tmp_path):
    (tmp_path / "bench").mkdir()
    measured = {"table": "| a |\n| - |", "toy by hand": "137"}
    (tmp_path / "bench" / "results.json").write_text(json.dumps(measured))
    found = books(tmp_path, ENGLISH)
    assert [*found] == ["published", "bench", "version", "glossary"]
    published = dict(found["published"])
    assert published.pop("count") == str(len(published)) == "73"
    assert published["clean.w"].startswith("1.")
    assert found["bench"] == measured
    assert isinstance(found["bench"]["table"], Markdown)
    assert not isinstance(found["bench"]["toy by hand"], Markdown)
    assert found["version"]["mkdocs"][0].isdigit()
    row = '| learning rate, step size | <span lang="zh">学习率，步长</span> | $\\eta$ |'
    assert row in found["glossary"]["terms"]


def test_a_chinese_edition_has_the_tables_in_chinese(tmp_path):
    (tmp_path / "bench").mkdir()
    measured = {"table": "| loss |\n| -- |"}
    (tmp_path / "bench" / "results.json").write_text(json.dumps(measured))
    found = books(tmp_path, Words("zh"))
    assert found["bench"]["table"] == "| 损失 |\n| -- |"
    row = '| 学习率，步长 | <span lang="en">learning rate, step size</span> | $\\eta$ |'
    assert row in found["glossary"]["terms"]


def test_without_a_bench_its_book_is_empty(tmp_path):
    assert books(tmp_path, ENGLISH)["bench"] == {}


@pytest.mark.parametrize("name", ["no-such", ""])
def test_the_version_of_a_package_that_is_not_installed_is_refused(tmp_path, name):
    with pytest.raises(PluginError, match=rf"^a\.md: `=version:{name}`: no value "):
        look_up(f"`=version:{name}`", books(tmp_path, ENGLISH), "a.md")


def test_a_value_is_plain_in_text_and_in_tex():
    found = {"x": "a_b*", "y": "-1.5"}
    text = "A `=x` and $`=y`$."
    assert put_in(text, found, plain=True) == "A a_b* and $-1.5$."
    assert put_in("$`= x `/3$ $$\n`=x`\n$$", found) == "$a_b*/3$ $$\na_b*\n$$"


@pytest.mark.parametrize("number", ["0.5", "-0.5", "1e-05", "1,000", "5 %", "−3", "±2"])
def test_a_number_stands_in_markdown_as_it_is_printed(number):
    assert put_in("It is `=x`.", {"x": number}) == f"It is {number}."


def test_a_table_is_markdown():
    found = look_up("`=bench:table`", BOOKS, "a.md")
    assert put_in("A\n\n`=bench:table`\n\nB", found) == "A\n\n| a |\n\nB"
    assert put_in("`=bench:table`\n", found, plain=True) == "| a |\n"


EXTENSIONS = yaml_load((ROOT / "mkdocs.yml").read_text("utf-8"))["markdown_extensions"]
RENDERER = markdown.Markdown(
    extensions=[*EXTENSIONS],
    extension_configs={k: v or {} for k, v in EXTENSIONS.items()},
)
PLACES = {  # where a value may stand, and the element that then shows it
    "`=x`": "p",
    "A\n\n`=x`\n\nB": "p + p",
    "`=x`\nB": "p",
    "A `=x`\nB": "p",
    "A\n`=x`": "p",
    "A\n`=x`\nB": "p",
    "> `=x`": "blockquote p",
    "- `=x`": "li",
    "1. `=x`": "li",
    "# `=x`": "h1",
    "## A `=x` #": "h2",
    "`=x`\n===": "h1",
    "| a | b |\n| - | - |\n| c | `=x` |": "td + td",
    "| a | `=x` |\n| - | - |\n| c | d |": "th + th",
    "a\n\n:   `=x`": "dd",
    "A[^1].\n\n[^1]: `=x`": ".footnote p",
    "**`=x`** and *`=x`*": "strong",
    "*`=x`*": "em",
    "[`=x`](https://a.example)": "a",
    "[a]`=x`": "p",
    "`=x`{: #b }": "p",
    "!!! note\n\n    `=x`": ".admonition p + p",
    "/// details | note\n`=x`\n///": "details p",
    '=== "A"\n\n    `=x`': ".tabbed-block p",
    '<span class="margin">`=x`</span>': ".margin",
    '<p markdown="1">`=x`</p>': "p",
    '<div markdown="1">`=x`</div>': "div",
    '<div markdown="1">\n\n`=x`\n\n</div>': "div p",
    "$a$, `=x`, $b$": "p",
}


def shown(text, value):
    """The page that a text with a value makes."""
    source = put_in(text, {"x": value})
    return BeautifulSoup(RENDERER.reset().convert(source), "html.parser")


def check_shown(text, selector, value):
    """Assert that a place shows a value as text, beside the author's own words."""
    page, plain = shown(text, value), shown(text, "QQQ")
    for link in [*page.select(".headerlink"), *plain.select(".headerlink")]:
        link.decompose()
    found, expected = page.select_one(selector), plain.select_one(selector)
    assert found is not None, str(page)
    assert found.get_text() == expected.get_text().replace("QQQ", value), str(page)
    assert [tag.name for tag in page.find_all()] == [
        tag.name for tag in plain.find_all()
    ]


TRICKY = [
    "1.", "1. a", "12)", "- a", "-", "+ a", "* a", "*a*", "**a**", "_a_", "a_b_c",
    "a|b", "|", "| a | b |", "<b>", "<!-- a -->", "&amp;", "&#35;", "# a", "#", "`a`",
    "```", "~~~", "[a](b)", "[a]", "[^1]", "[a]: b", "![a](b)", "$a$", "$$a$$",
    "\\(a\\)", "\\[a\\]", "\\", "\\*", "===", "---", "***", "> a", ": a", "{: #a }",
    "{ .a }", "!!! note", "??? note", '=== "A"', "    a", " a ", "a  ", "(b)", "'a'",
    "(https://b.example)", "https://a.example", '"', "a:b", "*[A]: b", "--8<--", "^a^",
    "~a~", "==a==", "++a++", ":smile:", "@a",
]  # fmt: skip


@pytest.mark.parametrize(("text", "selector"), PLACES.items())
def test_a_value_is_shown_as_text_wherever_it_stands(text, selector):
    for value in TRICKY:
        check_shown(text, selector, value)


@pytest.mark.parametrize(
    ("text", "selector"),
    [("`=x`", "p"), ("| a | b |\n| - | - |\n| c | `=x` |", "td + td")],
)
@given(value=st.text(string.printable[:95], min_size=1))
@example(value="1.")
def test_any_printable_value_is_shown_as_text(text, selector, value):
    check_shown(text, selector, value)


@pytest.mark.parametrize("after", [".", ". A", ") A", ".\nA"])
def test_a_number_before_a_full_stop_begins_no_list(after):
    assert shown(f"`=x`{after}", "12").get_text() == f"12{after}"
    assert shown(f"A\n\n`=x`{after}", "12").select("ol, ul") == []


def test_a_value_in_a_heading_is_readable_in_the_table_of_contents():
    shown("# A `=x`", "a_b <c> | *d*")
    assert html.unescape(RENDERER.toc_tokens[0]["name"]) == "A a_b <c> | *d*"


def test_a_value_in_the_title_of_an_admonition_is_text():
    page = shown('!!! note "`=x`"\n\n    A', 'a "b" *c*')
    assert page.select_one(".admonition-title").get_text() == 'a "b" *c*'


def test_a_value_without_escapes_would_become_markdown(monkeypatch):
    monkeypatch.setattr(inline_values, "as_text", lambda value, *_: value)
    with pytest.raises(AssertionError):
        check_shown("`=x`", "p", "*a*")
