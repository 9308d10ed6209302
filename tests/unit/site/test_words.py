"""The words of the build in the language of the edition."""

import re

import pytest
from mkdocs.exceptions import PluginError

from gdbook.site.words import NUMBER, Words

KINDS = ["figure", "table", "fold", "menu", "theme", "widget"]


@pytest.fixture
def words():
    """Those of the Chinese edition, with a small table."""
    found = Words("zh")
    found.table = {
        "names": ["Adam"],
        "figure": {
            "epoch": "迭代周期",
            "step # of #": "# 步中的第 #",
            "slope gv": "*g***v**",
        },
        "table": {"loss": "损失", "after $w_#$": "$w_#$ 之后", "A title": "标题"},
    }
    return found


def test_in_english_each_text_is_its_own():
    words = Words("en")
    for text in ("epoch", "no such word"):
        assert words("figure", text) == text
    assert words.markdown("| loss |\n| -- |", "here") == "| loss |\n| -- |"
    assert words.drawing("<text>epoch</text>", "here") == "<text>epoch</text>"
    words.check()


def test_numbers_keep_their_order(words):
    assert words("figure", "step 3 of 1,200.5") == "3 步中的第 1,200.5"
    assert words("figure", "7") == "7"
    assert words("figure", "x") == "x"
    assert words("figure", "Adam") == "Adam"
    words.check()


def test_unknown_words_stop_the_build_with_their_places(words):
    words("figure", "epoch", "a.py, cell 1")
    words("figure", "left over", "a.py, cell 2")
    words("table", "epoch", "b.py, cell 3")
    with pytest.raises(PluginError) as error:
        words.check()
    assert "'left over' (a.py, cell 2)" in str(error.value)
    assert "table: 'epoch' (b.py, cell 3)" in str(error.value)
    assert "cell 1" not in str(error.value)


def test_labels_of_a_drawing_change_and_nothing_else(words):
    svg = '<svg><text x="1">epoch</text><g aria-label="epoch"/><text>12</text></svg>'
    shown = words.drawing(svg, "here")
    assert shown == svg.replace(">epoch<", ">迭代周期<")
    words.table["figure"] = {"is < x & y": "*x* > & *y*"}
    assert words.drawing("<text>is &lt; x &amp; y</text>", "here") == (
        '<text><tspan font-style="italic">x</tspan> &gt; &amp; '
        '<tspan font-style="italic">y</tspan></text>'
    )
    words.check()


def test_a_label_with_formulas_becomes_one_text_in_its_middle(words):
    tspan = '<tspan x="{}" y="0" style="font-size: 11px">{}</tspan>'
    letters = enumerate("slope\xa0gv")
    svg = f"<text>{''.join(tspan.format(10 * k, one) for k, one in letters)}</text>"
    shown = words.drawing(svg, "here")
    assert shown == (
        '<text text-anchor="middle" x="35.0" style="font-size: 11px">'
        '<tspan font-style="italic">g</tspan><tspan font-weight="bold">v</tspan></text>'
    )
    formula = f"<text>{tspan.format(0, 'x')}{tspan.format(9, '2')}</text>"
    assert words.drawing(formula, "here") == formula
    words.check()


def test_rows_of_a_table_and_prose_around_it_change(words):
    text = "## A title\n\n| loss | after $w_1$ | `loss` | 3 |\n| --: | -- | -- | -- |"
    assert words.markdown(text, "here") == (
        "## 标题 { #a-title }\n\n"
        "| 损失 | $w_1$ 之后 | `loss` | 3 |\n| --: | -- | -- | -- |"
    )
    words.check()


@pytest.mark.parametrize("kind", KINDS)
def test_each_entry_keeps_numbers_and_placeholders(kind):
    table = Words("zh").table[kind]
    assert table
    for english, chinese in table.items():
        assert english.count("#") == chinese.count("#"), english
        assert sorted(re.findall(r"\{.*?\}", english)) == sorted(
            re.findall(r"\{.*?\}", chinese)
        ), english
        if kind != "widget":
            assert not NUMBER.search(english), english
