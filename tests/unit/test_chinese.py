"""The Chinese of the book: complete, like the English, and set as Chinese is."""

import re

import pytest

from gdbook.site import glossary
from gdbook.site.source import read_page
from gdbook.site.spans import spans
from gdbook.site.translation import (
    chinese_of,
    pages_with_words,
    pairs,
    words_of,
)

from ..conftest import ROOT
from .languages import differences

PAGES = {uri: path for path, uri in pages_with_words(ROOT / "docs")}
HAN = r"[\u4e00-\u9fff]"
LATIN = r"[A-Za-z0-9$`]"  # and a formula, or code
# What is not done in Chinese text; formulas and code stand as $T$ and `C`.
FAULTS = {
    "a half-width mark behind Chinese": rf"{HAN}[,;:?!()]",
    "a half-width mark before Chinese": rf"[,;:?!(]{HAN}",
    "a half-width full stop": rf"{HAN}\.(?=\s|$)",
    "no space between Chinese and Latin": rf"{HAN}\[?{LATIN}|{LATIN}\]?{HAN}",
    "a space within Chinese": rf"{HAN}\]? +\[?{HAN}",
    "a space beside a mark": r" [，。：；？！）”、》]|[（“《] |[，。：；？！）] +\S",
    "italics": rf"(?<!\*)\*(?!\*)[^*\n]*{HAN}",
    "a paragraph on lines": rf"[，。：；]\n(?={HAN}|[A-Za-z$`（“])|{HAN}\n(?={HAN})",
}
SHORT = {"value": "`V`", "code": "`C`", "tex": "$T$"}


def parts(uri):
    """The place, the English and the Chinese of each part of a page."""
    path = PAGES[uri]
    assert chinese_of(path).is_file(), f"{uri} has no Chinese: make translations NEW=…"
    text = chinese_of(path).read_text("utf-8")
    found = pairs(read_page(path, uri), text, chinese_of(path).name)
    return [(cell.place, words_of(cell), chinese) for cell, _, chinese in found]


def faults(text):
    """What is wrong with the typography of a Chinese text."""
    prose = "".join(SHORT.get(span.kind, span.text) for span in spans(text))
    prose = re.sub(r"\]\([^)]*\)(\{[^}]*\})?", "]", prose)  # the targets of links
    prose = re.sub(r"</?[a-z][^>]*>", "", prose)
    prose = re.sub(r"^(///.*)\n", r"\1\n\n", prose, flags=re.M)  # a fold's title
    return [
        f"{fault}: {prose[max(0, found.start() - 9) : found.end() + 9]!r}"
        for fault, pattern in FAULTS.items()
        for found in re.finditer(pattern, prose)
    ]


def test_each_page_is_looked_at():
    assert len(PAGES) > 30
    assert {"index.py", "zero/clean.py", "reference/notation.md"} <= {*PAGES}


@pytest.mark.parametrize("uri", PAGES)
def test_each_cell_with_words_has_its_chinese(uri):
    for place, english, chinese in parts(uri):
        assert re.search(HAN, chinese) or not re.search("[A-Za-z]", english), place
        assert not re.search(HAN, english) or "reference/" in uri, place


@pytest.mark.parametrize("uri", PAGES)
def test_both_languages_have_the_same_values_formulas_links_and_numbers(uri):
    found = {place: differences(*both) for place, *both in parts(uri)}
    assert {place: some for place, some in found.items() if some} == {}


@pytest.mark.parametrize("uri", PAGES)
def test_chinese_is_set_as_chinese(uri):
    found = {place: faults(chinese) for place, _, chinese in parts(uri)}
    assert {place: some for place, some in found.items() if some} == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("损失,", "a half-width mark behind"),
        ("(损失", "a half-width mark before"),
        ("损失为零.", "a half-width full stop"),
        ("损失为0", "no space"),
        ("$w$的值", "no space"),
        ("见[torch](x.md)的", "no space"),
        ("损失 为零", "a space within"),
        ("损失 ，", "a space beside"),
        ("损失。 于是", "a space beside"),
        ("*损失*", "italics"),
        ("损失为零，\n因此", "a paragraph"),
        ("损失\n为零", "a paragraph"),
    ],
)
def test_a_fault_of_typography_is_found(text, fault):
    assert any(one.startswith(fault) for one in faults(text))
    right = "**损失**在 $w = 1$ 处为 0，见[第 1 页](x.py#a)。由（1）得 `w`：\n\n- 一；"
    assert faults(right) == []


def test_a_fold_is_written_as_in_english():
    assert faults("/// details | 提示\n把界除以 10。\n///") == []
    assert faults("/// details | 提示\n把界\n减半。\n///") != []


# --- Terms ----------------------------------------------------------------------------

WRONG = {word: one["zh"] for one in glossary.terms() for word in one.get("not", [])}


@pytest.mark.parametrize("uri", PAGES)
def test_each_term_is_the_glossary_s(uri):
    assert len(WRONG) > 20
    for place, _, chinese in parts(uri):
        text = "".join(span.text for span in spans(chinese) if span.kind == "text")
        text = "\n".join(line for line in text.splitlines() if "doi" not in line)
        used = {word: right for word, right in WRONG.items() if word in text}
        assert used == {}, place


def mixed(english, chinese):
    """Learning rates that became step sizes, or the other way round."""
    both = {"learning rate": "学习率", "step size": "步长"}
    has = [name for name in both if name in " ".join(english.lower().split())]
    used = [name for name, word in both.items() if word in chinese]
    return sorted({*used} - {*has}) if has else []


@pytest.mark.parametrize("uri", PAGES)
def test_a_learning_rate_stays_one_and_a_step_size_too(uri):
    assert {
        place: found for place, *both in parts(uri) if (found := mixed(*both))
    } == {}


def test_a_learning_rate_that_becomes_a_step_size_is_found():
    assert mixed("The learning\nrate.", "步长。") == ["step size"]
    assert mixed("The step size, a learning rate.", "步长，学习率。") == []


def test_the_symbol_of_a_term_is_one_of_the_notation():
    notation = (ROOT / "docs/reference/notation.md").read_text("utf-8")
    known = {span.text for span in spans(notation) if span.kind == "tex"}
    symbols = {f"${one['symbol']}$" for one in glossary.terms() if "symbol" in one}
    assert len(symbols) > 20
    assert symbols - known == set()
    assert all(f"| {one} |" in glossary.table("zh") for one in symbols)


def test_the_glossary_has_both_languages():
    terms = glossary.terms()
    assert len(terms) > 60
    for one in terms:
        assert re.search(HAN, one["zh"]) or one["zh"] == one["en"], one["en"]
        assert differences(one["meaning"]["en"], one["meaning"]["zh"]) == [], one["en"]
        assert faults(one["meaning"]["zh"]) == [], one["en"]
    for language, other in (("en", "zh"), ("zh", "en")):
        table = glossary.table(language)
        assert table.count("\n") == len(terms) + 1
        for one in terms:
            said = f'<span lang="{other}">{one[other]}</span>'
            assert f"| {one[language]} | {said} | " in table
            assert one["meaning"][language] in table
