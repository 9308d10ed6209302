"""The Chinese of a page: its parts, what it must have in common with the English."""

import sys

import pytest
from mkdocs.exceptions import PluginError

from gdbook.site import translation
from gdbook.site.source import Cell, read_page
from gdbook.site.translation import (
    chinese_of,
    has_words,
    mark_of,
    pairs,
    skeleton,
    translate,
    words_of,
)

from ..languages import differences

PAGE = """# %% [markdown]
# # A title
#
# The value is `=x`, and $y = x$.

# %%
x = 1

# %%
#| fig-cap: "A line: $y$."
#| fig-alt: [One line., 'Two, or `=x`.']
plot()

# %% [markdown]
# ## Again
"""
ANCHORS = ["a-title", "again"]


@pytest.fixture
def page(tmp_path):
    """A page of four cells, three of them with words."""
    path = tmp_path / "page.py"
    path.write_text(PAGE, encoding="utf-8")
    return path


def chinese(path, *parts):
    """Write the Chinese of a page; its parts have the marks of the English."""
    worded = [cell for cell in read_page(path, "page.py") if has_words(cell)]
    text = "".join(
        f"<!-- of {mark_of(cell)} -->\n{part}\n"
        for cell, part in zip(worded, parts, strict=False)
    )
    chinese_of(path).write_text(text, encoding="utf-8")


FIGURE = "#| fig-cap: '线：$y$。'\n#| fig-alt:\n#|   - 一条线。\n#|   - 两条，或 `=x`。"
PARTS = ["# 标题\n\n值为 `=x`，而 $y = x$。", FIGURE, "## 再来"]


def translated(path):
    """The cells of the page with the words of its Chinese."""
    cells = read_page(path, "page.py")
    return translate(cells, chinese_of(path), "page.py", lambda _: ANCHORS)


def test_words_change_and_code_stays(page):
    chinese(page, *PARTS)
    english = read_page(page, "page.py")
    prose, code, figure, last = translated(page)
    assert prose.source == "# 标题 { #a-title }\n\n值为 `=x`，而 $y = x$。"
    assert code == english[1]
    assert figure.source == english[2].source
    assert figure.options["fig-cap"] == ("线：$y$。",)
    assert figure.options["fig-alt"] == ("一条线。", "两条，或 `=x`。")
    assert last.source == "## 再来 { #again }"
    assert "page.zh.md" in prose.place


def test_a_skeleton_holds_the_english_and_reads_as_it(page):
    cells = read_page(page, "page.py")
    text = skeleton(cells)
    chinese_of(page).write_text(text, encoding="utf-8")
    figure = translated(page)[2]
    assert figure.options == cells[2].options
    for cell, mark, words in pairs(cells, text, "page.zh.md"):
        assert mark == mark_of(cell)
        assert words == words_of(cell)
        assert differences(words_of(cell), words) == []


def test_a_cell_without_chinese_is_named(page):
    chinese(page, *PARTS[:2])
    with pytest.raises(PluginError, match=r"2 parts, 3 .*page\.py, cell 4 has none"):
        translated(page)


@pytest.mark.parametrize(
    ("number", "part", "message"),
    [
        (0, "# 标题\n\n值。", r"cell 1.*wanted the values \{'x'\}, got set"),
        (0, "# 标题\n\n`=x` 与 `=y`", r"cell 1.*got \{.*'y'"),
        (0, "标题 `=x`", r"cell 1.*headings"),
        (1, "#| fig-cap: 线", r"cell 3.*fig-alt for each"),
        (1, FIGURE.replace("一条线。", "一条线。\n#|   - 三条。"), "cell 3.*fig-alt"),
        (1, FIGURE + "\n#| echo: false", "cell 3.*echo"),
        (1, FIGURE + "\n#| title: x", "cell 3.*unknown option"),
    ],
)
def test_what_differs_from_the_english_is_refused_with_page_and_cell(
    page, number, part, message
):
    chinese(page, *PARTS[:number], part, *PARTS[number + 1 :])
    with pytest.raises(PluginError, match=message):
        translated(page)


def test_a_value_with_quotes_may_stand_in_a_caption_that_yaml_wants_quoted(page):
    page.write_text(PAGE.replace("or `=x`", "or `=d[''a'']`"), encoding="utf-8")
    figure = FIGURE.replace("两条，或 `=x`。", "'1: 或 `=d[''a'']`。'")
    chinese(page, PARTS[0], figure, PARTS[2])
    assert translated(page)[2].options["fig-alt"][1] == "1: 或 `=d['a']`。"


def test_a_comment_in_a_block_of_code_is_no_heading(page):
    fence = "\n\n```python\n# a comment\n```\n\n## Last"
    page.write_text(PAGE + fence.replace("\n", "\n# "), encoding="utf-8")
    chinese(page, *PARTS[:2], PARTS[2] + fence.replace("Last", "最后"))
    cells = read_page(page, "page.py")
    seen = []

    def anchors(text):
        seen.append(text)
        return [*ANCHORS, "last"]

    last = translate(cells, chinese_of(page), "page.py", anchors)[-1]
    assert seen == ["# A title\n\n## Again\n\n## Last"]
    assert "\n# a comment\n" in last.source
    assert last.source.endswith("## 最后 { #last }")


def test_words_before_the_first_mark_are_refused(page):
    chinese(page, *PARTS)
    path = chinese_of(page)
    path.write_text("丢失的\n" + path.read_text("utf-8"), encoding="utf-8")
    with pytest.raises(PluginError, match="丢失的"):
        translated(page)


def test_a_mark_changes_with_the_words_alone():
    cell = Cell("markdown", "Some words.\nMore.", "here")
    assert mark_of(cell) == mark_of(Cell("markdown", "Some words. More.", "there"))
    assert mark_of(cell) != mark_of(Cell("markdown", "Some words. Less.", "here"))
    caption = {"fig-cap": ("A.",), "fig-alt": ("B.",)}
    figure = Cell("code", "x", "here", caption)
    assert mark_of(figure) == mark_of(Cell("code", "y", "here", caption))
    assert mark_of(figure) != mark_of(
        Cell("code", "x", "here", caption | {"fig-alt": ("C.",)})
    )


@pytest.mark.parametrize(
    ("english", "chinese", "kind"),
    [
        ("`=x`", "", "values"),
        ("$x$ and $x$", "$x$", "formulas"),
        ("$x + 1$", "$x - 1$", "formulas"),
        ("`code`", "`Code`", "code"),
        ("[a](b.py#c)", "[甲](b.py)", "links"),
        ('<a href="#x">a</a>', '<a href="#y">甲</a>', "links"),
        ("![a](b.svg)", "![甲](c.svg)", "links"),
        ("# A", "## 甲", "blocks"),
        ("- a\n- b", "- 甲", "blocks"),
        ("1. a", "- 甲", "blocks"),
        ("/// details | Hint\na\n///", "甲", "blocks"),
        ("| a |\n|--|", "甲", "blocks"),
        ("- a\n\n# b", "# 乙\n\n- 甲", "blocks"),
        ("In 300 epochs", "在三百个迭代周期里", "numbers"),
        ("ten", "10 个", "numbers"),
        ("a <b>b</b>", "甲乙", "tags"),
        ("a[^1]\n\n[^1]: b", "甲", "blocks"),
    ],
)
def test_what_both_languages_must_have_is_compared(english, chinese, kind):
    assert differences(english, english) == []
    (found, *_) = [one for one in differences(english, chinese) if one.startswith(kind)]
    assert found


def test_words_within_formulas_may_differ():
    assert differences(r"$a_{\text{new}}$", r"$a_{\text{新}}$") == []
    assert differences("In $x$, `y` is 3.", "`y` 在 $x$ 中是 3。") == []


def test_a_page_without_chinese_and_a_changed_cell_are_reported(page):
    assert translation.report(page, "page.py") == ["page.py: has no page.zh.md"]
    chinese(page, *PARTS)
    assert translation.report(page, "page.py") == []
    page.write_text(PAGE.replace("Again", "Once more"), encoding="utf-8")
    (line,) = translation.report(page, "page.py")
    assert line.startswith("page.py, cell 4: ")
    chinese_of(page).write_text(translation.accepted(page, "page.py"), encoding="utf-8")
    assert translation.report(page, "page.py") == []
    assert translated(page)[0].source.startswith("# 标题")


@pytest.mark.parametrize("what", ["--new", "--accept"])
def test_a_page_that_is_not_there_is_refused(page, monkeypatch, capsys, what):
    (page.parent / "docs").mkdir()
    page.rename(page.parent / "docs" / page.name)
    monkeypatch.chdir(page.parent)
    monkeypatch.setattr(sys, "argv", ["translation", what, "docs/pgae.py"])
    with pytest.raises(SystemExit) as left:
        translation.main()
    assert left.value.code == 2
    assert "no page: docs/pgae.py" in capsys.readouterr().err


def test_a_page_is_begun_by_its_name_and_nothing_is_left_to_say(
    page, monkeypatch, capsys
):
    (page.parent / "docs").mkdir()
    new = page.rename(page.parent / "docs" / page.name)
    monkeypatch.chdir(page.parent)
    monkeypatch.setattr(sys, "argv", ["translation", "--new", "docs/page.py"])
    with pytest.raises(SystemExit) as left:
        translation.main()
    assert left.value.code == 0
    assert capsys.readouterr().out == ""
    assert chinese_of(new).read_text("utf-8") == skeleton(read_page(new, "page.py"))
